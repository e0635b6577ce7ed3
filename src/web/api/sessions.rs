//! A person's sessions, for programs.

use crate::accounts::Sessions;
use crate::accounts::sessions::EndSessionsOutcome;
use crate::domain::device::Device;
use crate::domain::session::{SessionId, SessionSelector};
use crate::web::api::response::Json;
use crate::web::errors::problem::Problem;
use crate::web::guards::bearer::{Bearer, ended};
use crate::web::pages::sessions::{SessionsPage, page};
use rocket::http::Status;
use rocket::{Route, State, delete, get, routes};
use std::sync::Arc;

/// The sessions of the account
#[utoipa::path(
    get,
    path = "/api/auth/sessions",
    operation_id = "list_sessions",
    tag = "account",
    responses(
        (status = 200, body = SessionsPage, description = "This session, and the others, last seen first"),
        (status = 401, description = "`token_missing`, `token_expired`, `token_invalid`, `session_ended`"),
    ),
    security(("bearer" = []))
)]
#[get("/api/auth/sessions")]
async fn list(
    bearer: Bearer,
    sessions: &State<Arc<Sessions>>,
) -> Result<Json<SessionsPage>, Problem> {
    let own = sessions.list(bearer.0).await?;
    Ok(Json(Status::Ok, page(&own.ok_or_else(ended)?)))
}

/// End a session
#[utoipa::path(
    delete,
    path = "/api/auth/sessions/{id}",
    operation_id = "end_session",
    tag = "account",
    params(("id" = Uuid, Path, description = "The id of one of the sessions of the account")),
    responses(
        (status = 204, description = "The session has ended"),
        (status = 401, description = "`token_missing`, `token_expired`, `token_invalid`, `session_ended`"),
        (status = 404, description = "The account has no such session"),
    ),
    security(("bearer" = []))
)]
#[delete("/api/auth/sessions/<id>")]
async fn end(
    bearer: Bearer,
    id: Option<SessionId>,
    device: Device,
    sessions: &State<Arc<Sessions>>,
) -> Result<Status, Problem> {
    let id = id.ok_or(Status::NotFound)?;
    match sessions.end(bearer.0, SessionSelector::One(id), device).await? {
        EndSessionsOutcome::SignedOut => Err(ended()),
        EndSessionsOutcome::NotFound => Err(Status::NotFound.into()),
        EndSessionsOutcome::Ended(_) | EndSessionsOutcome::AlreadyEnded => Ok(Status::NoContent),
    }
}

pub fn routes() -> Vec<Route> {
    routes![list, end]
}
