//! Who computes the next password hash. Requests wait in two lines, one for known devices and one
//! for all others, which take turns. In a full line, a newcomer takes the place of one from the
//! network that holds the most. So neither a flood from one network nor one from many keeps the
//! owners of accounts from signing in, and a class behind one address has all places if nobody else
//! needs them.

use super::Fault;
use crate::clock::Stopwatch;
use crate::domain::client_address::ClientAddress;
use crate::metrics::Metrics;
use ipnet::IpNet;
use std::collections::{HashMap, VecDeque};
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
    known: VecDeque<Waiting>,
    others: VecDeque<Waiting>,
    /// Whose turn it is if both lines wait.
    known_is_next: bool,
}

struct Waiting {
    network: Option<IpNet>,
    turn: oneshot::Sender<Turn>,
}

impl HashQueue {
    pub fn new(cores: usize, metrics: Metrics) -> Self {
        let (known, others) = (VecDeque::new(), VecDeque::new());
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
        lock(&self.lines).waiting() > 0
    }
}

impl Lines {
    fn join(&mut self, waiter: Waiter) -> Result<oneshot::Receiver<Turn>, Fault> {
        let places = self.places;
        let line = if waiter.is_known { &mut self.known } else { &mut self.others };
        // Those that disconnected or waited too long.
        line.retain(|waiting| !waiting.turn.is_closed());
        if line.len() >= places {
            make_room(line, waiter.network)?;
        }
        let (turn, receiver) = oneshot::channel();
        line.push_back(Waiting { network: waiter.network, turn });
        Ok(receiver)
    }

    /// The next request that still waits, from each line in turn.
    fn next(&mut self) -> Option<Waiting> {
        let (first, second) = if self.known_is_next {
            (&mut self.known, &mut self.others)
        } else {
            (&mut self.others, &mut self.known)
        };
        self.known_is_next = !self.known_is_next;
        next_in(first).or_else(|| next_in(second))
    }

    fn waiting(&self) -> usize {
        self.known.len() + self.others.len()
    }
}

fn next_in(line: &mut VecDeque<Waiting>) -> Option<Waiting> {
    std::iter::from_fn(|| line.pop_front()).find(|waiting| !waiting.turn.is_closed())
}

/// Sends the last one of the network that holds the most places away, unless the newcomer's would
/// hold as many.
fn make_room(line: &mut VecDeque<Waiting>, newcomer: Option<IpNet>) -> Result<(), Fault> {
    let mut held: HashMap<Option<IpNet>, usize> = HashMap::new();
    for waiting in &*line {
        *held.entry(waiting.network).or_default() += 1;
    }
    let own = held.get(&newcomer).copied().unwrap_or_default();
    let (network, most) = held.into_iter().max_by_key(|(_, held)| *held).ok_or(OVERLOADED)?;
    if most <= own + 1 {
        return Err(OVERLOADED);
    }
    let last = line.iter().rposition(|waiting| waiting.network == network).ok_or(OVERLOADED)?;
    line.remove(last);
    Ok(())
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
        if let Some(waiting) = next {
            drop(waiting.turn.send(Turn(Arc::clone(&self.0))));
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
