//! The bearer guard (RFC 6750 section 2.1). It reads the Authorization header only.

use crate::accounts::sessions::AccessTokenError;
use crate::accounts::{Sessions, log_refused_stranger};
use crate::domain::claims::AccessClaims;
use crate::domain::event::StrangerEvent;
use crate::web::errors::code::Code;
use crate::web::errors::problem::Problem;
use crate::web::errors::refusal::Refusal;
use crate::web::guards::device::device;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, State};
use std::sync::Arc;

/// A client with a valid access token of a session that has not ended.
pub struct Bearer(pub AccessClaims);

/// Why a request has no valid token, for handlers that do not require one.
pub type BearerError = Code;

/// The session ended after the guard accepted its token.
pub fn session_ended() -> Problem {
    Problem::new(Code::SessionEnded)
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Bearer {
    type Error = BearerError;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, BearerError> {
        match verify(request).await {
            Ok(claims) => Outcome::Success(Bearer(claims)),
            Err(code) => Outcome::Error((Refusal::new(code).note(request), code)),
        }
    }
}

async fn verify(request: &Request<'_>) -> Result<AccessClaims, BearerError> {
    let token = token(request).ok_or(Code::TokenMissing)?;
    let sessions = request.guard::<&State<Arc<Sessions>>>().await.succeeded();
    match sessions.ok_or(Code::Unavailable)?.authenticate_access(token).await {
        Ok(Err(AccessTokenError::Invalid)) => {
            let address = device(request).address;
            log_refused_stranger(StrangerEvent::AccessTokenRefused, address);
            Err(Code::TokenInvalid)
        }
        Ok(verified) => verified.map_err(code),
        Err(fault) => Err(Refusal::from(fault).code),
    }
}

fn code(error: AccessTokenError) -> Code {
    match error {
        AccessTokenError::Expired => Code::TokenExpired,
        AccessTokenError::Invalid => Code::TokenInvalid,
        AccessTokenError::SessionEnded => Code::SessionEnded,
    }
}

/// The token of a single Authorization header with the Bearer scheme.
fn token<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let mut headers = request.headers().get("Authorization");
    let (Some(header), None) = (headers.next(), headers.next()) else { return None };
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
