//! The operator's verbs on sessions: end one, those of an account, or all.

use super::Administration;
use super::accounts::{AccountRef, ChangeOutcome, OPERATOR, changed};
use crate::accounts::Fault;
use crate::domain::account::AccountId;
use crate::domain::session::{EndReason, Session, SessionId, SessionSelector};
use crate::store::{self, StoreFault, Unit};

/// Accounts that are signed out in one transaction: others must not wait long for it.
const BATCH: i64 = 100;

/// Whether a session was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndSessionOutcome {
    /// The session as it was before.
    Ended(Box<Session>),
    /// It had ended before.
    AlreadyEnded,
    NotFound,
}

impl Administration {
    /// Ends a session.
    pub async fn end_session(&self, id: SessionId) -> Result<EndSessionOutcome, Fault> {
        let ended = self.store.write(self.clock.now(), move |unit| {
            let Some(session) = store::sessions::find(unit, id)? else {
                return Ok(EndSessionOutcome::NotFound);
            };
            let Some(account) = unit.lock(session.account_id)? else {
                return Ok(EndSessionOutcome::NotFound);
            };
            let this = SessionSelector::One(id);
            let mut ended = unit.end_sessions(&account, this, EndReason::Operator, OPERATOR)?;
            Ok(match ended.pop() {
                Some(session) => EndSessionOutcome::Ended(Box::new(session)),
                None => EndSessionOutcome::AlreadyEnded,
            })
        });
        Ok(ended.await?)
    }

    /// Ends all sessions of an account.
    pub async fn sign_out(&self, account: AccountRef) -> Result<ChangeOutcome, Fault> {
        self.change(account, |unit, _, account| {
            unit.end_sessions(&account, SessionSelector::All, EndReason::Operator, OPERATOR)?;
            Ok(changed(account))
        })
        .await
    }

    /// Ends all sessions of all accounts; returns how many. If it fails half way, the accounts that
    /// were signed out stay so.
    pub async fn sign_out_all(&self) -> Result<usize, Fault> {
        let (mut ended, mut after) = (0, None);
        loop {
            let now = self.clock.now();
            let batch = self.store.write(now, move |unit| sign_out_batch(unit, after)).await?;
            let Some((last, count)) = batch else { return Ok(ended) };
            (ended, after) = (ended + count, Some(last));
        }
    }
}

/// Ends all sessions of the next accounts; returns the last of these and how many sessions ended.
fn sign_out_batch(
    unit: &mut Unit<'_>,
    after: Option<AccountId>,
) -> Result<Option<(AccountId, usize)>, StoreFault> {
    let accounts = store::sessions::accounts_with_open(unit, after, BATCH)?;
    let Some(last) = accounts.last().copied() else { return Ok(None) };
    let mut ended = 0;
    for id in accounts {
        let Some(account) = unit.lock(id)? else { continue };
        let all = SessionSelector::All;
        ended += unit.end_sessions(&account, all, EndReason::Operator, OPERATOR)?.len();
    }
    Ok(Some((last, ended)))
}
