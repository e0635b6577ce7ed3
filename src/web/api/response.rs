//! The JSON responses of the API.

use crate::accounts::sessions::{OwnSessions, TokenPair};
use crate::domain::Time;
use crate::domain::account::Account;
use crate::domain::session::Session;
use crate::web::browser::Browser;
use crate::web::errors::response::json;
use rocket::Request;
use rocket::http::Status;
use rocket::response::{self, Responder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A value as JSON, with its status.
pub struct Json<T>(pub Status, pub T);

/// The tokens of a session
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// Absent if it is sent in a cookie
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<String>,
    /// Absent if it is sent in a cookie
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// Always `Bearer`
    token_type: &'static str,
    /// Lifetime of the access token in seconds
    expires_in: i64,
    /// Lifetime of the refresh token in seconds
    refresh_expires_in: i64,
    user: User,
}

/// An account
#[derive(Serialize, ToSchema)]
pub struct User {
    id: Uuid,
    email: String,
    name: String,
    /// `user` or `admin`
    role: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

/// The sessions of an account
#[derive(Serialize, ToSchema)]
#[schema(as = Sessions)]
pub struct SessionList {
    this: SessionResponse,
    others: Vec<SessionResponse>,
}

/// One sign-in in one browser or client
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
struct SessionResponse {
    id: Uuid,
    browser: Browser,
    /// The IP address it was signed in from
    address: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    signed_in_at: Time,
    /// To the minute
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Time,
}

impl Tokens {
    pub fn of(tokens: &TokenPair, account: &Account) -> Self {
        Self {
            access_token: Some(tokens.access.0.clone()),
            refresh_token: Some(tokens.refresh.0.clone()),
            token_type: "Bearer",
            expires_in: (tokens.claims.expires_at - tokens.issued_at).num_seconds(),
            refresh_expires_in: (tokens.refresh_expires_at - tokens.issued_at).num_seconds(),
            user: User::of(account),
        }
    }

    /// Without the tokens themselves, which are sent in cookies.
    pub fn in_cookies(self) -> Self {
        Self { access_token: None, refresh_token: None, ..self }
    }
}

impl User {
    pub fn of(account: &Account) -> Self {
        Self {
            id: account.id.0,
            email: account.email.as_str().to_owned(),
            name: account.name.as_str().to_owned(),
            role: account.role.into_str(),
            created_at: account.created_at,
        }
    }
}

impl SessionList {
    pub fn of(sessions: &OwnSessions) -> Self {
        Self {
            this: SessionResponse::of(&sessions.this),
            others: sessions.others.iter().map(SessionResponse::of).collect(),
        }
    }
}

impl SessionResponse {
    fn of(session: &Session) -> Self {
        Self {
            id: session.id.0,
            browser: Browser::of(&session.device),
            address: session.device.address.map(|address| address.to_string()),
            signed_in_at: session.created_at,
            last_seen_at: session.last_seen(),
        }
    }
}

impl<'r, T: Serialize> Responder<'r, 'static> for Json<T> {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = json(&self.1)?;
        response.set_status(self.0);
        Ok(response)
    }
}
