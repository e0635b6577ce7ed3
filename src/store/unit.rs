//! The unit of work: one transaction, its locks, and the effects that take place once it is
//! committed.

use super::accounts;
use super::connection::{Db, Lock};
use super::revocation_cache::RevocationCache;
use super::{StoreFault, events, revocations, sessions};
use crate::domain::Time;
use crate::domain::account::{Account, AccountId};
use crate::domain::event::{Actor, Event, EventOutcome};
use crate::domain::revocation::{Revocation, RevokedTokens};
use crate::domain::session::{EndReason, Session, SessionSelector};
use std::ops::{Deref, DerefMut};
use tracing::field::display;

/// What statements run on: a connection inside a transaction.
pub struct Tx<'c>(pub(super) &'c mut Db);

/// A transaction that writes. It may be run again from the start when it loses against a concurrent
/// one, so nothing but the database may be changed in it.
pub struct Unit<'c> {
    tx: Tx<'c>,
    now: Time,
    effects: Effects,
}

/// What happens after the commit, and only then.
#[derive(Default)]
pub(super) struct Effects {
    revocations: Vec<Revocation>,
    events: Vec<Event>,
}

/// An account that no concurrent transaction can change before this one is over. Starting or ending
/// its sessions and changing its credentials or role demand it.
pub struct LockedAccount(Account);

/// The right to count administrators and to act on the number: held by one transaction at a time.
pub struct LockedAdministrators(());

impl<'c> Unit<'c> {
    pub(super) fn new(db: &'c mut Db, now: Time) -> Self {
        Self { tx: Tx(db), now, effects: Effects::default() }
    }

    /// When this unit of work began.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Locks an account until the end of the transaction; none if it does not exist.
    pub fn lock(&mut self, id: AccountId) -> Result<Option<LockedAccount>, StoreFault> {
        Ok(accounts::find_for_update(&mut self.tx, id)?.map(LockedAccount))
    }

    /// Whoever may change the number of administrators comes here first, before any account is
    /// locked: two operators who each demote one of the last two would leave none.
    pub fn lock_administrators(&mut self) -> Result<LockedAdministrators, StoreFault> {
        self.tx.0.lock(Lock::Administrators)?;
        Ok(LockedAdministrators(()))
    }

    /// Whoever changes the set of signing keys comes here first.
    pub fn lock_keys(&mut self) -> Result<(), StoreFault> {
        Ok(self.tx.0.lock(Lock::SigningKeys)?)
    }

    /// Starts a session. Beyond `max_sessions` open ones the account's longest unused end.
    pub fn start_session(
        &mut self,
        account: &LockedAccount,
        session: &Session,
        max_sessions: i64,
    ) -> Result<(), StoreFault> {
        let surplus = sessions::open_beyond(&mut self.tx, account.id, max_sessions - 1)?;
        for id in surplus {
            self.end_sessions(account, SessionSelector::One(id), EndReason::SessionLimit)?;
        }
        sessions::insert(&mut self.tx, session)
    }

    /// Ends the selected open sessions of an account and revokes their access tokens.
    pub fn end_sessions(
        &mut self,
        account: &LockedAccount,
        selector: SessionSelector,
        reason: EndReason,
    ) -> Result<Vec<Session>, StoreFault> {
        let ended = sessions::end(&mut self.tx, account.id, selector, reason, self.now)?;
        self.revoke(ended.iter().map(|session| (session, RevokedTokens::All)))?;
        Ok(ended)
    }

    /// Ends a session if it is still as it was decided on; false if it has changed.
    pub fn end_session_if_unchanged(
        &mut self,
        _account: &LockedAccount,
        decided_on: &Session,
        reason: EndReason,
    ) -> Result<bool, StoreFault> {
        let ended = sessions::end_if_unchanged(&mut self.tx, decided_on, reason, self.now)?;
        if ended {
            self.revoke([(decided_on, RevokedTokens::All)].into_iter())?;
        }
        Ok(ended)
    }

    /// Revokes the current access tokens of an account, but not its sessions: the next refresh gets
    /// tokens with what has changed.
    pub fn revoke_access_tokens(&mut self, account: &LockedAccount) -> Result<(), StoreFault> {
        let open = sessions::open(&mut self.tx, account.id)?;
        self.revoke(open.iter().map(|session| (session, RevokedTokens::UpTo(session.generation))))
    }

    /// Adds an entry to the audit log; it is logged after the commit.
    pub fn record(&mut self, event: Event) -> Result<(), StoreFault> {
        self.record_all(vec![event])
    }

    pub fn record_all(&mut self, events: Vec<Event>) -> Result<(), StoreFault> {
        events::insert(&mut self.tx, &events)?;
        self.effects.events.extend(events);
        Ok(())
    }

    /// A revocation is kept until the last token it concerns has expired: that is known from the
    /// lifetimes servers note with their keys, since an operator's command may run with other
    /// settings.
    fn revoke<'s>(
        &mut self,
        tokens: impl Iterator<Item = (&'s Session, RevokedTokens)>,
    ) -> Result<(), StoreFault> {
        let until = revocations::until(&mut self.tx, self.now)?;
        let of =
            |(session, tokens): (&Session, _)| Revocation { session_id: session.id, tokens, until };
        let revocations: Vec<Revocation> = tokens.map(of).collect();
        revocations::insert(&mut self.tx, &revocations, self.now)?;
        self.effects.revocations.extend(revocations);
        Ok(())
    }

    /// The connection, to commit or roll back, and what is left to do after the commit.
    pub(super) fn into_effects(self) -> Effects {
        self.effects
    }
}

impl Effects {
    /// Takes place, before anybody is answered.
    pub(super) fn apply(self, cache: &RevocationCache) {
        cache.add(&self.revocations);
        self.events.iter().for_each(log);
    }
}

fn log(event: &Event) {
    let kind = event.kind.into_str();
    let actor = match event.actor {
        Actor::Account(id) => id.0.to_string(),
        Actor::Operator => "operator".to_owned(),
    };
    let account = event.subject.map(|id| display(id.0));
    let session = event.session_id.map(|id| display(id.0));
    let address = event.address.map(display);
    let detail = event.detail.as_ref().map(|(name, value)| display(format!("{name}={value}")));
    if event.outcome == EventOutcome::Refused {
        tracing::warn!(event = kind, actor, account, session, address, detail, "security event");
    } else {
        tracing::info!(event = kind, actor, account, session, address, detail, "security event");
    }
}

impl<'c> Deref for Unit<'c> {
    type Target = Tx<'c>;

    fn deref(&self) -> &Tx<'c> {
        &self.tx
    }
}

impl DerefMut for Unit<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tx
    }
}

impl Deref for LockedAccount {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}

impl LockedAccount {
    /// An account that this transaction has just created: nobody else sees it.
    pub(super) fn created(account: Account) -> Self {
        Self(account)
    }

    #[must_use]
    pub fn into_inner(self) -> Account {
        self.0
    }
}
