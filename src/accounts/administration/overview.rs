//! The service in numbers.

use super::Administration;
use crate::accounts::Fault;
use crate::domain::{Span, Time};
use crate::store;
use tokio::sync::Mutex;

/// For how long the numbers are shown again: with a million accounts counting them takes a while.
const FRESH: Span = Span::minutes(1);

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overview {
    pub accounts: i64,
    pub disabled: i64,
    /// Administrators who can sign in.
    pub administrators: i64,
    /// Sessions that are alive.
    pub sessions: i64,
    pub counted_at: Time,
}

/// The last numbers. The lock is held while counting: concurrent requests wait for one count.
#[derive(Default)]
pub(super) struct Remembered(Mutex<Option<Overview>>);

impl Administration {
    /// The numbers, at most a minute old.
    pub async fn overview(&self) -> Result<Overview, Fault> {
        let now = self.clock.now();
        let mut remembered = self.overview.0.lock().await;
        if let Some(overview) = remembered.filter(|overview| now - overview.counted_at < FRESH) {
            return Ok(overview);
        }
        let counted = self.store.read(move |tx| {
            Ok(Overview {
                accounts: store::accounts::count(tx)?,
                disabled: store::accounts::count_disabled(tx)?,
                administrators: store::accounts::count_administrators(tx)?,
                sessions: store::sessions::count_alive(tx, now)?,
                counted_at: now,
            })
        });
        Ok(*remembered.insert(counted.await?))
    }
}
