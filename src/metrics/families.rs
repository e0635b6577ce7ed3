//! Every metric: its name, labels and buckets. docs/METRICS.md explains them to operators.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;

const PREFIX: &str = "vestibule";
/// Seconds. A page takes 1 ms, a password hash some 30 ms; after 2 s a waiting request is refused.
const BUCKETS: [f64; 9] = [0.001, 0.0025, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

/// One label with a value out of a fixed set: anything else would let clients create series.
macro_rules! label {
    ($name:ident { $($field:ident),+ }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
        pub struct $name { $(pub $field: &'static str),+ }
    };
}

label!(Outcome { outcome });
label!(Decision { decision });
label!(Limit { limit });
label!(State { state });
label!(Kind { kind });

/// Which requests are measured together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Endpoint {
    /// The pattern of the route, never the path: clients choose paths.
    pub route: String,
    pub method: &'static str,
    /// `2xx` to `5xx`.
    pub status: &'static str,
}

pub struct Families {
    pub sign_ins: Family<Outcome, Counter>,
    pub refreshes: Family<Decision, Counter>,
    pub hash_queue_length: Gauge,
    pub hash_wait: Histogram,
    pub hash_sheds: Counter,
    pub limits_hit: Family<Limit, Counter>,
    pub request: Family<Endpoint, Histogram>,
    pub revocation_lag: Gauge<f64, AtomicU64>,
    pub database_connections: Family<State, Gauge>,
    pub events_written: Family<Kind, Counter>,
}

impl Families {
    pub fn new() -> Self {
        Self {
            sign_ins: Family::default(),
            refreshes: Family::default(),
            hash_queue_length: Gauge::default(),
            hash_wait: histogram(),
            hash_sheds: Counter::default(),
            limits_hit: Family::default(),
            request: Family::new_with_constructor(histogram),
            revocation_lag: Gauge::default(),
            database_connections: Family::default(),
            events_written: Family::default(),
        }
    }

    /// The registry over them. It leaves out a family that has no series yet.
    pub fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register("sign_ins", "Sign-ins with a password", self.sign_ins.clone());
        registry.register("refreshes", "Refresh tokens presented", self.refreshes.clone());
        let length = self.hash_queue_length.clone();
        registry.register("hash_queue_length", "Requests waiting to hash a password", length);
        let (help, wait) = ("Time before a password was hashed", self.hash_wait.clone());
        registry.register_with_unit("hash_wait", help, Unit::Seconds, wait);
        let sheds = self.hash_sheds.clone();
        registry.register("hash_sheds", "Requests refused because too many waited to hash", sheds);
        registry.register("limits_hit", "Requests refused by a limit", self.limits_hit.clone());
        let (help, request) = ("Time to answer a request", self.request.clone());
        registry.register_with_unit("request", help, Unit::Seconds, request);
        let (help, lag) = ("Age of the revocations in memory", self.revocation_lag.clone());
        registry.register_with_unit("revocation_lag", help, Unit::Seconds, lag);
        let connections = self.database_connections.clone();
        registry.register("database_connections", "Connections of the pool", connections);
        let events = self.events_written.clone();
        registry.register("events_written", "Security events written", events);
        registry
    }
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}
