//! Changing the password.

use super::limits::{Counter, Limit, TooManyAttempts, count_if_limited};
use super::sessions::{NewSession, SessionStart, TokenPair};
use super::{Accounts, Fault};
use crate::domain::Span;
use crate::domain::account::Account;
use crate::domain::authentication_method::AuthenticationMethod;
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind, Initiator};
use crate::domain::password::{Password, PasswordError, PasswordHash};
use crate::domain::session::{EndReason, Session, SessionSelector};
use crate::store::{self, StoreFault, Unit};

/// What a user changes their password with.
#[derive(Debug)]
pub struct PasswordChange {
    pub current: Password,
    pub new: Password,
    pub device: Device,
    /// The device token that the browser presented.
    pub device_token: Option<String>,
}

/// Whether the password was changed.
#[derive(Debug)]
pub enum PasswordOutcome {
    /// All sessions have ended, and this browser has a new one.
    Changed(Box<TokenPair>),
    WrongPassword,
    /// The new password is refused.
    Refused(PasswordError),
    /// The session of the request has ended in the meantime.
    SignedOut,
    /// Too many passwords were tried, or too many sessions started.
    TooManyAttempts(TooManyAttempts),
}

impl Accounts {
    /// Changes the password if the current one is correct, and signs out every other device.
    pub async fn change_password(
        &self,
        claims: AccessClaims,
        change: PasswordChange,
    ) -> Result<PasswordOutcome, Fault> {
        self.sessions.check_signing()?;
        let id = claims.account_id;
        let Some(current) = self.sessions.current(claims).await? else {
            return Ok(PasswordOutcome::SignedOut);
        };
        let (address, now) = (change.device.address, self.clock.now());
        let admission = match self.limits.admit_current_password(&claims, address, now).await? {
            Ok(admission) => admission,
            Err(refused) => return Ok(PasswordOutcome::TooManyAttempts(refused)),
        };
        let stored = self.store.read(move |tx| store::credentials::find_password(tx, id)).await?;
        let (hash, version) = stored.map(|stored| (stored.hash, stored.version)).unzip();
        match self.test_password(change.current, hash, &admission).await? {
            // Also if the new one is refused: whoever knows the current one has not guessed.
            Ok(true) => self.limits.withdraw(&admission, self.clock.now()).await?,
            Ok(false) => {
                self.record_wrong_password(current.session, change.device).await?;
                return Ok(PasswordOutcome::WrongPassword);
            }
            Err(refused) => return Ok(PasswordOutcome::TooManyAttempts(refused)),
        }
        let owner = (&current.account.name, &current.account.email);
        let (passwords, waiter) = (&self.policy.passwords, admission.waiter);
        let hash = match passwords.hash(&self.hasher, change.new, owner, waiter).await? {
            Ok(hash) => hash,
            Err(error) => return Ok(PasswordOutcome::Refused(error)),
        };
        let now = self.clock.now();
        let start = self.sessions.prepare(id, continued(&current.session, change.device), now);
        let session = start.session.clone();
        let starts = self.limits.session_starts(id);
        let verified = VerifiedChange { claims, version, hash, start, starts };
        match self.store.write(now, move |unit| verified.run(unit)).await? {
            ChangeResult::Changed(account) => {
                let device = self.limits.device_token(change.device_token.as_deref(), id, now);
                let tokens = self.sessions.issue(&session, account.role, now)?.on_device(device);
                Ok(PasswordOutcome::Changed(Box::new(tokens)))
            }
            ChangeResult::WrongPassword => Ok(PasswordOutcome::WrongPassword),
            ChangeResult::SignedOut => {
                self.sessions.mark_revoked(&claims);
                Ok(PasswordOutcome::SignedOut)
            }
            ChangeResult::TooMany(wait) => {
                let refused = self.limits.refuse(Limit::SessionStarts, wait, address);
                Ok(PasswordOutcome::TooManyAttempts(refused))
            }
        }
    }

    async fn record_wrong_password(&self, session: Session, device: Device) -> Result<(), Fault> {
        let recorded = self.store.write(self.clock.now(), move |unit| {
            let Some(_locked) = unit.lock(session.account_id)? else { return Ok(()) };
            record_wrong_password(unit, &session, &device)
        });
        Ok(recorded.await?)
    }
}

/// The session to continue in: all others end.
fn continued(current: &Session, device: Device) -> NewSession {
    let methods = AuthenticationMethod::Password.into();
    NewSession { methods, persistent: current.persistent, device, replaces: None }
}

fn record_wrong_password(
    unit: &mut Unit<'_>,
    session: &Session,
    device: &Device,
) -> Result<(), StoreFault> {
    let kind = EventKind::CurrentPasswordRefused;
    unit.record(Event::by_owner(kind, session, unit.now(), device).refused())
}

/// A change whose current password was verified before the new one was hashed, which takes a while.
struct VerifiedChange {
    claims: AccessClaims,
    /// The version of the password that was verified.
    version: Option<i64>,
    hash: PasswordHash,
    /// The session to continue in.
    start: SessionStart,
    /// Counts the sessions of the account.
    starts: Option<Counter>,
}

/// What the transaction did.
enum ChangeResult {
    Changed(Account),
    WrongPassword,
    SignedOut,
    /// The account has started too many sessions.
    TooMany(Span),
}

impl VerifiedChange {
    fn run(&self, unit: &mut Unit<'_>) -> Result<ChangeResult, StoreFault> {
        let AccessClaims { account_id, session_id, .. } = self.claims;
        let Some(account) = unit.lock(account_id)? else { return Ok(ChangeResult::SignedOut) };
        let session = store::sessions::find_of(unit, account_id, session_id)?;
        let alive = session.filter(|session| session.is_alive(unit.now()));
        let Some(session) = alive.filter(|_| !account.is_disabled()) else {
            return Ok(ChangeResult::SignedOut);
        };
        // A concurrent change came first: the verified password is no longer the current one.
        let stored = store::credentials::find_password(unit, account_id)?;
        if stored.map(|stored| stored.version) != self.version {
            record_wrong_password(unit, &session, &self.start.session.device)?;
            return Ok(ChangeResult::WrongPassword);
        }
        if let Some(wait) = count_if_limited(self.starts.as_ref(), unit)? {
            return Ok(ChangeResult::TooMany(wait));
        }
        store::credentials::change_password(unit, &account, &self.hash)?;
        let by = Initiator::owner(account_id, &self.start.session.device);
        unit.end_sessions(&account, SessionSelector::All, EndReason::PasswordChanged, &by)?;
        self.start.store(unit, &account, EventKind::PasswordChanged)?;
        Ok(ChangeResult::Changed(account.into_inner()))
    }
}
