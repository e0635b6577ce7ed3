use crate::support::{TestApp, Visitor};
use rocket::http::{ContentType, Method};

/// Sec-Fetch-Site, Origin, and whether a request that changes something is accepted.
const TABLE: [(Option<&str>, Option<&str>, bool); 14] = [
    (Some("same-origin"), None, true),
    (Some("same-origin"), Some("http://localhost:8000"), true),
    (Some("same-origin"), Some("null"), true),
    (Some("none"), None, true),
    (Some("same-site"), None, false),
    (Some("same-site"), Some("http://localhost:8000"), false),
    (Some("cross-site"), None, false),
    (Some("cross-site"), Some("https://evil.example"), false),
    (Some("Same-Origin"), None, false),
    (Some(""), None, false),
    (None, None, true),
    (None, Some("http://localhost:8000"), true),
    (None, Some("null"), false),
    (None, Some("https://evil.example"), false),
];

/// Every mounted route that changes something, so that new ones are included.
fn changing_routes(app: &TestApp) -> Vec<(Method, String)> {
    let real = app.client.rocket().routes().filter(|route| route.rank < 1000);
    let changing =
        real.filter(|route| !matches!(route.method, Method::Get | Method::Head | Method::Options));
    changing
        .map(|route| {
            (route.method, route.uri.path().replace("<id>", "00000000-0000-0000-0000-000000000000"))
        })
        .collect()
}

async fn status(visitor: &Visitor<'_>, method: Method, path: &str) -> u16 {
    visitor
        .send_and_lose_cookies(method, path, Some((ContentType::Form, String::new())))
        .await
        .status
}

#[rocket::async_test]
async fn a_changing_request_passes_only_from_our_own_pages_or_from_no_browser() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let routes = changing_routes(&app);
    assert!(routes.len() >= 4, "{routes:?}");
    for (method, path) in routes {
        for (site, origin, passes) in TABLE {
            let mut visitor = ada.clone();
            if let Some(site) = site {
                visitor = visitor.with_header("Sec-Fetch-Site", site);
            }
            if let Some(origin) = origin {
                visitor = visitor.with_header("Origin", origin);
            }
            let passed = status(&visitor, method, &path).await != 403;
            assert_eq!(passed, passes, "{method} {path} with {site:?} and {origin:?}");
        }
    }
}

#[rocket::async_test]
async fn a_refused_request_changes_nothing_and_signs_nobody_out() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let reply = ada.clone().with_header("Sec-Fetch-Site", "cross-site").post("/logout", &[]).await;
    assert!(reply.status == 403 && reply.set_cookies().is_empty());
    let twice = ada
        .clone()
        .with_header("Sec-Fetch-Site", "same-origin")
        .with_header("Sec-Fetch-Site", "cross-site");
    assert_eq!(status(&twice, Method::Post, "/logout").await, 403);
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn reading_is_allowed_from_anywhere() {
    let app = TestApp::start().await;
    let mut visitor = app
        .visitor()
        .with_header("Sec-Fetch-Site", "cross-site")
        .with_header("Origin", "https://evil.example");
    assert_eq!(visitor.get("/login").await.status, 200);
}

#[rocket::async_test]
async fn a_form_cannot_override_its_method() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for method in ["get", "GET", "delete", "put", "head", "options", "post"] {
        let reply = ada
            .clone()
            .with_header("Sec-Fetch-Site", "cross-site")
            .post("/logout", &[("_method", method)])
            .await;
        assert_ne!(reply.status, 200, "{method}");
        let body = Some((ContentType::Form, format!("_method={method}&name=x")));
        let reply = ada.send_and_lose_cookies(Method::Post, "/profile", body).await;
        assert_eq!(reply.status, 400, "{method}");
        for hidden in [format!("&_method={method}"), format!("&&_method={method}&name=x")] {
            let body = Some((ContentType::Form, hidden.clone()));
            let reply = ada.send_and_lose_cookies(Method::Post, "/logout", body).await;
            assert_eq!(reply.status, 400, "{hidden}");
        }
    }
    assert!(ada.get("/profile").await.is_signed_in());
}
