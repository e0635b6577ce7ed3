//! The metrics, on a listener of their own: they are for the operator, not for visitors. It serves
//! nothing else, and the application does not serve them.

use crate::accounts::Monitoring;
use crate::web::guards::Anyone;
use rocket::config::{LogLevel, Shutdown};
use rocket::figment::Figment;
use rocket::http::{ContentType, Status};
use rocket::{Build, Phase, Rocket, State, get, routes};
use std::net::SocketAddr;
use std::sync::Arc;

/// Serves the metrics of an application at this address.
#[must_use]
pub fn metrics_server<P: Phase>(application: &Rocket<P>, address: SocketAddr) -> Rocket<Build> {
    // Signals end the application, and the process with it.
    let shutdown = Shutdown { ctrlc: false, signals: [].into(), ..Shutdown::default() };
    let config = Figment::from(rocket::Config {
        address: address.ip(),
        port: address.port(),
        ident: rocket::config::Ident::none(),
        log_level: LogLevel::Off,
        shutdown,
        ..rocket::Config::default()
    });
    let server = rocket::custom(config).mount("/", routes![show]);
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
