//! The methods that a path supports: what OPTIONS answers (RFC 9110 section 9.3.7), and 405 for all
//! others (section 15.5.6), where Rocket answers 404.

use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use crate::web::http::cors;
use crate::web::http::original_method;
use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response, Route};
use std::collections::BTreeMap;

/// The rank of our routes: Rocket tries them last.
const AFTER_ALL_ROUTES: isize = 1000;

const METHODS: [Method; 7] = [
    Method::Get,
    Method::Put,
    Method::Post,
    Method::Delete,
    Method::Options,
    Method::Patch,
    Method::Trace,
];

/// Answers with the methods that the path supports: OPTIONS with 204, all others with 405.
#[derive(Clone)]
struct NotAllowed(String);

/// The methods of each path.
pub struct Paths(BTreeMap<String, Vec<Method>>);

impl Paths {
    pub fn of(routes: &[Route]) -> Self {
        let mut by_path: BTreeMap<String, Vec<Method>> = BTreeMap::new();
        for route in routes {
            by_path.entry(route.uri.path().to_owned()).or_default().push(route.method);
        }
        Self(by_path)
    }

    /// A route for every method that a path does not support.
    pub fn missing(&self) -> Vec<Route> {
        self.0.iter().flat_map(|(path, methods)| missing_on(path, methods)).collect()
    }

    /// Whether a path is that of a route, in the same spelling.
    pub fn contains(&self, path: &str) -> bool {
        self.methods(path).next().is_some()
    }

    pub fn has_get(&self, path: &str) -> bool {
        self.methods(path).any(|methods| methods.contains(&Method::Get))
    }

    /// The methods of the routes that match a path.
    fn methods(&self, path: &str) -> impl Iterator<Item = &[Method]> {
        let matching = self.0.iter().filter(move |(pattern, _)| matches_pattern(pattern, path));
        matching.map(|(_, methods)| methods.as_slice())
    }
}

/// Whether a path matches that of a route; a parameter matches one segment.
fn matches_pattern(pattern: &str, path: &str) -> bool {
    let same = |(pattern, segment): (&str, &str)| {
        pattern == segment || (pattern.starts_with('<') && !segment.is_empty())
    };
    pattern.split('/').count() == path.split('/').count()
        && pattern.split('/').zip(path.split('/')).all(same)
}

/// Whether a route is one of ours.
pub fn answers(route: &Route) -> bool {
    route.rank == AFTER_ALL_ROUTES
}

/// The methods of a path that do something.
fn listed(methods: &[Method]) -> String {
    let mut names: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
    if methods.contains(&Method::Get) {
        names.push("HEAD");
    }
    names.join(", ")
}

/// The value of `Allow`.
fn allow(listed: &str) -> String {
    format!("{listed}, OPTIONS")
}

fn missing_on(path: &str, present: &[Method]) -> Vec<Route> {
    let handler = NotAllowed(listed(present));
    let missing = METHODS.into_iter().filter(|method| !present.contains(method));
    missing.map(|method| Route::ranked(AFTER_ALL_ROUTES, method, path, handler.clone())).collect()
}

/// The refusal of a method that Rocket does not know. Rocket answers 400 before it looks for a
/// route.
pub fn refusal(request: &Request<'_>) -> Option<Refusal> {
    if !original_method::is_unknown(request) {
        return None;
    }
    let mut methods = request.rocket().state::<Paths>()?.methods(request.uri().path().as_str());
    Some(methods.next().map_or_else(
        || Refusal::new(Code::NotFound),
        |methods| Refusal::method_not_allowed(allow(&listed(methods))),
    ))
}

#[rocket::async_trait]
impl Handler for NotAllowed {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        if let Some(answer) = cors::preflight(request, &self.0) {
            return Outcome::Success(answer);
        }
        if request.method() == Method::Options {
            return Outcome::Success(options(allow(&self.0)));
        }
        let status: Status = Refusal::method_not_allowed(allow(&self.0)).note(request);
        Outcome::error(status)
    }
}

/// Also what `HAProxy` checks by default.
fn options<'r>(allow: String) -> Response<'r> {
    let mut response = Response::build();
    response.status(Status::NoContent).raw_header("Allow", allow);
    response.finalize()
}
