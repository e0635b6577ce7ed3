//! Opening the stored keys at the start, and creating missing ones.

use super::SigningKeys;
use super::reload::Reload;
use super::rotate::kinds;
use crate::accounts::Fault;
use crate::clock::Clock;
use crate::domain::Time;
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState};
use crate::domain::lifetimes::Lifetimes;
use crate::store::{self, Store, StoreFault, Unit};
use crate::token::{
    Codec, KeyKind, Keyring, KeyringError, Keys, Sealer, Secret, TokenIssuer, new_key,
};
use std::sync::Arc;

/// The settings that keys are opened with.
pub struct KeySettings {
    pub secret: Secret,
    pub issuer: TokenIssuer,
    /// The algorithm of the first access token keys.
    pub algorithm: Algorithm,
}

impl SigningKeys {
    /// Opens the stored keys; on an empty database it creates them.
    pub(in crate::accounts) async fn open(
        store: Store,
        settings: KeySettings,
        lifetimes: Lifetimes,
        clock: Clock,
    ) -> Result<Self, Fault> {
        let now = clock.now();
        let KeySettings { secret, issuer, algorithm } = settings;
        let sealer = Sealer::new(&secret).map_err(|_| KeyringError::Crypto)?;
        let records = records(&store, &sealer, algorithm, &lifetimes, now).await?;
        let codec = Arc::new(Codec::new(Keys::open(&records, sealer)?, issuer, lifetimes.access));
        Ok(Self { store, codec, clock, lifetimes, reload: Reload::new(now) })
    }
}

/// The stored keys, after missing ones have been created.
async fn records(
    store: &Store,
    sealer: &Sealer,
    algorithm: Algorithm,
    lifetimes: &Lifetimes,
    now: Time,
) -> Result<Vec<KeyRecord>, Fault> {
    let records = store.read(move |tx| store::keys::all(tx, now)).await?;
    let missing = missing(&records, algorithm);
    if missing.is_empty() {
        return Ok(records);
    }
    if !records.is_empty() {
        // No key may be added under a secret that does not open the existing ones.
        Keyring::open(&records, sealer)?;
    }
    // Only if needed: creating keys takes longer than the rest of the start.
    let create = |kind| {
        let max_token_lifetime = lifetimes.access;
        new_key(kind, sealer, now).map(|key| KeyRecord { max_token_lifetime, ..key })
    };
    let created = missing.into_iter().map(create).collect::<Result<Vec<_>, _>>()?;
    Ok(store.write(now, move |unit| add_missing(unit, &created)).await?)
}

fn missing(records: &[KeyRecord], algorithm: Algorithm) -> Vec<KeyKind> {
    let kinds = kinds(algorithm, &[KeyState::Active, KeyState::Next]);
    kinds.into_iter().filter(|kind| !exists(records, kind.purpose, kind.state)).collect()
}

/// Stores new keys, except those that another process has stored in the meantime.
fn add_missing(unit: &mut Unit<'_>, created: &[KeyRecord]) -> Result<Vec<KeyRecord>, StoreFault> {
    let locked = unit.lock_keys()?;
    let now = unit.now();
    let stored = store::keys::all(unit, now)?;
    for key in created.iter().filter(|key| !exists(&stored, key.purpose, key.state)) {
        store::keys::insert(unit, &locked, key)?;
    }
    store::keys::all(unit, now)
}

fn exists(records: &[KeyRecord], purpose: KeyPurpose, state: KeyState) -> bool {
    records.iter().any(|key| key.purpose == purpose && key.state == state)
}
