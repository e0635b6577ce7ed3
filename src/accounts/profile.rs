//! A user's own account: reading and renaming it.

use super::sessions::CurrentSession;
use super::{Accounts, Fault};
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind};
use crate::domain::name::DisplayName;
use crate::store::{self, StoreFault, Unit};

/// The account and the session of a request.
pub type Profile = CurrentSession;

/// Whether the name was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenameOutcome {
    Renamed,
    /// It is the current name already; nothing was written.
    Unchanged,
    /// The session of the request has ended in the meantime.
    SignedOut,
}

impl Accounts {
    /// The account and session of these claims; none if the session has ended in the meantime.
    pub async fn profile(&self, claims: AccessClaims) -> Result<Option<Profile>, Fault> {
        self.sessions.current(claims).await
    }

    /// Changes the name of an account.
    pub async fn rename(
        &self,
        claims: AccessClaims,
        name: DisplayName,
        device: Device,
    ) -> Result<RenameOutcome, Fault> {
        let now = self.clock.now();
        let renamed = self.store.write(now, move |unit| rename(unit, &claims, &name, &device));
        let outcome = renamed.await?;
        if outcome == RenameOutcome::SignedOut {
            self.sessions.mark_revoked(&claims);
        }
        Ok(outcome)
    }
}

fn rename(
    unit: &mut Unit<'_>,
    claims: &AccessClaims,
    name: &DisplayName,
    device: &Device,
) -> Result<RenameOutcome, StoreFault> {
    let account = unit.lock(claims.account_id)?.filter(|account| !account.is_disabled());
    let session = store::sessions::find_of(unit, claims.account_id, claims.session_id)?;
    let session = session.filter(|session| session.is_alive(unit.now()));
    let Some((account, session)) = account.zip(session) else {
        return Ok(RenameOutcome::SignedOut);
    };
    if account.name == *name {
        return Ok(RenameOutcome::Unchanged);
    }
    store::accounts::rename(unit, &account, name)?;
    unit.record(Event::by_owner(EventKind::ProfileChanged, &session, unit.now(), device))?;
    Ok(RenameOutcome::Renamed)
}
