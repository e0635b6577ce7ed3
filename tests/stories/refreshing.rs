//! Which requests refresh a session. Races, lost responses and thieves are in `rotation.rs`.

use crate::support::{ACCESS, EMAIL, PASSWORD, REFRESH, TestApp, Visitor};
use rocket::http::{ContentType, Method};
use vestibule::domain::Span;

#[rocket::async_test]
async fn an_expired_access_token_is_refreshed_once_with_both_cookies() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let (access, refresh) = (ada.cookie(ACCESS).to_owned(), ada.cookie(REFRESH).to_owned());
    assert!(ada.get("/profile").await.set_cookies().is_empty(), "a living token is left alone");
    app.outlive_access_token();
    let reply = ada.get("/profile").await;
    assert!(reply.is_signed_in());
    assert!(ada.cookie(ACCESS) != access && ada.cookie(REFRESH) != refresh);
    assert_eq!(app.generation(), 2);
}

#[rocket::async_test]
async fn a_missing_or_unreadable_access_cookie_is_refreshed_too() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    ada.jar.remove(ACCESS);
    assert!(ada.get("/profile").await.is_signed_in());
    app.wait(Span::minutes(3));
    ada.jar.insert(ACCESS.to_owned(), "not.a.token".to_owned());
    assert!(ada.get("/profile").await.is_signed_in());
    assert_eq!(app.generation(), 3);
}

#[rocket::async_test]
async fn after_sign_out_a_copied_refresh_token_is_refused() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut copy = ada.clone();
    let out = ada.post("/logout", &[]).await;
    assert!(
        out.set_cookie(ACCESS).unwrap().contains("Max-Age=0")
            && out.set_cookie(REFRESH).unwrap().contains("Max-Age=0")
    );
    assert_eq!(out.header("Clear-Site-Data"), None, "it stalls Chromium for seconds");
    copy.jar.remove(ACCESS);
    assert_eq!(copy.get("/profile").await.status, 303);
    assert_eq!((app.open_sessions(), app.events("signed_out")), (0, 1));
}

#[rocket::async_test]
async fn sign_out_works_with_an_expired_access_token_and_refreshes_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    ada.post("/logout", &[]).await;
    assert!(!ada.jar.contains_key(ACCESS) && !ada.jar.contains_key(REFRESH));
    assert_eq!(
        (app.open_sessions(), app.number("SELECT max(generation) AS n FROM sessions")),
        (0, 1)
    );
}

#[rocket::async_test]
async fn an_access_token_that_outlived_its_session_leads_to_the_sign_in_page_and_not_in_a_circle() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut copy = ada.clone();
    ada.post("/logout", &[]).await;
    let reply = copy.get("/profile").await;
    assert_eq!(reply.location.as_deref(), Some("/login?next=/profile"));
    assert_eq!(copy.get("/login?next=/profile").await.status, 200);
}

#[rocket::async_test]
async fn refreshed_tokens_reach_the_browser_even_if_a_catcher_answers() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let large = Some((ContentType::Form, format!("name={}", "a".repeat(20_000))));
    let json = Some((ContentType::JSON, "{}".to_owned()));
    for (body, status) in [(json, 415), (large, 413)] {
        app.outlive_access_token();
        let reply = ada.send(Method::Post, "/profile", body).await;
        assert_eq!(reply.status, status);
        assert!(reply.set_cookie(REFRESH).is_some());
    }
    assert!(ada.get("/profile").await.is_signed_in());
    assert_eq!(app.generation(), 3);
}

fn prefetching<'a>(visitor: &Visitor<'a>) -> Visitor<'a> {
    visitor.clone().with_header("Sec-Purpose", "prefetch;prerender")
}

#[rocket::async_test]
async fn neither_head_nor_prefetch_refreshes_or_tells_whether_the_session_is_alive() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    assert!(prefetching(&ada).get("/profile").await.is_signed_in(), "the access token is enough");
    app.outlive_access_token();
    let mut signed_out = app.kept_ada().await;
    let mut copy = signed_out.clone();
    signed_out.post("/logout", &[]).await;
    copy.jar.remove(ACCESS);
    for path in ["/profile", "/sessions", "/", "/login"] {
        for visitor in [&ada, &copy] {
            let prefetch = prefetching(visitor).get(path).await;
            let head = visitor.clone().send(Method::Head, path, None).await;
            for reply in [prefetch, head] {
                assert_eq!(reply.status, 503, "{path}");
                assert_eq!(reply.header("Cache-Control"), Some("no-store"), "{path}");
                assert!(reply.set_cookies().is_empty() && !reply.body.contains(EMAIL), "{path}");
            }
        }
    }
    assert_eq!(app.number("SELECT max(generation) AS n FROM sessions"), 1);
    let anonymous = prefetching(&app.visitor()).get("/profile").await;
    assert_eq!(anonymous.location.as_deref(), Some("/login?next=/profile"), "nothing to decide");
    let post =
        ada.with_header("Sec-Purpose", "prefetch").post("/profile", &[("name", "Ada")]).await;
    assert!(post.set_cookie(REFRESH).is_some(), "only GET can be a prefetch");
}

#[rocket::async_test]
async fn static_files_and_unknown_paths_refresh_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let login = app.visitor().get("/login").await;
    let css =
        login.body.split('"').find(|part| part.contains("app.css")).unwrap().replace("&#x2F;", "/");
    for (path, status) in [(css.as_str(), 200), ("/static/nothing.css", 404), ("/nowhere", 404)] {
        let reply = ada.get(path).await;
        assert!(reply.status == status && reply.set_cookies().is_empty(), "{path}");
    }
    assert_eq!(app.generation(), 1);
}

#[rocket::async_test]
async fn sessions_end_after_the_idle_timeout_and_the_absolute_lifetime() {
    let app = TestApp::start().await;
    let mut brief = app.ada().await;
    let mut kept = app.visitor();
    kept.post("/login", &[("email", EMAIL), ("password", PASSWORD), ("remember", "on")]).await;
    app.wait(Span::hours(12));
    assert_eq!(brief.get("/profile").await.status, 303);
    for _ in 0..29 {
        assert!(kept.get("/profile").await.is_signed_in());
        app.wait(Span::days(1));
    }
    app.wait(Span::hours(12));
    assert_eq!(kept.get("/profile").await.status, 303);
    assert_eq!(app.number("SELECT count(*) AS n FROM sessions WHERE end_reason = 'idle'"), 1);
    assert_eq!(app.number("SELECT count(*) AS n FROM sessions WHERE end_reason = 'expired'"), 1);
}

#[rocket::async_test]
async fn an_unavailable_database_is_a_503_that_keeps_cookies_and_recovers_by_itself() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let mut blocker = app.block();
    for path in ["/profile", "/", "/login"] {
        let reply = ada.get(path).await;
        assert_eq!(reply.status, 503, "{path}: a 503 is not a 401");
        assert!(reply.set_cookies().is_empty() && reply.header("Retry-After").is_some());
    }
    let stopwatch = vestibule::clock::Stopwatch::start();
    let many = (0..12).map(|_| ada.send_and_lose_cookies(Method::Get, "/profile", None));
    let replies = rocket::futures::future::join_all(many).await;
    assert!(replies.iter().all(|reply| reply.status == 503));
    assert!(stopwatch.micros() < 4_000_000, "they waited for each other one by one");
    blocker.batch_execute("ROLLBACK").unwrap();
    assert!(ada.get("/profile").await.is_signed_in());
}
