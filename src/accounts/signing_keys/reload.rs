//! Bookkeeping of the reads of the stored keys.

use crate::domain::Time;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};
use tokio::sync::{Mutex, watch};

/// How many reads unknown key IDs may cause between two regular ones: enough to find a new key, too
/// few for made-up IDs to burden the database. Further requests wait for the regular read.
pub const ON_DEMAND_RELOADS: u8 = 5;

/// The reads of the stored keys, numbered in the order they began.
pub struct Reload {
    pub begun: AtomicU64,
    /// The latest completed read.
    pub completed: watch::Sender<CompletedRead>,
    pub on_demand_left: AtomicU8,
    /// When the last successful read began, in milliseconds since 1970.
    pub read_at: AtomicI64,
    /// Serialises reads so that a stale one cannot overwrite a newer one.
    pub reading: Mutex<()>,
}

/// A completed read.
#[derive(Clone, Copy, Default)]
pub struct CompletedRead {
    pub number: u64,
    pub succeeded: bool,
}

impl Reload {
    pub fn new(read_at: Time) -> Self {
        Self {
            begun: AtomicU64::new(0),
            completed: watch::Sender::default(),
            on_demand_left: AtomicU8::new(ON_DEMAND_RELOADS),
            read_at: AtomicI64::new(read_at.timestamp_millis()),
            reading: Mutex::default(),
        }
    }

    /// Whether one more unknown key ID may cause a read.
    pub fn take_on_demand(&self) -> bool {
        let take = |left: u8| left.checked_sub(1);
        self.on_demand_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
    }
}
