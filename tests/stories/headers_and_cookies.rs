use crate::support::{ACCESS, EMAIL, PASSWORD, REFRESH, TestApp};
use rocket::http::Method;

#[rocket::async_test]
async fn every_response_has_the_protection_headers() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let css = ada.get("/login").await;
    assert_eq!(css.status, 303);
    let login = app.visitor().get("/login").await;
    let css =
        login.body.split('"').find(|part| part.contains("app.css")).unwrap().replace("&#x2F;", "/");
    for path in ["/", "/login", "/profile", "/nowhere", css.as_str(), "/static/none"] {
        let reply = ada.get(path).await;
        for (name, value) in [
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            ),
        ] {
            assert_eq!(reply.header(name), Some(value), "{path} {name}");
        }
        assert!(
            reply.header("Permissions-Policy").is_some() && reply.header("Server").is_none(),
            "{path}"
        );
        assert!(reply.header("Strict-Transport-Security").is_none(), "{path}: plain http");
        let cached = path == css;
        let expected = if cached { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(reply.header("Cache-Control"), Some(expected), "{path}");
    }
}

#[rocket::async_test]
async fn with_an_https_base_url_responses_have_hsts_but_not_on_a_name_that_others_share() {
    for (base_url, hsts) in [
        ("https://id.example.org", Some("max-age=31536000")),
        ("https://localhost:8443", None),
        ("https://id.localhost", None),
        ("https://127.0.0.1", None),
    ] {
        let app = TestApp::start_with(&[("VESTIBULE_BASE_URL", base_url)]).await;
        let reply = app.visitor().get("/nowhere").await;
        assert_eq!(reply.header("Strict-Transport-Security"), hsts, "{base_url}");
        let settings = [("VESTIBULE_BASE_URL", base_url), ("VESTIBULE_HSTS_SUBDOMAINS", "on")];
        let reply = TestApp::start_with(&settings).await.visitor().get("/nowhere").await;
        let hsts = hsts.map(|alone| format!("{alone}; includeSubDomains"));
        assert_eq!(reply.header("Strict-Transport-Security"), hsts.as_deref(), "{base_url}");
    }
}

#[rocket::async_test]
async fn a_browser_that_drops_secure_cookies_over_http_is_told_so() {
    const TOLD: &str = "just-signed-in-8000";
    let app = TestApp::start().await;
    app.ada().await;
    let mut safari = app.visitor();
    let signed_in = safari.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let told = format!("{TOLD}=1; HttpOnly; SameSite=Strict; Path=/; Max-Age=60");
    assert_eq!(signed_in.set_cookie(TOLD), Some(told.as_str()));
    let mut other = safari.clone();
    for name in [ACCESS, REFRESH] {
        safari.jar.remove(name);
    }
    let explained = "did not keep you signed in";
    assert!(safari.get("/login").await.body.contains(explained));
    let signed_out = other.post("/logout", &[]).await;
    assert!(signed_out.set_cookie(TOLD).unwrap().contains("Max-Age=0"));
    assert!(!other.get("/login").await.body.contains(explained));
}

#[rocket::async_test]
async fn over_https_nothing_is_set_but_secure_cookies() {
    let app = TestApp::start_with(&[("VESTIBULE_BASE_URL", "https://id.example.org")]).await;
    let mut ada = app.visitor();
    let form = [("name", "Ada"), ("email", EMAIL), ("password", PASSWORD)];
    let mut replies = vec![ada.post("/register", &form).await];
    replies.push(ada.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await);
    replies.push(ada.post("/logout", &[]).await);
    for reply in replies {
        assert_eq!(reply.status, 303, "{}", reply.body);
        let cookies = reply.set_cookies();
        assert!(cookies.len() >= 2, "{cookies:?}");
        assert!(cookies.iter().all(|cookie| cookie.starts_with("__Host-")), "{cookies:?}");
    }
}

