//! Which generations this process has confirmed, so that each is written once.

use crate::domain::session::{Generation, SessionId};
use quick_cache::sync::Cache;

/// Cached sessions. Beyond it, the least used ones are evicted, one by one. Eviction is harmless:
/// the write is conditional.
const CAPACITY: usize = 100_000;

pub struct Confirmed(Cache<SessionId, Generation>);

impl Confirmed {
    pub fn contains(&self, id: SessionId, generation: Generation) -> bool {
        self.0.get(&id) == Some(generation)
    }

    pub fn insert(&self, id: SessionId, generation: Generation) {
        self.0.insert(id, generation);
    }
}

impl Default for Confirmed {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_cache_is_bounded_and_a_new_session_evicts_only_few_others() {
        let confirmed = Confirmed::default();
        let id = |n: usize| SessionId(Uuid::from_u128(n as u128));
        for n in 0..2 * CAPACITY {
            confirmed.insert(id(n), 1);
        }
        let known = (0..2 * CAPACITY).filter(|n| confirmed.contains(id(*n), 1)).count();
        assert!(known <= CAPACITY && known > CAPACITY / 2, "{known} are remembered");
        confirmed.insert(id(2 * CAPACITY), 1);
        let still = (0..2 * CAPACITY).filter(|n| confirmed.contains(id(*n), 1)).count();
        assert!(known - still < 100, "one more made it forget {}", known - still);
    }
}
