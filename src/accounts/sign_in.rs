//! Signing in with a password.

use super::hash_queue::Waiter;
use super::hasher::Hasher;
use super::limits::{Admission, Attempter, Counter, Limit, TooManyAttempts, count_if_limited};
use super::sessions::{NewSession, SessionStart, TokenPair};
use super::{Accounts, Fault, strangers};
use crate::domain::Span;
use crate::domain::account::{Account, AccountId};
use crate::domain::authentication_method::AuthenticationMethod;
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::event::{Event, EventKind, StrangerEvent};
use crate::domain::password::{Password, PasswordHash};
use crate::domain::session::SessionId;
use crate::store::credentials::StoredPassword;
use crate::store::{self, StoreFault, Unit};
use strum::IntoStaticStr;
use tracing::Instrument;

/// The data of a sign-in.
#[derive(Debug)]
pub struct SignInAttempt {
    pub email: EmailAddress,
    pub password: Password,
    /// Whether the session is kept when the browser is closed.
    pub persistent: bool,
    pub device: Device,
    /// The device token that the browser presented.
    pub device_token: Option<String>,
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
        /// Whether the password may be known from a data breach: the user is asked to change it.
        password_is_breached: bool,
    },
    /// Wrong password, unknown address, or a disabled account. The caller cannot tell which, and
    /// each costs exactly one hash.
    InvalidCredentials,
    /// No password was tested.
    TooManyAttempts(TooManyAttempts),
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
        let by = Attempter {
            address: attempt.device.address,
            device_token: attempt.device_token.clone(),
        };
        let admitted = self.limits.admit_sign_in(&attempt.email, &by, self.clock.now()).await?;
        match admitted {
            Ok(admission) => self.sign_in_admitted(attempt, admission).await,
            Err(refused) => Ok(SignInOutcome::TooManyAttempts(refused)),
        }
    }

    async fn sign_in_admitted(
        &self,
        attempt: SignInAttempt,
        admission: Admission,
    ) -> Result<SignInOutcome, Fault> {
        let SignInAttempt { email, password, persistent, device, device_token, replaces } = attempt;
        let found =
            self.store.read(move |tx| store::credentials::find_by_email(tx, &email)).await?;
        let (account, stored) = found.unzip();
        let hash = stored.clone().map(|stored| stored.hash);
        let is_correct = match self.test_password(password.clone(), hash, &admission).await? {
            Ok(is_correct) => is_correct,
            Err(refused) => return Ok(SignInOutcome::TooManyAttempts(refused)),
        };
        let enabled = account.clone().filter(|account| !account.is_disabled());
        let (Some(account), Some(stored), true) = (enabled, stored, is_correct) else {
            self.record_refused(account.map(|account| account.id), is_correct, device);
            return Ok(SignInOutcome::InvalidCredentials);
        };
        self.limits.refund_network(&admission);
        if let Err(refused) = self.limits.admit_session_start(device.address, self.clock.now()) {
            return Ok(SignInOutcome::TooManyAttempts(refused));
        }
        let password_is_breached = self.policy.passwords.is_breached(&password);
        let rehashed = self.rehash_if_weak(password, &stored, admission.waiter).await?;
        let now = self.clock.now();
        let methods = AuthenticationMethod::Password.into();
        let new = NewSession { methods, persistent, device, replaces };
        let start = self.sessions.prepare(account.id, new, now);
        let session = start.session.clone();
        let starts = self.limits.session_starts(account.id);
        let verified = VerifiedPassword { version: stored.version, rehashed, admission, starts };
        match self.store.write(now, move |unit| verified.start_session(unit, &start)).await? {
            Started::Session(account) => {
                let device = self.limits.device_token(device_token.as_deref(), account.id, now);
                let tokens = self.sessions.issue(&session, account.role, now)?.on_device(device);
                Ok(SignInOutcome::SignedIn {
                    tokens: Box::new(tokens),
                    account,
                    password_is_breached,
                })
            }
            Started::NoLongerCorrect => Ok(SignInOutcome::InvalidCredentials),
            Started::TooMany(wait) => {
                let limit = Limit::SessionStarts;
                let refused = self.limits.refuse(limit, wait, session.device.address);
                Ok(SignInOutcome::TooManyAttempts(refused))
            }
        }
    }

    /// Records a refusal without waiting for it: only existing accounts have events, and the time
    /// this takes must not show in the answer.
    fn record_refused(&self, account: Option<AccountId>, is_correct: bool, device: Device) {
        let Some(account) = account else {
            return strangers::log_refused(StrangerEvent::SignInRefused, device.address);
        };
        let reason = if is_correct { "disabled" } else { "wrong_password" };
        let (store, now) = (self.store.clone(), self.clock.now());
        let record = async move {
            let recorded = store.write(now, move |unit| {
                let Some(locked) = unit.lock(account)? else { return Ok(()) };
                let kind = EventKind::SignInRefused;
                unit.record(Event::refused_to_anonymous(kind, locked.id, reason, now, &device))
            });
            if let Err(fault) = recorded.await {
                tracing::error!(%fault, "a refused sign-in could not be recorded");
            }
        };
        // In the span of the request, whose ID the log line shows.
        tokio::spawn(record.in_current_span());
    }

    /// Hashes again with current parameters, which is possible only while the password is known.
    async fn rehash_if_weak(
        &self,
        password: Password,
        stored: &StoredPassword,
        waiter: Waiter,
    ) -> Result<Option<PasswordHash>, Fault> {
        if !Hasher::is_weak(&stored.hash) {
            return Ok(None);
        }
        self.hasher.hash(password, waiter).await.map(Some)
    }
}

/// A password that was correct when it was verified.
struct VerifiedPassword {
    version: i64,
    /// Its hash with current parameters, if the stored one is weaker.
    rehashed: Option<PasswordHash>,
    admission: Admission,
    /// Counts the sessions of the account.
    starts: Option<Counter>,
}

/// Whether a session was started.
enum Started {
    Session(Account),
    /// The password was changed, or the account disabled, while we hashed.
    NoLongerCorrect,
    /// The account has started too many sessions.
    TooMany(Span),
}

impl VerifiedPassword {
    /// Starts the session unless the password was changed or the account disabled while we hashed.
    /// Both end all sessions, so none may start afterwards.
    fn start_session(
        &self,
        unit: &mut Unit<'_>,
        start: &SessionStart,
    ) -> Result<Started, StoreFault> {
        let Some(account) = start.lock(unit)? else { return Ok(Started::NoLongerCorrect) };
        let stored = store::credentials::find_password(unit, account.id)?;
        let unchanged = stored.is_some_and(|stored| stored.version == self.version);
        if account.is_disabled() || !unchanged {
            return Ok(Started::NoLongerCorrect);
        }
        self.admission.refund(unit)?;
        if let Some(wait) = count_if_limited(self.starts.as_ref(), unit)? {
            return Ok(Started::TooMany(wait));
        }
        if let Some(hash) = &self.rehashed {
            store::credentials::rehash_password(unit, &account, hash)?;
        }
        start.store(unit, &account, EventKind::SignedIn)?;
        Ok(Started::Session(account.into_inner()))
    }
}
