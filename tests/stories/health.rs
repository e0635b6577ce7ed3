//! What load balancers and orchestrators ask.

use crate::support::{TestApp, within_a_second};
use rocket::http::Method;
use serde_json::{Value, json};
use vestibule::domain::Span;

async fn ready(app: &TestApp) -> (u16, Value) {
    let reply = app.visitor().get("/health/ready").await;
    assert_eq!(reply.header("Content-Type"), Some("application/json"));
    assert_eq!((reply.header("Cache-Control"), reply.set_cookies().len()), (Some("no-store"), 0));
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

fn not_ready(what: &[&str]) -> (u16, Value) {
    (503, json!({ "status": "not_ready", "not_ready": what }))
}

#[rocket::async_test]
async fn a_process_that_can_serve_is_live_and_ready_for_everyone() {
    let app = TestApp::start().await;
    assert_eq!(ready(&app).await, (200, json!({ "status": "ready" })));
    let live = app.visitor().get("/health/live").await;
    assert_eq!((live.status, live.body.as_str()), (200, r#"{"status":"live"}"#));
    let stranger = app
        .visitor()
        .with_header("Host", "10.0.0.7")
        .with_header("Sec-Fetch-Site", "cross-site")
        .with_header("Cookie", "__Host-access-8000=x; __Host-refresh-8000=y");
    for path in ["/health/live", "/health/ready"] {
        let reply = stranger.clone().get(path).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{path}");
        assert_eq!(app.client.get(path).dispatch().await.status().code, 200, "{path} without Host");
        let refused = app.visitor().send(Method::Post, path, None).await;
        assert_eq!(
            (refused.status, refused.header("Allow")),
            (405, Some("GET, HEAD, OPTIONS")),
            "{path}"
        );
    }
}

#[rocket::async_test]
async fn a_database_that_fails_is_named_and_the_process_stays_live() {
    let app = TestApp::start().await;
    let applied = "__diesel_schema_migrations";
    app.execute(&format!("ALTER TABLE {applied} RENAME TO away"));
    assert_eq!(ready(&app).await, not_ready(&["database"]));
    assert_eq!(app.visitor().get("/health/live").await.status, 200);
    app.execute(&format!("ALTER TABLE away RENAME TO {applied}"));
    app.wait(Span::seconds(1));
    assert_eq!(ready(&app).await.0, 200, "it recovers by itself");
}

#[rocket::async_test]
async fn a_missing_migration_is_named_but_a_newer_one_is_not() {
    let app = TestApp::start().await;
    let insert = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101')";
    app.execute(insert);
    assert_eq!(ready(&app).await.0, 200, "a newer version is being rolled out");
    app.execute("DELETE FROM __diesel_schema_migrations");
    app.wait(Span::seconds(1));
    assert_eq!(ready(&app).await, not_ready(&["migrations"]));
}

#[rocket::async_test]
async fn revocations_and_keys_that_cannot_be_read_are_named_after_5_seconds() {
    for (table, name) in [("revocations", "revocations"), ("signing_keys", "keys")] {
        let app = TestApp::start().await;
        app.execute(&format!("ALTER TABLE {table} RENAME TO away"));
        assert_eq!(ready(&app).await.0, 200, "{name}");
        app.wait(Span::seconds(6));
        // The other one is out of date too, until it is read again.
        within_a_second(async || {
            app.wait(Span::seconds(1));
            let state = ready(&app).await;
            assert!(state.1.to_string().contains(name), "{state:?}");
            state == not_ready(&[name])
        })
        .await;
    }
}

#[rocket::async_test]
async fn asking_often_costs_the_database_one_query_a_second() {
    let app = TestApp::start().await;
    assert_eq!(ready(&app).await.0, 200);
    app.execute("DELETE FROM __diesel_schema_migrations");
    app.wait(Span::milliseconds(999));
    assert_eq!(ready(&app).await.0, 200, "the answer of 999 ms ago");
    app.wait(Span::milliseconds(1));
    assert_eq!(ready(&app).await.0, 503);
}

#[rocket::async_test]
async fn a_clock_that_is_set_back_does_not_keep_an_old_answer() {
    let app = TestApp::start().await;
    assert_eq!(ready(&app).await.0, 200);
    app.execute("DELETE FROM __diesel_schema_migrations");
    app.wait(Span::hours(-1));
    assert_eq!(ready(&app).await, not_ready(&["migrations"]));
}
