//! Whether this process runs and can serve, for load balancers and orchestrators. They ask often and
//! from anywhere: the answers name no version, and cost the database one query a second.

use crate::accounts::{Dependency, Monitoring};
use crate::web::api::response::Json;
use crate::web::guards::Anyone;
use rocket::http::Status;
use rocket::{State, get};
use serde::Serialize;
use std::sync::Arc;

/// What is not ready
#[derive(Serialize)]
pub struct Health {
    /// `live`, `ready` or `not_ready`
    status: &'static str,
    /// `database`, `migrations`, `keys`, `revocations`, `stopping`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_ready: Vec<&'static str>,
}

#[get("/health/live")]
pub fn live(_guard: Anyone) -> Json<Health> {
    Json(Status::Ok, Health { status: "live", not_ready: Vec::new() })
}

#[get("/health/ready")]
pub async fn ready(_guard: Anyone, monitoring: &State<Arc<Monitoring>>) -> Json<Health> {
    let not_ready: Vec<_> = monitoring.not_ready().await.iter().map(Dependency::into_str).collect();
    if not_ready.is_empty() {
        return Json(Status::Ok, Health { status: "ready", not_ready });
    }
    Json(Status::ServiceUnavailable, Health { status: "not_ready", not_ready })
}
