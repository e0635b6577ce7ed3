//! Locks on what only one transaction at a time may change.

use super::accounts::find_for_update;
use super::connection::Lock;
use super::{LockedAccount, LockedAdministrators, LockedKeys, StoreFault, Unit};
use crate::domain::account::AccountId;

impl Unit<'_> {
    /// Locks an account until the end of the transaction; none if it does not exist.
    pub fn lock(&mut self, id: AccountId) -> Result<Option<LockedAccount>, StoreFault> {
        Ok(find_for_update(self, id)?.map(LockedAccount))
    }

    /// Must be taken before the number of administrators changes, and before any account is locked:
    /// otherwise two operators who each demote one of the last two would leave none.
    pub fn lock_administrators(&mut self) -> Result<LockedAdministrators, StoreFault> {
        self.0.lock(Lock::Administrators)?;
        Ok(LockedAdministrators(()))
    }

    /// Must be taken before the set of signing keys changes.
    pub fn lock_keys(&mut self) -> Result<LockedKeys, StoreFault> {
        self.0.lock(Lock::SigningKeys)?;
        Ok(LockedKeys(()))
    }
}
