//! The JSON API, as a program uses it.

use crate::support::{ACCESS, Api, EMAIL, PASSWORD, REFRESH, Reply, TestApp, claims, parsed, text};
use rocket::http::{ContentType, Method};
use serde_json::{Value, json};
use vestibule::domain::Span;

fn assert_problem(reply: &Reply, status: u16, code: &str) {
    let problem = parsed(reply);
    assert_eq!((reply.status, problem["code"].as_str()), (status, Some(code)), "{}", reply.body);
    assert_eq!(reply.header("Content-Type"), Some("application/problem+json"));
    assert_eq!(problem["status"], status);
    assert!(
        !text(&problem, "title").is_empty() && text(&problem, "detail").ends_with('.'),
        "{problem}"
    );
    // RFC 6750 section 3.1: an error code for an invalid token, none for a request without a token.
    let challenge = match code {
        "token_expired" | "token_invalid" | "session_ended" => {
            r#"Bearer realm="vestibule", error="invalid_token""#
        }
        _ => r#"Bearer realm="vestibule""#,
    };
    assert_eq!(reply.header("WWW-Authenticate"), (status == 401).then_some(challenge), "{code}");
}

#[rocket::async_test]
async fn register_login_me_expiry_refresh_logout() {
    let app = TestApp::start().await;
    let api = Api::of(&app);
    let registered = api.register().await;
    let first = api.login().await;
    let access = text(&first, "access_token");
    let said = claims(access);
    assert_eq!(said["sub"], first["user"]["id"]);
    assert_eq!(
        (said["iss"].as_str(), said["aud"].as_str()),
        (Some("http://localhost:8000"), Some("http://localhost:8000"))
    );
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 900);
    assert_eq!(
        (first["token_type"].as_str(), first["expires_in"].as_i64()),
        (Some("Bearer"), Some(900))
    );
    assert_eq!(first["refresh_expires_in"], 7 * 86_400);

    let me = api.me(access).await;
    assert_eq!(me.status, 200);
    let user = parsed(&me);
    assert_eq!(
        (text(&user, "email"), text(&user, "name"), text(&user, "role")),
        (EMAIL, "Ada", "user")
    );
    assert_eq!(user.as_object().unwrap().len(), 5);

    app.outlive_access_token();
    assert_problem(&api.me(access).await, 401, "token_expired");
    let second = parsed(&api.refresh(&first["refresh_token"]).await);
    assert!(claims(text(&second, "access_token"))["exp"].as_i64() > said["exp"].as_i64());
    assert_eq!(api.me(text(&second, "access_token")).await.status, 200);
    assert_problem(&api.me(access).await, 401, "token_expired");

    let out =
        api.with_bearer(Method::Post, "/api/auth/logout", text(&second, "access_token")).await;
    assert_eq!((out.status, out.body.as_str()), (204, ""));
    assert_problem(&api.me(text(&second, "access_token")).await, 401, "session_ended");
    let ended = api.refresh(&second["refresh_token"]).await;
    assert_problem(&ended, 401, "session_ended");
    assert_eq!(parsed(&ended)["reason"], "signed_out");
    let other = api.refresh(&registered["refresh_token"]).await;
    assert_eq!(other.status, 200, "the other session is still active");
}

#[rocket::async_test]
async fn logout_by_refresh_token_ends_the_session_and_may_be_repeated() {
    let app = TestApp::start().await;
    let tokens = Api::of(&app).register().await;
    for _ in 0..2 {
        let reply = Api::of(&app)
            .post("/api/auth/logout", json!({ "refresh_token": tokens["refresh_token"] }))
            .await;
        assert_eq!(reply.status, 204);
    }
    assert_eq!(app.open_sessions(), 0);
    let (mine, other) = (Api::of(&app).login().await, Api::of(&app).login().await);
    let with_bearer = app
        .visitor()
        .with_header("Authorization", &format!("Bearer {}", text(&mine, "access_token")));
    app.outlive_access_token();
    let body = json!({ "refresh_token": other["refresh_token"] });
    assert_eq!(
        Api(with_bearer).post("/api/auth/logout", body).await.status,
        204,
        "the token in the body decides"
    );
    assert_eq!(app.open_sessions(), 1);
    assert_problem(
        &Api::of(&app).post("/api/auth/logout", json!({ "refresh_token": "x.y.z" })).await,
        401,
        "invalid_refresh_token",
    );
    assert_problem(
        &Api::of(&app).call(Method::Post, "/api/auth/logout", None).await,
        401,
        "token_missing",
    );
}

