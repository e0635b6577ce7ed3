//! Register, sign in, refresh, sign out, me.

use crate::accounts::sessions::{PresentedTokens, RefreshOutcome, Refusal};
use crate::accounts::{
    Accounts, NewAccount, Sessions, SignInAttempt, SignInOutcome, SignUpOutcome,
};
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use crate::domain::password::Password;
use crate::web::api::bodies;
use crate::web::api::body::{Fields, MaybeFields};
use crate::web::api::response::{Json, Tokens, User, tokens, user};
use crate::web::errors::code::Code;
use crate::web::errors::problem::Problem;
use crate::web::guards::Anyone;
use crate::web::guards::bearer::{Bearer, BearerRefusal, ended};
use crate::web::http::cookies::{self, ReplyCookies};
use crate::web::http::csrf;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, Route, State, get, post, routes};
use std::convert::Infallible;
use std::sync::Arc;

/// Register
///
/// Makes an account and signs it in.
#[utoipa::path(
    post,
    path = "/api/auth/register",
    tag = "tokens",
    request_body = bodies::Registration,
    responses(
        (status = 201, body = Tokens, description = "Registered and signed in"),
        (status = 403, description = "`registration_closed`, or `forbidden`: a page of a foreign origin"),
        (status = 409, description = "`email_taken`"),
        (status = 422, description = "`invalid_fields`"),
    )
)]
#[post("/api/auth/register", data = "<fields>")]
async fn register(
    _guard: Anyone,
    mut fields: Fields,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Json<Tokens>, Problem> {
    let name = fields.parse("name", DisplayName::parse);
    let email = fields.parse("email", EmailAddress::parse);
    let password = fields.parse("password", Password::parse_new);
    fields.finish()?;
    let ((name, email), password) = name.zip(email).zip(password).ok_or_else(incomplete)?;
    let new = NewAccount { name, email, password, device, persistent: true, replaces: None };
    match accounts.sign_up(new).await? {
        SignUpOutcome::SignedUp { tokens: pair, account } => {
            Ok(Json(Status::Created, tokens(&pair, &account)))
        }
        SignUpOutcome::EmailTaken => Err(Problem::new(Code::EmailTaken)),
        SignUpOutcome::Closed => Err(Problem::new(Code::RegistrationClosed)),
    }
}

/// Sign in
#[utoipa::path(
    post,
    path = "/api/auth/login",
    tag = "tokens",
    request_body = bodies::Login,
    responses(
        (status = 200, body = Tokens, description = "Signed in"),
        (status = 401, description = "`invalid_credentials`"),
    )
)]
#[post("/api/auth/login", data = "<fields>")]
async fn login(
    _guard: Anyone,
    mut fields: Fields,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Json<Tokens>, Problem> {
    let email = fields.parse("email", EmailAddress::parse);
    let password = fields.parse("password", Password::parse);
    fields.finish()?;
    let (Some(email), Some(password)) = (email, password) else { return Err(incomplete()) };
    let attempt = SignInAttempt { email, password, persistent: true, device, replaces: None };
    match accounts.sign_in(attempt).await? {
        SignInOutcome::SignedIn { tokens: pair, account } => {
            Ok(Json(Status::Ok, tokens(&pair, &account)))
        }
        SignInOutcome::InvalidCredentials => Err(Problem::new(Code::InvalidCredentials)),
    }
}

/// Renew
///
/// The tokens are used up and answered with new ones. Without a body the refresh cookie is taken, for scripts of our own pages, and
/// the new tokens travel in cookies.
#[utoipa::path(
    post,
    path = "/api/auth/refresh",
    tag = "tokens",
    request_body = bodies::Refresh,
    responses(
        (status = 200, body = Tokens, description = "Renewed"),
        (status = 401, description = "`invalid_refresh_token`, `session_ended` with `reason`, or `refresh_conflict`: there is a newer one"),
    )
)]
#[post("/api/auth/refresh", data = "<body>")]
async fn refresh(
    _guard: Anyone,
    body: MaybeFields,
    cookie: RefreshCookie<'_>,
    device: Device,
    sessions: &State<Arc<Sessions>>,
) -> Result<Json<Tokens>, Problem> {
    let typed = body.refresh_token()?;
    let by_cookie = typed.is_none();
    let token = typed.as_deref().or(cookie.token).ok_or_else(unknown_token)?;
    let (pair, account) = match sessions.refresh(token, &device).await? {
        RefreshOutcome::Refreshed { tokens, account } => (*tokens, account),
        RefreshOutcome::Refused(refusal) => return Err(refused(refusal)),
    };
    let told = tokens(&pair, &account);
    if by_cookie {
        cookie.reply.set_tokens(pair);
        return Ok(Json(Status::Ok, told.in_cookies()));
    }
    Ok(Json(Status::Ok, told))
}

