//! Environment variables that Kubernetes and container links inject for services whose name begins
//! with `vestibule`.
//!
//! Kubernetes: `<SERVICE>_SERVICE_HOST`, `<SERVICE>_SERVICE_PORT[_<NAME>]`, `<SERVICE>_PORT`,
//! `<SERVICE>_PORT_<N>_<PROTOCOL>[_ADDR|_PORT|_PROTO]` (docs: "Accessing the Service"). Docker's
//! legacy links add `<ALIAS>_NAME` and `<ALIAS>_ENV_<NAME>`. Values are checked too, so that a
//! mistaken `VESTIBULE_PORT=8000` is still told.

use std::net::IpAddr;

/// Whether a variable was injected; its name is in lower case and without `VESTIBULE_`.
pub(super) fn is_injected(name: &str, value: &str) -> bool {
    name.starts_with("env_")
        || (name == "name" && value.starts_with('/'))
        || (is_of_service(name, "service_host") && value.parse::<IpAddr>().is_ok())
        || (is_service_port(name) && value.parse::<u16>().is_ok())
        || (is_of_service(name, "port") && is_url(value))
        || is_port_detail(name)
}

/// `service_host` for the service `vestibule`, `mail_service_host` for `vestibule-mail`.
fn is_of_service(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix).is_some_and(|service| service.is_empty() || service.ends_with('_'))
}

fn is_service_port(name: &str) -> bool {
    is_of_service(name, "service_port")
        || name.starts_with("service_port_")
        || name.contains("_service_port_")
}

fn is_url(value: &str) -> bool {
    ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme))
}

/// `port_8000_tcp` and what may follow it.
fn is_port_detail(name: &str) -> bool {
    let parts: Vec<&str> = name.split('_').collect();
    parts.windows(3).enumerate().any(|(at, window)| {
        let [port, number, protocol] = window else { return false };
        *port == "port"
            && number.parse::<u16>().is_ok()
            && ["tcp", "udp", "sctp"].contains(protocol)
            && matches!(
                parts.get(at + 3..),
                Some(
                    [] | ["addr" | "port" | "proto" | "start" | "end"] | ["port", "start" | "end"]
                )
            )
    })
}

#[cfg(test)]
mod tests {
    use super::is_injected;

    #[test]
    fn injected_forms_are_known_and_mistakes_are_not_taken_for_them() {
        for (name, value) in [
            ("port", "tcp://10.96.0.12:8000"),
            ("service_host", "10.96.0.12"),
            ("service_host", "fd00::12"),
            ("service_port", "8000"),
            ("service_port_http", "8000"),
            ("service_port_https_web", "443"),
            ("port_8000_tcp", "tcp://10.96.0.12:8000"),
            ("port_8000_tcp_addr", "10.96.0.12"),
            ("port_8000_tcp_port", "8000"),
            ("port_8000_tcp_proto", "tcp"),
            ("port_8000_tcp_port_start", "8000"),
            ("port_53_udp", "udp://10.96.0.12:53"),
            ("metrics_service_host", "10.96.0.13"),
            ("metrics_port", "tcp://10.96.0.13:9100"),
            ("metrics_port_9100_tcp_addr", "10.96.0.13"),
            ("name", "/shop/vestibule"),
            ("env_VESTIBULE_BASE_URL", "https://id.example.org"),
            ("env_path", "/bin"),
        ] {
            assert!(is_injected(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("port", "8000"),
            ("name", "Our site"),
            ("service_host", "id.example.org"),
            ("service_port", "http"),
            ("port_http_tcp", "tcp://10.96.0.12:8000"),
            ("port_8000", "tcp://10.96.0.12:8000"),
            ("port_8000_tcp_adr", "10.96.0.12"),
            ("report", "tcp://10.96.0.12:8000"),
            ("acess_ttl", "15m"),
            ("environment", "production"),
        ] {
            assert!(!is_injected(name, value), "{name}={value}");
        }
    }
}
