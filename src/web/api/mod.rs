//! The JSON API: the same verbs of `Accounts` as the pages, for programs. Bearer tokens only; the access cookie is never read.

mod auth;
mod bodies;
mod body;
mod jwks;
mod openapi;
mod response;
mod sessions;

use crate::web::errors::problem::Problem;
use crate::web::http::method_not_allowed;
use rocket::http::Status;
use rocket::{Catcher, Request, Route, catch, catchers};

#[catch(401)]
fn unauthorized(request: &Request<'_>) -> Problem {
    crate::web::guards::bearer::refusal(request).into()
}

#[catch(default)]
fn any(status: Status, request: &Request<'_>) -> Problem {
    body::refused(request)
        .map_or_else(|| method_not_allowed::status(request, status).into(), Problem::from)
}

/// Whatever is for programs answers in JSON, whether it was asked for or not.
pub fn catchers() -> Vec<Catcher> {
    catchers![unauthorized, any]
}

pub fn routes() -> Vec<Route> {
    [auth::routes(), sessions::routes(), jwks::routes(), openapi::routes()].concat()
}
