//! Guards in routes that exist only here: for responses of a catcher, a panic, and a guard used
//! three times.

use super::SignedIn;
use crate::accounts::{Sessions, SignUpOutcome, samples};
use crate::config::Config;
use crate::domain::Span;
use crate::domain::device::Device;
use rocket::http::{Header, Status};
use rocket::local::asynchronous::{Client, LocalResponse};
use rocket::{State, get, routes};
use std::sync::Arc;
use tempfile::TempDir;

#[get("/test/none")]
fn none(_user: SignedIn) -> Option<&'static str> {
    None
}

#[get("/test/status/<code>")]
fn status(_user: SignedIn, code: u16) -> Status {
    Status::new(code)
}

#[get("/test/panic")]
fn panics(_user: SignedIn) -> &'static str {
    panic!("on purpose")
}

#[get("/test/three_times")]
fn three_times(_a: SignedIn, _b: SignedIn, _c: Option<SignedIn>) -> &'static str {
    "once"
}

/// As if another request ended the session after the guard has refreshed it.
#[get("/test/ends")]
async fn ends(user: SignedIn, sessions: &State<Arc<Sessions>>) -> &'static str {
    sessions.sign_out(user.0.session_id, Device::default()).await.unwrap();
    "ended"
}

struct TestServer {
    client: Client,
    cookies: String,
    _folder: TempDir,
}

impl TestServer {
    /// The application with test routes, and a signed-in user whose access token has expired.
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = samples::clock();
        let services = samples::start(folder.path(), &clock).await;
        let signed_up = services.accounts.sign_up(samples::ada()).await.unwrap();
        let SignUpOutcome::SignedUp { tokens, .. } = signed_up else { panic!("{signed_up:?}") };
        let cookies = format!(
            "__Host-access-8000={}; __Host-refresh-8000={}",
            tokens.access.0, tokens.refresh.0
        );
        clock.advance(Span::minutes(16));
        let figment = crate::figment();
        let config = Config::load(&figment, [].into_iter()).unwrap();
        let presentation =
            crate::web::Presentation::load(None, config.password_min_length).unwrap();
        let settings = crate::web::WebSettings {
            base_url: config.base_url,
            cors_origins: Vec::new(),
            hsts_subdomains: false,
            trusted_proxies: config.trusted_proxies,
        };
        let rocket = crate::web::build(figment, services, presentation, settings);
        let rocket = rocket.mount("/", routes![none, status, panics, three_times, ends]);
        Self { client: Client::untracked(rocket).await.unwrap(), cookies, _folder: folder }
    }

    async fn get(&self, path: &'static str) -> LocalResponse<'_> {
        let cookies = Header::new("Cookie", self.cookies.clone());
        let host = Header::new("Host", "localhost:8000");
        self.client.get(path).header(cookies).header(host).dispatch().await
    }
}

fn refresh_cookies(response: &LocalResponse<'_>) -> Vec<String> {
    let cookies = response.headers().get("Set-Cookie");
    cookies.filter(|cookie| cookie.starts_with("__Host-refresh-8000=")).map(str::to_owned).collect()
}

#[rocket::async_test]
async fn rotated_tokens_are_sent_with_a_404_a_422_a_500_and_a_panic() {
    let server = TestServer::start().await;
    for (path, status) in [
        ("/test/none", 404),
        ("/test/status/422", 422),
        ("/test/status/500", 500),
        ("/test/panic", 500),
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status().code, status, "{path}");
        assert_eq!(refresh_cookies(&response).len(), 1, "{path}");
        assert_eq!(response.headers().get_one("X-Frame-Options"), Some("DENY"), "{path}");
        assert!(response.into_string().await.unwrap().contains("<h1>"), "{path}: a page of ours");
    }
}

#[rocket::async_test]
async fn a_response_sets_no_tokens_of_a_session_that_ended_meanwhile() {
    let server = TestServer::start().await;
    let response = server.get("/test/ends").await;
    assert_eq!(response.status().code, 200);
    assert_eq!(response.headers().get("Set-Cookie").count(), 0);
}

#[rocket::async_test]
async fn a_guard_used_three_times_in_one_route_rotates_once() {
    let server = TestServer::start().await;
    let response = server.get("/test/three_times").await;
    let cookies = refresh_cookies(&response);
    let payload = cookies[0].split('.').nth(1).unwrap();
    let payload = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
    assert_eq!(cookies.len(), 1);
    assert!(String::from_utf8(payload).unwrap().contains("\"gen\":2,"));
}
