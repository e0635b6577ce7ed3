//! Sign up, sign in, refresh, sign out, and the account itself.

use crate::accounts::sessions::{AuthenticationError, PresentedTokens, RefreshOutcome};
use crate::accounts::{
    Accounts, NewAccount, Sessions, SignInAttempt, SignInOutcome, SignUpOutcome,
};
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use crate::domain::password::{Password, PasswordError};
use crate::web::api::response::{Json, Tokens, User};
use crate::web::errors::code::Code;
use crate::web::errors::problem::Problem;
use crate::web::errors::refusal::Refusal;
use crate::web::guards::Anyone;
use crate::web::guards::bearer::{Bearer, BearerError, session_ended};
use crate::web::http::cookies::{self, ReplyCookies};
use crate::web::http::csrf;
use crate::web::requests::fields::FieldErrors;
use crate::web::requests::json::{JsonBody, OptionalJsonBody};
use crate::web::requests::{RefreshRequest, SignInRequest, SignUpRequest};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, State, get, post};
use std::convert::Infallible;
use std::sync::Arc;

/// Sign up
///
/// Creates an account and signs it in.
#[utoipa::path(
    post,
    path = "/api/auth/register",
    tag = "tokens",
    request_body = SignUpRequest,
    responses(
        (status = 201, body = Tokens, description = "Signed up and signed in"),
        (status = 403, description = "`registration_closed`, or `forbidden`: the request came from a page of another origin"),
        (status = 409, description = "`email_taken`"),
        (status = 422, description = "`invalid_fields`"),
        (status = 429, description = "`too_many_attempts` with `retry_after`"),
    )
)]
#[post("/api/auth/register", data = "<body>")]
pub async fn register(
    _guard: Anyone,
    body: JsonBody<SignUpRequest>,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Json<Tokens>, Problem> {
    let parsed = body.0.parse(accounts.min_password_length());
    let parsed = parsed.map_err(Refusal::invalid_fields)?;
    match accounts.sign_up(new_account(parsed, device)).await? {
        SignUpOutcome::SignedUp { tokens, account } => {
            Ok(Json(Status::Created, Tokens::of(&tokens, &account)))
        }
        SignUpOutcome::EmailTaken => Err(Problem::new(Code::EmailTaken)),
        SignUpOutcome::PasswordRefused(error) => Err(password_refused(error)),
        SignUpOutcome::Closed => Err(Problem::new(Code::RegistrationClosed)),
        SignUpOutcome::TooManyAttempts(refused) => Err(refused.into()),
    }
}

/// Sign in
#[utoipa::path(
    post,
    path = "/api/auth/login",
    tag = "tokens",
    request_body = SignInRequest,
    responses(
        (status = 200, body = Tokens, description = "Signed in"),
        (status = 401, description = "`invalid_credentials`"),
        (status = 429, description = "`too_many_attempts` with `retry_after`"),
    )
)]
#[post("/api/auth/login", data = "<body>")]
pub async fn login(
    _guard: Anyone,
    body: JsonBody<SignInRequest>,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Json<Tokens>, Problem> {
    let parsed = body.0.parse().map_err(Refusal::invalid_fields)?;
    match accounts.sign_in(attempt(parsed, device)).await? {
        SignInOutcome::SignedIn { tokens, account, .. } => {
            Ok(Json(Status::Ok, Tokens::of(&tokens, &account)))
        }
        SignInOutcome::InvalidCredentials => Err(Problem::new(Code::InvalidCredentials)),
        SignInOutcome::TooManyAttempts(refused) => Err(refused.into()),
    }
}

/// Refresh
///
/// Exchanges a refresh token for new tokens. Without a body, the refresh cookie is used, and the
/// new tokens are sent in cookies: for scripts on our own pages.
#[utoipa::path(
    post,
    path = "/api/auth/refresh",
    tag = "tokens",
    request_body = RefreshRequest,
    responses(
        (status = 200, body = Tokens, description = "Refreshed"),
        (status = 401, description = "`invalid_refresh_token`, `session_ended` with `reason`, or `refresh_conflict`: a newer token exists"),
        (status = 429, description = "`too_many_attempts` with `retry_after`"),
    )
)]
#[post("/api/auth/refresh", data = "<body>")]
pub async fn refresh(
    _guard: Anyone,
    body: OptionalJsonBody<RefreshRequest>,
    cookie: RefreshCookie<'_>,
    device: Device,
    sessions: &State<Arc<Sessions>>,
) -> Result<Json<Tokens>, Problem> {
    let by_cookie = body.0.is_none();
    let in_body = body.0.as_ref().map(|request| &*request.refresh_token);
    let token = in_body.or(cookie.token).ok_or_else(invalid_token)?;
    let (new_tokens, account) = match sessions.refresh(token, &device).await? {
        RefreshOutcome::Refreshed { tokens, account } => (*tokens, account),
        RefreshOutcome::Refused(error) => return Err(refused(error)),
    };
    let response = Tokens::of(&new_tokens, &account);
    if by_cookie {
        cookie.reply.set_tokens(new_tokens);
        return Ok(Json(Status::Ok, response.in_cookies()));
    }
    Ok(Json(Status::Ok, response))
}

