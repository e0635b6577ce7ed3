//! Testing a password of an attempt that was admitted.

use super::limits::Admission;
use super::{Accounts, Fault};
use crate::domain::password::{Password, PasswordHash};

impl Accounts {
    /// Whether the password is correct. If it is, its network has not guessed and gets the attempt
    /// back; the other counter is refunded in the transaction that uses the password. If it could
    /// not be tested, both are.
    pub(super) async fn test_password(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
        admission: &Admission,
    ) -> Result<bool, Fault> {
        match self.hasher.verify(password, stored, admission.waiter).await {
            Err(fault) => {
                self.limits.withdraw(admission, self.clock.now()).await?;
                Err(fault)
            }
            Ok(is_correct) => {
                if is_correct {
                    self.limits.refund_network(admission);
                }
                Ok(is_correct)
            }
        }
    }
}
