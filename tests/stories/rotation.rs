//! The promises of the rotation protocol. `soak/` tests the one about killed processes.

use crate::support::{ACCESS, EMAIL, PASSWORD, REFRESH, Reply, TestApp, Visitor};
use rocket::futures::future::join_all;
use rocket::http::Method;
use vestibule::domain::Span;

const TO_SIGN_IN: Option<&str> = Some("/login?next=/profile");

fn distinct(replies: &[Reply]) -> usize {
    let mut tokens: Vec<&str> =
        replies.iter().filter_map(|reply| reply.set_cookie(REFRESH)).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens.len()
}

/// Only the refresh token, as of a client that refreshes and never uses an access token.
async fn renew(visitor: &mut Visitor<'_>) -> bool {
    visitor.jar.remove(ACCESS);
    visitor.get("/profile").await.is_signed_in()
}

#[rocket::async_test]
async fn fifty_parallel_requests_with_one_expired_access_cookie_rotate_once() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    app.outlive_access_token();
    let replies =
        join_all((0..50).map(|_| ada.send_and_lose_cookies(Method::Get, "/profile", None))).await;
    assert!(replies.iter().all(Reply::is_signed_in));
    assert!(
        replies
            .iter()
            .all(|reply| reply.set_cookies().iter().all(|cookie| !cookie.contains("Max-Age=0")))
    );
    assert_eq!((distinct(&replies), app.generation()), (1, 2));
}

#[rocket::async_test]
async fn parallel_requests_to_two_processes_rotate_once() {
    let app = TestApp::start().await;
    let other = app.twin().await;
    let ada = app.ada().await;
    let there = ada.at(&other);
    app.outlive_access_token();
    let visitors = (0..50).map(|i| if i % 2 == 0 { &ada } else { &there });
    let replies = join_all(
        visitors.map(|visitor| visitor.send_and_lose_cookies(Method::Get, "/profile", None)),
    )
    .await;
    assert!(replies.iter().all(Reply::is_signed_in));
    assert_eq!((distinct(&replies), app.generation()), (1, 2));
}

#[rocket::async_test]
async fn a_lost_response_keeps_the_session_after_a_second_an_hour_and_three_days() {
    let app = TestApp::start().await;
    let mut ada = app.kept_ada().await;
    for (wait, healed) in [(Span::seconds(1), 0), (Span::hours(1), 1), (Span::days(3), 2)] {
        app.outlive_access_token();
        ada.send_and_lose_cookies(Method::Get, "/profile", None).await;
        app.wait(wait);
        assert!(ada.get("/profile").await.is_signed_in(), "after {wait}");
        assert_eq!(app.events("session_healed"), healed, "after {wait}");
        ada.get("/profile").await;
    }
}

#[rocket::async_test]
async fn reuse_ends_only_that_session_and_the_sign_in_page_says_why() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut elsewhere = app.visitor();
    elsewhere.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let mut thief = ada.clone();
    app.outlive_access_token();
    ada.get("/profile").await;
    ada.get("/profile").await;
    app.wait(Span::minutes(5));
    assert_eq!(thief.get("/profile").await.location.as_deref(), TO_SIGN_IN);
    assert!(elsewhere.get("/profile").await.is_signed_in(), "the other sessions are active");
    thief.get("/profile").await;
    assert_eq!(app.events("refresh_token_reused"), 1, "a second replay adds no entry");

    let refused = ada.get("/profile").await;
    assert_eq!(
        refused.location.as_deref(),
        TO_SIGN_IN,
        "the access token is revoked with its session"
    );
    assert!(refused.set_cookies().is_empty());
    let told = ada.get("/login?next=/profile").await;
    assert!(told.body.contains("We signed you out because an old copy of this session was used"));
    assert!(
        told.body.contains("name=\"next\" value=\"&#x2F;profile\"")
            && told.set_cookies().is_empty()
    );
    app.wait(Span::minutes(1));
    let told = ada.get("/login?next=/profile").await;
    assert!(
        told.body.contains("We signed you out because an old copy of this session was used"),
        "the reader may have come late"
    );
    assert!(!ada.jar.contains_key(ACCESS) && !ada.jar.contains_key(REFRESH), "now both cookies go");
    assert!(
        !ada.get("/login").await.body.contains("We signed you out"),
        "a stranger learns nothing"
    );
}

#[rocket::async_test]
async fn an_unused_successor_is_issued_again_after_the_grace_time() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let lost = ada.send_and_lose_cookies(Method::Get, "/profile", None).await;
    for _ in 0..2 {
        app.wait(Span::seconds(100));
        let again = ada.send_and_lose_cookies(Method::Get, "/profile", None).await;
        assert_eq!(
            distinct(&[again, ada.send_and_lose_cookies(Method::Get, "/profile", None).await]),
            1
        );
    }
    let again = ada.get("/profile").await;
    assert_eq!(again.set_cookie(REFRESH), lost.set_cookie(REFRESH));
    assert_eq!((app.generation(), app.events("session_healed")), (2, 0));
}

