//! Cookies, read from the raw header and written by our own response fairing.
//!
//! Rocket's jar is used for neither. It percent-decodes names, so that `__%48ost-access` would pass for `__Host-access`; and it
//! drops what a guard set when a catcher answers, so that a renewed token would be lost and the next request look like
//! theft. Both were measured.

use crate::accounts::sessions::{PresentedTokens, TokenPair};
use crate::domain::Span;
use crate::web::notice::Notice;
use rocket::Request;
use rocket::http::Header;
use rocket::request::{FromRequest, Outcome};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The access token (RFC 6265bis section 4.1.3.2 for the prefix: Secure, no Domain, Path=/).
const ACCESS: &str = "__Host-access";
/// The refresh token.
const REFRESH: &str = "__Host-refresh";
/// The notice for the next page. Proves nothing; only known ones are shown.
const FLASH: &str = "__Host-flash";
/// Remembers for a minute that somebody has just signed in. Not Secure on purpose: where a browser keeps this one and drops the
/// Secure ones (Safari on plain http), the sign-in page can tell why.
const JUST_SIGNED_IN: &str = "just-signed-in";

/// What happens to the token cookies with this answer.
#[derive(Clone, Debug)]
enum Tokens {
    Carry(TokenPair),
    Clear,
    ClearRefresh,
}

#[derive(Default)]
struct PendingCookies {
    tokens: Option<Tokens>,
    notice: Option<Notice>,
    notice_shown: bool,
    just_signed_in: bool,
}

/// The cookies of the answer, collected while a request is handled. What is ordered last wins: a handler that signs in or out
/// has the last word over a renewal.
#[derive(Default)]
pub struct ReplyCookies(Mutex<PendingCookies>);

impl ReplyCookies {
    /// The one collection of this request.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Self::default)
    }

    /// Carries both tokens, as renewed or signed in.
    pub fn set_tokens(&self, pair: TokenPair) {
        self.orders().tokens = Some(Tokens::Carry(pair));
    }

    /// Carries both tokens of somebody who has just signed in.
    pub fn set_tokens_of_sign_in(&self, pair: TokenPair) {
        self.set_tokens(pair);
        self.orders().just_signed_in = true;
    }

    /// Clears both tokens, as after a sign-out.
    pub fn clear(&self) {
        self.orders().tokens = Some(Tokens::Clear);
    }

    /// Whether both tokens are cleared: then the browser is to forget the pages, too.
    pub fn are_cleared(&self) -> bool {
        matches!(self.orders().tokens, Some(Tokens::Clear))
    }

    /// Clears a refresh token that is not ours.
    pub fn clear_forged(&self) {
        self.orders().tokens = Some(Tokens::ClearRefresh);
    }

    /// Says this on the next page.
    pub fn notify(&self, notice: Notice) {
        self.orders().notice = Some(notice);
    }

    /// What the request before left to be said has been said.
    pub fn notice_shown(&self) {
        self.orders().notice_shown = true;
    }

    /// The `Set-Cookie` headers.
    pub fn headers(&self) -> Vec<Header<'static>> {
        let orders = self.orders();
        let mut cookies = Vec::new();
        match &orders.tokens {
            Some(Tokens::Carry(pair)) => {
                cookies.push(set(ACCESS, &pair.access.0, pair.keep_for));
                cookies.push(set(REFRESH, &pair.refresh.0, pair.keep_for));
            }
            Some(Tokens::Clear) => {
                cookies.extend([clear(ACCESS), clear(REFRESH), just_signed_in(0)]);
            }
            Some(Tokens::ClearRefresh) => cookies.push(clear(REFRESH)),
            None => {}
        }
        match orders.notice {
            Some(notice) => cookies.push(set(FLASH, notice.into_str(), Some(Span::minutes(1)))),
            None if orders.notice_shown => cookies.push(clear(FLASH)),
            None => {}
        }
        if orders.just_signed_in {
            cookies.push(just_signed_in(60));
        }
        cookies.into_iter().map(|cookie| Header::new("Set-Cookie", cookie)).collect()
    }

    fn orders(&self) -> MutexGuard<'_, PendingCookies> {
        // Every order is one assignment: a panic elsewhere leaves nothing half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r ReplyCookies {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(ReplyCookies::of(request))
    }
}

fn set(name: &str, value: &str, keep_for: Option<Span>) -> String {
    let max_age =
        keep_for.map(|span| format!("; Max-Age={}", span.num_seconds().max(0))).unwrap_or_default();
    format!("{name}={value}; HttpOnly; Secure; SameSite=Strict; Path=/{max_age}")
}

fn just_signed_in(max_age: u8) -> String {
    format!("{JUST_SIGNED_IN}=1; HttpOnly; SameSite=Strict; Path=/; Max-Age={max_age}")
}

/// With the full attributes: a browser ignores a removal of a `__Host-` cookie that is not Secure.
fn clear(name: &str) -> String {
    set(name, "", Some(Span::zero()))
}

/// The tokens a request came with.
pub fn presented<'r>(request: &'r Request<'_>) -> PresentedTokens<'r> {
    PresentedTokens { access: read(request, ACCESS), refresh: read(request, REFRESH) }
}

/// The code of the message to show, as the browser says.
pub fn notice<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    read(request, FLASH)
}

/// Whether the browser signed in a moment ago and yet kept neither token.
pub fn tokens_did_not_stick(request: &Request<'_>) -> bool {
    let none = read(request, ACCESS).is_none() && read(request, REFRESH).is_none();
    none && read(request, JUST_SIGNED_IN).is_some()
}

/// The cookie of exactly this name; none if it comes twice, because then somebody else may have planted one.
fn read<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    find(request.headers().get("Cookie"), name)
}

fn find<'h>(headers: impl Iterator<Item = &'h str>, name: &str) -> Option<&'h str> {
    let pairs = headers.flat_map(|header| header.split(';'));
    let mut values = pairs
        .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
        .filter(|(n, _)| *n == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) if !value.is_empty() => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    fn access(header: &str) -> Option<&str> {
        find([header].into_iter(), "__Host-access")
    }

    #[test]
    fn only_the_exact_name_once_is_read() {
        assert_eq!(access("a=b; __Host-access=t.o.k; c=d"), Some("t.o.k"));
        assert_eq!(access("__Host-access=t"), Some("t"));
        let refused = [
            "",
            "__Host-access",
            "__Host-access=",
            "__%48ost-access=t",
            "__host-access=t",
            "\u{a0}__Host-access=t",
            "x__Host-access=t",
            "__Host-access =t",
            "__Host-access=a; __Host-access=b",
            "__Host-access=a; __Host-access=",
        ];
        for header in refused {
            assert_eq!(access(header), None, "{header}");
        }
        assert_eq!(find(["__Host-access=a", "__Host-access=b"].into_iter(), "__Host-access"), None);
    }
}
