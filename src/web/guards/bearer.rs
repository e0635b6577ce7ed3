//! The Bearer guard (RFC 6750 section 2.1): the Authorization header and nothing else.

use crate::accounts::Sessions;
use crate::accounts::sessions::AccessTokenError;
use crate::domain::claims::AccessClaims;
use crate::web::errors::code::Code;
use crate::web::errors::problem::Problem;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, State};
use std::sync::Arc;

/// A program with a good access token of a living session.
pub struct Bearer(pub AccessClaims);

/// Why a request has no good token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerRefusal {
    Missing,
    Problem(AccessTokenError),
    /// It could not be found out.
    Unavailable,
}

impl BearerRefusal {
    /// The stable code.
    fn code(self) -> Code {
        match self {
            BearerRefusal::Missing => Code::TokenMissing,
            BearerRefusal::Problem(AccessTokenError::Expired) => Code::TokenExpired,
            BearerRefusal::Problem(AccessTokenError::Invalid) => Code::TokenInvalid,
            BearerRefusal::Problem(AccessTokenError::SessionEnded) => Code::SessionEnded,
            BearerRefusal::Unavailable => Code::Unavailable,
        }
    }
}

impl From<BearerRefusal> for Problem {
    fn from(refusal: BearerRefusal) -> Self {
        Self::new(refusal.code())
    }
}

/// The session has ended since the guard let its token pass.
pub fn ended() -> Problem {
    BearerRefusal::Problem(AccessTokenError::SessionEnded).into()
}

/// Why the guard of this request refused, for the catcher.
pub fn refusal(request: &Request<'_>) -> BearerRefusal {
    *request.local_cache(|| BearerRefusal::Missing)
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Bearer {
    type Error = BearerRefusal;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, BearerRefusal> {
        let refusal = match verify(request).await {
            Ok(claims) => return Outcome::Success(Bearer(claims)),
            Err(refusal) => *request.local_cache(|| refusal),
        };
        Outcome::Error((refusal.code().status(), refusal))
    }
}

async fn verify(request: &Request<'_>) -> Result<AccessClaims, BearerRefusal> {
    let token = token(request).ok_or(BearerRefusal::Missing)?;
    let sessions = request
        .guard::<&State<Arc<Sessions>>>()
        .await
        .succeeded()
        .ok_or(BearerRefusal::Unavailable)?;
    match sessions.authenticate_access(token).await {
        Ok(verified) => verified.map_err(BearerRefusal::Problem),
        Err(fault) => {
            tracing::error!(%fault, "a bearer token could not be checked");
            Err(BearerRefusal::Unavailable)
        }
    }
}

/// The token of a single Authorization header with the Bearer scheme.
fn token<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let mut headers = request.headers().get("Authorization");
    let (Some(header), None) = (headers.next(), headers.next()) else { return None };
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
