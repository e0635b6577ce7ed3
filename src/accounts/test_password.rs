//! Testing a password of an attempt that was admitted.

use super::limits::Admission;
use super::{Accounts, Fault};
use crate::domain::password::{Password, PasswordHash};

impl Accounts {
    /// Whether the password is correct. If it could not be tested, the attempt does not count.
    pub(super) async fn test_password(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
        admission: &Admission,
    ) -> Result<bool, Fault> {
        let tested = self.hasher.verify(password, stored, admission.waiter).await;
        if tested.is_err() {
            self.limits.withdraw(admission, self.clock.now()).await?;
        }
        tested
    }
}
