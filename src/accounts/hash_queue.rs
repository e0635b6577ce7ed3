//! Who computes the next password hash. Requests wait in two lines, one for known devices and one
//! for all others, which take turns; within a line, networks take turns (fair queueing, RFC 970). In
//! a full line, a newcomer takes the place of one from the network that holds the most. So neither a
//! flood from one network nor one from many keeps the owners of accounts from signing in, and a class
//! behind one address has all places if nobody else needs them.

use super::Fault;
use crate::clock::Stopwatch;
use crate::domain::client_address::ClientAddress;
use crate::metrics::Metrics;
use ipnet::IpNet;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a request waits for its turn.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(2);
/// How many requests may wait in a line for each core: about as many as one core hashes in half of
/// that time, so that both lines together can be served.
const PLACES_PER_CORE: usize = 40;
const OVERLOADED: Fault = Fault::Overloaded("passwords wait to be checked");

/// Who waits for a hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waiter {
    /// The largest network that may be one client's; none if it is unknown.
    pub network: Option<IpNet>,
    /// Whether it is a device that the account has signed in on.
    pub is_known: bool,
}

impl Waiter {
    /// Somebody at this address, of whom nothing else is known.
    pub fn stranger(address: Option<ClientAddress>) -> Self {
        Self { network: address.map(ClientAddress::widest_network), is_known: false }
    }
}

/// Admits as many hashes at a time as there are cores.
pub struct HashQueue {
    lines: Arc<Mutex<Lines>>,
    metrics: Metrics,
}

/// The right to compute a hash; dropping it lets the next request compute one.
pub struct Turn(Arc<Mutex<Lines>>);

struct Lines {
    /// Hashes that may be started now.
    free: usize,
    /// Places in each line.
    places: usize,
    known: Line,
    others: Line,
    /// Whose turn it is if both lines wait.
    known_is_next: bool,
}

/// The networks that wait, the next one first.
#[derive(Default)]
struct Line(VecDeque<WaitingNetwork>);

/// The requests of a network that wait, the oldest first; there is at least one.
struct WaitingNetwork {
    network: Option<IpNet>,
    requests: VecDeque<oneshot::Sender<Turn>>,
}

impl HashQueue {
    pub fn new(cores: usize, metrics: Metrics) -> Self {
        let (known, others) = (Line::default(), Line::default());
        let places = cores * PLACES_PER_CORE;
        let lines = Lines { free: cores, places, known, others, known_is_next: true };
        Self { lines: Arc::new(Mutex::new(lines)), metrics }
    }

    /// Waits for a turn.
    pub async fn wait(&self, waiter: Waiter) -> Result<Turn, Fault> {
        let (started, queued) = (Stopwatch::start(), self.metrics.hash_queued());
        let turn = self.turn(waiter).await;
        drop(queued);
        match &turn {
            Ok(_) => self.metrics.hash_waited(Duration::from_micros(started.micros())),
            Err(_) => self.metrics.hash_shed(),
        }
        turn
    }

    async fn turn(&self, waiter: Waiter) -> Result<Turn, Fault> {
        let receiver = {
            let mut lines = lock(&self.lines);
            if lines.free > 0 {
                lines.free -= 1;
                return Ok(Turn(Arc::clone(&self.lines)));
            }
            lines.join(waiter)?
        };
        let turn = tokio::time::timeout(QUEUE_TIMEOUT, receiver).await;
        turn.map_err(|_| OVERLOADED)?.map_err(|_| OVERLOADED)
    }

    /// Whether requests wait.
    pub fn is_waiting(&self) -> bool {
        lock(&self.lines).is_waiting()
    }
}

impl Lines {
    fn join(&mut self, waiter: Waiter) -> Result<oneshot::Receiver<Turn>, Fault> {
        let line = if waiter.is_known { &mut self.known } else { &mut self.others };
        line.forget_closed();
        if line.len() >= self.places {
            line.make_room(waiter.network)?;
        }
        let (turn, receiver) = oneshot::channel();
        line.push(waiter.network, turn);
        Ok(receiver)
    }

    /// The next request that still waits, from each line in turn.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let (first, second) = if self.known_is_next {
            (&mut self.known, &mut self.others)
        } else {
            (&mut self.others, &mut self.known)
        };
        self.known_is_next = !self.known_is_next;
        first.next().or_else(|| second.next())
    }

    fn is_waiting(&self) -> bool {
        !self.known.0.is_empty() || !self.others.0.is_empty()
    }
}

impl Line {
    fn len(&self) -> usize {
        self.0.iter().map(|waiting| waiting.requests.len()).sum()
    }

    fn push(&mut self, network: Option<IpNet>, request: oneshot::Sender<Turn>) {
        match self.0.iter_mut().find(|waiting| waiting.network == network) {
            Some(waiting) => waiting.requests.push_back(request),
            None => self.0.push_back(WaitingNetwork { network, requests: [request].into() }),
        }
    }

    /// The oldest request of the next network, which is then the last one to be next again.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.forget_closed();
        let mut waiting = self.0.pop_front()?;
        let request = waiting.requests.pop_front();
        if !waiting.requests.is_empty() {
            self.0.push_back(waiting);
        }
        request
    }

    /// Frees the places of those that disconnected or waited too long.
    fn forget_closed(&mut self) {
        for waiting in &mut self.0 {
            waiting.requests.retain(|request| !request.is_closed());
        }
        self.0.retain(|waiting| !waiting.requests.is_empty());
    }

    /// Sends the newest request of the network that holds the most places away, unless the
    /// newcomer's would hold as many.
    fn make_room(&mut self, newcomer: Option<IpNet>) -> Result<(), Fault> {
        let own = self.0.iter().find(|waiting| waiting.network == newcomer);
        let own = own.map_or(0, |waiting| waiting.requests.len());
        let most = self.0.iter_mut().max_by_key(|waiting| waiting.requests.len());
        // At least two, so the network keeps one.
        let most = most.filter(|most| most.requests.len() > own + 1).ok_or(OVERLOADED)?;
        most.requests.pop_back();
        Ok(())
    }
}

impl Drop for Turn {
    /// Passes the turn on. If the request is gone by then, its turn is dropped, and so passed on.
    fn drop(&mut self) {
        let next = {
            let mut lines = lock(&self.0);
            let next = lines.next();
            if next.is_none() {
                lines.free += 1;
            }
            next
        };
        if let Some(request) = next {
            drop(request.send(Turn(Arc::clone(&self.0))));
        }
    }
}

fn lock(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    // Counts and lines change together under the lock, and nothing in between can panic.
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "hash_queue_tests.rs"]
mod tests;
