//! 405 for a path that exists under another method (RFC 9110 section 15.5.6), where Rocket would say 404.

use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};
use std::collections::BTreeMap;

/// After every real route.
const LAST: isize = 1000;
const METHODS: [Method; 7] =
    [Method::Get, Method::Put, Method::Post, Method::Delete, Method::Options, Method::Patch, Method::Trace];

/// The methods a path does have, for the `Allow` header.
#[derive(Clone, Default)]
pub struct Allowed(pub Option<String>);

#[derive(Clone)]
struct NotAllowed(String);

/// A route for every method the given routes leave out on their paths.
pub fn missing(routes: &[Route]) -> Vec<Route> {
    let mut by_path: BTreeMap<String, Vec<Method>> = BTreeMap::new();
    for route in routes {
        by_path.entry(route.uri.path().to_owned()).or_default().push(route.method);
    }
    by_path.into_iter().flat_map(|(path, methods)| missing_on(&path, &methods)).collect()
}

fn missing_on(path: &str, present: &[Method]) -> Vec<Route> {
    let mut allow: Vec<&str> = present.iter().map(|method| method.as_str()).collect();
    if present.contains(&Method::Get) {
        allow.push("HEAD");
    }
    let handler = NotAllowed(allow.join(", "));
    let missing = METHODS.into_iter().filter(|method| !present.contains(method));
    missing.map(|method| Route::ranked(LAST, method, path, handler.clone())).collect()
}

#[rocket::async_trait]
impl Handler for NotAllowed {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        request.local_cache(|| Allowed(Some(self.0.clone())));
        Outcome::error(Status::MethodNotAllowed)
    }
}