/// Sign out
///
/// Ends the session of the refresh token in the body or, without a body, of the bearer token.
#[utoipa::path(
    post,
    path = "/api/auth/logout",
    tag = "tokens",
    request_body = RefreshRequest,
    responses(
        (status = 204, description = "The session has ended"),
        (status = 401, description = "`token_missing`, `token_expired`, `token_invalid`, `session_ended`, `invalid_refresh_token`"),
    ),
    security((), ("bearer" = []))
)]
#[post("/api/auth/logout", data = "<body>")]
pub async fn logout(
    _guard: Anyone,
    bearer: Result<Bearer, BearerError>,
    body: OptionalJsonBody<RefreshRequest>,
    device: Device,
    sessions: &State<Arc<Sessions>>,
) -> Result<Status, Problem> {
    let session = match (&body.0, bearer) {
        (Some(request), _) => {
            let presented = PresentedTokens { access: None, refresh: Some(&request.refresh_token) };
            sessions.presented(presented).await?.ok_or_else(invalid_token)?
        }
        (None, Ok(Bearer(claims))) => claims.session_id,
        (None, Err(code)) => return Err(Problem::new(code)),
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
pub async fn me(bearer: Bearer, accounts: &State<Accounts>) -> Result<Json<User>, Problem> {
    let profile = accounts.profile(bearer.0).await?;
    Ok(Json(Status::Ok, User::of(&profile.ok_or_else(session_ended)?.account)))
}

/// API clients keep no device token.
fn new_account(
    (name, email, password): (DisplayName, EmailAddress, Password),
    device: Device,
) -> NewAccount {
    let (device_token, persistent, replaces) = (None, true, None);
    NewAccount { name, email, password, device, device_token, persistent, replaces }
}

fn attempt((email, password): (EmailAddress, Password), device: Device) -> SignInAttempt {
    let (device_token, persistent, replaces) = (None, true, None);
    SignInAttempt { email, password, persistent, device, device_token, replaces }
}

fn password_refused(error: PasswordError) -> Problem {
    Refusal::invalid_fields(FieldErrors::of("password", error.into_str())).into()
}

fn refused(error: AuthenticationError) -> Problem {
    match error {
        AuthenticationError::Ended { reason, .. } => Refusal::session_ended(reason).into(),
        AuthenticationError::Stale => Problem::new(Code::RefreshConflict),
        AuthenticationError::Forged
        | AuthenticationError::Unknown
        | AuthenticationError::Ahead
        | AuthenticationError::Revoked
        | AuthenticationError::NoTokens => invalid_token(),
    }
}

fn invalid_token() -> Problem {
    Problem::new(Code::InvalidRefreshToken)
}

/// The refresh cookie of a request from our own pages, and the cookies of the response. A browser
/// also sends the cookie with requests from an allowed CORS origin on the same site; then it is not
/// read.
pub struct RefreshCookie<'r> {
    token: Option<&'r str>,
    reply: &'r ReplyCookies,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RefreshCookie<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let token = cookies::presented(request).refresh.filter(|_| csrf::is_same_origin(request));
        Outcome::Success(RefreshCookie { token, reply: ReplyCookies::of(request) })
    }
}
