//! What is counted and measured, for Prometheus (`OpenMetrics` 1.0).
//!
//! Each metric changes in one place, where the outcome is decided. Gauges that others know are read
//! when the metrics are.

mod families;

use crate::domain::event::EventKind;
use families::{Decision, Endpoint, Families, Kind, Limit, Outcome, State};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use strum::VariantArray;

/// The metrics of one server. Clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    families: Families,
    registry: Registry,
}

/// What is read when the metrics are.
#[derive(Clone, Copy, Debug)]
pub struct Readings {
    /// How old the revocations in memory are.
    pub revocation_lag: Duration,
    pub connections_in_use: u32,
    pub connections_idle: u32,
}

/// A place in the queue for hashing.
pub struct Queued(Gauge);

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let families = Families::new();
        // Prometheus sees no increase in the first count of a new series: a single reuse of a
        // refresh token would raise no alert.
        for kind in EventKind::VARIANTS {
            drop(families.events_written.get_or_create(&Kind { kind: kind.into_str() }));
        }
        Self(Arc::new(Inner { registry: families.registry(), families }))
    }
}

impl Metrics {
    /// A sign-in was decided.
    pub fn signed_in(&self, outcome: &'static str) {
        self.0.families.sign_ins.get_or_create(&Outcome { outcome }).inc();
    }

    /// It was decided what to do with a presented refresh token.
    pub fn refreshed(&self, decision: &'static str) {
        self.0.families.refreshes.get_or_create(&Decision { decision }).inc();
    }

    /// A request waits to hash a password, until the value is dropped: also if its client goes.
    #[must_use]
    pub fn hash_queued(&self) -> Queued {
        let length = self.0.families.hash_queue_length.clone();
        length.inc();
        Queued(length)
    }

    /// It has waited this long.
    pub fn hash_waited(&self, waited: Duration) {
        self.0.families.hash_wait.observe(waited.as_secs_f64());
    }

    /// A request was refused because too many wait to hash a password.
    pub fn hash_shed(&self) {
        self.0.families.hash_sheds.inc();
    }

    /// A request was refused by this limit.
    pub fn limit_hit(&self, limit: &'static str) {
        self.0.families.limits_hit.get_or_create(&Limit { limit }).inc();
    }

    /// A request was answered. `route` is the pattern of its route.
    pub fn answered(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let endpoint = Endpoint { route: route.to_owned(), method, status: class(status) };
        self.0.families.request.get_or_create(&endpoint).observe(took.as_secs_f64());
    }

    /// A security event was written.
    pub fn event_written(&self, kind: EventKind) {
        self.0.families.events_written.get_or_create(&Kind { kind: kind.into_str() }).inc();
    }

    /// All metrics as `OpenMetrics` text.
    pub fn expose(&self, readings: Readings) -> Result<String, fmt::Error> {
        let Inner { families, registry } = &*self.0;
        families.revocation_lag.set(readings.revocation_lag.as_secs_f64());
        for (state, connections) in
            [("in_use", readings.connections_in_use), ("idle", readings.connections_idle)]
        {
            families.database_connections.get_or_create(&State { state }).set(connections.into());
        }
        let mut text = String::new();
        encode(&mut text, registry)?;
        Ok(text)
    }
}

fn class(status: u16) -> &'static str {
    match status {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::{Metrics, Readings};
    use crate::domain::event::EventKind;
    use std::collections::BTreeMap;
    use std::time::Duration;

    /// Every metric with a value.
    fn exposed() -> String {
        let (metrics, second) = (Metrics::default(), Duration::from_secs(1));
        metrics.signed_in("signed_in");
        metrics.refreshed("rotate");
        let _waiting = metrics.hash_queued();
        drop(metrics.hash_queued());
        metrics.hash_waited(second);
        metrics.hash_shed();
        metrics.limit_hit("sign_in_account");
        metrics.answered("/sessions/<id>/end", "POST", 303, second);
        metrics.event_written(EventKind::SignedIn);
        let readings =
            Readings { revocation_lag: second, connections_in_use: 2, connections_idle: 6 };
        metrics.expose(readings).unwrap()
    }

    #[test]
    fn every_metric_is_exposed_with_its_labels() {
        let text = exposed();
        for line in [
            "vestibule_sign_ins_total{outcome=\"signed_in\"} 1",
            "vestibule_refreshes_total{decision=\"rotate\"} 1",
            "vestibule_hash_queue_length 1",
            "vestibule_hash_wait_seconds_bucket{le=\"0.5\"} 0",
            "vestibule_hash_wait_seconds_bucket{le=\"1.0\"} 1",
            "vestibule_hash_sheds_total 1",
            "vestibule_limits_hit_total{limit=\"sign_in_account\"} 1",
            "vestibule_request_seconds_count{route=\"/sessions/<id>/end\",method=\"POST\",status=\"3xx\"} 1",
            "vestibule_revocation_lag_seconds 1.0",
            "vestibule_database_connections{state=\"in_use\"} 2",
            "vestibule_database_connections{state=\"idle\"} 6",
            "vestibule_events_written_total{kind=\"signed_in\"} 1",
            "vestibule_events_written_total{kind=\"refresh_token_reused\"} 0",
            "# EOF",
        ] {
            assert!(text.lines().any(|exposed| exposed == line), "{line} is missing in {text}");
        }
    }

    /// The rows of the table in docs/METRICS.md: type and labels by name.
    fn documented() -> BTreeMap<String, (String, String)> {
        let document = include_str!("../../docs/METRICS.md");
        let rows = document.lines().filter(|line| line.starts_with("| `vestibule_"));
        let row = |line: &str| {
            let cells: Vec<String> =
                line.split('|').map(|cell| cell.trim().replace('`', "")).collect();
            (cells[1].clone(), (cells[2].clone(), cells[3].clone()))
        };
        rows.map(row).collect()
    }

    #[test]
    fn the_document_lists_exactly_the_exposed_metrics() {
        let text = exposed();
        let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
        let mut found = BTreeMap::new();
        for (name, kind) in types {
            let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
            let sample = text.lines().rfind(|line| line.starts_with(&name)).unwrap();
            let labels = sample.split_once('{').map_or("", |(_, labels)| labels);
            let labels = labels.split('"').step_by(2).filter_map(|part| part.split_once('='));
            let labels = labels.map(|(label, _)| label.trim_start_matches(','));
            let labels: Vec<&str> = labels.filter(|label| *label != "le").collect();
            found.insert(name, (kind.to_owned(), labels.join(", ")));
        }
        let registered = include_str!("families.rs").matches("registry.register").count();
        assert_eq!(found.len(), registered, "a metric has no sample in this test");
        assert_eq!(found, documented());
    }
}