#[rocket::async_test]
async fn token_cookies_have_the_promised_attributes_and_are_set_nowhere_else() {
    let app = TestApp::start().await;
    app.ada().await;
    let mut ada = app.visitor();
    let reply = ada.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    for name in [ACCESS, REFRESH] {
        let expected =
            format!("{name}={}; HttpOnly; Secure; SameSite=Strict; Path=/", ada.cookie(name));
        assert_eq!(reply.set_cookie(name), Some(expected.as_str()));
    }
    let tokens = [ada.cookie(ACCESS).to_owned(), ada.cookie(REFRESH).to_owned()];
    for path in ["/profile", "/logout"] {
        let reply = ada.get(path).await;
        assert!(
            tokens.iter().all(|token| !reply.body.contains(token)),
            "a token in the HTML of {path}"
        );
    }
    assert!(tokens.iter().all(|token| !reply.location.as_deref().unwrap().contains(token)));
}

#[rocket::async_test]
async fn the_host_header_changes_nothing() {
    let app = TestApp::start().await;
    let forged = app
        .visitor()
        .with_header("Host", "evil.example")
        .with_header("X-Forwarded-Host", "evil.example");
    for path in ["/", "/login", "/profile", "/nowhere"] {
        let reply = forged.clone().get(path).await;
        assert!(
            !reply.body.contains("evil.example")
                && !format!("{:?}", reply.headers).contains("evil.example"),
            "{path}"
        );
    }
}

#[rocket::async_test]
async fn scripts_get_problem_documents_and_browsers_get_pages() {
    let app = TestApp::start().await;
    for (accept, mode, json) in [
        (Some("application/json, text/plain, */*"), None, true),
        (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), None, false),
        (Some("*/*"), None, false),
        (None, None, false),
        (Some("*/*"), Some("cors"), true),
        (Some("*/*"), Some("navigate"), false),
        (Some("text/html"), Some("cors"), false),
    ] {
        let mut client = app.visitor();
        for (name, value) in [("Accept", accept), ("Sec-Fetch-Mode", mode)] {
            if let Some(value) = value {
                client = client.with_header(name, value);
            }
        }
        assert_eq!(client.get("/profile").await.status == 401, json, "{accept:?} {mode:?}");
        let problem =
            client.get("/nowhere").await.header("Content-Type") == Some("application/problem+json");
        assert_eq!(problem, json, "{accept:?} {mode:?}");
    }
}

#[rocket::async_test]
async fn clients_that_accept_only_json_get_problem_documents() {
    let app = TestApp::start().await;
    let mut script = app.visitor().with_header("Accept", "application/json");
    let reply = script.get("/profile").await;
    assert_eq!(
        (reply.status, reply.header("Content-Type")),
        (401, Some("application/problem+json"))
    );
    assert!(reply.header("WWW-Authenticate").is_some());
    assert!(
        reply.body.starts_with(
            r#"{"status":401,"title":"Unauthorized","code":"token_missing","detail":"Auth"#
        ),
        "{reply:?}"
    );
    let reply = script.get("/nowhere").await;
    assert!(
        reply
            .body
            .starts_with(r#"{"status":404,"title":"Not Found","code":"not_found","detail":"This"#),
        "{reply:?}"
    );
    let browser = app
        .visitor()
        .with_header("Accept", "text/html,application/json;q=0.9,*/*;q=0.8")
        .get("/nowhere")
        .await;
    assert!(browser.body.starts_with("<!DOCTYPE html>"));
}

#[rocket::async_test]
async fn the_login_page_and_what_it_needs_is_three_requests_and_under_20_kib() {
    let app = TestApp::start().await;
    let login = app.visitor().get("/login").await;
    let needs: Vec<String> = login
        .body
        .split('"')
        .filter(|part| part.contains("static"))
        .map(|part| part.replace("&#x2F;", "/"))
        .collect();
    assert_eq!(needs.len(), 2, "{needs:?}");
    let mut bytes = login.body.len();
    for path in needs {
        let reply = app.visitor().get(&path).await;
        assert_eq!(reply.status, 200);
        bytes += reply.body.len();
    }
    assert!(bytes < 20 * 1024, "{bytes}");
}

#[rocket::async_test]
async fn head_answers_like_get_without_a_body() {
    let app = TestApp::start().await;
    let reply = app.visitor().send(Method::Head, "/login", None).await;
    assert!(reply.status == 200 && reply.body.is_empty());
}
