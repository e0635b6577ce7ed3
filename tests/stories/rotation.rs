//! The promises of the rotation protocol. `soak/` tests the one about killed processes.

use crate::support::{ACCESS, Api, Done, EMAIL, PASSWORD, REFRESH, Reply, TestApp, Visitor};
use rocket::futures::future::{join, join_all};
use rocket::http::{ContentType, Method};
use std::sync::Mutex;
use vestibule::accounts::administration::AccountRef;
use vestibule::domain::Span;
use vestibule::domain::account::Role;
use vestibule::domain::email::EmailAddress;

const TO_SIGN_IN: Option<&str> = Some("/login?next=/profile");

/// Sends a request whose response is under way until its cookies are kept.
async fn slow(visitor: &Visitor<'_>, method: Method, path: &str) -> Reply {
    visitor.send_and_lose_cookies(method, path, None).await
}

fn arrive(visitor: &mut Visitor<'_>, reply: &Reply) {
    reply.set_cookies().iter().for_each(|cookie| visitor.keep(cookie));
}

fn clears_nothing(reply: &Reply) -> bool {
    reply.set_cookies().iter().all(|cookie| !cookie.contains("Max-Age=0"))
}

#[rocket::async_test]
async fn fifty_parallel_requests_with_one_expired_access_cookie_rotate_once_and_clear_no_cookie() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    app.outlive_access_token();
    let replies =
        join_all((0..50).map(|_| ada.send_and_lose_cookies(Method::Get, "/profile", None))).await;
    assert!(replies.iter().all(Reply::is_signed_in));
    assert!(replies.iter().all(clears_nothing));
    assert_eq!(app.generation(), 2);
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
    assert!(replies.iter().all(|reply| reply.is_signed_in() && clears_nothing(reply)));
    assert_eq!(app.generation(), 2);
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
async fn an_unused_successor_is_issued_again_after_the_grace_time() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    slow(&ada, Method::Get, "/profile").await;
    for _ in 0..2 {
        app.wait(Span::seconds(100));
        for _ in 0..2 {
            assert!(slow(&ada, Method::Get, "/profile").await.is_signed_in());
        }
    }
    assert!(ada.get("/profile").await.set_cookie(REFRESH).is_some());
    assert_eq!((app.generation(), app.events("session_healed")), (2, 0));
}

/// With an access token of 9 s and a grace time of 1 s. Refreshing as often as one likes must not
/// put two generations on the wire together.
#[rocket::async_test]
async fn a_script_that_refreshes_by_cookie_on_a_timer_on_focus_in_three_tabs_with_slow_answers() {
    let refresh = "/api/auth/refresh";
    let short = [("VESTIBULE_ACCESS_TTL", "9s"), ("VESTIBULE_ROTATION_GRACE", "1s")];
    let app = TestApp::start_with(&short).await;
    let mut ada = app.ada().await;
    for round in 0..5 {
        let late = slow(&ada, Method::Post, refresh).await;
        let at_once = slow(&ada, Method::Post, refresh).await;
        arrive(&mut ada, &at_once);
        app.wait(Span::milliseconds(1_500));
        let on_focus = ada.send(Method::Post, refresh, None).await;
        assert!(on_focus.status == 200 && on_focus.set_cookie(REFRESH).is_none(), "{round}: kept");
        app.wait(Span::milliseconds(700));
        arrive(&mut ada, &late);
        for _ in 0..3 {
            assert_eq!(ada.send(Method::Post, refresh, None).await.status, 200, "round {round}");
        }
        assert!(ada.get("/profile").await.is_signed_in(), "round {round}");
        app.wait(Span::seconds(15));
        assert!(ada.get("/profile").await.is_signed_in(), "round {round}, after the access token");
        app.wait(Span::seconds(15));
    }
    assert_eq!(app.open_sessions(), 1);
}

