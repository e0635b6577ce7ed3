//! How often something may be attempted, so that guessing gets nowhere and nobody fills the disk.
//!
//! Networks and sessions are counted in memory, by each process. Accounts are counted in the
//! database: those counters are shared by all processes and survive a restart.

mod admission;
mod counter;
mod memory;
mod rates;

pub(super) use admission::Admission;
pub use admission::{Attempter, TooManyAttempts};
pub(super) use counter::{Counter, count_if_limited};
pub use rates::Limit;

use super::hash_queue::Waiter;
use super::{Fault, strangers};
use crate::domain::account::AccountId;
use crate::domain::claims::AccessClaims;
use crate::domain::client_address::ClientAddress;
use crate::domain::email::EmailAddress;
use crate::domain::known_device::KnownDevice;
use crate::domain::session::SessionId;
use crate::domain::{Span, Time};
use crate::store::{self, Store};
use crate::token::{CounterKeys, DeviceTokens, KeyringError, Secret};
use memory::{MemoryCounter, MemoryCounters};

/// The counters of attempts, and the devices that have one of their own.
pub struct Limits {
    enabled: bool,
    store: Store,
    memory: MemoryCounters,
    keys: CounterKeys,
    devices: DeviceTokens,
}

impl Limits {
    pub(super) fn new(store: Store, secret: &Secret, enabled: bool) -> Result<Self, KeyringError> {
        Ok(Self {
            enabled,
            store,
            memory: MemoryCounters::default(),
            keys: CounterKeys::new(secret).map_err(|_| KeyringError::Crypto)?,
            devices: DeviceTokens::new(secret).map_err(|_| KeyringError::Crypto)?,
        })
    }

    /// Counts an attempt to sign in: by network, and by address, whether or not an account has it.
    /// On a device that the account has signed in on, it has a counter of its own.
    pub(super) async fn admit_sign_in(
        &self,
        email: &EmailAddress,
        by: &Attempter,
        now: Time,
    ) -> Result<Result<Admission, TooManyAttempts>, Fault> {
        let known = self.known_device(email, by, now).await?;
        // A correct password has no other limit on a known device: whoever has started too many
        // sessions must not take hashes from others.
        if let Some((_, account)) = &known
            && let Some(starts) = self.session_starts(*account)
            && let Some(wait) = self.look(&starts, now).await?
        {
            return Ok(Err(self.refuse(starts.limit, wait, by.address)));
        }
        let counter = match &known {
            Some((device, account)) => {
                let (device, account) = (device.id.to_string(), account.0.to_string());
                self.counter(Limit::KnownDevice, &[&device, &account])
            }
            None => self.counter(Limit::UnknownDevice, &[email.as_str()]),
        };
        self.admit(by.address, counter, known.is_some(), now).await
    }

    /// Counts an attempt to name the current password of a session.
    pub(super) async fn admit_current_password(
        &self,
        claims: &AccessClaims,
        address: Option<ClientAddress>,
        now: Time,
    ) -> Result<Result<Admission, TooManyAttempts>, Fault> {
        let session = claims.session_id.0.to_string();
        let counter = self.counter(Limit::CurrentPassword, &[&session]);
        self.admit(address, counter, true, now).await
    }

    /// Counts an attempt to sign up.
    pub(super) fn admit_sign_up(
        &self,
        address: Option<ClientAddress>,
        now: Time,
    ) -> Result<(), TooManyAttempts> {
        self.count_in_memory(&networks(Limit::NetworkSignUp, address), address, now)
    }

    /// Counts a refresh of a session.
    pub(super) fn admit_refresh(
        &self,
        session: SessionId,
        address: Option<ClientAddress>,
        now: Time,
    ) -> Result<(), TooManyAttempts> {
        let mut counters = networks(Limit::NetworkRefresh, address);
        counters.push(MemoryCounter::of_session(Limit::SessionRefresh, session));
        self.count_in_memory(&counters, address, now)
    }

    /// Counts a session that starts with a correct password.
    pub(super) fn admit_session_start(
        &self,
        address: Option<ClientAddress>,
        now: Time,
    ) -> Result<(), TooManyAttempts> {
        self.count_in_memory(&networks(Limit::NetworkSessionStarts, address), address, now)
    }

    /// Counts the sessions that an account starts; none if limits are off.
    pub(super) fn session_starts(&self, account: AccountId) -> Option<Counter> {
        self.counter(Limit::SessionStarts, &[&account.0.to_string()])
    }

    /// Takes an admitted attempt back: its password was correct.
    pub(super) async fn withdraw(&self, admission: &Admission, now: Time) -> Result<(), Fault> {
        self.memory.refund(&admission.networks);
        let Some(counter) = admission.counter.clone() else { return Ok(()) };
        Ok(self.store.write(now, move |unit| counter.refund(unit)).await?)
    }

