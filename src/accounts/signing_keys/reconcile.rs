//! Adapts the stored keys to the settings of a server. Only servers do this: commands may run with
//! other settings, so they use what is stored.

use super::SigningKeys;
use super::rotate::key_of;
use crate::accounts::Fault;
use crate::domain::event::{Event, EventKind};
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState};
use crate::store::{self, LockedKeys, StoreFault, Unit};
use crate::token::KeyKind;

impl SigningKeys {
    /// Adapts the stored keys to this server's settings: they verify its access tokens for their
    /// whole lifetime, and the next key has its algorithm. The active key keeps its algorithm.
    pub async fn reconcile(&self, algorithm: Algorithm) -> Result<(), Fault> {
        let (lifetime, keys) = (self.lifetimes.access, self.list().await?);
        let access = keys.iter().filter(|key| key.purpose == KeyPurpose::Access);
        let mut signing = access.filter(|key| key.state != KeyState::Retiring);
        if signing.any(|key| key.max_token_lifetime < lifetime) {
            let raise = move |unit: &mut Unit<'_>| {
                let locked = unit.lock_keys()?;
                store::keys::raise_max_lifetime(unit, &locked, lifetime)
            };
            self.store.write(self.clock.now(), raise).await?;
        }
        if of_other_algorithm(algorithm, &keys, KeyState::Next).is_some() {
            self.replace_next(algorithm).await?;
        }
        if let Some(active) = of_other_algorithm(algorithm, &keys, KeyState::Active) {
            let (now, then) = (active.algorithm.into_str(), algorithm.into_str());
            tracing::warn!(
                "access tokens are signed with {now} until `vestibule keys rotate`, then with {then}"
            );
        }
        Ok(())
    }

    /// Replaces the next key of access tokens, which has signed nothing yet.
    async fn replace_next(&self, algorithm: Algorithm) -> Result<(), Fault> {
        let kind = KeyKind { purpose: KeyPurpose::Access, algorithm, state: KeyState::Next };
        let created = self.codec.keys().generate(kind, self.clock.now())?;
        // Another process that starts at the same time may have replaced it first.
        let replace = move |unit: &mut Unit<'_>,
                            locked: &LockedKeys,
                            keys: &[KeyRecord]|
              -> Result<(), StoreFault> {
            let Some(unused) = of_other_algorithm(algorithm, keys, KeyState::Next) else {
                return Ok(());
            };
            store::keys::delete(unit, locked, &unused.id)?;
            let max_token_lifetime = unused.max_token_lifetime;
            let next = KeyRecord { max_token_lifetime, ..created.clone() };
            store::keys::insert(unit, locked, &next)?;
            let event = Event::by_operator(EventKind::NextKeyReplaced, None, unit.now());
            unit.record(event.with_detail("algorithm", next.algorithm.into_str()))
        };
        self.change(replace).await?;
        self.sync().await
    }
}

/// The access token key in this state, if it has another algorithm.
fn of_other_algorithm(
    algorithm: Algorithm,
    keys: &[KeyRecord],
    state: KeyState,
) -> Option<&KeyRecord> {
    key_of(keys, KeyPurpose::Access, state).filter(|key| key.algorithm != algorithm)
}