#[rocket::async_test]
async fn a_rotation_answered_by_a_catcher_keeps_the_session() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for n in 2..5 {
        app.outlive_access_token();
        let reply = ada.post("/sessions/not-a-session/end", &[]).await;
        assert!(reply.status == 404 && reply.set_cookie(REFRESH).is_some());
        assert_eq!(app.generation(), n);
    }
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn a_late_request_within_the_stale_window_gets_no_token_and_ends_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut late = ada.clone();
    app.outlive_access_token();
    ada.get("/profile").await;
    ada.get("/profile").await;
    app.wait(Span::seconds(100));
    let reply = late.get("/profile").await;
    assert!(reply.location.as_deref() == TO_SIGN_IN && reply.set_cookies().is_empty());
    assert!(!late.get("/login").await.body.contains("role=\"status\""));
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn a_thief_and_an_owner_who_take_turns_are_signed_out_within_two_refreshes() {
    let app = TestApp::start().await;
    let mut owner = app.ada().await;
    let mut thief = owner.clone();
    let mut renewals = 0;
    for permit in 0..4 {
        app.outlive_access_token();
        let visitor = if permit % 2 == 0 { &mut owner } else { &mut thief };
        renewals += usize::from(visitor.get("/profile").await.is_signed_in());
        visitor.get("/profile").await;
    }
    assert!(renewals <= 2 && app.open_sessions() == 0, "{renewals} renewals");
}

#[rocket::async_test]
async fn a_thief_and_an_owner_who_only_refresh_are_signed_out_within_two_refreshes() {
    let app = TestApp::start().await;
    let mut owner = app.ada().await;
    let mut thief = owner.clone();
    let mut renewals = 0;
    for permit in 0..4 {
        app.wait(Span::minutes(3));
        let visitor = if permit % 2 == 0 { &mut owner } else { &mut thief };
        renewals += usize::from(renew(visitor).await);
    }
    assert!(renewals <= 2 && app.open_sessions() == 0, "{renewals} renewals");
}

#[rocket::async_test]
async fn responses_out_of_order_keep_the_session() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let first = ada.send_and_lose_cookies(Method::Get, "/profile", None).await;
    app.wait(Span::seconds(10));
    let second = ada.get("/profile").await;
    assert!(second.is_signed_in());
    app.wait(Span::seconds(40));
    for cookie in first.set_cookies() {
        ada.keep(cookie);
    }
    for _ in 0..3 {
        assert!(ada.get("/profile").await.is_signed_in());
        app.outlive_access_token();
    }
}

#[rocket::async_test]
async fn sign_out_wins_over_a_concurrent_refresh() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    app.outlive_access_token();
    let out = ada.send_and_lose_cookies(Method::Post, "/logout", None);
    let racers =
        join_all((0..20).map(|_| ada.send_and_lose_cookies(Method::Get, "/profile", None)));
    let (_, replies) = rocket::futures::future::join(out, racers).await;
    assert_eq!(app.open_sessions(), 0);
    for reply in replies {
        let mut holder = app.visitor();
        reply.set_cookies().iter().for_each(|cookie| holder.keep(cookie));
        assert_eq!(
            holder.get("/profile").await.status,
            303,
            "a token was accepted after the sign-out"
        );
    }
}

#[rocket::async_test]
async fn two_sign_in_tabs_both_end_signed_in_on_their_own_next() {
    let app = TestApp::start().await;
    app.ada().await;
    let mut browser = app.visitor();
    let [first, second] = ["/profile?tab=1", "/sessions"];
    for next in [first, second] {
        let reply = browser
            .post("/login", &[("email", EMAIL), ("password", PASSWORD), ("next", next)])
            .await;
        assert_eq!((reply.status, reply.location.as_deref()), (303, Some(next)));
        assert_eq!(browser.get(next).await.status, 200);
    }
    assert_eq!(browser.get(first).await.status, 200);
}

#[rocket::async_test]
async fn two_sign_in_tabs_at_once_both_end_signed_in() {
    let app = TestApp::start().await;
    app.ada().await;
    let mut browser = app.visitor();
    let body = || {
        Some((
            rocket::http::ContentType::Form,
            "email=ada@example.org&password=three+unrelated+words".to_owned(),
        ))
    };
    let tabs =
        join_all((0..2).map(|_| browser.send_and_lose_cookies(Method::Post, "/login", body())))
            .await;
    for reply in &tabs {
        reply.set_cookies().iter().for_each(|cookie| browser.keep(cookie));
        assert!(browser.get("/profile").await.is_signed_in());
    }
    assert!(browser.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn clocks_5_s_apart_keep_the_session() {
    let app = TestApp::start().await;
    let ahead = app.twin_with_clock(Span::seconds(5)).await;
    let mut ada = app.ada().await;
    for _ in 0..4 {
        let mut there = ada.at(&ahead);
        assert!(there.get("/profile").await.is_signed_in(), "the process whose clock is ahead");
        ada.jar = there.jar;
        assert!(ada.get("/profile").await.is_signed_in(), "the process whose clock is behind");
        app.outlive_access_token();
    }
}

#[rocket::async_test]
async fn forms_open_in_two_tabs_both_work_after_the_access_token_has_expired() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    app.outlive_access_token();
    let body = |name: &str| Some((rocket::http::ContentType::Form, format!("name={name}")));
    let tabs = join_all(
        ["One", "Two"].map(|name| ada.send_and_lose_cookies(Method::Post, "/profile", body(name))),
    )
    .await;
    assert!(
        tabs.iter()
            .all(|reply| reply.status == 303 && reply.location.as_deref() == Some("/profile"))
    );
    assert_eq!(app.events("profile_changed"), 2);
}

#[rocket::async_test]
async fn the_sign_in_page_redirects_a_signed_in_user() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let reply = ada.get("/login?next=/sessions").await;
    assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/sessions")));
    assert!(reply.set_cookie(REFRESH).is_some());
}
