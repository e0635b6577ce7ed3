//! Pages of other origins that use the API.

use crate::support::{ACCESS, Api, EMAIL, PASSWORD, Reply, TestApp, text};
use rocket::http::Method;
use serde_json::json;

const INVITED: &str = "https://app.example.org";
const STRANGERS: [&str; 6] = [
    "https://evil.example",
    "https://app.example.org.evil.example",
    "http://app.example.org",
    "https://app.example.org:444",
    "https://APP.example.org",
    "null",
];

async fn app() -> TestApp {
    TestApp::start_with(&[(
        "VESTIBULE_CORS_ORIGINS",
        "https://app.example.org, http://localhost:3000",
    )])
    .await
}

fn from<'a>(app: &'a TestApp, origin: &str) -> Api<'a> {
    Api(app.visitor().with_header("Origin", origin).with_header("Sec-Fetch-Site", "cross-site"))
}

fn allowed(reply: &Reply) -> Option<&str> {
    assert!(reply.header("Access-Control-Allow-Credentials").is_none());
    reply.header("Access-Control-Allow-Origin")
}

async fn preflight(app: &TestApp, origin: &str, path: &str) -> Reply {
    let asking = app
        .visitor()
        .with_header("Origin", origin)
        .with_header("Access-Control-Request-Method", "POST");
    asking.send_and_lose_cookies(Method::Options, path, None).await
}

#[rocket::async_test]
async fn a_page_of_a_configured_origin_signs_in_and_reads_with_a_bearer_token() {
    let app = app().await;
    let page = from(&app, INVITED);
    let tokens = page.register().await;
    let me = page.me(text(&tokens, "access_token")).await;
    assert_eq!((me.status, allowed(&me), me.header("Vary")), (200, Some(INVITED), Some("Origin")));
    let refused = page.me("x.y.z").await;
    assert_eq!(
        (refused.status, allowed(&refused)),
        (401, Some(INVITED)),
        "errors can be read, too"
    );
    assert!(refused.header("Access-Control-Expose-Headers").unwrap().contains("WWW-Authenticate"));
    assert_eq!(page.refresh(&tokens["refresh_token"]).await.status, 200);
    let keys = page.call(Method::Get, "/.well-known/jwks.json", None).await;
    assert_eq!(allowed(&keys), Some(INVITED));
}

#[rocket::async_test]
async fn preflights_list_what_is_allowed() {
    let app = app().await;
    for path in
        ["/api/auth/login", "/api/auth/me", "/api/auth/sessions/7", "/.well-known/jwks.json"]
    {
        let reply = preflight(&app, INVITED, path).await;
        assert_eq!(
            (reply.status, allowed(&reply), reply.body.as_str()),
            (204, Some(INVITED), ""),
            "{path}"
        );
        assert_eq!(
            reply.header("Access-Control-Allow-Headers"),
            Some("Authorization, Content-Type")
        );
    }
    let methods = preflight(&app, INVITED, "/api/auth/sessions/7").await;
    assert_eq!(methods.header("Access-Control-Allow-Methods"), Some("DELETE"));
    assert_eq!(preflight(&app, "http://localhost:3000", "/api/auth/me").await.status, 204);
}

#[rocket::async_test]
async fn other_origins_are_not_allowed() {
    let app = app().await;
    for origin in STRANGERS {
        let asked = preflight(&app, origin, "/api/auth/login").await;
        assert_eq!((asked.status, allowed(&asked)), (204, None), "{origin}");
        assert_eq!(asked.header("Access-Control-Allow-Methods"), None, "no preflight: {origin}");
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let posted = from(&app, origin).post("/api/auth/login", body).await;
        assert_eq!(
            (posted.status, allowed(&posted), posted.header("Vary")),
            (403, None, Some("Origin")),
            "{origin}"
        );
    }
    let twice =
        app.visitor().with_header("Origin", INVITED).with_header("Origin", "https://evil.example");
    assert_eq!(allowed(&Api(twice).call(Method::Get, "/api/auth/me", None).await), None);
    let closed = TestApp::start().await;
    let reply = preflight(&closed, INVITED, "/api/auth/login").await;
    assert_eq!((reply.status, allowed(&reply), reply.header("Vary")), (204, None, None));
}

#[rocket::async_test]
async fn pages_and_cookies_are_not_shared_with_configured_origins() {
    let app = app().await;
    let mut ada = app.ada().await;
    for path in ["/profile", "/login", "/"] {
        let asked = preflight(&app, INVITED, path).await;
        assert_eq!((asked.status, allowed(&asked)), (204, None), "{path}");
        assert_eq!(asked.header("Access-Control-Allow-Methods"), None, "no preflight: {path}");
    }
    let invited =
        ada.clone().with_header("Origin", INVITED).with_header("Sec-Fetch-Site", "same-site");
    assert_eq!(invited.clone().post("/logout", &[]).await.status, 403);
    assert_eq!(allowed(&invited.clone().get("/profile").await), None);
    let refresh = Api(invited.clone()).call(Method::Post, "/api/auth/refresh", None).await;
    assert!(refresh.status == 401 && refresh.set_cookie(ACCESS).is_none(), "{refresh:?}");
    assert!(ada.get("/profile").await.is_signed_in());
}
