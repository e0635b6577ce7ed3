//! What unauthenticated clients are refused.

use crate::domain::Span;
use crate::domain::client_address::ClientAddress;
use crate::domain::event::StrangerEvent;
use tracing::field::display;

/// Logs a refusal, with the fields of other security events. It is never stored: nobody may fill the
/// disk.
pub fn log_refused(event: StrangerEvent, address: Option<ClientAddress>) {
    log(event, address, None);
}

/// Logs that this limit was hit, and how long the client has to wait.
pub fn log_limit_hit(limit: &'static str, wait: Span, address: Option<ClientAddress>) {
    log(StrangerEvent::LimitHit, address, Some((limit, wait)));
}

fn log(event: StrangerEvent, address: Option<ClientAddress>, hit: Option<(&'static str, Span)>) {
    let (event, address) = (event.into_str(), address.map(display));
    let (limit, seconds) = hit.map(|(limit, wait)| (limit, wait.num_seconds())).unzip();
    tracing::warn!(
        event,
        outcome = "refused",
        actor = "anonymous",
        address,
        limit,
        seconds,
        "security event"
    );
}
