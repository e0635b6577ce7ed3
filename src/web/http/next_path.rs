//! The page to open after signing in.

use rocket::http::uri::Origin;
use std::fmt;
use url::Url;

/// Longest accepted path, in bytes.
const MAX_LENGTH: usize = 2048;

/// A path that is safe to redirect to: a browser stays on this host, however it reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct NextPath(Origin<'static>);

impl NextPath {
    /// None for anything a browser could read as another host, and for the pages to sign up, in and
    /// out: they would redirect in a circle.
    pub fn parse(text: &str) -> Option<Self> {
        let starts_once = text.starts_with('/') && !text.starts_with("//");
        if !starts_once || text.chars().any(char::is_control) || text.len() > MAX_LENGTH {
            return None;
        }
        // Parse it as a browser does, which reads a backslash as a slash, relative to a host that
        // is not ours.
        let base = Url::parse("https://vestibule.invalid").ok()?;
        let url = base.join(text).ok()?;
        if url.origin() != base.origin() || url.path().starts_with("//") {
            return None;
        }
        if ["/login", "/logout", "/register"].contains(&url.path().trim_end_matches('/')) {
            return None;
        }
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Origin::parse_owned(format!("{}{query}", url.path())).ok().map(Self)
    }

    /// The path as the value of a query parameter. Slashes and question marks need no escape (RFC
    /// 3986 section 3.4).
    pub fn in_query(&self) -> String {
        self.0.to_string().replace('%', "%25").replace('&', "%26").replace('+', "%2B")
    }

    pub fn into_uri(self) -> Origin<'static> {
        self.0
    }
}

impl fmt::Display for NextPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::NextPath;

    #[test]
    fn paths_of_this_host_are_kept() {
        for (text, kept) in [
            ("/", "/"),
            ("/profile", "/profile"),
            ("/sessions?page=2", "/sessions?page=2"),
            ("/a/../profile", "/profile"),
            ("/ü", "/%C3%BC"),
            ("/a//b", "/a//b"),
            ("/%2f%2fevil.example", "/%2f%2fevil.example"),
            ("/@evil.example", "/@evil.example"),
            ("/profile#name", "/profile"),
        ] {
            assert_eq!(
                NextPath::parse(text).map(|next| next.0.to_string()).as_deref(),
                Some(kept),
                "{text}"
            );
        }
    }

    #[test]
    fn paths_to_other_hosts_and_circles_are_refused() {
        let long = format!("/{}", "a".repeat(2048));
        for text in [
            "",
            "profile",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https://evil.example",
            "https:evil.example",
            "http:/evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/..//evil.example",
            "/.//evil.example",
            "/./\\evil.example",
            "//evil.example/%2f..",
            "////",
            "//",
            "/\u{0}",
            "/\r\nSet-Cookie: a=b",
            "?next=//evil",
            "#",
            "mailto:a@b",
            "/login",
            "/login/",
            "/login?next=/x",
            "/logout",
            "/register",
            "/a/../login",
            &long,
        ] {
            assert_eq!(NextPath::parse(text), None, "{text:?}");
        }
    }
}
