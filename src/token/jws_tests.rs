use super::*;
use jsonwebtoken::jwk::Jwk;
use serde_json::Value;

/// Cases whose label we do not follow, each with its reason.
const EXCLUDED: [(u64, &str); 6] = [
    (
        345,
        "valid, yet its key id holds '.' and '@': ours are [A-Za-z0-9_-] and nothing else is looked up",
    ),
    (
        349,
        "valid, yet its key id holds '.' and '@': ours are [A-Za-z0-9_-] and nothing else is looked up",
    ),
    (367, "labelled invalid, yet its bytes are those of the valid case 357"),
    (370, "labelled invalid, yet its bytes are those of the valid case 357"),
    (372, "labelled valid, yet it holds a '?' that base64url does not have: refusing is right"),
    (373, "labelled valid, yet it holds a '?' that base64url does not have: refusing is right"),
];

/// The algorithm our record of this key would pin it to. None for keys that cannot be in our
/// keyring: those of algorithms we do not offer (RS384, RS512, PS256 to PS512, and "ES521", a
/// misspelling in RFC 7520's examples), and those of cases 353 to 356, which name no algorithm
/// because they are for encryption (we load no JWK, only our own records).
fn pinned(key: &Value) -> Option<Algorithm> {
    key["alg"].as_str().and_then(|name| name.parse().ok())
}

fn verify(token: &str, algorithm: Algorithm, key: &DecodingKey) -> bool {
    Unverified::parse(token).and_then(|token| token.verify(algorithm, key)).is_some()
}

#[test]
fn wycheproof_signatures_are_judged_as_labelled() {
    let vectors: Value = serde_json::from_str(include_str!(
        "../../tests/vectors/wycheproof/json_web_signature_test.json"
    ))
    .unwrap();
    let (mut accepted, mut refused, mut not_offered) = (0, 0, 0);
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = group.get("public").or(group.get("private")).unwrap();
        let cases = group["tests"].as_array().unwrap();
        let Some(algorithm) = pinned(key) else {
            not_offered += cases.len();
            continue;
        };
        let key =
            DecodingKey::from_jwk(&serde_json::from_value::<Jwk>(key.clone()).unwrap()).unwrap();
        for case in cases {
            let (id, valid) = (case["tcId"].as_u64().unwrap(), case["result"] == "valid");
            if EXCLUDED.iter().any(|(excluded, _)| *excluded == id) {
                continue;
            }
            let verified = verify(case["jws"].as_str().unwrap(), algorithm, &key);
            assert_eq!(verified, valid, "case {id}: {}", case["comment"]);
            if valid { accepted += 1 } else { refused += 1 }
        }
    }
    assert_eq!((accepted, refused, not_offered), (16, 290, 89), "cases were lost");
}

fn hmac() -> (EncodingKey, DecodingKey) {
    (EncodingKey::from_secret(&[7; 32]), DecodingKey::from_secret(&[7; 32]))
}

fn signed_with_header(header: &str) -> String {
    let signed =
        format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(b"{}"));
    let signature =
        jsonwebtoken::crypto::sign(signed.as_bytes(), &hmac().0, jsonwebtoken::Algorithm::HS256)
            .unwrap();
    format!("{signed}.{signature}")
}

#[test]
fn a_header_with_anything_unusual_refuses_the_token() {
    assert!(verify(
        &signed_with_header(r#"{"alg":"HS256","kid":"k"}"#),
        Algorithm::Hs256,
        &hmac().1
    ));
    let long_kid = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(65));
    let unusual = [
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":""}"#,
        r#"{"alg":"HS256","kid":null}"#,
        r#"{"alg":"HS256","kid":7}"#,
        r#"{"alg":"HS256","kid":"../../dev/null"}"#,
        r#"{"alg":"HS256","kid":"' OR 1=1 --"}"#,
        r#"{"alg":"HS256","kid":"k","crit":["exp"]}"#,
        r#"{"alg":"HS256","kid":"k","jku":"http://127.0.0.1/"}"#,
        r#"{"alg":"HS256","kid":"k","jwk":{"kty":"oct","k":"Bwc"}}"#,
        r#"{"alg":"HS256","kid":"k","x5u":"http://127.0.0.1/"}"#,
        r#"{"alg":"HS256","kid":"k","x5c":[]}"#,
        r#"{"alg":"HS256","kid":"k","b64":false}"#,
        r#"{"alg":"HS256","kid":"k","kid":"k"}"#,
        r#"{"alg":"none","kid":"k"}"#,
        r#"{"alg":"None","kid":"k"}"#,
        r#"{"alg":"NONE","kid":"k"}"#,
        r#"{"alg":"nOnE","kid":"k"}"#,
        r#"{"alg":"","kid":"k"}"#,
        r#"{"alg":"hs256","kid":"k"}"#,
        r#"{"alg":"HS384","kid":"k"}"#,
        r#"{"alg":null,"kid":"k"}"#,
        r#"{"kid":"k"}"#,
        "[]",
        &long_kid,
    ];
    for header in unusual {
        assert!(!verify(&signed_with_header(header), Algorithm::Hs256, &hmac().1), "{header}");
    }
}

#[test]
fn a_token_has_one_spelling() {
    let token = signed_with_header(r#"{"alg":"HS256","kid":"k"}"#);
    let last = token.chars().last().unwrap();
    // 32 bytes leave two spare bits in the last character: another character may stand for the same
    // bytes.
    let twin = char::from(last as u8 + 1);
    let spare_bits = format!("{}{twin}", &token[..token.len() - 1]);
    let spellings = [
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{token}."),
        format!(".{token}"),
        token.replacen('.', " .", 1),
        token.replacen('.', "=.", 1),
        token.replace('.', ".."),
        spare_bits,
        token[..token.len() - 1].to_owned(),
        token[..=token.rfind('.').unwrap()].to_owned(),
        String::new(),
        format!("{token}{}", "A".repeat(5000)),
    ];
    assert!(verify(&token, Algorithm::Hs256, &hmac().1));
    for spelling in spellings {
        assert!(!verify(&spelling, Algorithm::Hs256, &hmac().1), "{spelling}");
    }
}
