//! The connection string for libpq.

use crate::config::PostgresUrl;
use zeroize::Zeroizing;

/// Everything that libpq would otherwise take from the environment (`PGHOSTADDR`, `PGOPTIONS`,
/// `PGSSLMODE` and so on) and that changes where or how it connects.
const FIXED: &str = "hostaddr='' options='' sslmode=disable sslnegotiation=postgres gssencmode=disable \
                     channel_binding=disable require_auth=none,password,md5,scram-sha-256 requirepeer='' passfile=/dev/null/none \
                     load_balance_hosts=disable client_encoding=UTF8 \
                     keepalives_idle=5 keepalives_interval=2 keepalives_count=2 tcp_user_timeout=1500";

/// In the form `key='value'`, for one host.
pub fn parameters(url: &PostgresUrl, host: &str, port: u16) -> Zeroizing<String> {
    let access = if url.must_be_writable { "read-write" } else { "any" };
    let seconds = url.connect_timeout.as_secs();
    let mut text = Zeroizing::new(format!(
        "{FIXED} port={port} target_session_attrs={access} connect_timeout={seconds}"
    ));
    let mut add = |name: &str, value: &str| {
        let value = Zeroizing::new(value.replace('\\', r"\\").replace('\'', r"\'"));
        for part in [" ", name, "='", &value, "'"] {
            text.push_str(part);
        }
    };
    add("host", host);
    add("application_name", &url.application_name);
    let optional = [
        ("user", url.user.as_deref()),
        ("password", url.password.as_deref().map(String::as_str)),
        ("dbname", url.database.as_deref()),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            add(name, value);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_and_nothing_of_the_environment_applies() {
        let url = PostgresUrl::parse(r"it%27s:a%5Cb%27%20sslmode%3Dprefer@h/d").unwrap();
        let text = parameters(&url, "/run/x", 1);
        assert!(text.contains(r" user='it\'s' password='a\\b\' sslmode=prefer' dbname='d'"));
        assert!(
            text.contains(" host='/run/x'")
                && text.contains("hostaddr='' options='' sslmode=disable")
        );
    }
}
