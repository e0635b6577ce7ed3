//! What Prometheus reads.

use crate::support::{EMAIL, PASSWORD, REFRESH, TestApp};
use rocket::http::Method;
use rocket::local::asynchronous::Client;
use std::net::Ipv4Addr;
use vestibule::domain::Span;

/// The listener of the metrics of this application.
async fn listener(app: &TestApp) -> Client {
    let address = (Ipv4Addr::LOCALHOST, 9100).into();
    Client::untracked(vestibule::metrics_server(app.client.rocket(), address)).await.unwrap()
}

async fn scrape(app: &TestApp) -> String {
    let listener = listener(app).await;
    let response = listener.get("/metrics").dispatch().await;
    assert_eq!(response.status().code, 200);
    let kind = response.headers().get_one("Content-Type");
    assert_eq!(kind, Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    response.into_string().await.unwrap()
}

/// The value of one series; none if there is no such series.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.parse().ok()
}

#[rocket::async_test]
async fn the_metrics_are_served_on_their_own_listener_which_serves_nothing_else() {
    let app = TestApp::start().await;
    assert_eq!(app.visitor().get("/metrics").await.status, 404);
    let listener = listener(&app).await;
    assert_eq!(listener.get("/metrics").dispatch().await.status().code, 200);
    for path in ["/", "/login", "/health/ready", "/admin", "/.well-known/jwks.json"] {
        assert_eq!(listener.get(path).dispatch().await.status().code, 404, "{path}");
    }
    assert_eq!(listener.post("/metrics").dispatch().await.status().code, 404);
}

#[rocket::async_test]
async fn sign_ins_are_counted_by_outcome_and_events_by_kind() {
    let app = TestApp::start().await;
    app.ada().await;
    for password in [PASSWORD, "wrong password", PASSWORD] {
        app.visitor().post("/login", &[("email", EMAIL), ("password", password)]).await;
    }
    let text = scrape(&app).await;
    for (series, count) in [
        ("vestibule_sign_ins_total{outcome=\"signed_in\"}", Some(2.0)),
        ("vestibule_sign_ins_total{outcome=\"invalid_credentials\"}", Some(1.0)),
        ("vestibule_sign_ins_total{outcome=\"fault\"}", None),
        ("vestibule_events_written_total{kind=\"signed_up\"}", Some(1.0)),
        ("vestibule_events_written_total{kind=\"signed_in\"}", Some(2.0)),
        ("vestibule_events_written_total{kind=\"signed_out\"}", Some(0.0)),
    ] {
        assert_eq!(value(&text, series), count, "{series} in {text}");
    }
}

#[rocket::async_test]
async fn refreshes_are_counted_by_decision() {
    let app = TestApp::start().await;
    let mut ada = app.kept_ada().await;
    let first = ada.clone();
    app.outlive_access_token();
    ada.get("/profile").await;
    ada.get("/profile").await;
    app.outlive_access_token();
    ada.get("/profile").await;
    let mut forger = app.visitor();
    forger.jar.insert(REFRESH.to_owned(), "eyJ.made.up".to_owned());
    forger.get("/profile").await;
    first.clone().get("/profile").await;
    ada.get("/profile").await;
    let text = scrape(&app).await;
    for (decision, count) in [
        ("rotate", Some(2.0)),
        ("forged", Some(1.0)),
        ("reuse", Some(1.0)),
        ("ended", Some(1.0)),
        ("keep", None),
    ] {
        let series = format!("vestibule_refreshes_total{{decision=\"{decision}\"}}");
        assert_eq!(value(&text, &series), count, "{decision}: {text}");
    }
}

#[rocket::async_test]
async fn requests_are_measured_by_route_pattern_and_clients_cannot_create_series() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let id = "00000000-0000-0000-0000-000000000000";
    ada.post(&format!("/sessions/{id}/end"), &[]).await;
    for n in 0..20 {
        ada.get(&format!("/nowhere/{n}")).await;
        ada.send(Method::Put, &format!("/sessions/{n}/end"), None).await;
    }
    ada.send(Method::Head, "/profile", None).await;
    let text = scrape(&app).await;
    for (labels, count) in [
        ("route=\"/sessions/<id>/end\",method=\"POST\",status=\"4xx\"", Some(1.0)),
        ("route=\"unmatched\",method=\"GET\",status=\"4xx\"", Some(20.0)),
        ("route=\"unmatched\",method=\"PUT\",status=\"4xx\"", Some(20.0)),
        ("route=\"/register\",method=\"POST\",status=\"3xx\"", Some(1.0)),
        ("route=\"/profile\",method=\"HEAD\",status=\"2xx\"", Some(1.0)),
    ] {
        let series = format!("vestibule_request_seconds_count{{{labels}}}");
        assert_eq!(value(&text, &series), count, "{series} in {text}");
    }
    assert!(!text.contains("nowhere") && !text.contains(id), "{text}");
}

#[rocket::async_test]
async fn gauges_are_read_when_they_are_asked_for() {
    let app = TestApp::start().await;
    let text = scrape(&app).await;
    let connections = |state| format!("vestibule_database_connections{{state=\"{state}\"}}");
    assert!(value(&text, &connections("idle")).unwrap() >= 1.0, "{text}");
    assert!(value(&text, &connections("in_use")).is_some());
    assert!(value(&text, "vestibule_revocation_lag_seconds").unwrap() < 5.0);
    app.execute("ALTER TABLE revocations RENAME TO away");
    app.wait(Span::minutes(1));
    assert!(value(&scrape(&app).await, "vestibule_revocation_lag_seconds").unwrap() >= 60.0);
}