    /// Counts an admitted attempt whose turn has come, unless others have used up the limit since.
    pub(super) async fn count_admitted(
        &self,
        admission: &Admission,
        now: Time,
    ) -> Result<Result<(), TooManyAttempts>, Fault> {
        let Some(counter) = &admission.counter else { return Ok(Ok(())) };
        let wait = self.count(counter, now).await?;
        Ok(wait.map_or(Ok(()), |wait| Err(self.refuse(counter.limit, wait, admission.address))))
    }

    /// An attempt was no guess: its password was correct, or not tested. Its own counter is refunded
    /// in the transaction that uses the password.
    pub(super) fn refund_network(&self, admission: &Admission) {
        self.memory.refund(&admission.networks);
    }

    /// The device token of a browser on which this account has just signed in.
    pub(super) fn device_token(
        &self,
        presented: Option<&str>,
        account: AccountId,
        now: Time,
    ) -> String {
        let device = presented.and_then(|token| self.devices.verify(token)).unwrap_or_default();
        self.devices.issue(&device.after_sign_in(account, now))
    }

    /// A limit was hit: logged and counted, never stored.
    pub(super) fn refuse(
        &self,
        limit: Limit,
        wait: Span,
        by: Option<ClientAddress>,
    ) -> TooManyAttempts {
        self.store.metrics().limit_hit(limit.into_str());
        strangers::log_limit_hit(limit.into_str(), wait, by);
        TooManyAttempts { wait }
    }

    async fn admit(
        &self,
        address: Option<ClientAddress>,
        counter: Option<Counter>,
        is_known: bool,
        now: Time,
    ) -> Result<Result<Admission, TooManyAttempts>, Fault> {
        // A known device can test the passwords of its own accounts alone, and must not wait because
        // of a neighbour.
        let networks = if is_known { Vec::new() } else { networks(Limit::NetworkSignIn, address) };
        if let Err(refused) = self.count_in_memory(&networks, address, now) {
            return Ok(Err(refused));
        }
        if let Some(counter) = &counter {
            let wait = self.look(counter, now).await;
            if !matches!(wait, Ok(None)) {
                self.memory.refund(&networks);
            }
            if let Some(wait) = wait? {
                return Ok(Err(self.refuse(counter.limit, wait, address)));
            }
        }
        let network = address.map(ClientAddress::widest_network);
        let waiter = Waiter { network, is_known };
        Ok(Ok(Admission { networks, counter, address, waiter }))
    }

    fn count_in_memory(
        &self,
        counters: &[MemoryCounter],
        by: Option<ClientAddress>,
        now: Time,
    ) -> Result<(), TooManyAttempts> {
        if !self.enabled {
            return Ok(());
        }
        self.memory.count(counters, now).map_err(|(limit, wait)| self.refuse(limit, wait, by))
    }

    /// Counts an attempt; or, if it is refused, how long to wait. Refused ones change nothing.
    async fn count(&self, counter: &Counter, now: Time) -> Result<Option<Span>, Fault> {
        let counting = counter.clone();
        Ok(self.store.write(now, move |unit| counting.count(unit)).await?)
    }

    /// How long to wait for the next attempt. It is not counted.
    async fn look(&self, counter: &Counter, now: Time) -> Result<Option<Span>, Fault> {
        let looking = counter.clone();
        Ok(self.store.read(move |tx| looking.wait(tx, now)).await?)
    }

    /// The device and the account, if it has signed in on the device since it forgot its devices.
    async fn known_device(
        &self,
        email: &EmailAddress,
        by: &Attempter,
        now: Time,
    ) -> Result<Option<(KnownDevice, AccountId)>, Fault> {
        let token = by.device_token.as_deref();
        let Some(device) = token.and_then(|token| self.devices.verify(token)) else {
            return Ok(None);
        };
        let email = email.clone();
        let found = self.store.read(move |tx| {
            let Some(account) = store::accounts::find_by_email(tx, &email)? else {
                return Ok(None);
            };
            let forgotten_at = store::accounts::devices_forgotten_at(tx, account.id)?;
            let known = device.is_known_to(account.id, forgotten_at, now);
            Ok(known.then_some((device, account.id)))
        });
        Ok(found.await?)
    }

    /// A durable counter; none if limits are off.
    fn counter(&self, limit: Limit, of: &[&str]) -> Option<Counter> {
        self.enabled.then(|| Counter { limit, key: self.keys.of(limit.into_str(), of) })
    }
}

fn networks(limit: Limit, address: Option<ClientAddress>) -> Vec<MemoryCounter> {
    address.map_or_else(Vec::new, |address| MemoryCounter::of_networks(limit, address))
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
