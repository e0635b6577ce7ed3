//! The account and session of a request, according to the database and not to its token.

use super::Sessions;
use crate::accounts::Fault;
use crate::domain::account::Account;
use crate::domain::claims::AccessClaims;
use crate::domain::lifetimes::LEEWAY;
use crate::domain::revocation::{Revocation, RevokedTokens};
use crate::domain::session::Session;
use crate::store;

/// An account, and the session it is signed in with.
#[derive(Debug)]
pub struct CurrentSession {
    pub account: Account,
    pub session: Session,
}

impl Sessions {
    /// The account and session of these claims; none if the account was deleted or disabled, or the
    /// session has ended, in the meantime.
    pub async fn current(&self, claims: AccessClaims) -> Result<Option<CurrentSession>, Fault> {
        let now = self.clock.now();
        let found = self.store.read(move |tx| {
            let account = store::accounts::find(tx, claims.account_id)?;
            let session = store::sessions::find_of(tx, claims.account_id, claims.session_id)?;
            let open = account.filter(|account| !account.is_disabled());
            Ok(open.zip(session.filter(|session| session.is_alive(now))))
        });
        let found = found.await?;
        if found.is_none() {
            self.mark_revoked(&claims);
        }
        Ok(found.map(|(account, session)| CurrentSession { account, session }))
    }

    /// Revokes the access tokens of a session that has ended according to the database, before the
    /// revocation is read. Otherwise the sign-in page would still accept the access token and
    /// redirect in a circle.
    pub(in crate::accounts) fn mark_revoked(&self, claims: &AccessClaims) {
        let until = claims.expires_at + LEEWAY * 2;
        let session_id = claims.session_id;
        self.store.note_revoked(Revocation { session_id, tokens: RevokedTokens::All, until });
    }
}
