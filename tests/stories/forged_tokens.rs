use crate::support::{
    ACCESS, Api, PASSWORD, REFRESH, StolenKey, TestApp, claims, header, sign, unsigned,
};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use std::net::TcpListener;

fn forge(header: &Value, payload: &Value, signature: &str) -> String {
    format!("{}.{signature}", unsigned(header, payload))
}

fn with(value: &Value, name: &str, new: Value) -> Value {
    let mut changed = value.clone();
    changed[name] = new;
    changed
}

/// Forgeries made from a valid token, its public key, and a URL that serves another key.
fn corpus(token: &str, public: &[u8], elsewhere: &str) -> Vec<String> {
    [
        other_algorithms(token, public),
        other_keys(token, elsewhere),
        other_claims(token),
        other_spellings(token),
    ]
    .concat()
}

fn other_algorithms(token: &str, public: &[u8]) -> Vec<String> {
    let (header, payload) = (header(token), claims(token));
    let signature = token.rsplit('.').next().unwrap();
    let mut forged = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "HS256", "HS384", "ES256", "RS256", "PS256", ""] {
        for signature in ["", signature] {
            forged.push(forge(&with(&header, "alg", json!(alg)), &payload, signature));
        }
    }
    // The public key as an HMAC secret, in encodings that libraries have accepted.
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        BASE64.encode(public)
    );
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64URL_NOPAD.encode(public) });
    for secret in [public, pem.as_bytes(), jwk.to_string().as_bytes(), b""] {
        let hmac = EncodingKey::from_secret(secret);
        forged.push(sign(&with(&header, "alg", json!("HS256")), &payload, &hmac, Algorithm::HS256));
    }
    forged
}

/// A key of the forger, and its public half.
fn own_key() -> (EncodingKey, Vec<u8>) {
    let random = aws_lc_rs::rand::SystemRandom::new();
    let document = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let own = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
    (EncodingKey::from_ed_der(document.as_ref()), own.public_key().as_ref().to_vec())
}

/// The forger's key with our key ID, in the header, or at a URL.
fn other_keys(token: &str, elsewhere: &str) -> Vec<String> {
    let (header, payload) = (header(token), claims(token));
    let signature = token.rsplit('.').next().unwrap();
    let (key, public) = own_key();
    let own_jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64URL_NOPAD.encode(&public) });
    let mut forged = vec![sign(&header, &payload, &key, Algorithm::EdDSA)];
    for (name, value) in [
        ("jwk", own_jwk),
        ("jku", json!(elsewhere)),
        ("x5u", json!(elsewhere)),
        ("x5c", json!([BASE64.encode(&public)])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("kid", json!("../../../dev/null")),
        ("kid", json!("' OR 1=1 --")),
        ("kid", json!(elsewhere)),
        ("kid", json!(null)),
        ("kid", json!("")),
        ("kid", json!(1)),
        ("kid", json!("k".repeat(4096))),
        ("typ", json!("rt+jwt")),
        ("typ", json!("JWT")),
        ("typ", json!(null)),
    ] {
        let changed = with(&header, name, value);
        forged.push(sign(&changed, &payload, &key, Algorithm::EdDSA));
        forged.push(forge(&changed, &payload, signature));
    }
    forged
}

/// Claims that a forger wants.
fn other_claims(token: &str) -> Vec<String> {
    let (header, payload) = (header(token), claims(token));
    let signature = token.rsplit('.').next().unwrap();
    let (key, _) = own_key();
    let mut forged = Vec::new();
    for (name, value) in [
        ("role", json!("admin")),
        ("sub", json!("00000000-0000-0000-0000-000000000000")),
        ("exp", json!(9_999_999_999_i64)),
    ] {
        let changed = with(&payload, name, value);
        forged.push(sign(&header, &changed, &key, Algorithm::EdDSA));
        forged.push(forge(&header, &changed, signature));
    }
    forged
}

/// Tokens with a valid signature of our key, each with one error.
fn ours_but_wrong(token: &str, key: &StolenKey) -> Vec<String> {
    let (header, payload) = (header(token), claims(token));
    let mut wrong = Vec::new();
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!("at+jwt ")),
        ("typ", json!(null)),
        ("crit", json!(["exp"])),
        ("jku", json!("http://127.0.0.1:1/")),
        ("alg", json!("none")),
        ("alg", json!("HS512")),
    ] {
        wrong.push(key.sign(&with(&header, name, value), &payload));
    }
    for name in ["alg", "typ", "kid"] {
        wrong.push(key.sign(&without(&header, name), &payload));
    }
    for name in ["iss", "aud", "sub", "sid", "gen", "jti", "iat", "exp"] {
        wrong.push(key.sign(&header, &without(&payload, name)));
        for value in [
            json!(null),
            json!(["http://localhost:8000"]),
            json!({}),
            json!(true),
            json!("x"),
            json!(1.5),
        ] {
            wrong.push(key.sign(&header, &with(&payload, name, value)));
        }
    }
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!("http://localhost:8000/")),
        ("iss", json!(7)),
        ("aud", json!("https://evil.example")),
        ("aud", json!([payload["aud"]])),
        ("exp", json!(payload["exp"].to_string())),
        ("exp", json!(-1)),
        ("exp", json!(i64::MAX)),
        ("iat", json!(i64::MAX)),
    ] {
        wrong.push(key.sign(&header, &with(&payload, name, value)));
    }
    wrong
}

