//! The names of our cookies, decided once from the base URL.

use crate::config::BaseUrl;
use rocket::Request;

/// The names of our cookies. Cookies know no port (RFC 6265 section 8.5), so on loopback it is part
/// of the names: servers on two ports would overwrite each other's cookies.
pub struct CookieNames {
    /// The access token (RFC 6265bis section 4.1.3.2 for the prefix: Secure, no Domain, Path=/).
    pub access: String,
    /// The refresh token.
    pub refresh: String,
    /// The device token: which accounts have signed in in this browser.
    pub device: String,
    /// The notice for the next page. It proves nothing, and only known notices are shown.
    pub flash: String,
    /// Says for a minute that the user has just signed in; over http only. Deliberately not Secure:
    /// if a browser keeps this one and drops the Secure ones, as Safari does over http, the sign-in
    /// page can say why.
    pub just_signed_in: Option<String>,
}

impl CookieNames {
    pub fn new(base_url: &BaseUrl) -> Self {
        let port = base_url.loopback_port().map(|port| format!("-{port}")).unwrap_or_default();
        Self {
            access: format!("__Host-access{port}"),
            refresh: format!("__Host-refresh{port}"),
            device: format!("__Host-device{port}"),
            flash: format!("__Host-flash{port}"),
            just_signed_in: (!base_url.is_https()).then(|| format!("just-signed-in{port}")),
        }
    }

    /// The names of this server.
    pub fn of<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        request.rocket().state()
    }
}

#[cfg(test)]
mod tests {
    use super::CookieNames;
    use crate::config::Config;

    fn names(base_url: &str) -> ([String; 4], Option<String>) {
        let setting = ("VESTIBULE_BASE_URL".to_owned(), base_url.to_owned());
        let config = Config::load(&crate::figment(), [setting].into_iter()).unwrap();
        let CookieNames { access, refresh, device, flash, just_signed_in } =
            CookieNames::new(&config.base_url);
        ([access, refresh, device, flash], just_signed_in)
    }

    #[test]
    fn the_port_is_part_of_the_names_on_loopback_only() {
        for (base_url, port) in [
            ("", "-8000"),
            ("http://localhost:9000", "-9000"),
            ("http://localhost", "-80"),
            ("https://localhost", "-443"),
            ("http://id.localhost:9000", "-9000"),
            ("http://127.0.0.1:9000", "-9000"),
            ("https://[::1]:8443", "-8443"),
            ("https://id.example.org", ""),
            ("https://id.example.org:8443", ""),
        ] {
            let (names, just_signed_in) = names(base_url);
            let bare =
                ["access", "refresh", "device", "flash"].map(|name| format!("__Host-{name}"));
            assert_eq!(names, bare.map(|name| format!("{name}{port}")), "{base_url}");
            let over_http = !base_url.starts_with("https:");
            let name = over_http.then(|| format!("just-signed-in{port}"));
            assert_eq!(just_signed_in, name, "{base_url}");
        }
    }
}
