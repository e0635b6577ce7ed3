//! The gate in front of every route: requests that change something come from our own pages, from no browser at all, or to the API
//! from an origin the operator has invited.
//!
//! It wraps the handlers as they are mounted, so that no route can forget it. Two headers decide: `Sec-Fetch-Site`, which a
//! page cannot forge, and for browsers without it `Origin` (OWASP CSRF cheat sheet, "Fetch Metadata").

use crate::config::BaseUrl;
use crate::web::guards::authentication::Authentication;
use crate::web::http::cors;
use crate::web::http::request_log;
use rocket::form::Form;
use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};

/// How far into a form we look for its first field; Rocket looks no further.
const FORM_HEAD: usize = 512;

/// Puts the gate in front of a route.
pub fn protect(mut route: Route) -> Route {
    route.handler = Box::new(Gate(route.handler));
    route
}

#[derive(Clone)]
struct Gate(Box<dyn Handler>);

#[rocket::async_trait]
impl Handler for Gate {
    async fn handle<'r>(&self, request: &'r Request<'_>, mut data: Data<'r>) -> Outcome<'r> {
        if names_a_method(request, &mut data).await {
            return Outcome::error(Status::BadRequest);
        }
        if changes_something(request) && !is_from_our_pages(request) && !cors::is_invited(request) {
            tracing::warn!(
                path = request_log::path(request),
                "refused: a request from another origin"
            );
            return Outcome::error(Status::Forbidden);
        }
        let outcome = self.0.handle(request, data).await;
        // A route for `Option<SignedIn>` took "cannot be found out" for "nobody": a 503 is not a 401.
        match Authentication::known(request) {
            Some(Authentication::Unavailable) => Outcome::error(Status::ServiceUnavailable),
            _ => outcome,
        }
    }
}

/// Rocket lets a form choose the method by a first field `_method`, empty ones not counted. By now it has done so; nothing of
/// ours sends one.
async fn names_a_method(request: &Request<'_>, data: &mut Data<'_>) -> bool {
    if request.content_type().is_none_or(|kind| !kind.is_form()) {
        return false;
    }
    let head = String::from_utf8_lossy(data.peek(FORM_HEAD).await);
    Form::values(&head).next().is_some_and(|field| field.name == "_method")
}

fn changes_something(request: &Request<'_>) -> bool {
    !matches!(request.method(), Method::Get | Method::Head | Method::Options)
}

/// Whether a request comes from one of our own pages, or from no page at all.
pub fn is_from_our_pages(request: &Request<'_>) -> bool {
    let ours = request.rocket().state::<BaseUrl>().map(BaseUrl::as_str);
    allows(one(request, "Sec-Fetch-Site"), one(request, "Origin"), ours)
}

/// The value of a header; of one that comes twice, none that anybody would take for good.
pub fn one<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    let mut values = request.headers().get(name);
    let first = values.next();
    if values.next().is_some() { Some("more than one") } else { first }
}

fn allows(site: Option<&str>, origin: Option<&str>, ours: Option<&str>) -> bool {
    match (site, origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
        (None, Some(origin)) => Some(origin) == ours,
    }
}
