//! Signing in with a password.

use super::hasher::Hasher;
use super::sessions::{NewSession, SessionStart, TokenPair};
use super::{Accounts, Fault};
use crate::domain::account::{Account, AccountId};
use crate::domain::authentication_method::AuthenticationMethod;
use crate::domain::client_address::ClientAddress;
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::event::EventKind;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::session::SessionId;
use crate::store::credentials::StoredPassword;
use crate::store::{self, StoreFault, Unit};
use strum::IntoStaticStr;
use tracing::field::display;

/// The data of a sign-in.
#[derive(Debug)]
pub struct SignInAttempt {
    pub email: EmailAddress,
    pub password: Password,
    /// Whether the session is kept when the browser is closed.
    pub persistent: bool,
    pub device: Device,
    /// The session that the browser presented; it ends when the new one starts.
    pub replaces: Option<SessionId>,
}

/// Whether the user was signed in.
#[derive(Debug, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SignInOutcome {
    SignedIn {
        tokens: Box<TokenPair>,
        account: Account,
    },
    /// Wrong password, unknown address, or a disabled account. The caller cannot tell which, and
    /// each costs exactly one hash.
    InvalidCredentials,
}

impl Accounts {
    /// Starts a session if the password is correct.
    pub async fn sign_in(&self, attempt: SignInAttempt) -> Result<SignInOutcome, Fault> {
        let outcome = self.try_sign_in(attempt).await;
        self.store.metrics().signed_in(match &outcome {
            Ok(outcome) => outcome.into(),
            Err(Fault::Overloaded(_)) => "overloaded",
            Err(_) => "fault",
        });
        outcome
    }

    async fn try_sign_in(&self, attempt: SignInAttempt) -> Result<SignInOutcome, Fault> {
        self.sessions.check_signing()?;
        let SignInAttempt { email, password, persistent, device, replaces } = attempt;
        let found =
            self.store.read(move |tx| store::credentials::find_by_email(tx, &email)).await?;
        let (account, stored) = found.unzip();
        let hash = stored.clone().map(|stored| stored.hash);
        let is_correct = self.hasher.verify(password.clone(), hash).await?;
        let enabled = account.clone().filter(|account| !account.is_disabled());
        let (Some(account), Some(stored), true) = (enabled, stored, is_correct) else {
            log_refused(account.map(|account| account.id), device.address);
            return Ok(SignInOutcome::InvalidCredentials);
        };
        let rehashed = self.rehash_if_weak(password, &stored).await?;
        let now = self.clock.now();
        let methods = AuthenticationMethod::Password.into();
        let new = NewSession { methods, persistent, device, replaces };
        let start = self.sessions.prepare(account.id, new, now);
        let session = start.session.clone();
        let verified = VerifiedPassword { version: stored.version, rehashed };
        let started = self.store.write(now, move |unit| verified.start_session(unit, &start));
        let Some(account) = started.await? else { return Ok(SignInOutcome::InvalidCredentials) };
        let tokens = Box::new(self.sessions.issue(&session, account.role, now)?);
        Ok(SignInOutcome::SignedIn { tokens, account })
    }

    /// Hashes again with current parameters, which is possible only while the password is known.
    async fn rehash_if_weak(
        &self,
        password: Password,
        stored: &StoredPassword,
    ) -> Result<Option<PasswordHash>, Fault> {
        if !Hasher::is_weak(&stored.hash) {
            return Ok(None);
        }
        self.hasher.hash(password).await.map(Some)
    }
}

/// A password that was correct when it was verified.
struct VerifiedPassword {
    version: i64,
    /// Its hash with current parameters, if the stored one is weaker.
    rehashed: Option<PasswordHash>,
}

impl VerifiedPassword {
    /// Starts the session unless the password was changed or the account disabled while we hashed.
    /// Both end all sessions, so none may start afterwards.
    fn start_session(
        &self,
        unit: &mut Unit<'_>,
        start: &SessionStart,
    ) -> Result<Option<Account>, StoreFault> {
        let Some(account) = unit.lock(start.session.account_id)? else { return Ok(None) };
        let stored = store::credentials::find_password(unit, account.id)?;
        let unchanged = stored.is_some_and(|stored| stored.version == self.version);
        if account.is_disabled() || !unchanged {
            return Ok(None);
        }
        if let Some(hash) = &self.rehashed {
            store::credentials::rehash_password(unit, &account, hash)?;
        }
        start.store(unit, &account, EventKind::SignedIn)?;
        Ok(Some(account.into_inner()))
    }
}

fn log_refused(account: Option<AccountId>, address: Option<ClientAddress>) {
    let (account, address) = (account.map(|id| display(id.0)), address.map(display));
    tracing::warn!(event = "sign_in_refused", account, address, "security event");
}
