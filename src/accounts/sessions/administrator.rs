//! Whether a signed-in user is an administrator.

use super::Sessions;
use crate::accounts::Fault;
use crate::domain::account::Role;
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind};

/// Whether a user may see the administration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdministratorOutcome {
    Administrator,
    /// Another user; it was recorded who.
    Refused,
    /// The session of the request has ended in the meantime.
    SignedOut,
}

impl Sessions {
    /// Whether the account of these claims is an administrator, according to the database and not
    /// the token.
    pub async fn administrator(
        &self,
        claims: AccessClaims,
        device: Device,
    ) -> Result<AdministratorOutcome, Fault> {
        let Some(current) = self.current(claims).await? else {
            return Ok(AdministratorOutcome::SignedOut);
        };
        if current.account.role == Role::Admin {
            return Ok(AdministratorOutcome::Administrator);
        }
        let recorded = self.store.write(self.clock.now(), move |unit| {
            let Some(_locked) = unit.lock(claims.account_id)? else { return Ok(()) };
            let kind = EventKind::AdministrationRefused;
            unit.record(Event::by_owner(kind, &current.session, unit.now(), &device).refused())
        });
        recorded.await?;
        Ok(AdministratorOutcome::Refused)
    }
}
