//! Copies of a session: whoever holds one is caught by rotation, and its owner is told.

use crate::support::{ACCESS, Api, EMAIL, PASSWORD, REFRESH, TestApp, Visitor, parsed};
use rocket::http::Method;
use serde_json::json;
use vestibule::domain::Span;

const TO_SIGN_IN: Option<&str> = Some("/login?next=/profile");

/// Refreshes and never uses an access token.
async fn refresh(visitor: &mut Visitor<'_>) -> bool {
    visitor.jar.remove(ACCESS);
    visitor.get("/profile").await.is_signed_in()
}

/// The session has ended as reuse, once on record, and its owner is told.
async fn is_caught(app: &TestApp, owner: &mut Visitor<'_>) {
    assert_eq!((app.open_sessions(), app.events("refresh_token_reused")), (0, 1));
    assert_eq!(owner.get("/profile").await.location.as_deref(), TO_SIGN_IN);
    let told = owner.get("/login?next=/profile").await.body;
    assert!(told.contains("an old copy of this session was used"), "{told}");
    assert!(told.contains("If you copied or restored the profile of this browser"), "{told}");
    assert!(told.contains(r#"<a href="/login?next=/sessions">"#), "{told}");
}

#[rocket::async_test]
async fn a_replay_after_confirmation_ends_only_that_session_with_one_audit_row_and_the_owner_is_told_why()
 {
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
    let presented =
        json!({ "presented_generation": "1", "current_generation": "2", "leaf": "known" });
    assert_eq!(app.event_details("refresh_token_reused"), presented);

    let refused = ada.get("/profile").await;
    assert_eq!(
        refused.location.as_deref(),
        TO_SIGN_IN,
        "the access token is revoked with its session"
    );
    assert!(refused.set_cookies().is_empty());
    for wait in [Span::zero(), Span::seconds(59)] {
        app.wait(wait);
        let told = ada.get("/login?next=/profile").await;
        assert!(told.body.contains("We signed you out because an old copy of this session"));
        assert!(told.body.contains("name=\"next\" value=\"&#x2F;profile\""));
        assert!(told.set_cookies().is_empty(), "a response of a new sign-in may be under way");
    }
    app.wait(Span::seconds(1));
    let told = ada.get("/login?next=/profile").await;
    assert!(told.body.contains("We signed you out"), "the reader may have come late");
    assert!(!ada.jar.contains_key(ACCESS) && !ada.jar.contains_key(REFRESH), "now both cookies go");
    let stranger = ada.get("/login").await;
    assert!(!stranger.body.contains("We signed you out"), "a stranger learns nothing");
}

#[rocket::async_test]
async fn a_thief_and_an_owner_who_take_turns_are_signed_out_within_two_refreshes() {
    let app = TestApp::start().await;
    let mut owner = app.ada().await;
    let mut thief = owner.clone();
    let mut refreshes = 0;
    for turn in 0..4 {
        app.outlive_access_token();
        let visitor = if turn % 2 == 0 { &mut owner } else { &mut thief };
        refreshes += usize::from(visitor.get("/profile").await.is_signed_in());
        visitor.get("/profile").await;
    }
    assert!(refreshes <= 2, "{refreshes} refreshes");
    is_caught(&app, &mut owner).await;
}

#[rocket::async_test]
async fn a_thief_and_an_owner_who_only_refresh_are_signed_out_within_two_refreshes() {
    let app = TestApp::start().await;
    let mut owner = app.ada().await;
    let mut thief = owner.clone();
    let mut refreshes = 0;
    for turn in 0..4 {
        app.wait(Span::minutes(3));
        let visitor = if turn % 2 == 0 { &mut owner } else { &mut thief };
        refreshes += usize::from(refresh(visitor).await);
    }
    assert!(refreshes <= 2, "{refreshes} refreshes");
    is_caught(&app, &mut owner).await;
}

/// He sees when the owner refreshes, as on a shared Wi-Fi, and follows a second later: the same
/// successor, but another leaf.
#[rocket::async_test]
async fn a_thief_told_of_each_refresh_ends_at_the_owners_second_refresh() {
    let app = TestApp::start().await;
    let mut owner = app.ada().await;
    let mut thief = owner.clone();
    for owners_refresh in 1..=2 {
        app.outlive_access_token();
        assert!(owner.get("/profile").await.is_signed_in());
        owner.get("/profile").await;
        app.wait(Span::seconds(1));
        let follows = thief.get("/profile").await.is_signed_in();
        assert_eq!(follows, owners_refresh == 1);
    }
    is_caught(&app, &mut owner).await;
    let presented =
        json!({ "presented_generation": "2", "current_generation": "3", "leaf": "unknown" });
    assert_eq!(app.event_details("refresh_token_reused"), presented);
}

#[rocket::async_test]
async fn a_thief_who_polls_every_5_s_is_caught_by_the_owners_next_refreshes() {
    // With his newest token, and with the old copy until it gives nothing.
    for keeps_old in [false, true] {
        let app = TestApp::start().await;
        let mut owner = app.ada().await;
        let mut newest = owner.clone();
        let mut old = owner.clone();
        for _owners_refresh in 0..2 {
            for _ in 0..16 * 12 {
                app.wait(Span::seconds(5));
                let old = old.send_and_lose_cookies(Method::Get, "/profile", None);
                if !keeps_old || old.await.status != 200 {
                    refresh(&mut newest).await;
                }
            }
            owner.get("/profile").await;
            owner.get("/profile").await;
            old = newest.clone();
        }
        is_caught(&app, &mut owner).await;
    }
}

#[rocket::async_test]
async fn a_given_up_generation_gets_nothing() {
    for wait in [Span::seconds(1), Span::minutes(3)] {
        let app = TestApp::start().await;
        let mut ada = app.ada().await;
        app.outlive_access_token();
        let lost = ada.send_and_lose_cookies(Method::Get, "/profile", None).await;
        app.wait(Span::minutes(5));
        assert!(ada.get("/profile").await.is_signed_in());
        assert_eq!((app.generation(), app.events("session_healed")), (3, 1));
        app.wait(wait);
        let mut thief = app.visitor();
        lost.set_cookies().iter().for_each(|cookie| thief.keep(cookie));
        let body = json!({ "refresh_token": thief.cookie(REFRESH) });
        let refused = Api::of(&app).post("/api/auth/refresh", body).await;
        assert_eq!((refused.status, &parsed(&refused)["code"]), (401, &json!("session_ended")));
        is_caught(&app, &mut ada).await;
    }
}

/// He refreshes with the copy whenever the last rotation has just ceased to be recent. The owner's
/// token must not count as late because of that.
#[rocket::async_test]
async fn a_thief_who_keeps_the_rotation_recent_does_not_lock_the_owner_out() {
    let app = TestApp::start().await;
    let mut owner = app.ada().await;
    let mut thief = owner.clone();
    app.outlive_access_token();
    assert!(owner.get("/profile").await.is_signed_in());
    for _ in 0..7 {
        app.wait(Span::seconds(141));
        assert!(refresh(&mut thief).await);
    }
    app.wait(Span::seconds(30));
    assert_eq!(owner.get("/profile").await.location.as_deref(), TO_SIGN_IN);
    is_caught(&app, &mut owner).await;
}

/// The list of sessions tells when the owner was here, but only to the minute: a thief who reads it
/// cannot follow within the grace time.
#[rocket::async_test]
async fn last_seen_is_told_to_the_minute() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    app.wait(Span::milliseconds(42_123));
    ada.get("/profile").await;
    ada.get("/profile").await;
    let seen = "SELECT last_seen_at AS n FROM sessions";
    assert_ne!(app.number(seen) % 60_000, 0);
    let page = ada.get("/sessions").await.body;
    assert!(page.contains(r#"datetime="2027-01-15T08:16:00Z""#), "{page}");
    let api = Api::of(&app);
    let list = api.with_bearer(Method::Get, "/api/auth/sessions", ada.cookie(ACCESS)).await;
    assert!(list.body.contains(r#""last_seen_at":"2027-01-15T08:16:00Z""#), "{}", list.body);
}
