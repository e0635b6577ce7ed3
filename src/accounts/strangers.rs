//! What unauthenticated clients are refused.

use crate::domain::client_address::ClientAddress;
use crate::domain::event::StrangerEvent;
use tracing::field::display;

/// Logs a refusal, with the fields of other security events. It is never stored.
pub fn log_refused(event: StrangerEvent, address: Option<ClientAddress>) {
    let (event, address) = (event.into_str(), address.map(display));
    tracing::warn!(event, outcome = "refused", actor = "anonymous", address, "security event");
}
