//! From settings to a value that can serve: database open, keys there.

use super::Accounts;
use super::authenticate::Confirmed;
use super::hasher::Hasher;
use super::revocations::Revocations;
use crate::clock::Clock;
use crate::domain::account::Registration;
use crate::domain::key::KeyRecord;
use crate::domain::lives::Lives;
use crate::domain::location::Location;
use crate::store::{self, Store, StoreFault, Tx};
use crate::token::{Codec, Keyring, KeyringProblem, Names, Sealer, Secret, first_keys};
use std::sync::Arc;

/// What the operator decided.
pub struct Settings {
    pub location: Location,
    pub secret: Secret,
    pub names: Names,
    pub lives: Lives,
    pub registration: Registration,
}

/// Why it cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartProblem {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    Keys(#[from] KeyringProblem),
    #[error("the password hasher cannot be set up: {0}")]
    Hasher(String),
}

impl Accounts {
    /// Opens the database (making it if need be), brings it up to date and opens the signing keys (making them if need be).
    ///
    /// # Errors
    /// `StartProblem`: nothing may be served then.
    pub async fn start(settings: Settings, clock: Clock) -> Result<Self, StartProblem> {
        let Settings { location, secret, names, lives, registration } = settings;
        let store = tokio::task::spawn_blocking(move || Store::open(location)).await;
        let store = store.unwrap_or(Err(StoreFault::Cancelled))?;
        let keyring = open_keys(&store, &secret, &clock).await?;
        let hasher = Hasher::new().map_err(|error| StartProblem::Hasher(error.to_string()))?;
        let revocations = Arc::new(Revocations::load(&store, &clock).await?);
        revocations.follow(store.clone(), clock.clone());
        let codec = Codec::new(keyring, names, lives.access);
        Ok(Self { store, codec, hasher, clock, lives, registration, confirmed: Confirmed::default(), revocations })
    }
}

/// Opens the stored keys; on an empty database makes them.
async fn open_keys(store: &Store, secret: &Secret, clock: &Clock) -> Result<Keyring, StartProblem> {
    let sealer = Sealer::new(secret).map_err(|_| KeyringProblem::Crypto)?;
    let mut records = store.read(store::keys::all).await?;
    if records.is_empty() {
        // Only now: making keys gathers randomness, which takes longer than the rest of the start.
        let fresh = first_keys(&sealer, clock.now())?;
        records = store.write(move |tx| keep_first(tx, fresh)).await?;
    }
    Ok(Keyring::open(&records, &sealer)?)
}

/// Stores the first keys, unless another process was faster: then its keys are everybody's.
fn keep_first(tx: &mut Tx<'_>, fresh: Vec<KeyRecord>) -> Result<Vec<KeyRecord>, StoreFault> {
    let stored = store::keys::all(tx)?;
    if !stored.is_empty() {
        return Ok(stored);
    }
    fresh.iter().try_for_each(|key| store::keys::insert(tx, key))?;
    Ok(fresh)
}
