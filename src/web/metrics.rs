//! The metrics, on a listener of their own: they are for the operator, not for visitors. It serves
//! nothing else, and the application does not serve them.

use crate::accounts::Monitoring;
use crate::web::guards::Anyone;
use rocket::figment::providers::Serialized;
use rocket::http::{ContentType, Status};
use rocket::{Build, Phase, Rocket, State, get, routes};
use std::net::SocketAddr;
use std::sync::Arc;

/// Serves the metrics of an application at this address.
#[must_use]
pub fn metrics_server<P: Phase>(application: &Rocket<P>, address: SocketAddr) -> Rocket<Build> {
    let figment = application
        .figment()
        .clone()
        .merge(Serialized::global("address", address.ip()))
        .merge(Serialized::global("port", address.port()))
        // Signals end the application, and the process with it.
        .merge(Serialized::global("shutdown.ctrlc", false))
        .merge(Serialized::global("shutdown.signals", Vec::<String>::new()));
    let server = rocket::custom(figment).mount("/", routes![show]);
    match application.state::<Arc<Monitoring>>() {
        Some(monitoring) => server.manage(Arc::clone(monitoring)),
        None => server,
    }
}

#[get("/metrics")]
fn show(
    _guard: Anyone,
    monitoring: &State<Arc<Monitoring>>,
) -> Result<(ContentType, String), Status> {
    let open_metrics = ContentType::new("application", "openmetrics-text")
        .with_params([("version", "1.0.0"), ("charset", "utf-8")]);
    let text = monitoring.expose_metrics().map_err(|_| Status::InternalServerError)?;
    Ok((open_metrics, text))
}
