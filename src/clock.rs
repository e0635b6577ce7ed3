//! The time, injected, so that tests move the clock instead of sleeping.

use crate::domain::{Span, Time};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The time in UTC to the millisecond, the precision that the databases store.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds added to the time; negative for a clock that is slow.
    ahead: i64,
    /// Milliseconds since the Unix epoch of a manual clock; none for the system clock.
    by_hand: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that shows `start` until it is advanced; clones advance together.
    #[must_use]
    pub fn by_hand(start: Time) -> Self {
        Self { ahead: 0, by_hand: Some(Arc::new(AtomicI64::new(start.timestamp_millis()))) }
    }

    /// The same clock, ahead by a duration, as another machine's clock may be.
    #[must_use]
    pub fn ahead_by(&self, span: Span) -> Self {
        Self { ahead: self.ahead + span.num_milliseconds(), ..self.clone() }
    }

    /// Advances a manual clock; does nothing to the system clock.
    pub fn advance(&self, span: Span) {
        if let Some(millis) = &self.by_hand {
            millis.fetch_add(span.num_milliseconds(), Ordering::SeqCst);
        }
    }

    #[must_use]
    pub fn now(&self) -> Time {
        let millis = match &self.by_hand {
            Some(millis) => millis.load(Ordering::SeqCst),
            None => system_millis(),
        };
        Time::from_timestamp_millis(millis + self.ahead).unwrap_or(Time::UNIX_EPOCH)
    }
}

#[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
fn system_millis() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// Measures a duration, for logs only.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Microseconds since the start.
    #[must_use]
    pub fn micros(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
