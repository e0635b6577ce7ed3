//! Locks: what only one transaction at a time may change.

use super::accounts::find_for_update;
use super::connection::Lock;
use super::{LockedAccount, LockedAdministrators, StoreFault, Unit};
use crate::domain::account::AccountId;

impl Unit<'_> {
    /// Locks an account until the end of the transaction; none if it does not exist.
    pub fn lock(&mut self, id: AccountId) -> Result<Option<LockedAccount>, StoreFault> {
        Ok(find_for_update(self, id)?.map(LockedAccount))
    }

    /// Whoever may change the number of administrators comes here first, before any account is
    /// locked: two operators who each demote one of the last two would leave none.
    pub fn lock_administrators(&mut self) -> Result<LockedAdministrators, StoreFault> {
        self.0.lock(Lock::Administrators)?;
        Ok(LockedAdministrators(()))
    }

    /// Whoever changes the set of signing keys comes here first.
    pub fn lock_keys(&mut self) -> Result<(), StoreFault> {
        Ok(self.0.lock(Lock::SigningKeys)?)
    }
}
