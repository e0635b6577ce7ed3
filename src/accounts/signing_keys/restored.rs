//! Ends what was valid before the database was restored from a backup.

use super::SigningKeys;
use crate::accounts::Fault;
use crate::domain::event::{Event, EventKind};
use crate::domain::key::{KeyPurpose, KeyRecord, KeyState};
use crate::domain::session::EndReason;
use crate::store::{self, LockedKeys, StoreFault, Unit};

impl SigningKeys {
    /// Ends every session, and every access token by replacing its keys. The backup has sessions that
    /// were signed out after it was made, and lacks those that were started. The keys of refresh
    /// tokens stay, so that browsers are told why their session ended.
    pub async fn end_restored_sessions(&self) -> Result<usize, Fault> {
        let mut created = self.create(&[KeyState::Active, KeyState::Next]).await?;
        created.retain(is_of_access);
        self.change(move |unit, locked, keys| {
            replace(unit, locked, keys, &created)?;
            let ended = store::sessions::end_all(unit, EndReason::Restored)?;
            let event = Event::by_operator(EventKind::DatabaseRestored, None, unit.now());
            unit.record(event.with_detail("ended_sessions", &ended.to_string()))?;
            Ok(ended)
        })
        .await
    }
}

fn replace(
    unit: &mut Unit<'_>,
    locked: &LockedKeys,
    keys: &[KeyRecord],
    created: &[KeyRecord],
) -> Result<(), StoreFault> {
    let mut old = keys.iter().filter(|key| is_of_access(key));
    old.try_for_each(|key| store::keys::delete(unit, locked, &key.id))?;
    created.iter().try_for_each(|key| store::keys::insert(unit, locked, key))
}

fn is_of_access(key: &KeyRecord) -> bool {
    key.purpose == KeyPurpose::Access
}
