//! The sessions of an account.

use crate::accounts::Sessions;
use crate::accounts::sessions::EndSessionsOutcome;
use crate::domain::device::Device;
use crate::domain::session::{SessionId, SessionSelector};
use crate::web::api::response::{Json, SessionList};
use crate::web::errors::code::Code;
use crate::web::errors::problem::Problem;
use crate::web::guards::bearer::{Bearer, session_ended};
use rocket::http::Status;
use rocket::{State, delete, get};
use std::sync::Arc;

/// The sessions of the account
#[utoipa::path(
    get,
    path = "/api/auth/sessions",
    operation_id = "list_sessions",
    tag = "account",
    responses(
        (status = 200, body = SessionList, description = "This session, and the others, last seen first"),
        (status = 401, description = "`token_missing`, `token_expired`, `token_invalid`, `session_ended`"),
    ),
    security(("bearer" = []))
)]
#[get("/api/auth/sessions")]
pub async fn list(
    bearer: Bearer,
    sessions: &State<Arc<Sessions>>,
) -> Result<Json<SessionList>, Problem> {
    let own = sessions.list(bearer.0).await?;
    Ok(Json(Status::Ok, SessionList::of(&own.ok_or_else(session_ended)?)))
}

/// End a session
#[utoipa::path(
    delete,
    path = "/api/auth/sessions/{id}",
    operation_id = "end_session",
    tag = "account",
    params(("id" = Uuid, Path, description = "The ID of one of the sessions of the account")),
    responses(
        (status = 204, description = "The session has ended"),
        (status = 401, description = "`token_missing`, `token_expired`, `token_invalid`, `session_ended`"),
        (status = 404, description = "The account has no such session"),
    ),
    security(("bearer" = []))
)]
#[delete("/api/auth/sessions/<id>")]
pub async fn end(
    bearer: Bearer,
    id: Option<SessionId>,
    device: Device,
    sessions: &State<Arc<Sessions>>,
) -> Result<Status, Problem> {
    let id = id.ok_or_else(not_found)?;
    match sessions.end(bearer.0, SessionSelector::One(id), device).await? {
        EndSessionsOutcome::SignedOut => Err(session_ended()),
        EndSessionsOutcome::NotFound => Err(not_found()),
        EndSessionsOutcome::Ended(_) | EndSessionsOutcome::AlreadyEnded => Ok(Status::NoContent),
    }
}

fn not_found() -> Problem {
    Problem::new(Code::NotFound)
}
