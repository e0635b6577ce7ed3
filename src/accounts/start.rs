//! From settings to a value that can serve: database open, keys there.

use super::authenticate::Confirmed;
use super::hasher::Hasher;
use super::key_feed::KeyFeed;
use super::keys::kinds;
use super::revocations::Revocations;
use super::{Accounts, Fault};
use crate::clock::Clock;
use crate::config::DatabaseUrl;
use crate::domain::Time;
use crate::domain::account::Registration;
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState};
use crate::domain::lifetimes::Lifetimes;
use crate::store::{self, Store, StoreFault, Tx};
use crate::token::{
    Codec, KeyKind, Keyring, KeyringError, Keys, Sealer, Secret, TokenIssuer, new_key,
};
use std::sync::Arc;

/// What the operator decided.
pub struct Settings {
    pub location: DatabaseUrl,
    pub secret: Secret,
    pub names: TokenIssuer,
    pub lifetimes: Lifetimes,
    pub registration: Registration,
    /// What the first keys of access tokens are made for.
    pub algorithm: Algorithm,
}

/// Why it cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    Keys(#[from] KeyringError),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the password hasher cannot be set up: {0}")]
    Hasher(String),
}

impl Accounts {
    /// Opens the database (making it if need be), brings it up to date and opens the signing keys (making them if need be).
    ///
    /// # Errors
    /// `StartProblem`: nothing may be served then.
    pub async fn start(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let Settings { location, secret, names, lifetimes, registration, algorithm } = settings;
        let store = tokio::task::spawn_blocking(move || Store::open(location)).await;
        let store = store.unwrap_or(Err(StoreFault::Cancelled))?;
        let opened_at = clock.now();
        let keys = open_keys(&store, &secret, algorithm, opened_at).await?;
        let codec = Arc::new(Codec::new(keys, names, lifetimes.access));
        let hasher = Hasher::new().map_err(|error| StartError::Hasher(error.to_string()))?;
        let revocations = Arc::new(Revocations::load(&store, &clock).await?);
        let key_feed = Arc::new(KeyFeed::new(Arc::clone(&codec), store.clone(), opened_at));
        let confirmed = Confirmed::default();
        Ok(Self {
            store,
            codec,
            key_feed,
            hasher,
            clock,
            lifetimes,
            registration,
            confirmed,
            revocations,
        })
    }
}

/// Opens the stored keys and makes the missing ones: on an empty database all of them.
async fn open_keys(
    store: &Store,
    secret: &Secret,
    algorithm: Algorithm,
    now: Time,
) -> Result<Keys, StartError> {
    let sealer = Sealer::new(secret).map_err(|_| KeyringError::Crypto)?;
    let mut records = store.read(move |tx| store::keys::all(tx, now)).await?;
    let missing = missing(&records, algorithm);
    if !missing.is_empty() {
        if !records.is_empty() {
            // Nothing may be added under a secret that does not open what is there.
            Keyring::open(&records, &sealer)?;
        }
        // Only now: making keys gathers randomness, which takes longer than the rest of the start.
        let fresh = missing
            .into_iter()
            .map(|kind| new_key(kind, &sealer, now))
            .collect::<Result<Vec<_>, _>>()?;
        records = store.write(move |tx| add_missing(tx, &fresh, now)).await?;
    }
    Ok(Keys::open(&records, sealer)?)
}

fn missing(records: &[KeyRecord], algorithm: Algorithm) -> Vec<KeyKind> {
    let kinds = kinds(algorithm, &[KeyState::Active, KeyState::Next]);
    kinds.into_iter().filter(|kind| !is_there(records, kind.purpose, kind.state)).collect()
}

/// Stores fresh keys, but those another process was faster with: then its keys are everybody's.
fn add_missing(
    tx: &mut Tx<'_>,
    fresh: &[KeyRecord],
    now: Time,
) -> Result<Vec<KeyRecord>, StoreFault> {
    let stored = store::keys::all(tx, now)?;
    for key in fresh.iter().filter(|key| !is_there(&stored, key.purpose, key.state)) {
        store::keys::insert(tx, key)?;
    }
    store::keys::all(tx, now)
}

fn is_there(records: &[KeyRecord], purpose: KeyPurpose, state: KeyState) -> bool {
    records.iter().any(|key| key.purpose == purpose && key.state == state)
}
