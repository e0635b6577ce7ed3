//! The limits and their rates. docs/SECURITY.md has the reasons for the numbers.

use crate::domain::Span;
use crate::domain::throttle::Rate;
use strum::{IntoStaticStr, VariantArray};

/// A limit, named so in the log and in metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Limit {
    /// Passwords tried from one network, for sign-in or for changing a password.
    NetworkSignIn,
    /// Sign-ups from one network.
    NetworkSignUp,
    /// Refreshes from one network.
    NetworkRefresh,
    /// Refreshes of one session.
    SessionRefresh,
    /// Passwords tried for one address on devices it has not signed in on.
    UnknownDevice,
    /// Passwords tried for one account on one device it has signed in on.
    KnownDevice,
    /// Current passwords tried in one session.
    CurrentPassword,
    /// Sessions started from one network.
    NetworkSessionStarts,
    /// Sessions started by one account.
    SessionStarts,
}

impl Limit {
    /// How many attempts it allows.
    pub fn rate(self) -> Rate {
        match self {
            // An office behind one address has a hundred typing errors before it waits, and
            // correct passwords do not count. Guessing gets 8,640 tries a day.
            Limit::NetworkSignIn => every(100, Span::seconds(10)),
            // A course signs up together. 1,440 accounts a day are about 3 MB.
            Limit::NetworkSignUp => every(60, Span::seconds(60)),
            // 45,000 browsers behind one address, each of which refreshes every 15 minutes.
            Limit::NetworkRefresh => every(1_000, Span::milliseconds(20)),
            // A browser that opens a hundred tabs at once.
            Limit::SessionRefresh => every(120, Span::seconds(1)),
            // The longest wait. 106 guesses on the first day, 96 on every other.
            Limit::UnknownDevice => every(10, Span::minutes(15)),
            // A stolen device token must not buy endless guesses.
            Limit::KnownDevice | Limit::CurrentPassword => every(10, Span::minutes(6)),
            // A company that comes to work; 43,000 sessions a day are about 65 MB.
            Limit::NetworkSessionStarts => every(1_000, Span::seconds(2)),
            // A script that signs in every minute.
            Limit::SessionStarts => every(100, Span::seconds(30)),
        }
    }
}

fn every(burst: i32, interval: Span) -> Rate {
    Rate { burst, interval }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_longer_than_fifteen_minutes() {
        for limit in Limit::VARIANTS {
            assert!(limit.rate().interval <= Span::minutes(15), "{limit:?}");
        }
    }
}
