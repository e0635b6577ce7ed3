use super::super::keyring::{KeyKind, Keyring, new_key};
use super::super::seal::{Sealer, Secret};
use super::*;
use crate::domain::account::Role;
use crate::domain::authentication_method::AuthenticationMethod;
use crate::domain::key::{Algorithm, KeyRecord, KeyState};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

struct Bench {
    codec: Codec,
    /// The same keys again, to sign what the codec would never say.
    keyring: Keyring,
}

fn now() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}

fn keys() -> (Vec<KeyRecord>, Sealer) {
    let sealer = Sealer::new(&Secret::new(vec![1; 32])).unwrap();
    let kinds = [(KeyPurpose::Access, Algorithm::EdDsa), (KeyPurpose::Refresh, Algorithm::Hs256)];
    let new = |(purpose, algorithm)| {
        new_key(KeyKind { purpose, algorithm, state: KeyState::Active }, &sealer, now())
    };
    (kinds.map(|kind| new(kind).unwrap()).to_vec(), sealer)
}

fn bench() -> Bench {
    let (records, sealer) = keys();
    let names = TokenIssuer {
        issuer: "https://id.example.org".into(),
        audience: "https://app.example.org".into(),
    };
    let keyring = Keyring::open(&records, &sealer).unwrap();
    Bench {
        codec: Codec::new(Keys::open(&records, sealer).unwrap(), names, Span::minutes(15)),
        keyring,
    }
}

fn access() -> AccessClaims {
    AccessClaims {
        account_id: AccountId(Uuid::from_u128(1)),
        session_id: SessionId(Uuid::from_u128(2)),
        generation: 3,
        role: Role::User,
        issued_at: now(),
        expires_at: now() + Span::minutes(15),
        authenticated_at: now() - Span::hours(1),
        methods: AuthenticationMethod::Password.into(),
    }
}

fn refresh() -> RefreshClaims {
    RefreshClaims {
        account_id: AccountId(Uuid::from_u128(1)),
        session_id: SessionId(Uuid::from_u128(2)),
        generation: 3,
        leaf: Leaf(Uuid::from_u128(4)),
        issued_at: now(),
        expires_at: now() + Span::days(7),
    }
}

impl Bench {
    fn payload(&self) -> Value {
        let token = self.codec.sign_access(&access(), Uuid::nil()).unwrap().0;
        let payload = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
    }

    /// Signs any payload with our own access key.
    fn sign(&self, typ: Option<&str>, payload: &Value) -> String {
        let key = self.keyring.signing(KeyPurpose::Access).unwrap();
        let header =
            Header { alg: "EdDSA".into(), typ: typ.map(str::to_owned), kid: key.id.clone() };
        jws::sign(&header, payload, key.algorithm, &key.material.encoding).unwrap()
    }

    fn with(&self, claim: &str, value: Value) -> Result<AccessClaims, TokenError> {
        let mut payload = self.payload();
        payload[claim] = value;
        self.codec.verify_access(&self.sign(Some(ACCESS_TYPE), &payload), now())
    }
}

#[test]
fn what_is_signed_is_read_back() {
    let codec = bench().codec;
    let token = codec.sign_access(&access(), Uuid::nil()).unwrap();
    assert_eq!(codec.verify_access(&token.0, now()), Ok(access()));
    let token = codec.sign_refresh(&refresh()).unwrap();
    assert_eq!(codec.verify_refresh(&token.0), Ok(refresh()));
}

#[test]
fn an_access_token_says_what_the_contract_lists_and_no_more() {
    let payload = bench().payload();
    let mut names: Vec<&str> = payload.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "amr",
            "aud",
            "auth_time",
            "client_id",
            "exp",
            "gen",
            "iat",
            "iss",
            "jti",
            "role",
            "sid",
            "sub"
        ]
    );
}

/// RFC 9068: the header of section 2.1, the required claims of section 2.2, and the claims of
/// section 2.2.1 about the authentication, each of its JSON type.
#[test]
fn an_access_token_has_the_header_and_claims_of_rfc_9068() {
    let token = bench().codec.sign_access(&access(), Uuid::nil()).unwrap();
    let header = token.0.split('.').next().unwrap();
    let header: Value =
        serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).unwrap()).unwrap();
    assert_eq!(header["typ"], "at+jwt");
    assert!(header["alg"] != "none" && header["kid"].is_string());
    let payload = bench().payload();
    for name in ["iss", "sub", "aud", "client_id", "jti"] {
        assert!(payload[name].is_string(), "{name}");
    }
    for name in ["exp", "iat", "auth_time"] {
        assert!(payload[name].is_u64(), "{name}");
    }
    assert_eq!(payload["client_id"], "vestibule");
    assert_eq!(payload["amr"], serde_json::json!(["pwd"]), "RFC 8176");
}

#[test]
fn the_same_refresh_claims_give_the_same_bytes() {
    let codec = bench().codec;
    assert_eq!(codec.sign_refresh(&refresh()), codec.sign_refresh(&refresh()));
}

#[test]
fn neither_token_is_accepted_for_the_other() {
    let codec = bench().codec;
    let (a, r) = (
        codec.sign_access(&access(), Uuid::nil()).unwrap(),
        codec.sign_refresh(&refresh()).unwrap(),
    );
    assert_eq!(codec.verify_access(&r.0, now()), Err(TokenError::Invalid));
    assert_eq!(codec.verify_refresh(&a.0), Err(TokenError::Invalid));
}

