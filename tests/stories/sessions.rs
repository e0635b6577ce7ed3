use crate::support::{
    ACCESS, Api, EMAIL, PASSWORD, REFRESH, TestApp, Visitor, parsed, within_a_second,
};
use rocket::http::Method;
use serde_json::Value;
use vestibule::domain::Span;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

async fn signed_in_with<'a>(app: &'a TestApp, user_agent: &str) -> Visitor<'a> {
    let mut visitor = app.visitor().with_header("User-Agent", user_agent);
    let reply = visitor.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, 303);
    visitor
}

async fn listed(visitor: &Visitor<'_>) -> Value {
    let api = Api(visitor.clone());
    let reply = api.with_bearer(Method::Get, "/api/auth/sessions", visitor.cookie(ACCESS)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    parsed(&reply)
}

#[rocket::async_test]
async fn this_device_comes_first_without_a_button_and_the_others_are_described() {
    let app = TestApp::start().await;
    app.ada().await.post("/logout", &[]).await;
    let mut laptop = signed_in_with(&app, FIREFOX).await;
    app.wait(Span::minutes(10));
    let phone = signed_in_with(&app, IPHONE).await;
    let page = laptop.get("/sessions").await;
    let this = page.body.find("This device").unwrap();
    let other = page.body.find("Safari on iPhone").unwrap();
    assert!(this < other);
    for part in [
        "Firefox on Linux",
        "127.0.0.1",
        "15 January 2027, 08:00 UTC",
        "15 January 2027, 08:10 UTC",
    ] {
        assert!(page.body.contains(part), "{part} is missing in {}", page.body);
    }
    let list = listed(&laptop).await;
    let own = list["this"]["id"].as_str().unwrap();
    assert!(!page.body.contains(&format!("/sessions/{own}/end")), "an end button of its own");
    let others = list["others"].as_array().unwrap();
    assert_eq!((others.len(), others[0]["browser"]["system"].as_str()), (1, Some("iPhone")));
    assert_eq!(others[0]["id"], listed(&phone).await["this"]["id"]);
}

#[rocket::async_test]
async fn the_address_shown_is_that_of_the_connection_and_not_of_a_header() {
    let app = TestApp::start().await;
    let mut visitor =
        app.visitor().with_header("X-Real-IP", "6.6.6.6").with_header("X-Forwarded-For", "6.6.6.6");
    visitor.post("/register", &[("name", "Ada"), ("email", EMAIL), ("password", PASSWORD)]).await;
    let page = visitor.get("/sessions").await;
    assert!(page.body.contains("127.0.0.1") && !page.body.contains("6.6.6.6"));
}

#[rocket::async_test]
async fn with_one_session_the_page_says_that_there_are_no_others() {
    let app = TestApp::start().await;
    let page = app.ada().await.get("/sessions").await;
    assert!(
        page.body.contains("You’re not signed in anywhere else.")
            && !page.body.contains("Sign out all other devices")
    );
}

#[rocket::async_test]
async fn a_session_ended_from_another_device_ends_immediately_and_its_browser_is_told_why() {
    let app = TestApp::start().await;
    let mut laptop = app.ada().await;
    let mut phone = signed_in_with(&app, IPHONE).await;
    let mut third = signed_in_with(&app, FIREFOX).await;
    let id = listed(&phone).await["this"]["id"].as_str().unwrap().to_owned();
    let reply = laptop.post(&format!("/sessions/{id}/end"), &[]).await;
    assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/sessions")));
    assert!(laptop.get("/sessions").await.body.contains("The device has been signed out."));

    let refused = phone.get("/sessions").await;
    assert_eq!(
        refused.location.as_deref(),
        Some("/login?next=/sessions"),
        "its access token is refused immediately"
    );
    let told = phone.get("/login?next=/sessions").await;
    assert!(
        told.body.contains("You were signed out from another of your devices."),
        "{}",
        told.body
    );
    assert!(
        third.get("/sessions").await.status == 200 && laptop.get("/sessions").await.status == 200
    );
    let again = laptop.post(&format!("/sessions/{id}/end"), &[]).await;
    assert_eq!((again.status, again.location.as_deref()), (303, Some("/sessions")), "again");
    assert!(laptop.get("/sessions").await.body.contains("The device was already signed out."));
}

#[rocket::async_test]
async fn signing_out_all_other_devices_keeps_this_one_signed_in() {
    let app = TestApp::start().await;
    let mut laptop = app.ada().await;
    let mut others = [signed_in_with(&app, IPHONE).await, signed_in_with(&app, FIREFOX).await];
    assert_eq!(
        laptop.post("/sessions/end-others", &[]).await.location.as_deref(),
        Some("/sessions")
    );
    assert!(laptop.get("/sessions").await.body.contains("All other devices have been signed out."));
    for other in &mut others {
        assert_eq!(other.get("/profile").await.status, 303);
    }
    assert_eq!((app.open_sessions(), app.events("session_ended")), (1, 2));
}

#[rocket::async_test]
async fn signing_out_everywhere_ends_all_sessions_and_clears_the_cookies() {
    let app = TestApp::start().await;
    let mut laptop = app.ada().await;
    let mut phone = signed_in_with(&app, IPHONE).await;
    let reply = laptop.post("/sessions/end-all", &[]).await;
    assert_eq!(reply.location.as_deref(), Some("/login"));
    assert!(!laptop.jar.contains_key(ACCESS) && !laptop.jar.contains_key(REFRESH));
    assert!(laptop.get("/login").await.body.contains("You’re signed out everywhere."));
    phone.get("/profile").await;
    assert!(phone.get("/login").await.body.contains("You signed out everywhere."));
    assert_eq!(app.open_sessions(), 0);
}

#[rocket::async_test]
async fn ending_another_users_session_is_a_404_and_ends_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut eve = app.visitor();
    eve.post("/register", &[("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)])
        .await;
    let id = listed(&ada).await["this"]["id"].as_str().unwrap().to_owned();
    for id in
        [id.as_str(), "00000000-0000-0000-0000-000000000000", "not-a-uuid", "1", "%27%20OR%201=1"]
    {
        assert_eq!(eve.post(&format!("/sessions/{id}/end"), &[]).await.status, 404, "{id}");
    }
    eve.post("/sessions/end-others", &[]).await;
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn ending_the_current_session_by_id_signs_out() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let id = listed(&ada).await["this"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        ada.post(&format!("/sessions/{id}/end"), &[]).await.location.as_deref(),
        Some("/login")
    );
    assert!(!ada.jar.contains_key(REFRESH));
}

#[rocket::async_test]
async fn expired_sessions_are_not_listed() {
    let app = TestApp::start().await;
    app.ada().await;
    let kept = app.kept_ada().await;
    app.wait(Span::hours(13));
    let mut kept = kept;
    kept.get("/profile").await;
    assert_eq!(listed(&kept).await["others"].as_array().unwrap().len(), 0);
}

#[rocket::async_test]
async fn the_sign_in_page_says_that_a_session_was_idle_and_keeps_next() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.wait(Span::hours(12));
    assert_eq!(ada.get("/sessions").await.location.as_deref(), Some("/login?next=/sessions"));
    let told = ada.get("/login?next=/sessions").await;
    assert!(
        told.body.contains("you had been away for a while") && told.body.contains("&#x2F;sessions")
    );
}

#[rocket::async_test]
async fn a_token_of_an_ended_session_cannot_end_other_sessions() {
    let app = TestApp::start().await;
    let other = app.twin().await;
    let mut ada = app.ada().await;
    let stolen = ada.at(&other);
    assert_eq!(stolen.clone().get("/").await.status, 303);
    ada.post("/logout", &[]).await;
    let mut ada = signed_in_with(&app, FIREFOX).await;
    for path in ["/sessions/end-others", "/sessions/end-all"] {
        assert_eq!(stolen.clone().post(path, &[]).await.location.as_deref(), Some("/login"));
    }
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn every_way_of_ending_a_session_revokes_its_access_token_immediately() {
    let app = TestApp::start().await;
    app.ada().await;
    for path in ["/logout", "/sessions/end-all", "/password", "/login"] {
        let mut ada = signed_in_with(&app, FIREFOX).await;
        let mut copy = ada.clone();
        copy.jar.remove(REFRESH);
        assert_eq!(
            copy.get("/").await.status,
            303,
            "the home page checks only the revocations in memory"
        );
        let new = "four other unrelated words";
        let fields: &[_] = match path {
            "/password" => &[("current_password", PASSWORD), ("new_password", new)],
            "/login" => &[("email", EMAIL), ("password", PASSWORD)],
            _ => &[],
        };
        assert_eq!(ada.post(path, fields).await.status, 303, "{path}");
        assert_eq!(copy.get("/").await.status, 200, "{path}: the token is still accepted");
        if path == "/password" {
            let back = [("current_password", new), ("new_password", PASSWORD)];
            assert_eq!(ada.post(path, &back).await.status, 303);
        }
    }
}

#[rocket::async_test]
async fn another_process_finds_an_ended_session_in_the_database_before_it_reads_the_revocation() {
    let app = TestApp::start().await;
    let other = app.twin().await;
    let mut ada = app.ada().await;
    let mut there = ada.at(&other);
    assert!(there.get("/profile").await.is_signed_in());
    ada.post("/logout", &[]).await;
    assert_eq!(there.get("/profile").await.location.as_deref(), Some("/login?next=/profile"));
    assert_eq!(there.get("/login?next=/profile").await.status, 200, "no circle");
}

#[rocket::async_test]
async fn another_process_refuses_the_access_token_of_an_ended_session_within_a_second() {
    let app = TestApp::start().await;
    let other = app.twin().await;
    let mut ada = app.ada().await;
    let mut there = ada.at(&other);
    assert_eq!(there.get("/").await.location.as_deref(), Some("/profile"));
    ada.post("/logout", &[]).await;
    // The home page checks only the revocations in memory.
    within_a_second(async || there.get("/").await.status != 303).await;
}

#[rocket::async_test]
async fn a_valid_access_token_needs_no_database_unless_the_revocations_are_stale() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    assert_eq!(ada.get("/").await.status, 303, "the first use, which is written");
    app.execute("ALTER TABLE sessions RENAME TO away");
    assert_eq!(ada.get("/").await.status, 303, "no database is needed");
    app.execute("ALTER TABLE revocations RENAME TO stalled");
    app.wait(Span::seconds(6));
    assert_eq!(ada.get("/").await.status, 503, "stale revocations: the session cannot be read");
    app.execute("ALTER TABLE away RENAME TO sessions");
    assert_eq!(ada.get("/").await.status, 303, "the session is active");
    app.execute("UPDATE sessions SET ended_at = created_at, end_reason = 'disabled'");
    assert_eq!(ada.get("/").await.status, 200, "the session has ended");
}

#[rocket::async_test]
async fn a_restarted_process_knows_the_revoked_access_tokens_before_it_serves() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let copy = ada.clone();
    ada.post("/logout", &[]).await;
    let restarted = app.twin().await;
    assert_eq!(copy.at(&restarted).get("/").await.status, 200);
}

#[rocket::async_test]
async fn beyond_the_limit_the_session_unused_for_longest_ends_with_its_own_reason() {
    let app = TestApp::start_with(&[("VESTIBULE_MAX_SESSIONS", "3")]).await;
    let mut first = app.ada().await;
    first.get("/profile").await;
    let mut others = Vec::new();
    for _ in 0..2 {
        app.wait(Span::minutes(1));
        let mut other = signed_in_with(&app, FIREFOX).await;
        other.get("/profile").await;
        others.push(other);
    }
    app.wait(Span::minutes(1));
    assert_eq!(app.open_sessions(), 3);
    let mut fourth = signed_in_with(&app, IPHONE).await;
    assert_eq!((app.open_sessions(), first.get("/profile").await.status), (3, 303));
    let told = first.get("/login").await;
    assert!(told.body.contains("signed in on many other devices"), "{}", told.body);
    for signed_in in others.iter_mut().chain([&mut fourth]) {
        assert!(signed_in.get("/profile").await.is_signed_in());
    }
}

#[rocket::async_test]
async fn however_many_are_beyond_the_limit_the_last_seen_ones_stay_and_each_end_is_on_record() {
    let app = TestApp::start_with(&[("VESTIBULE_MAX_SESSIONS", "3")]).await;
    app.ada().await;
    let copies = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) \
        INSERT INTO sessions SELECT '01999999-0000-7000-8000-' || (100000000000 + i), account_id, \
        generation, parent, parent_leaf, rotated_at, replay_until, confirmed, persistent, methods, created_at, \
        authenticated_at, last_seen_at - i, idle_expires_at, expires_at, user_agent, address, \
        ended_at, end_reason FROM sessions, n";
    app.execute(copies);
    app.wait(Span::minutes(1));
    signed_in_with(&app, IPHONE).await;
    assert_eq!((app.open_sessions(), app.events("session_ended")), (3, 299));
    let newest_ended = "SELECT max(last_seen_at) AS n FROM sessions WHERE ended_at IS NOT NULL";
    let oldest_open = "SELECT min(last_seen_at) AS n FROM sessions WHERE ended_at IS NULL";
    assert!(app.number(newest_ended) < app.number(oldest_open));
}