/// Sign out
///
/// Ends the session of the refresh token in the body; without a body, that of the bearer token.
#[utoipa::path(
    post,
    path = "/api/auth/logout",
    tag = "tokens",
    request_body = bodies::Refresh,
    responses(
        (status = 204, description = "The session has ended"),
        (status = 401, description = "`token_missing`, `token_expired`, `token_invalid`, `session_ended`, `invalid_refresh_token`"),
    ),
    security((), ("bearer" = []))
)]
#[post("/api/auth/logout", data = "<body>")]
async fn logout(
    _guard: Anyone,
    bearer: Result<Bearer, BearerRefusal>,
    body: MaybeFields,
    device: Device,
    sessions: &State<Arc<Sessions>>,
) -> Result<Status, Problem> {
    let session = match (body.refresh_token()?, bearer) {
        (Some(token), _) => {
            let presented = PresentedTokens { access: None, refresh: Some(&token) };
            sessions.presented(presented).await?.ok_or_else(unknown_token)?
        }
        (None, Ok(Bearer(claims))) => claims.session_id,
        (None, Err(refusal)) => return Err(refusal.into()),
    };
    sessions.sign_out(session, device).await?;
    Ok(Status::NoContent)
}

/// The account
#[utoipa::path(
    get,
    path = "/api/auth/me",
    tag = "account",
    responses(
        (status = 200, body = User, description = "The account of the bearer token"),
        (status = 401, description = "`token_missing`, `token_expired`, `token_invalid`, `session_ended`"),
    ),
    security(("bearer" = []))
)]
#[get("/api/auth/me")]
async fn me(bearer: Bearer, accounts: &State<Accounts>) -> Result<Json<User>, Problem> {
    let profile = accounts.profile(bearer.0).await?;
    Ok(Json(Status::Ok, user(&profile.ok_or_else(ended)?.account)))
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Ended { reason, .. } => Problem::ended(reason),
        Refusal::Stale => Problem::new(Code::RefreshConflict),
        Refusal::Forged
        | Refusal::Unknown
        | Refusal::Ahead
        | Refusal::Revoked
        | Refusal::NothingPresented => unknown_token(),
    }
}

fn unknown_token() -> Problem {
    Problem::new(Code::InvalidRefreshToken)
}

/// A field that was noted as wrong has been told by `finish`; this cannot be reached with all fields parsed.
fn incomplete() -> Problem {
    Problem::new(Code::InvalidFields)
}

/// The refresh cookie the script of one of our own pages comes with, and the cookies of the answer. Pages of invited origins on
/// our site would bring it, too, but have no business with it.
struct RefreshCookie<'r> {
    token: Option<&'r str>,
    reply: &'r ReplyCookies,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RefreshCookie<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let token =
            cookies::presented(request).refresh.filter(|_| csrf::is_from_our_pages(request));
        Outcome::Success(RefreshCookie { token, reply: ReplyCookies::of(request) })
    }
}

pub fn routes() -> Vec<Route> {
    routes![register, login, refresh, logout, me]
}
