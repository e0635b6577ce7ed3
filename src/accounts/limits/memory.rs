//! Counters in memory, for what one process can decide alone.

use super::Limit;
use crate::domain::client_address::ClientAddress;
use crate::domain::session::SessionId;
use crate::domain::throttle::{Rate, Throttled, decide, refunded};
use crate::domain::{Span, Time};
use ipnet::IpNet;
use quick_cache::unsync::Cache;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counters kept: about 10 MB. Beyond it, those least used are dropped.
const CAPACITY: usize = 100_000;
/// A large IPv6 network counts as this many clients.
const CLIENTS_OF_A_LARGE_NETWORK: i32 = 4;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    Network(IpNet),
    Session(SessionId),
}

/// A counter and how much it allows.
#[derive(Clone, Copy, Debug)]
pub struct MemoryCounter {
    limit: Limit,
    counted: Counted,
    rate: Rate,
}

/// The TAT of each counter.
pub struct MemoryCounters(Mutex<Cache<(Limit, Counted), Time>>);

impl MemoryCounter {
    /// The counters of the networks of an address. IPv6 has two: a client has all addresses of a
    /// /64, and often all of a /48.
    pub fn of_networks(limit: Limit, address: ClientAddress) -> Vec<Self> {
        let clients = [1, CLIENTS_OF_A_LARGE_NETWORK];
        let networks = address.networks().into_iter().zip(clients);
        let counter = |(network, clients)| Self {
            limit,
            counted: Counted::Network(network),
            rate: limit.rate().times(clients),
        };
        networks.map(counter).collect()
    }

    pub fn of_session(limit: Limit, session: SessionId) -> Self {
        Self { limit, counted: Counted::Session(session), rate: limit.rate() }
    }

    fn key(&self) -> (Limit, Counted) {
        (self.limit, self.counted)
    }
}

impl MemoryCounters {
    /// Counts an attempt on all of these counters, or on none if one of them refuses it: then
    /// returns which one, and how long to wait.
    pub fn count(&self, counters: &[MemoryCounter], now: Time) -> Result<(), (Limit, Span)> {
        let mut tats = self.tats();
        let mut counted = Vec::new();
        for counter in counters {
            match decide(tats.get(&counter.key()).copied(), now, counter.rate) {
                Throttled::Allowed(tat) => counted.push((counter.key(), tat)),
                Throttled::Wait(wait) => return Err((counter.limit, wait)),
            }
        }
        for (key, tat) in counted {
            tats.insert(key, tat);
        }
        Ok(())
    }

    /// Takes an attempt back.
    pub fn refund(&self, counters: &[MemoryCounter]) {
        let mut tats = self.tats();
        for counter in counters {
            if let Some(tat) = tats.get(&counter.key()).copied() {
                tats.insert(counter.key(), refunded(tat, counter.rate));
            }
        }
    }

    fn tats(&self) -> MutexGuard<'_, Cache<(Limit, Counted), Time>> {
        // Each change is one insertion: a panic elsewhere leaves nothing half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryCounters {
    fn default() -> Self {
        Self(Mutex::new(Cache::new(CAPACITY)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::UNIX_EPOCH;

    fn networks(address: &str) -> Vec<MemoryCounter> {
        MemoryCounter::of_networks(Limit::NetworkSignIn, address.parse().unwrap())
    }

    fn allowed(counters: &MemoryCounters, address: &str) -> usize {
        (0..1_000).take_while(|_| counters.count(&networks(address), NOW).is_ok()).count()
    }

    #[test]
    fn an_ipv6_client_is_counted_with_its_neighbours() {
        let counters = MemoryCounters::default();
        assert_eq!(allowed(&counters, "2001:db8:1:1::1"), 100);
        assert_eq!(allowed(&counters, "2001:db8:1:1:ffff::2"), 0, "the same /64");
        for n in 2..=4 {
            assert_eq!(allowed(&counters, &format!("2001:db8:1:{n}::1")), 100, "{n}th /64");
        }
        assert_eq!(allowed(&counters, "2001:db8:1:5::1"), 0, "the same /48");
        assert_eq!(allowed(&counters, "2001:db8:2:5::1"), 100, "another /48");
        assert_eq!(allowed(&counters, "192.0.2.1"), 100);
        assert_eq!(allowed(&counters, "::ffff:192.0.2.1"), 0, "the same IPv4 address");
        assert_eq!(allowed(&counters, "192.0.2.2"), 100);
    }

    #[test]
    fn a_refused_attempt_counts_nowhere_and_a_refunded_one_is_free() {
        let counters = MemoryCounters::default();
        assert_eq!(allowed(&counters, "2001:db8:1:1::1"), 100);
        for _ in 0..1_000 {
            assert!(counters.count(&networks("2001:db8:1:1::1"), NOW).is_err());
        }
        assert_eq!(allowed(&counters, "2001:db8:1:2::1"), 100, "the /48 has not counted them");
        counters.refund(&networks("2001:db8:1:2::1"));
        assert_eq!(allowed(&counters, "2001:db8:1:2::1"), 1);
    }

    #[test]
    fn the_number_of_counters_is_bounded() {
        let counters = MemoryCounters::default();
        for n in 0..u128::try_from(2 * CAPACITY).unwrap() {
            let session = SessionId(uuid::Uuid::from_u128(n));
            let counter = MemoryCounter::of_session(Limit::SessionRefresh, session);
            counters.count(&[counter], NOW).unwrap();
        }
        assert!(counters.tats().len() <= CAPACITY);
    }
}
