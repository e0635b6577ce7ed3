//! Testing a password of an attempt that was admitted.

use super::limits::{Admission, TooManyAttempts};
use super::{Accounts, Fault};
use crate::domain::password::{Password, PasswordHash};

impl Accounts {
    /// Whether the password is correct. If it could not be tested, the attempt does not count.
    pub(super) async fn test_password(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
        admission: &Admission,
    ) -> Result<Result<bool, TooManyAttempts>, Fault> {
        let tested = self.test_in_turn(password, stored, admission).await;
        if !matches!(tested, Ok(Ok(_))) {
            self.limits.refund_network(admission);
        }
        tested
    }

    /// Counts the attempt when its turn has come: so attempts that wait write nothing, and a flood
    /// of them does not keep others from the database.
    async fn test_in_turn(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
        admission: &Admission,
    ) -> Result<Result<bool, TooManyAttempts>, Fault> {
        let turn = self.hasher.turn(admission.waiter).await?;
        if let Err(refused) = self.limits.count_admitted(admission, self.clock.now()).await? {
            return Ok(Err(refused));
        }
        self.hasher.verify(turn, password, stored).await.map(Ok)
    }
}