#[rocket::async_test]
async fn the_rotation_rules_hold_for_api_clients_too() {
    let app = TestApp::start().await;
    let first = Api::of(&app).register().await;
    let old = first["refresh_token"].clone();
    let api = Api::of(&app);
    let racers = rocket::futures::future::join_all((0..20).map(|_| api.refresh(&old))).await;
    assert!(racers.iter().all(|reply| reply.status == 200));
    assert_eq!(app.generation(), 2);
    let access = text(&parsed(&racers[0]), "access_token").to_owned();
    assert_eq!(Api::of(&app).with_bearer(Method::Get, "/api/auth/me", &access).await.status, 200);
    app.wait(Span::seconds(60));
    assert_problem(&api.refresh(&old).await, 401, "refresh_conflict");
    app.wait(Span::minutes(5));
    let reuse = api.refresh(&old).await;
    assert_problem(&reuse, 401, "session_ended");
    assert_eq!(parsed(&reuse)["reason"], "reuse");
    assert_problem(
        &Api::of(&app).with_bearer(Method::Get, "/api/auth/me", &access).await,
        401,
        "session_ended",
    );
}

#[rocket::async_test]
async fn shortly_after_a_rotation_the_refresh_token_stays_the_same() {
    let app = TestApp::start().await;
    let first = Api::of(&app).register().await;
    let api = Api::of(&app);
    let second = parsed(&api.refresh(&first["refresh_token"]).await);
    assert_ne!(second["refresh_token"], first["refresh_token"], "the first is rotated at once");
    app.wait(Span::seconds(140));
    let kept = parsed(&api.refresh(&second["refresh_token"]).await);
    assert_eq!(kept["refresh_token"], second["refresh_token"]);
    assert_ne!(kept["access_token"], second["access_token"]);
    assert_eq!(app.generation(), 2);
    app.wait(Span::seconds(1));
    let rotated = parsed(&api.refresh(&kept["refresh_token"]).await);
    assert_ne!(rotated["refresh_token"], kept["refresh_token"]);
    assert_eq!(app.generation(), 3);
}

#[rocket::async_test]
async fn a_pages_script_refreshes_by_cookie_and_sees_no_token() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let before = ada.cookie(REFRESH).to_owned();
    let reply = ada
        .clone()
        .with_header("Sec-Fetch-Site", "cross-site")
        .post("/api/auth/refresh", &[])
        .await;
    assert_problem(&reply, 403, "forbidden");
    let reply = ada.send(Method::Post, "/api/auth/refresh", None).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let told = parsed(&reply);
    assert!(
        told["access_token"].is_null()
            && told["refresh_token"].is_null()
            && told["user"]["email"] == EMAIL
    );
    assert!(ada.cookie(REFRESH) != before && reply.set_cookie(ACCESS).is_some());
    assert!(ada.get("/profile").await.is_signed_in());
    assert_problem(
        &Api::of(&app).call(Method::Post, "/api/auth/refresh", None).await,
        401,
        "invalid_refresh_token",
    );
}

#[rocket::async_test]
async fn only_the_authorization_header_is_read() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let token = ada.cookie(ACCESS).to_owned();
    assert_problem(
        &Api(ada.clone()).call(Method::Get, "/api/auth/me", None).await,
        401,
        "token_missing",
    );
    let query = format!("/api/auth/me?access_token={token}");
    assert_problem(&Api::of(&app).call(Method::Get, &query, None).await, 401, "token_missing");
    for (header, code) in [
        (format!("Bearer {token}"), None),
        (format!("bearer {token}"), None),
        (format!("Basic {token}"), Some("token_missing")),
        (token.clone(), Some("token_missing")),
        (format!("Bearer  {token}"), Some("token_invalid")),
        (format!("Bearer {token} "), Some("token_invalid")),
        ("Bearer ".to_owned(), Some("token_invalid")),
        ("Bearer".to_owned(), Some("token_missing")),
        (format!("Bearer {}", ada.cookie(REFRESH)), Some("token_invalid")),
        (format!("Bearer {}", "A".repeat(8000)), Some("token_invalid")),
    ] {
        let reply = Api(app.visitor().with_header("Authorization", &header))
            .call(Method::Get, "/api/auth/me", None)
            .await;
        match code {
            Some(code) => assert_problem(&reply, 401, code),
            None => assert_eq!(reply.status, 200, "{header}"),
        }
    }
    let twice = app.visitor().with_header("Authorization", &format!("Bearer {token}"));
    let twice = twice.with_header("Authorization", &format!("Bearer {token}"));
    assert_problem(&Api(twice).call(Method::Get, "/api/auth/me", None).await, 401, "token_missing");
}