#[test]
fn a_token_of_another_type_is_refused_although_we_signed_it() {
    let bench = bench();
    for typ in
        [None, Some("JWT"), Some("rt+jwt"), Some("AT+JWT"), Some("application/at+jwt"), Some("")]
    {
        let token = bench.sign(typ, &bench.payload());
        assert_eq!(bench.codec.verify_access(&token, now()), Err(TokenError::Invalid), "{typ:?}");
    }
}

#[test]
fn time_is_judged_by_the_clock_handed_in_with_5_seconds_of_leeway() {
    let codec = bench().codec;
    let token = codec.sign_access(&access(), Uuid::nil()).unwrap().0;
    let end = access().expires_at;
    assert!(codec.verify_access(&token, end + Span::milliseconds(4_999)).is_ok());
    assert_eq!(codec.verify_access(&token, end + Span::seconds(5)), Err(TokenError::Expired));
    assert!(codec.verify_access(&token, now() - Span::seconds(5)).is_ok());
    assert_eq!(
        codec.verify_access(&token, now() - Span::milliseconds(5_001)),
        Err(TokenError::Invalid)
    );
}

#[test]
fn every_claim_is_checked_in_type_and_value() {
    let bench = bench();
    let t = now().timestamp();
    assert_eq!(bench.with("nbf", json!(t)), Ok(access()));
    let wrong = [
        ("iss", json!("https://evil.example")),
        ("iss", json!(null)),
        ("iss", json!(7)),
        ("iss", json!(["https://id.example.org"])),
        ("iss", json!("https://id.example.org/")),
        ("aud", json!("https://evil.example")),
        ("aud", json!(null)),
        ("aud", json!(7)),
        ("aud", json!(["https://app.example.org"])),
        ("aud", json!(["https://app.example.org", "x"])),
        ("exp", json!((t + 60).to_string())),
        ("exp", json!(1_800_000_060.5)),
        ("exp", json!(null)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(1e300)),
        ("exp", json!(t + 901)),
        ("nbf", json!(t + 6)),
        ("nbf", json!("1")),
        ("iat", json!(t + 6)),
        ("iat", json!("1")),
        ("iat", json!(null)),
        ("iat", json!(t - 60)),
        ("sub", json!("ada")),
        ("sub", json!(null)),
        ("sid", json!(null)),
        ("gen", json!("3")),
        ("gen", json!(3.5)),
        ("jti", json!(null)),
        ("role", json!("root")),
        ("role", json!(null)),
        ("auth_time", json!(null)),
    ];
    for (claim, value) in wrong {
        assert_eq!(bench.with(claim, value.clone()), Err(TokenError::Invalid), "{claim} = {value}");
    }
    assert_eq!(bench.with("exp", json!(t - 60)), Err(TokenError::Expired));
}

#[test]
fn a_missing_claim_refuses_the_token() {
    let bench = bench();
    for claim in ["iss", "aud", "sub", "sid", "gen", "jti", "iat", "exp", "role", "auth_time"] {
        let mut payload = bench.payload();
        payload.as_object_mut().unwrap().remove(claim);
        let token = bench.sign(Some(ACCESS_TYPE), &payload);
        assert_eq!(bench.codec.verify_access(&token, now()), Err(TokenError::Invalid), "{claim}");
    }
}

#[test]
fn a_refresh_token_is_ours_in_issuer_audience_and_session() {
    let bench = bench();
    let token = bench.codec.sign_refresh(&refresh()).unwrap().0;
    let payload = token.split('.').nth(1).unwrap();
    let payload: Value =
        serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap();
    let key = bench.keyring.signing(KeyPurpose::Refresh).unwrap();
    let verify = |payload: &Value| {
        let header =
            Header { alg: "HS256".into(), typ: Some(REFRESH_TYPE.into()), kid: key.id.clone() };
        bench.codec.verify_refresh(
            &jws::sign(&header, payload, key.algorithm, &key.material.encoding).unwrap(),
        )
    };
    assert_eq!(verify(&payload), Ok(refresh()));
    for (claim, value) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("https://app.example.org")),
        ("aud", json!(["https://id.example.org/api/auth/refresh"])),
        ("sub", json!("ada")),
        ("sid", json!(7)),
        ("gen", json!("3")),
        ("iat", json!(-1)),
        ("exp", json!(1.5)),
    ] {
        let mut changed = payload.clone();
        changed[claim] = value.clone();
        assert_eq!(verify(&changed), Err(TokenError::Invalid), "{claim} = {value}");
        changed.as_object_mut().unwrap().remove(claim);
        assert_eq!(verify(&changed), Err(TokenError::Invalid), "{claim} missing");
    }
}

#[test]
fn a_foreign_key_under_our_key_id_and_our_public_key_as_a_secret_are_refused() {
    let bench = bench();
    let ours = bench.keyring.signing(KeyPurpose::Access).unwrap();
    let header =
        |alg: &str| Header { alg: alg.into(), typ: Some(ACCESS_TYPE.into()), kid: ours.id.clone() };
    let (others, sealer) = keys();
    let foreign = Keyring::open(&others, &sealer).unwrap();
    let foreign = foreign.signing(KeyPurpose::Access).unwrap();
    let forged =
        jws::sign(&header("EdDSA"), &bench.payload(), Algorithm::EdDsa, &foreign.material.encoding)
            .unwrap();
    let public =
        jsonwebtoken::EncodingKey::from_secret(ours.material.decoding.try_get_as_bytes().unwrap());
    let confused =
        jws::sign(&header("HS256"), &bench.payload(), Algorithm::Hs256, &public).unwrap();
    for token in [forged, confused] {
        assert_eq!(bench.codec.verify_access(&token, now()), Err(TokenError::Invalid));
    }
}