/// The same for claims that only access tokens have.
fn access_but_wrong(token: &str, key: &StolenKey) -> Vec<String> {
    let (header, payload) = (header(token), claims(token));
    let at = |name: &str, seconds: i64| json!(payload[name].as_i64().unwrap() + seconds);
    let mut wrong = Vec::new();
    for (name, value) in [
        ("typ", json!("rt+jwt")),
        ("nbf", at("iat", 60)),
        ("nbf", json!("x")),
        ("iat", at("iat", 60)),
        ("exp", at("exp", 1)),
        ("exp", json!(9_999_999_999_i64)),
        ("role", json!("root")),
        ("role", json!(null)),
        ("auth_time", json!(null)),
    ] {
        let (header, payload) = match name {
            "typ" => (with(&header, name, value), payload.clone()),
            _ => (header.clone(), with(&payload, name, value)),
        };
        wrong.push(key.sign(&header, &payload));
    }
    let good_before_it_was_made = with(&with(&payload, "iat", at("iat", 60)), "nbf", at("iat", 0));
    wrong.push(key.sign(&header, &good_before_it_was_made));
    wrong
}

fn without(value: &Value, name: &str) -> Value {
    let mut changed = value.clone();
    changed.as_object_mut().unwrap().remove(name);
    changed
}

fn other_spellings(token: &str) -> Vec<String> {
    let mut forged = Vec::new();
    let shorter = token[..token.len() - 2].to_owned();
    let spellings = [
        format!("{token}="),
        format!("{token}."),
        format!("{token}A"),
        format!(".{token}"),
        shorter,
    ];
    forged.extend(spellings);
    forged.extend([token.replace('.', ".."), token.to_uppercase(), token.replacen('.', "=.", 1)]);
    forged.extend(["a.b.c", "...", "", "null", "{}"].map(str::to_owned));
    forged.push("A".repeat(8000));
    forged
}

#[rocket::async_test]
async fn forged_access_tokens_are_refused_with_one_answer_in_the_cookie_and_as_bearer_and_nothing_is_fetched()
 {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let token = ada.cookie(ACCESS);
    let api = Api::of(&app);
    assert_eq!(api.me(token).await.status, 200, "the true one opens");
    let keys = api.key_set().await;
    let key = keys.iter().find(|key| key["kid"] == header(token)["kid"]).unwrap();
    let public = BASE64URL_NOPAD.decode(key["x"].as_str().unwrap().as_bytes()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let elsewhere = format!("http://{}/keys", listener.local_addr().unwrap());
    let (own, refresh) = (app.steal_key("access"), app.steal_key("refresh"));
    assert_eq!(
        api.me(&own.sign(&header(token), &claims(token))).await.status,
        200,
        "the key is ours"
    );
    let mut corpus = corpus(token, &public, &elsewhere);
    corpus.extend(ours_but_wrong(token, &own));
    corpus.extend(access_but_wrong(token, &own));
    // An access token signed with the refresh key, with either key ID.
    for kid in [&own.id, &refresh.id] {
        let other = with(&with(&header(token), "alg", json!("HS256")), "kid", json!(kid));
        corpus.push(refresh.sign(&other, &claims(token)));
    }
    assert!(corpus.len() > 150, "{}", corpus.len());
    let first = api.me("a.b.c").await.comparable();
    assert!(first.0 == 401 && first.2.contains("token_invalid"));
    for token in corpus.into_iter().chain([ada.cookie(REFRESH).to_owned()]) {
        assert_eq!(api.me(&token).await.comparable(), first, "as bearer: {token}");
        let mut visitor = app.visitor();
        visitor.jar.insert(ACCESS.to_owned(), token.clone());
        let reply = visitor.get("/profile").await;
        let to = reply.location.as_deref();
        assert_eq!(
            (reply.status, to),
            (303, Some("/login?next=/profile")),
            "in the cookie: {token}"
        );
        assert!(reply.set_cookies().is_empty(), "{reply:?}");
    }
    let came = listener.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(came, Err(std::io::ErrorKind::WouldBlock), "somebody fetched a key");
}

#[rocket::async_test]
async fn wrong_refresh_tokens_are_refused_with_one_answer_even_with_a_true_signature() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let (api, token) = (Api::of(&app), ada.cookie(REFRESH).to_owned());
    let (own, access) = (app.steal_key("refresh"), app.steal_key("access"));
    let mut corpus = ours_but_wrong(&token, &own);
    corpus.extend(other_spellings(&token));
    corpus.push(own.sign(&with(&header(&token), "typ", json!("at+jwt")), &claims(&token)));
    corpus.push(
        own.sign(&header(&token), &with(&claims(&token), "aud", json!("http://localhost:8000"))),
    );
    for kid in [&own.id, &access.id] {
        let other = with(&with(&header(&token), "alg", json!("EdDSA")), "kid", json!(kid));
        corpus.push(access.sign(&other, &claims(&token)));
    }
    corpus.push(ada.cookie(ACCESS).to_owned());
    let first = api.refresh(&json!("a.b.c")).await.comparable();
    assert!(first.0 == 401 && first.2.contains("invalid_refresh_token"), "{first:?}");
    for wrong in corpus {
        let reply = api.refresh(&json!(wrong)).await;
        assert_eq!(reply.comparable(), first, "in the body: {wrong}");
        let mut visitor = app.visitor();
        visitor.jar.insert(REFRESH.to_owned(), wrong.clone());
        assert_eq!(visitor.get("/profile").await.status, 303, "in the cookie: {wrong}");
    }
    assert!(ada.get("/profile").await.is_signed_in());
    assert_eq!(app.open_sessions(), 1);
    let right = own.sign(&header(&token), &claims(&token));
    assert_eq!(api.refresh(&json!(right)).await.status, 200, "the key is ours");
}