async fn send(app: &TestApp, content_type: ContentType, body: &str) -> Reply {
    let body = Some((content_type, body.to_owned()));
    app.visitor().send_and_lose_cookies(Method::Post, "/api/auth/register", body).await
}

#[rocket::async_test]
async fn the_errors_of_a_body_are_reported_by_field() {
    let app = TestApp::start().await;
    let send = async |body: &str| send(&app, ContentType::JSON, body).await;
    let values = r#"{"name": "", "email": "ada at example", "password": "short"}"#;
    let reply = send(values).await;
    assert_problem(&reply, 422, "invalid_fields");
    let errors = &parsed(&reply)["errors"];
    for (field, sentence) in [
        ("name", "Enter your name."),
        ("email", "Enter an email address"),
        ("password", "Enter a password of 8 characters or more."),
    ] {
        assert!(errors[field][0].as_str().unwrap().starts_with(sentence), "{errors}");
    }
    let names = format!(r#""name":"A","email":"{EMAIL}","password":"{PASSWORD}""#);
    for (body, field, sentence) in [
        (format!(r#"{{{names},"role":"admin"}}"#), "role", "This field does not exist. Remove it."),
        (format!(r#"{{{names},"email":"eve@example.org"}}"#), "email", "This field appears twice."),
        (names.replace("\"A\"", "7"), "name", "This field must be a string."),
        (names.replace("\"name\":\"A\",", ""), "name", "This field is required."),
    ] {
        let body = if body.starts_with('{') { body } else { format!("{{{body}}}") };
        let reply = send(&body).await;
        assert_problem(&reply, 422, "invalid_fields");
        let errors = parsed(&reply)["errors"].clone();
        assert!(errors[field][0].as_str().unwrap().starts_with(sentence), "{body}: {errors}");
    }
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 0);
}

#[rocket::async_test]
async fn a_body_that_is_not_a_json_object_or_too_large_is_reported() {
    let app = TestApp::start().await;
    let send = async |content_type, body: &str| send(&app, content_type, body).await;
    assert_problem(&send(ContentType::JSON, "{}").await, 422, "invalid_fields");
    for (content_type, body, status, code) in [
        (ContentType::JSON, "[]", 422, "invalid_fields"),
        (ContentType::JSON, "\"text\"", 422, "invalid_fields"),
        (ContentType::JSON, "null", 422, "invalid_fields"),
        (ContentType::JSON, "{", 400, "bad_request"),
        (ContentType::JSON, "", 400, "bad_request"),
        (ContentType::JSON, "{} {}", 400, "bad_request"),
        (ContentType::Form, "name=Ada", 415, "unsupported_media_type"),
        (ContentType::Plain, "{}", 415, "unsupported_media_type"),
        (ContentType::JSON, &format!("{{\"name\": \"{}\"}}", "a".repeat(20_000)), 413, "too_large"),
        (
            ContentType::JSON,
            &format!("{{\"name\": \"{}\"}}", "\u{e9}".repeat(20_000)),
            413,
            "too_large",
        ),
        (
            ContentType::JSON,
            &format!("{{\"name\":  \"{}\"}}", "\u{e9}".repeat(20_000)),
            413,
            "too_large",
        ),
        (ContentType::JSON, &format!("{{\"name\": {}", "[".repeat(10_000)), 400, "bad_request"),
    ] {
        assert_problem(&send(content_type, body).await, status, code);
    }
    for (content_type, body, told) in [
        (ContentType::JSON, "[]", "must be a JSON object"),
        (ContentType::JSON, "{\"name\": 1,}", "key must be a string at line 1 column 12"),
        (ContentType::Plain, "{}", "Content-Type: application/json"),
    ] {
        let problem = parsed(&send(content_type, body).await);
        assert!(text(&problem, "detail").contains(told), "{body}: {problem}");
    }
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 0);
}

#[rocket::async_test]
async fn refusals_have_stable_codes() {
    let app = TestApp::start_with(&[]).await;
    Api::of(&app).register().await;
    let taken = json!({ "name": "Eve", "email": "ADA@example.org", "password": PASSWORD });
    assert_problem(&Api::of(&app).post("/api/auth/register", taken).await, 409, "email_taken");
    for (email, password) in [(EMAIL, "wrong password"), ("bob@example.org", PASSWORD)] {
        let reply = Api::of(&app)
            .post("/api/auth/login", json!({ "email": email, "password": password }))
            .await;
        assert_problem(&reply, 401, "invalid_credentials");
    }
    assert_problem(
        &Api::of(&app).post("/api/auth/refresh", json!({ "refresh_token": "x" })).await,
        401,
        "invalid_refresh_token",
    );
    assert_problem(&Api::of(&app).call(Method::Get, "/api/nowhere", None).await, 404, "not_found");
    let wrong_method = Api::of(&app).call(Method::Get, "/api/auth/login", None).await;
    assert_problem(&wrong_method, 405, "method_not_allowed");
    assert_eq!(wrong_method.header("Allow"), Some("POST, OPTIONS"));
    let closed = TestApp::start_with(&[("VESTIBULE_REGISTRATION", "closed")]).await;
    let new = json!({ "name": "Ada", "email": EMAIL, "password": PASSWORD });
    assert_problem(
        &Api::of(&closed).post("/api/auth/register", new).await,
        403,
        "registration_closed",
    );
}

#[rocket::async_test]
async fn sessions_are_listed_and_ended_by_id() {
    let app = TestApp::start().await;
    let here = Api::of(&app).register().await;
    let there = parsed(
        &Api::of(&app)
            .post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD }))
            .await,
    );
    let list = parsed(
        &Api::of(&app)
            .with_bearer(Method::Get, "/api/auth/sessions", text(&here, "access_token"))
            .await,
    );
    let other = text(&list["others"][0], "id").to_owned();
    assert_eq!(list["this"]["id"], claims(text(&here, "access_token"))["sid"]);
    assert_eq!(other, claims(text(&there, "access_token"))["sid"]);
    let path = format!("/api/auth/sessions/{other}");
    assert_eq!(
        Api::of(&app).with_bearer(Method::Delete, &path, text(&here, "access_token")).await.status,
        204
    );
    assert_problem(
        &Api::of(&app).with_bearer(Method::Get, "/api/auth/me", text(&there, "access_token")).await,
        401,
        "session_ended",
    );
    let again = Api::of(&app).with_bearer(Method::Delete, &path, text(&here, "access_token")).await;
    assert_eq!(again.status, 204, "the response to the first may have been lost");
    let odd = Api::of(&app)
        .with_bearer(Method::Delete, "/api/auth/sessions/7", text(&here, "access_token"))
        .await;
    assert_problem(&odd, 404, "not_found");
}

