//! Register, sign in, refresh, sign out, me.

use super::bearer::{Bearer, BearerRefusal};
use super::body::{Fields, MaybeFields};
use crate::accounts::{
    AccessProblem, Accounts, NewAccount, Presented, Refusal, SignInAttempt, SignUpRefusal, TokenPair,
};
use crate::domain::Time;
use crate::domain::account::Account;
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use crate::domain::password::Password;
use crate::web::cookies::{self, ReplyCookies};
use crate::web::error;
use crate::web::guard::Anyone;
use crate::web::problem::Problem;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::{self, Responder};
use rocket::{Request, Route, State, get, post, routes};
use serde::Serialize;
use std::convert::Infallible;
use uuid::Uuid;

/// A value told as JSON with this status.
pub struct Told<T>(pub Status, pub T);

/// What a client gets that has proved who it is. Without the tokens themselves where they travel in cookies.
#[derive(Serialize)]
struct Tokens {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// Seconds.
    refresh_expires_in: i64,
    user: User,
}

#[derive(Serialize)]
struct User {
    id: Uuid,
    email: String,
    name: String,
    role: &'static str,
    created_at: Time,
}

#[post("/api/auth/register", data = "<fields>")]
async fn register(
    _guard: Anyone,
    mut fields: Fields,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Told<Tokens>, Problem> {
    let name = fields.parse("name", DisplayName::parse);
    let email = fields.parse("email", EmailAddress::parse);
    let password = fields.parse("password", Password::parse_new);
    fields.finish()?;
    let (Some(name), Some(email), Some(password)) = (name, email, password) else { return Err(incomplete()) };
    match accounts.sign_up(NewAccount { name, email, password, device, persistent: true, replaces: None }).await? {
        Ok((pair, account)) => Ok(Told(Status::Created, tokens(&pair, &account))),
        Err(SignUpRefusal::EmailTaken) => Err(Problem::new(Status::Conflict, "email_taken")),
        Err(SignUpRefusal::Closed) => Err(Problem::new(Status::Forbidden, "registration_closed")),
    }
}

#[post("/api/auth/login", data = "<fields>")]
async fn login(
    _guard: Anyone,
    mut fields: Fields,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Told<Tokens>, Problem> {
    let email = fields.parse("email", EmailAddress::parse);
    let password = fields.parse("password", Password::parse);
    fields.finish()?;
    let (Some(email), Some(password)) = (email, password) else { return Err(incomplete()) };
    let attempt = SignInAttempt { email, password, persistent: true, device, replaces: None };
    match accounts.sign_in(attempt).await? {
        Some((pair, account)) => Ok(Told(Status::Ok, tokens(&pair, &account))),
        None => Err(Problem::new(Status::Unauthorized, "invalid_credentials")),
    }
}

#[post("/api/auth/refresh", data = "<body>")]
async fn refresh(
    _guard: Anyone,
    body: MaybeFields,
    cookie: RefreshCookie<'_>,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Told<Tokens>, Problem> {
    let typed = body.refresh_token()?;
    let by_cookie = typed.is_none();
    let token = typed.as_deref().or(cookie.token).ok_or_else(unknown_token)?;
    let (pair, account) = accounts.refresh(token, device.ip).await?.map_err(refused)?;
    let told = tokens(&pair, &account);
    if by_cookie {
        cookie.reply.carry(pair);
        return Ok(Told(Status::Ok, told.in_cookies()));
    }
    Ok(Told(Status::Ok, told))
}

#[post("/api/auth/logout", data = "<body>")]
async fn logout(
    _guard: Anyone,
    bearer: Result<Bearer, BearerRefusal>,
    body: MaybeFields,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Status, Problem> {
    let session = match (body.refresh_token()?, bearer) {
        (_, Err(BearerRefusal::Unavailable)) => return Err(Status::ServiceUnavailable.into()),
        (_, Ok(Bearer(claims))) => claims.session_id,
        (Some(token), Err(BearerRefusal::Missing)) => {
            let presented = Presented { access: None, refresh: Some(&token) };
            accounts.presented_session(&presented).ok_or_else(unknown_token)?
        }
        (_, Err(refusal)) => return Err(refusal.into()),
    };
    accounts.sign_out(session, device.ip).await?;
    Ok(Status::NoContent)
}

#[get("/api/auth/me")]
async fn me(bearer: Bearer, accounts: &State<Accounts>) -> Result<Told<User>, Problem> {
    let profile = accounts.profile(bearer.0).await?;
    let profile = profile.ok_or_else(|| Problem::from(BearerRefusal::Problem(AccessProblem::Ended)))?;
    Ok(Told(Status::Ok, user(&profile.account)))
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Ended { reason, .. } => Problem::ended(reason),
        Refusal::Stale => Problem::new(Status::Unauthorized, "refresh_conflict"),
        Refusal::Forged | Refusal::Unknown | Refusal::Ahead | Refusal::Revoked | Refusal::NothingPresented => {
            unknown_token()
        }
    }
}

fn unknown_token() -> Problem {
    Problem::new(Status::Unauthorized, "invalid_refresh_token")
}

/// A field that was noted as wrong has been told by `finish`; this cannot be reached with all fields parsed.
fn incomplete() -> Problem {
    Status::UnprocessableEntity.into()
}

fn tokens(pair: &TokenPair, account: &Account) -> Tokens {
    Tokens {
        access_token: Some(pair.access.0.clone()),
        refresh_token: Some(pair.refresh.0.clone()),
        token_type: "Bearer",
        expires_in: (pair.claims.expires_at - pair.issued_at).num_seconds(),
        refresh_expires_in: (pair.refresh_until - pair.issued_at).num_seconds(),
        user: user(account),
    }
}

impl Tokens {
    fn in_cookies(self) -> Self {
        Self { access_token: None, refresh_token: None, ..self }
    }
}

fn user(account: &Account) -> User {
    User {
        id: account.id.0,
        email: account.email.as_str().to_owned(),
        name: account.name.as_str().to_owned(),
        role: account.role.as_str(),
        created_at: account.created_at,
    }
}

/// The refresh cookie a page's script comes with, and the cookies of the answer.
struct RefreshCookie<'r> {
    token: Option<&'r str>,
    reply: &'r ReplyCookies,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RefreshCookie<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let token = cookies::presented(request).refresh;
        Outcome::Success(RefreshCookie { token, reply: ReplyCookies::of(request) })
    }
}

impl<'r, T: Serialize> Responder<'r, 'static> for Told<T> {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = error::json(&self.1)?;
        response.set_status(self.0);
        Ok(response)
    }
}

pub fn routes() -> Vec<Route> {
    routes![register, login, refresh, logout, me]
}
