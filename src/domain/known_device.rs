//! Devices on which a sign-in has been completed, so that guesses from elsewhere do not lock the
//! owner out.

use super::account::AccountId;
use super::{Span, Time};
use uuid::Uuid;

/// How long a device is known after the last sign-in on it.
pub const KNOWN_FOR: Span = Span::days(365);
/// Accounts remembered for one device; a shared computer has few more.
const MAX_ACCOUNTS: usize = 8;

/// A device, and the accounts that have signed in on it. It proves nothing else: whoever presents
/// it still needs the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    pub id: Uuid,
    /// The last sign-in of each account, newest first.
    pub sign_ins: Vec<SignInOnDevice>,
}

/// The last sign-in of an account on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInOnDevice {
    pub account: AccountId,
    pub at: Time,
}

impl KnownDevice {
    /// A device on which nobody has signed in yet.
    #[must_use]
    pub fn new() -> Self {
        Self { id: Uuid::new_v4(), sign_ins: Vec::new() }
    }

    /// The same device after this account signed in on it. Beyond eight accounts, the one that
    /// signed in longest ago is forgotten.
    #[must_use]
    pub fn after_sign_in(mut self, account: AccountId, at: Time) -> Self {
        self.sign_ins.retain(|sign_in| sign_in.account != account);
        self.sign_ins.insert(0, SignInOnDevice { account, at });
        self.sign_ins.truncate(MAX_ACCOUNTS);
        self
    }

    /// Whether the account has signed in on it within a year, and has not forgotten its devices
    /// since.
    #[must_use]
    pub fn is_known_to(&self, account: AccountId, forgotten_at: Option<Time>, now: Time) -> bool {
        let last = self.sign_ins.iter().find(|sign_in| sign_in.account == account);
        last.is_some_and(|last| {
            forgotten_at.is_none_or(|forgotten| last.at >= forgotten) && now - last.at < KNOWN_FOR
        })
    }
}

impl Default for KnownDevice {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Time {
        Time::UNIX_EPOCH + Span::days(day)
    }

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    #[test]
    fn a_device_is_known_to_those_who_signed_in_on_it_for_a_year() {
        let device = KnownDevice::new().after_sign_in(account(1), at(0));
        assert!(device.is_known_to(account(1), None, at(364)));
        assert!(!device.is_known_to(account(1), None, at(365)), "a year is over");
        assert!(!device.is_known_to(account(2), None, at(0)), "another account");
        assert!(!device.is_known_to(account(1), Some(at(1)), at(2)), "forgotten since");
        assert!(device.is_known_to(account(1), Some(at(0)), at(2)), "signed in right after");
        let again = device.after_sign_in(account(1), at(300));
        assert_eq!(again.sign_ins.len(), 1);
        assert!(again.is_known_to(account(1), Some(at(1)), at(600)), "signed in again");
    }

    #[test]
    fn beyond_eight_accounts_the_one_not_seen_for_longest_is_forgotten() {
        let all = (0..9).fold(KnownDevice::new(), |device, n| {
            device.after_sign_in(account(n), at(i64::try_from(n).unwrap()))
        });
        assert!(!all.is_known_to(account(0), None, at(9)));
        assert!((1..9).all(|n| all.is_known_to(account(n), None, at(9))));
    }
}
