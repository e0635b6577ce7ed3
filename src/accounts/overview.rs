//! The whole house in numbers, for administrators.

use super::{Accounts, Fault};
use crate::store;

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overview {
    pub accounts: i64,
    pub disabled: i64,
    /// Administrators that can sign in.
    pub admins: i64,
    pub sessions: i64,
}

impl Accounts {
    /// # Errors
    /// `Fault`.
    pub async fn overview(&self) -> Result<Overview, Fault> {
        let now = self.clock.now();
        let counted = self.store.read(move |tx| {
            Ok(Overview {
                accounts: store::accounts::count(tx)?,
                disabled: store::accounts::count_disabled(tx)?,
                admins: store::accounts::count_admins(tx)?,
                sessions: store::sessions::count_alive(tx, now)?,
            })
        });
        Ok(counted.await?)
    }
}