#[rocket::async_test]
async fn a_role_change_during_slow_refreshes_keeps_the_session_and_the_new_role_is_there_at_once() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let late = slow(&ada, Method::Get, "/profile").await;
    assert!(ada.get("/profile").await.is_signed_in());
    let old = ada.cookie(ACCESS).to_owned();
    assert_eq!(ada.get("/admin").await.status, 403);
    app.wait(Span::seconds(30));
    let who = AccountRef::Email(EmailAddress::parse(EMAIL).unwrap());
    app.operator().await.administration.set_role(who, Role::Admin).await.unwrap().account();
    let refreshed = ada.get("/admin").await;
    assert!(refreshed.status == 200 && refreshed.set_cookie(REFRESH).is_none());
    assert_eq!(app.generation(), 2, "a second successor would be on the wire beside the first");
    let new = ada.cookie(ACCESS).to_owned();
    assert_eq!(Api::of(&app).with_bearer(Method::Get, "/api/auth/me", &new).await.status, 200);
    assert_eq!(Api::of(&app).with_bearer(Method::Get, "/api/auth/me", &old).await.status, 401);
    assert!(ada.get("/profile").await.set_cookies().is_empty(), "no refresh at every request");
    app.wait(Span::seconds(20));
    arrive(&mut ada, &late);
    for _ in 0..3 {
        assert_eq!(ada.get("/admin").await.status, 200);
        app.outlive_access_token();
    }
}

/// With an access token of a minute, a session rotates while an earlier response is under way.
#[rocket::async_test]
async fn an_access_lifetime_of_a_minute_keeps_the_session_with_answers_of_almost_a_minute() {
    let app = TestApp::start_with(&[("VESTIBULE_ACCESS_TTL", "1m")]).await;
    let mut ada = app.ada().await;
    for _ in 0..10 {
        app.wait(Span::seconds(66));
        let late = slow(&ada, Method::Get, "/profile").await;
        app.wait(Span::seconds(19));
        assert!(ada.get("/profile").await.is_signed_in());
        app.wait(Span::seconds(66));
        let later = slow(&ada, Method::Get, "/profile").await;
        arrive(&mut ada, &late);
        assert!(ada.get("/profile").await.is_signed_in());
        app.wait(Span::seconds(57));
        arrive(&mut ada, &later);
        assert!(ada.get("/profile").await.is_signed_in());
    }
    assert_eq!(app.open_sessions(), 1);
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
async fn responses_out_of_order_keep_the_session() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    let first = ada.send_and_lose_cookies(Method::Get, "/profile", None).await;
    app.wait(Span::seconds(10));
    let second = ada.get("/profile").await;
    assert!(second.is_signed_in());
    app.wait(Span::seconds(40));
    arrive(&mut ada, &first);
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
    let (_, replies) = join(out, racers).await;
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

/// The cookies of the response are those of the new session, and no response to a request that came
/// meanwhile brings back the old one.
#[rocket::async_test]
async fn sign_in_again_and_a_password_change_during_refreshes_leave_no_dead_cookie() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let again = "email=ada@example.org&password=three+unrelated+words";
    let change = "current_password=three+unrelated+words&new_password=three+unrelated+words+more";
    for (path, form) in [("/login", again), ("/password", change)] {
        app.outlive_access_token();
        let browser = Mutex::new(ada);
        let send = async |method, path, body| {
            let visitor = browser.lock().unwrap().clone();
            let reply = visitor.send_and_lose_cookies(method, path, body).await;
            arrive(&mut browser.lock().unwrap(), &reply);
            reply
        };
        let form = Some((ContentType::Form, form.to_owned()));
        let tabs = join_all((0..6).map(|_| send(Method::Get, "/profile", None)));
        let (post, _) = join(send(Method::Post, path, form), tabs).await;
        assert_eq!(post.status, 303, "{path}: {}", post.body);
        ada = browser.into_inner().unwrap();
        assert!(ada.get("/profile").await.is_signed_in(), "{path}");
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
        Some((ContentType::Form, "email=ada@example.org&password=three+unrelated+words".to_owned()))
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
    let body = |name: &str| Some((ContentType::Form, format!("name={name}")));
    let tabs = join_all(
        ["One", "Two"].map(|name| ada.send_and_lose_cookies(Method::Post, "/profile", body(name))),
    )
    .await;
    assert!(
        tabs.iter()
            .all(|reply| reply.status == 303 && reply.location.as_deref() == Some("/profile"))
    );
    assert_eq!(app.events("profile_changed"), 1, "the second of a minute is only logged");
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
