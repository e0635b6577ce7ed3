use crate::support::{ACCESS, REFRESH, TestApp, Visitor};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

fn forge(header: &Value, payload: &Value, signature: &str) -> String {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}.{signature}", encode(header), encode(payload))
}

async fn opens(visitor: &Visitor<'_>, token: &str) -> bool {
    let mut forger = visitor.clone();
    forger.jar.clear();
    forger.jar.insert(ACCESS.to_owned(), token.to_owned());
    forger.get("/profile").await.status == 200
}

#[rocket::async_test]
async fn no_forged_access_token_opens_anything() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let token = ada.cookie(ACCESS);
    let (header, payload) = (part(token, 0), part(token, 1));
    let signature = token.rsplit('.').next().unwrap();
    assert!(opens(&ada, token).await, "the true one opens");

    let with = |value: &Value, name: &str, new: Value| {
        let mut changed = value.clone();
        changed[name] = new;
        changed
    };
    let mut forged = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "HS256", "HS384", "ES256", "RS256", "PS256", ""] {
        for signature in ["", signature] {
            forged.push(forge(&with(&header, "alg", json!(alg)), &payload, signature));
        }
    }
    for kid in
        [json!("../../../dev/null"), json!("' OR 1=1 --"), json!(null), json!("k".repeat(4096)), json!(""), json!(1)]
    {
        forged.push(forge(&with(&header, "kid", kid), &payload, signature));
    }
    for name in ["jku", "jwk", "x5u", "x5c", "crit", "b64"] {
        forged.push(forge(&with(&header, name, json!("http://127.0.0.1:9/keys")), &payload, signature));
    }
    for (name, value) in
        [("role", json!("admin")), ("sub", json!("someone")), ("exp", json!(9_999_999_999i64)), ("sid", json!(1))]
    {
        forged.push(forge(&header, &with(&payload, name, value), signature));
    }
    forged.extend([
        format!("{token}="),
        format!("{token}."),
        format!("{token}A"),
        token.replace('.', ".."),
        token.to_uppercase(),
    ]);
    forged.extend([
        token[..token.len() - 2].to_owned(),
        "a.b.c".into(),
        "...".into(),
        "A".repeat(8000),
        ada.cookie(REFRESH).to_owned(),
    ]);
    for token in forged {
        assert!(!opens(&ada, &token).await, "{token}");
    }
}

#[rocket::async_test]
async fn a_forged_refresh_token_is_cleared_and_ends_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut forger = app.visitor();
    for token in ["x.y.z".to_owned(), ada.cookie(ACCESS).to_owned(), format!("{}A", ada.cookie(REFRESH))] {
        forger.jar.insert(REFRESH.to_owned(), token);
        let reply = forger.get("/profile").await;
        assert_eq!(reply.location.as_deref(), Some("/login?next=/profile"));
        assert!(reply.set_cookie(REFRESH).unwrap().contains("Max-Age=0") && reply.set_cookie(ACCESS).is_none());
        forger.jar.insert(REFRESH.to_owned(), "x.y.z".to_owned());
        forger.post("/logout", &[]).await;
    }
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn a_token_outside_its_cookie_opens_nothing() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let token = ada.cookie(ACCESS);
    for path in [format!("/profile?access_token={token}"), format!("/profile?__Host-access={token}")] {
        assert_eq!(app.visitor().get(&path).await.status, 303);
    }
    let bearer = app.visitor().with_header("Authorization", &format!("Bearer {token}")).get("/profile").await;
    assert_eq!(bearer.status, 303);
    assert_eq!(app.visitor().post("/profile", &[("access_token", token), ("name", "x")]).await.status, 303);
}

#[rocket::async_test]
async fn tossed_doubled_and_misspelt_cookies_are_no_cookies() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let token = ada.cookie(ACCESS);
    for cookie in [
        format!("__%48ost-access={token}"),
        format!("__host-access={token}"),
        format!("access={token}"),
        format!("\u{a0}__Host-access={token}"),
        format!("__Host-access={token}; __Host-access={token}"),
        format!("__Host-access=x; __Host-access={token}"),
        format!("__Secure-access={token}"),
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
async fn a_refresh_token_from_ahead_of_the_record_is_refused_and_ends_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let old = ada.clone();
    ada.get("/profile").await;
    let mut database = app.database();
    diesel::connection::SimpleConnection::batch_execute(
        &mut database,
        "UPDATE sessions SET generation = 1, parent = 1",
    )
    .unwrap();
    app.outlive_access_token();
    assert_eq!(ada.get("/profile").await.status, 303, "the record was restored from a backup");
    assert_eq!(app.living_sessions(), 1);
    assert!(old.at(&app.client).get("/profile").await.is_signed_in());
}