#[rocket::async_test]
async fn a_forged_refresh_token_is_not_cleared_and_ends_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut forger = app.visitor();
    for token in
        ["x.y.z".to_owned(), ada.cookie(ACCESS).to_owned(), format!("{}A", ada.cookie(REFRESH))]
    {
        forger.jar.insert(REFRESH.to_owned(), token);
        let reply = forger.get("/profile").await;
        assert_eq!(reply.location.as_deref(), Some("/login?next=/profile"));
        assert!(reply.set_cookies().is_empty(), "{reply:?}");
        forger.post("/logout", &[]).await;
    }
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn a_token_outside_its_cookie_is_ignored() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let token = ada.cookie(ACCESS);
    for path in [format!("/profile?access_token={token}"), format!("/profile?{ACCESS}={token}")] {
        assert_eq!(app.visitor().get(&path).await.status, 303);
    }
    let bearer = app
        .visitor()
        .with_header("Authorization", &format!("Bearer {token}"))
        .get("/profile")
        .await;
    assert_eq!(bearer.status, 303);
    assert_eq!(
        app.visitor().post("/profile", &[("access_token", token), ("name", "x")]).await.status,
        303
    );
}

#[rocket::async_test]
async fn repeated_and_misspelt_cookies_are_ignored() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let token = ada.cookie(ACCESS);
    for cookie in [
        format!("__%48ost-access-8000={token}"),
        format!("__host-access-8000={token}"),
        format!("access-8000={token}"),
        format!("\u{a0}{ACCESS}={token}"),
        format!("{ACCESS}={token}; {ACCESS}={token}"),
        format!("{ACCESS}=x; {ACCESS}={token}"),
        format!("__Secure-access-8000={token}"),
        format!("__Host-access={token}"),
        format!("__Host-access-8001={token}"),
    ] {
        let reply = app.visitor().with_header("Cookie", &cookie).get("/profile").await;
        assert_eq!(reply.status, 303, "{cookie}");
    }
}

#[rocket::async_test]
async fn tokens_of_another_installation_are_refused() {
    let (here, there) = (TestApp::start().await, TestApp::start().await);
    let stranger = there.ada().await;
    here.ada().await;
    assert_eq!(stranger.at(&here.client).get("/profile").await.status, 303);
}

#[rocket::async_test]
async fn a_refresh_token_ahead_of_its_session_is_refused_and_ends_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let old = ada.clone();
    ada.get("/profile").await;
    app.execute("UPDATE sessions SET generation = 1, parent = 1");
    app.outlive_access_token();
    assert_eq!(ada.get("/profile").await.status, 303, "the record was restored from a backup");
    assert_eq!(app.open_sessions(), 1);
    assert!(old.at(&app.client).get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn a_refresh_token_of_one_account_never_opens_a_session_of_another() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut eve = app.visitor();
    let fields = [("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    eve.post("/register", &fields).await;
    let (own, token) = (app.steal_key("refresh"), ada.cookie(REFRESH).to_owned());
    let eves = claims(eve.cookie(REFRESH))["sub"].clone();
    let mixed = own.sign(&header(&token), &with(&claims(&token), "sub", eves));
    let reply = Api::of(&app).refresh(&json!(mixed)).await;
    assert!(reply.status == 401 && reply.body.contains("invalid_refresh_token"), "{reply:?}");
    assert!(ada.get("/profile").await.is_signed_in());
}
