//! A person's own account and session, read and renamed.

use super::{Accounts, Fault, record};
use crate::domain::account::{Account, Role};
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
        let now = self.clock.now();
        let found = self.store.read(move |tx| {
            let account = store::accounts::find(tx, claims.account_id)?
                .filter(|account| !account.is_disabled());
            let session = store::sessions::find(tx, claims.session_id)?;
            Ok(account.zip(session.filter(|session| session.is_alive(now))))
        });
        let found = found.await?.map(|(account, session)| Profile { account, session });
        if found.is_none() {
            self.mark_revoked(&claims);
        }
        Ok(found)
    }

    /// The role of whoever holds these claims at this moment, by the records and not by the token; none if the account is gone or the
    /// session has ended meanwhile.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn role(&self, claims: AccessClaims) -> Result<Option<Role>, Fault> {
        Ok(self.profile(claims).await?.map(|profile| profile.account.role))
    }

    /// Changes the name of whoever holds these claims; false if the account is gone or the session has ended meanwhile.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn rename(
        &self,
        claims: AccessClaims,
        name: DisplayName,
        ip: Option<IpAddr>,
    ) -> Result<bool, Fault> {
        let now = self.clock.now();
        let renamed = self.store.write(move |tx| {
            let session = store::sessions::find(tx, claims.session_id)?
                .filter(|session| session.is_alive(now));
            let Some(session) = session else { return Ok(false) };
            record(tx, Event::of(EventKind::ProfileChanged, &session, now, ip))?;
            store::accounts::rename(tx, claims.account_id, &name)
        });
        let renamed = renamed.await?;
        if !renamed {
            self.mark_revoked(&claims);
        }
        Ok(renamed)
    }
}
