//! The ID of a request: on errors, and taken from trusted proxies.

use crate::support::{Api, Reply, TestApp, parsed};
use rocket::http::Method;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn id(reply: &Reply) -> String {
    reply.header("X-Request-Id").unwrap().to_owned()
}

#[rocket::async_test]
async fn every_answer_has_an_id_of_its_own_and_errors_show_it() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/nowhere").await;
    assert!(page.body.contains(&format!("Request ID: {}", id(&page))), "{}", page.body);
    let problem = Api::of(&app).call(Method::Get, "/api/auth/me", None).await;
    assert_eq!(parsed(&problem)["request_id"], id(&problem));
    assert_ne!(id(&page), id(&problem));
    assert_eq!(id(&app.visitor().get("/login").await).len(), 36);
}

#[rocket::async_test]
async fn trusted_proxies_may_give_the_id_and_nobody_else() {
    let app = TestApp::start_with(&[("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let with = |name: &str, value: &str| app.visitor().with_header(name, value);
    assert_eq!(id(&with("X-Request-Id", "abc-123").get("/login").await), "abc-123");
    assert_eq!(id(&with("traceparent", &traceparent).get("/login").await), TRACE);
    let both = with("X-Request-Id", "abc-123").with_header("traceparent", &traceparent);
    assert_eq!(id(&both.clone().get("/login").await), "abc-123");
    let stranger = id(&both.connecting_from("192.0.2.1").get("/login").await);
    assert!(stranger != "abc-123" && stranger != TRACE);
    let zeros = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
    for (name, value) in [
        ("X-Request-Id", "two words"),
        ("X-Request-Id", "<script>"),
        ("X-Request-Id", &"a".repeat(65)),
        ("traceparent", "00-xyz-1-01"),
        ("traceparent", &zeros),
    ] {
        assert_eq!(id(&with(name, value).get("/login").await).len(), 36, "{name}: {value}");
    }
}
