//! The JSON API: the same verbs of `Accounts` as the pages, for programs. Bearer tokens only; the access cookie is never read.

mod auth;
mod bearer;
mod bodies;
mod body;
mod jwks;
mod openapi;
mod sessions;
mod told;

use crate::web::methods;
use crate::web::problem::Problem;
use rocket::http::Status;
use rocket::{Catcher, Request, Route, catch, catchers};

#[catch(401)]
fn unauthorized(request: &Request<'_>) -> Problem {
    bearer::refusal(request).into()
}

#[catch(default)]
fn any(status: Status, request: &Request<'_>) -> Problem {
    body::refused(request).map_or_else(|| methods::status(request, status).into(), Problem::from)
}

/// Whatever is for programs answers in JSON, whether it was asked for or not.
pub fn catchers() -> Vec<Catcher> {
    catchers![unauthorized, any]
}

pub fn routes() -> Vec<Route> {
    [auth::routes(), sessions::routes(), jwks::routes(), openapi::routes()].concat()
}
