//! Guards. Every route names one: `SignedIn`, `Option<SignedIn>`, `Admin`, or `Anyone`.

use crate::accounts::Sessions;
use crate::domain::account::Role;
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::session::SessionId;
use crate::web::guards::authentication::Authentication;
use crate::web::http::cookies;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, State};
use std::convert::Infallible;
use std::sync::Arc;

/// Somebody with a living session, renewed on the way if need be.
pub struct SignedIn(pub AccessClaims);

/// Somebody signed in who is an administrator at this moment, by the records; everybody else who is signed in gets 403.
pub struct Admin;

/// Says in so many words that a route is open to everybody.
pub struct Anyone;

/// A browser as it comes to sign in or out.
pub struct ClientContext {
    pub device: Device,
    /// The session it holds a token of, of whatever generation: enough to end it, and nothing is renewed.
    pub session: Option<SessionId>,
}

/// Whether the request came with a session of ours could not be found out. To take that for "no"
/// would sign out a browser whose session lives on, and leave a planted session in place.
#[derive(Debug)]
pub struct Undecided;

/// Why nobody is let in.
#[derive(Debug)]
pub struct NotSignedIn;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SignedIn {
    type Error = NotSignedIn;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, NotSignedIn> {
        match Authentication::of(request).await {
            Authentication::SignedIn(claims) => Outcome::Success(SignedIn(*claims)),
            Authentication::Anonymous(_) => Outcome::Error((Status::Unauthorized, NotSignedIn)),
            Authentication::Unavailable => {
                Outcome::Error((Status::ServiceUnavailable, NotSignedIn))
            }
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Admin {
    type Error = NotSignedIn;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, NotSignedIn> {
        let claims = match SignedIn::from_request(request).await {
            Outcome::Success(SignedIn(claims)) => claims,
            Outcome::Error(refusal) => return Outcome::Error(refusal),
            Outcome::Forward(status) => return Outcome::Forward(status),
        };
        match role(request, claims).await {
            Ok(Role::Admin) => Outcome::Success(Admin),
            Ok(Role::User) => Outcome::Error((Status::Forbidden, NotSignedIn)),
            Err(status) => Outcome::Error((status, NotSignedIn)),
        }
    }
}

async fn role(request: &Request<'_>, claims: AccessClaims) -> Result<Role, Status> {
    let sessions = request.guard::<&State<Arc<Sessions>>>().await.succeeded();
    match sessions.ok_or(Status::ServiceUnavailable)?.current(claims).await {
        Ok(current) => current.map(|it| it.account.role).ok_or(Status::Unauthorized),
        Err(fault) => {
            tracing::error!(%fault, "a role could not be read");
            Err(Status::ServiceUnavailable)
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Anyone {
    type Error = Infallible;

    async fn from_request(_: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Anyone)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ClientContext {
    type Error = Undecided;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Undecided> {
        match presented_session(request).await {
            Ok(session) => Outcome::Success(ClientContext { device: device(request), session }),
            Err(undecided) => Outcome::Error((Status::ServiceUnavailable, undecided)),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Device {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(device(request))
    }
}

async fn presented_session(request: &Request<'_>) -> Result<Option<SessionId>, Undecided> {
    let sessions = request.guard::<&State<Arc<Sessions>>>().await.succeeded().ok_or(Undecided)?;
    sessions.presented(cookies::presented(request)).await.map_err(|fault| {
        tracing::error!(%fault, "the session a request came with could not be determined");
        Undecided
    })
}

pub(super) fn device(request: &Request<'_>) -> Device {
    let user_agent = request.headers().get_one("User-Agent").unwrap_or_default();
    Device::new(user_agent, request.client_ip())
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
