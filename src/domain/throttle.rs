//! The decision whether an attempt is allowed: the generic cell rate algorithm (GCRA, ITU-T I.371).
//!
//! It needs one time per counter, the theoretical arrival time (TAT): when a client that always
//! came at the permitted pace would come next. A counter whose TAT has passed is the same as none.

use super::{Span, Time};

/// How many attempts are allowed: `burst` at once, and then one every `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub burst: i32,
    pub interval: Span,
}

/// Whether an attempt is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttled {
    /// The attempt is allowed, and counts: the TAT to store.
    Allowed(Time),
    /// The attempt is refused, and does not count: the next one is allowed after this long.
    Wait(Span),
}

/// Decides on an attempt at `now`, given the counter's TAT.
#[must_use]
pub fn decide(tat: Option<Time>, now: Time, rate: Rate) -> Throttled {
    let latest = now + rate.interval * rate.burst;
    let tat = tat.unwrap_or(now);
    // No attempt leads further ahead: the clock was set back, or the rate has been lowered. Waiting
    // for that TAT could take for ever, so the attempt is allowed, and the burst counts as used up.
    // The clocks of two processes differ by less than an interval.
    if tat > latest + rate.interval {
        return Throttled::Allowed(latest);
    }
    let tat = tat.clamp(now, latest);
    let allowed_from = tat - rate.interval * (rate.burst - 1);
    if allowed_from <= now {
        Throttled::Allowed(tat + rate.interval)
    } else {
        Throttled::Wait(allowed_from - now)
    }
}

/// The TAT after an attempt turns out not to count, because the password was correct.
#[must_use]
pub fn refunded(tat: Time, rate: Rate) -> Time {
    tat - rate.interval
}

impl Rate {
    /// The same rate for this many clients together.
    #[must_use]
    pub fn times(self, clients: i32) -> Self {
        Self { burst: self.burst * clients, interval: self.interval / clients }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three at once, then one every ten seconds.
    const RATE: Rate = Rate { burst: 3, interval: Span::seconds(10) };

    fn at(second: i64) -> Time {
        Time::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn the_table_of_decisions() {
        let allowed = |second| Throttled::Allowed(at(second));
        let wait = |seconds| Throttled::Wait(Span::seconds(seconds));
        for (tat, now, expected) in [
            // A counter that does not exist, and one whose TAT has passed.
            (None, 0, allowed(10)),
            (Some(-500), 0, allowed(10)),
            (Some(0), 0, allowed(10)),
            // The rest of the burst.
            (Some(10), 0, allowed(20)),
            (Some(20), 0, allowed(30)),
            // The burst is used up: one every interval.
            (Some(30), 0, wait(10)),
            (Some(30), 9, wait(1)),
            (Some(30), 10, allowed(40)),
            (Some(40), 20, allowed(50)),
            // The burst comes back.
            (Some(30), 20, allowed(40)),
            (Some(30), 31, allowed(41)),
            // The clock of another process is ahead: the wait is one interval.
            (Some(31), 0, wait(10)),
            (Some(40), 0, wait(10)),
            // Clock set back, or rate lowered: the burst is used up.
            (Some(41), 0, allowed(30)),
            (Some(9_000), 0, allowed(30)),
        ] {
            assert_eq!(decide(tat.map(at), at(now), RATE), expected, "TAT {tat:?} at {now}");
        }
    }

    #[test]
    fn refused_attempts_do_not_count_and_refunded_ones_never_did() {
        let (mut tat, mut guesses) = (None, 0);
        for second in 0..1_000 {
            for _ in 0..50 {
                if let Throttled::Allowed(next) = decide(tat, at(second), RATE) {
                    (tat, guesses) = (Some(next), guesses + 1);
                }
            }
        }
        assert_eq!(guesses, 3 + 99, "a burst, and one each ten seconds of a thousand");
        let mut tat = None;
        for _ in 0..50 {
            let Throttled::Allowed(next) = decide(tat, at(0), RATE) else { panic!("{tat:?}") };
            tat = Some(refunded(next, RATE));
        }
    }

    #[test]
    fn after_the_clock_was_set_back_one_attempt_each_interval_is_allowed() {
        let (mut tat, mut allowed) = (Some(at(100_000)), Vec::new());
        for second in 0..30 {
            if let Throttled::Allowed(next) = decide(tat, at(second), RATE) {
                (tat, allowed) = (Some(next), [allowed, vec![second]].concat());
            }
        }
        assert_eq!(allowed, [0, 10, 20]);
    }

    #[test]
    fn a_rate_for_many_clients_has_their_bursts_and_their_pace() {
        let all = RATE.times(4);
        assert_eq!(all, Rate { burst: 12, interval: Span::milliseconds(2_500) });
    }
}
