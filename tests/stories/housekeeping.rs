//! How long rows are kept.

use crate::support::TestApp;
use vestibule::domain::Span;

#[rocket::async_test]
async fn sessions_revocations_and_events_are_swept_when_they_are_no_longer_needed() {
    let app = TestApp::start().await;
    app.ada().await.post("/logout", &[]).await;
    let operator = app.operator().await;
    let count = |table| app.number(&format!("SELECT count(*) AS n FROM {table}"));
    for (wait, expected) in [
        (Span::zero(), [1, 1, 2]),
        (Span::minutes(26), [1, 0, 2]),
        (Span::days(30), [1, 0, 2]),
        (Span::days(1), [0, 0, 2]),
        (Span::days(335), [0, 0, 0]),
    ] {
        app.wait(wait);
        operator.housekeeping.sweep().await.unwrap();
        assert_eq!(["sessions", "revocations", "events"].map(count), expected, "after {wait}");
    }
}

#[rocket::async_test]
async fn any_number_of_expired_sessions_are_swept_in_batches_while_people_sign_in() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let copies = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) \
        INSERT INTO sessions SELECT 'copy-' || i, account_id, generation, parent, parent_leaf, rotated_at, \
        replay_until, confirmed, persistent, methods, created_at, authenticated_at, last_seen_at, 0, \
        0, user_agent, address, ended_at, end_reason FROM sessions, n";
    app.execute(copies);
    let operator = app.operator().await;
    let (swept, page) = rocket::tokio::join!(
        operator.housekeeping.sweep(),
        ada.post("/profile", &[("name", "Eve")])
    );
    swept.unwrap();
    assert_eq!((page.status, app.number("SELECT count(*) AS n FROM sessions")), (303, 1));
}