#[rocket::async_test]
async fn a_program_and_a_page_share_the_account_but_not_the_session() {
    let app = TestApp::start().await;
    let tokens = Api::of(&app).register().await;
    let mut browser = app.visitor();
    browser.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    browser.post("/logout", &[]).await;
    assert_eq!(
        Api::of(&app)
            .with_bearer(Method::Get, "/api/auth/me", text(&tokens, "access_token"))
            .await
            .status,
        200
    );
}

#[rocket::async_test]
async fn the_key_set_contains_only_public_keys_and_verifies_an_access_token() {
    let app = TestApp::start().await;
    let tokens = Api::of(&app).register().await;
    let reply = Api::of(&app).call(Method::Get, "/.well-known/jwks.json", None).await;
    assert_eq!((reply.status, reply.header("Cache-Control")), (200, Some("public, max-age=300")));
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(set.keys.len(), 2, "the active and the next one");
    for key in &set.keys {
        let thumbprint = key.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap();
        assert_eq!(key.common.key_id.as_deref(), Some(thumbprint.as_str()));
    }
    assert!(
        !reply.body.contains("\"d\"")
            && !reply.body.contains("\"k\"")
            && !reply.body.contains("oct")
    );

    let access = text(&tokens, "access_token");
    let header = jsonwebtoken::decode_header(access).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    let key =
        jsonwebtoken::DecodingKey::from_jwk(set.find(header.kid.as_deref().unwrap()).unwrap())
            .unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.set_issuer(&["http://localhost:8000"]);
    validation.set_audience(&["http://localhost:8000"]);
    validation.validate_exp = false;
    let said = jsonwebtoken::decode::<Value>(access, &key, &validation).unwrap().claims;
    assert_eq!(said["sub"], tokens["user"]["id"]);
}
