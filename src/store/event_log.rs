//! The log line of an event.

use crate::domain::event::{Event, EventOutcome};
use tracing::field::display;

/// An event to be logged after the commit.
pub(super) struct LoggedEvent {
    pub event: Event,
    /// Folded: the log has it, but the table has only the first one of this minute.
    pub repeated: bool,
}

/// Refusals are warnings.
pub(super) fn log(logged: &LoggedEvent) {
    let LoggedEvent { event, repeated } = logged;
    let (kind, outcome) = (event.kind.into_str(), event.outcome.into_str());
    let actor = display(event.actor);
    let account = event.subject.map(|id| display(id.0));
    let session = event.session_id.map(|id| display(id.0));
    let address = event.address.map(display);
    let details = event.details.iter().map(|(name, value)| format!("{name}={value}"));
    let details = details.collect::<Vec<_>>().join(" ");
    let details = (!details.is_empty()).then(|| display(details));
    macro_rules! log_at {
        ($level:ident) => {
            tracing::$level!(
                event = kind,
                outcome,
                actor,
                account,
                session,
                address,
                details,
                repeated,
                "security event"
            )
        };
    }
    match event.outcome {
        EventOutcome::Refused => log_at!(warn),
        EventOutcome::Success => log_at!(info),
    }
}
