//! A person's own account and session, read and renamed.

use super::{Accounts, Fault, record};
use crate::domain::account::Account;
use crate::domain::claims::AccessClaims;
use crate::domain::event::{Event, EventKind};
use crate::domain::name::DisplayName;
use crate::domain::session::Session;
use crate::store;
use std::net::IpAddr;

/// What the profile page shows.
#[derive(Debug)]
pub struct Profile {
    pub account: Account,
    pub session: Session,
}

impl Accounts {
    /// The profile of whoever holds these claims; none if the account is gone or the session has ended meanwhile.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn profile(&self, claims: AccessClaims) -> Result<Option<Profile>, Fault> {
        let found = self.store.read(move |tx| {
            let account = store::accounts::find(tx, claims.account_id)?;
            let session = store::sessions::find(tx, claims.session_id)?;
            Ok(account.zip(session.filter(|session| session.ended.is_none())))
        });
        Ok(found.await?.map(|(account, session)| Profile { account, session }))
    }

    /// Changes the name; false if the account is gone.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn rename(&self, claims: AccessClaims, name: DisplayName, ip: Option<IpAddr>) -> Result<bool, Fault> {
        let now = self.clock.now();
        let kind = EventKind::ProfileChanged;
        let renamed = self.store.write(move |tx| {
            let renamed = store::accounts::rename(tx, claims.account_id, &name)?;
            if renamed {
                record(
                    tx,
                    Event { kind, account_id: claims.account_id, session_id: Some(claims.session_id), at: now, ip },
                )?;
            }
            Ok(renamed)
        });
        Ok(renamed.await?)
    }
}
