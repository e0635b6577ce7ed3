//! Counters in the database.

use super::Limit;
use crate::domain::throttle::Throttled;
use crate::domain::{Span, Time};
use crate::store::{self, StoreFault, Tx, Unit};
use crate::token::CounterKey;

/// A durable counter.
#[derive(Clone, Debug)]
pub struct Counter {
    pub limit: Limit,
    pub key: CounterKey,
}

impl Counter {
    /// How long to wait for the next attempt. It is not counted.
    pub fn wait(&self, tx: &mut Tx<'_>, now: Time) -> Result<Option<Span>, StoreFault> {
        Ok(wait(store::throttles::look(tx, &self.key.0, now, self.limit.rate())?))
    }

    /// Counts an attempt; or, if it is refused, how long to wait.
    pub fn count(&self, unit: &mut Unit<'_>) -> Result<Option<Span>, StoreFault> {
        Ok(wait(store::throttles::count(unit, &self.key.0, self.limit.rate())?))
    }

    /// Takes an attempt back.
    pub fn refund(&self, unit: &mut Unit<'_>) -> Result<(), StoreFault> {
        store::throttles::refund(unit, &self.key.0, self.limit.rate())
    }
}

/// Counts an attempt, unless limits are off; or, if it is refused, how long to wait.
pub fn count_if_limited(
    counter: Option<&Counter>,
    unit: &mut Unit<'_>,
) -> Result<Option<Span>, StoreFault> {
    counter.map_or(Ok(None), |counter| counter.count(unit))
}

fn wait(throttled: Throttled) -> Option<Span> {
    match throttled {
        Throttled::Allowed(_) => None,
        Throttled::Wait(wait) => Some(wait),
    }
}
