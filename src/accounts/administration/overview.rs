//! The number of accounts and sessions.

use super::{Administration, Overview};
use crate::accounts::Fault;
use crate::domain::Span;
use crate::store;

/// How long an overview is cached: counting a million accounts takes a while.
const MAX_AGE: Span = Span::minutes(1);

impl Administration {
    /// The overview, at most a minute old.
    pub async fn overview(&self) -> Result<Overview, Fault> {
        let now = self.clock.now();
        // Held while counting, so that concurrent requests share one count.
        let mut cached = self.overview.lock().await;
        if let Some(overview) = cached.filter(|overview| now - overview.counted_at < MAX_AGE) {
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
        Ok(*cached.insert(counted.await?))
    }
}
