//! A person's sessions, for programs.

use super::auth::Told;
use super::bearer::{Bearer, BearerRefusal};
use crate::accounts::{AccessProblem, Accounts, Which};
use crate::domain::device::Device;
use crate::domain::session::SessionId;
use crate::web::problem::Problem;
use crate::web::sessions::{SessionsPage, page};
use rocket::http::Status;
use rocket::{Route, State, delete, get, routes};

#[get("/api/auth/sessions")]
async fn list(bearer: Bearer, accounts: &State<Accounts>) -> Result<Told<SessionsPage>, Problem> {
    let sessions = accounts.sessions(bearer.0).await?;
    let sessions = sessions.ok_or_else(|| Problem::from(BearerRefusal::Problem(AccessProblem::Ended)))?;
    Ok(Told(Status::Ok, page(&sessions)))
}

#[delete("/api/auth/sessions/<id>")]
async fn end(
    bearer: Bearer,
    id: Option<SessionId>,
    device: Device,
    accounts: &State<Accounts>,
) -> Result<Status, Problem> {
    let id = id.ok_or(Status::NotFound)?;
    match accounts.end_sessions(bearer.0, Which::One(id), device.ip).await? {
        None => Err(BearerRefusal::Problem(AccessProblem::Ended).into()),
        Some(0) => Err(Status::NotFound.into()),
        Some(_) => Ok(Status::NoContent),
    }
}

pub fn routes() -> Vec<Route> {
    routes![list, end]
}
