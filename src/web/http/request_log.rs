//! What is kept of every request: one line in the log, and its duration in the metrics. Rocket's own
//! log is off because it prints query strings.

use crate::accounts::Monitoring;
use crate::clock::Stopwatch;
use crate::web::http::method_not_allowed;
use crate::web::http::original_method;
use crate::web::http::request_id::RequestId;
use crate::web::http::well_formed;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Method;
use rocket::{Data, Request, Response};
use std::sync::Arc;
use std::time::Duration;

/// Of requests that no handler answered, in the metrics.
const UNMATCHED: &str = "unmatched";

/// Logs method, path, status and duration; never a query.
pub struct RequestLog;

#[rocket::async_trait]
impl Fairing for RequestLog {
    fn info(&self) -> Info {
        Info { name: "request log", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        request.local_cache(Stopwatch::start);
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let micros = request.local_cache(Stopwatch::start).micros();
        let (method, path, status) =
            (original_method::method(request), path(request), response.status().code);
        let request_id = RequestId::of(request).as_str();
        if is_probe(request) && [200, 204].contains(&status) {
            tracing::debug!(%method, path, status, micros, request_id, "request");
        } else {
            tracing::info!(%method, path, status, micros, request_id, "request");
        }
        measure(request, method, status, Duration::from_micros(micros));
    }
}

/// Whether an orchestrator or a load balancer asks for its health, as it does every few seconds.
fn is_probe(request: &Request<'_>) -> bool {
    request.uri().path().starts_with(well_formed::HEALTH) || request.method() == Method::Options
}

fn measure(request: &Request<'_>, method: Method, status: u16, took: Duration) {
    let Some(monitoring) = request.rocket().state::<Arc<Monitoring>>() else { return };
    let route = request.route().filter(|route| !method_not_allowed::answers(route));
    let route = route.map_or(UNMATCHED, |route| route.uri.path());
    monitoring.metrics().answered(route, method.as_str(), status, took);
}

/// The path in visible ASCII: clients can send any byte, and some are control sequences of the
/// terminal that shows the log.
pub fn path(request: &Request<'_>) -> String {
    let mut shown = String::new();
    for c in request.uri().path().as_str().chars() {
        if c.is_ascii_graphic() { shown.push(c) } else { shown.extend(c.escape_unicode()) }
    }
    shown
}
