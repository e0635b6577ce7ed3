//! The guards of pages. Every route has one: `SignedIn`, `Option<SignedIn>`, `Admin`, `Anyone`, or
//! `Bearer` in the API.

use crate::accounts::Sessions;
use crate::accounts::sessions::{AdministratorOutcome, AuthenticationError};
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::session::SessionId;
use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use crate::web::guards::authentication::Authentication;
use crate::web::guards::device::device;
use crate::web::http::cookies;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, State};
use std::convert::Infallible;
use std::sync::Arc;

/// A signed-in user; refreshes the session if the access token has expired.
pub struct SignedIn(pub AccessClaims);

/// A signed-in administrator, according to the database and not the token. Other users get 403.
pub struct Admin;

/// Marks a route as open to everyone.
pub struct Anyone;

/// The device and the session of a request to sign up, in or out, or to change the password.
pub struct ClientContext {
    pub device: Device,
    pub device_token: Option<String>,
    /// The session that the tokens name, even if they have expired: enough to end it. Nothing is
    /// refreshed.
    pub session: Option<SessionId>,
}

/// The error of a guard. It is empty, because the catcher reads the noted `Refusal`.
#[derive(Debug)]
pub struct Refused;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SignedIn {
    type Error = Refused;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Refused> {
        let refusal = match Authentication::of(request).await {
            Authentication::SignedIn(claims) => return Outcome::Success(SignedIn(*claims)),
            Authentication::Anonymous(error) => Refusal::new(code(*error)),
            Authentication::Unavailable(refusal) => (**refusal).clone(),
        };
        Outcome::Error((refusal.note(request), Refused))
    }
}

fn code(error: AuthenticationError) -> Code {
    match error {
        AuthenticationError::NoTokens => Code::TokenMissing,
        AuthenticationError::Ended { .. } | AuthenticationError::Revoked => Code::SessionEnded,
        AuthenticationError::Forged
        | AuthenticationError::Unknown
        | AuthenticationError::Stale
        | AuthenticationError::Ahead => Code::TokenInvalid,
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Admin {
    type Error = Refused;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Refused> {
        let SignedIn(claims) = try_outcome!(SignedIn::from_request(request).await);
        let code = match administrator(request, claims).await {
            Ok(AdministratorOutcome::Administrator) => return Outcome::Success(Admin),
            Ok(AdministratorOutcome::Refused) => Code::Forbidden,
            Ok(AdministratorOutcome::SignedOut) => Code::SessionEnded,
            Err(refusal) => return Outcome::Error((refusal.note(request), Refused)),
        };
        Outcome::Error((Refusal::new(code).note(request), Refused))
    }
}

async fn administrator(
    request: &Request<'_>,
    claims: AccessClaims,
) -> Result<AdministratorOutcome, Box<Refusal>> {
    let sessions = request.guard::<&State<Arc<Sessions>>>().await.succeeded();
    let sessions = sessions.ok_or_else(|| Refusal::new(Code::Unavailable))?;
    Ok(sessions.administrator(claims, device(request)).await.map_err(Refusal::from)?)
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
    type Error = Refused;

    /// Fails if it cannot be decided whether the tokens are ours. Treating that as "no" would clear
    /// the cookies of a session that stays alive, and would leave a session planted by an attacker
    /// in place.
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Refused> {
        match presented_session(request).await {
            Ok(session) => Outcome::Success(ClientContext {
                device: device(request),
                device_token: cookies::device_token(request),
                session,
            }),
            Err(refusal) => Outcome::Error((refusal.note(request), Refused)),
        }
    }
}

async fn presented_session(request: &Request<'_>) -> Result<Option<SessionId>, Box<Refusal>> {
    let sessions = request.guard::<&State<Arc<Sessions>>>().await.succeeded();
    let sessions = sessions.ok_or_else(|| Refusal::new(Code::Unavailable))?;
    Ok(sessions.presented(cookies::presented(request)).await.map_err(Refusal::from)?)
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
