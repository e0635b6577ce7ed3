//! Names in the environment that are not ours, although they begin with our prefix.

/// Whether Kubernetes or a container link has set this variable for a service called `vestibule`
/// (<https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>).
/// `key` is the name without `VESTIBULE_`, in lower case.
pub fn is_injected(key: &str, value: &str) -> bool {
    match key {
        "service_host" | "service_port" => true,
        "port" => value.contains("://"),
        "name" => value.starts_with('/'),
        _ => {
            key.starts_with("service_port_")
                || key.starts_with("env_")
                || key.strip_prefix("port_").is_some_and(is_port_variable)
        }
    }
}

/// `8000_tcp`, `8000_tcp_addr`, `8000_udp_port`, `8000_tcp_proto`.
fn is_port_variable(rest: &str) -> bool {
    let mut parts = rest.split('_');
    let port = parts.next().is_some_and(|port| port.parse::<u16>().is_ok());
    let protocol = parts.next().is_some_and(|it| ["tcp", "udp", "sctp"].contains(&it));
    let what = parts.next().is_none_or(|it| ["addr", "port", "proto"].contains(&it));
    port && protocol && what && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_injected;

    #[test]
    fn what_kubernetes_and_container_links_set_is_told_from_typing_errors() {
        for (key, value) in [
            ("port", "tcp://10.0.0.1:8000"),
            ("service_host", "10.0.0.1"),
            ("service_port", "8000"),
            ("service_port_http", "8000"),
            ("port_8000_tcp", "tcp://10.0.0.1:8000"),
            ("port_8000_tcp_addr", "10.0.0.1"),
            ("port_8000_udp_port", "8000"),
            ("port_8000_tcp_proto", "tcp"),
            ("name", "/web/vestibule"),
            ("env_path", "/bin"),
        ] {
            assert!(is_injected(key, value), "{key}={value}");
        }
        for (key, value) in [
            ("port", "8000"),
            ("name", "Vestibule"),
            ("acess_ttl", "15m"),
            ("service", "x"),
            ("port_http_tcp", "8000"),
            ("port_8000", "8000"),
            ("port_8000_tcp_address", "10.0.0.1"),
            ("port_8000_tcp_addr_more", "10.0.0.1"),
        ] {
            assert!(!is_injected(key, value), "{key}={value}");
        }
    }
}
