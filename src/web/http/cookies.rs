//! Cookies, read from the raw header and written by our own response fairing.
//!
//! Rocket's cookie jar is not used, for two reasons, both measured. It percent-decodes names, so
//! that `__%48ost-access` would pass for `__Host-access`. And when a catcher answers, it drops the
//! cookies a guard has set: a rotated token would be lost, and the next request would look like
//! theft.

use crate::accounts::Sessions;
use crate::accounts::sessions::{PresentedTokens, TokenPair};
use crate::domain::Span;
use crate::domain::known_device::KNOWN_FOR;
use crate::web::http::cookie_names::CookieNames;
use crate::web::notice::Notice;
use rocket::Request;
use rocket::http::Header;
use rocket::request::{FromRequest, Outcome};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the response does to the token cookies.
#[derive(Clone, Debug)]
enum TokenChange {
    Set(Box<TokenPair>),
    Clear,
}

#[derive(Default)]
struct PendingCookies {
    tokens: Option<TokenChange>,
    notice: Option<Notice>,
    notice_shown: bool,
    just_signed_in: bool,
}

/// The cookies of the response, collected while the request is handled. The last call takes
/// precedence: a handler that signs in or out overrides a refresh.
#[derive(Default)]
pub struct ReplyCookies(Mutex<PendingCookies>);

impl ReplyCookies {
    /// The cookies of the response to this request.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Self::default)
    }

    /// Sets both tokens, after a refresh or a change of session.
    pub fn set_tokens(&self, tokens: TokenPair) {
        self.pending().tokens = Some(TokenChange::Set(Box::new(tokens)));
    }

    /// Sets both tokens of a user who has just signed in.
    pub fn set_tokens_after_sign_in(&self, tokens: TokenPair) {
        self.set_tokens(tokens);
        self.pending().just_signed_in = true;
    }

    /// Clears both tokens, except those that are not ours.
    pub fn clear(&self) {
        self.pending().tokens = Some(TokenChange::Clear);
    }

    fn are_cleared(&self) -> bool {
        matches!(self.pending().tokens, Some(TokenChange::Clear))
    }

    /// Shows this notice on the next page.
    pub fn notify(&self, notice: Notice) {
        self.pending().notice = Some(notice);
    }

    /// The notice of the previous request has been shown.
    pub fn notice_shown(&self) {
        self.pending().notice_shown = true;
    }

    /// The `Set-Cookie` headers.
    pub async fn headers(&self, request: &Request<'_>) -> Vec<Header<'static>> {
        let Some(names) = CookieNames::of(request) else { return Vec::new() };
        if let Some(sessions) = request.rocket().state::<Arc<Sessions>>() {
            self.drop_dead_tokens(sessions);
        }
        let mut cookies = Vec::new();
        if self.are_cleared() {
            cookies.extend(clearable(request, names).await.into_iter().map(clear));
            cookies.extend(just_signed_in(names, 0));
        }
        let pending = self.pending();
        if let Some(TokenChange::Set(tokens)) = &pending.tokens {
            cookies.push(set(&names.access, &tokens.access.0, tokens.keep_for));
            if !tokens.refresh_is_kept {
                cookies.push(set(&names.refresh, &tokens.refresh.0, tokens.keep_for));
            }
            if let Some(device) = &tokens.device {
                cookies.push(set(&names.device, device, Some(KNOWN_FOR)));
            }
        }
        match pending.notice {
            Some(notice) => {
                cookies.push(set(&names.flash, notice.into_str(), Some(Span::minutes(1))));
            }
            None if pending.notice_shown => cookies.push(clear(&names.flash)),
            None => {}
        }
        if pending.just_signed_in {
            cookies.extend(just_signed_in(names, 60));
        }
        cookies.into_iter().map(|cookie| Header::new("Set-Cookie", cookie)).collect()
    }

    /// Sets no tokens of a session that has ended since they were issued: they could overwrite those
    /// of the session that replaced it.
    fn drop_dead_tokens(&self, sessions: &Sessions) {
        let mut pending = self.pending();
        if matches!(&pending.tokens, Some(TokenChange::Set(tokens)) if sessions.is_known_to_have_ended(tokens))
        {
            pending.tokens = None;
        }
    }

    fn pending(&self) -> MutexGuard<'_, PendingCookies> {
        // Each change is one assignment: a panic elsewhere leaves nothing half-written.
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

fn just_signed_in(names: &CookieNames, max_age: u8) -> Option<String> {
    let name = names.just_signed_in.as_ref()?;
    Some(format!("{name}=1; HttpOnly; SameSite=Strict; Path=/; Max-Age={max_age}"))
}

/// Removes a cookie. All attributes are repeated, because browsers ignore the removal of a
/// `__Host-` cookie without Secure.
fn clear(name: &str) -> String {
    set(name, "", Some(Span::zero()))
}

/// The token cookies that are ours, and those that the request does not have. Others were set by
/// another server under this host.
async fn clearable<'r>(request: &'r Request<'_>, names: &'r CookieNames) -> Vec<&'r str> {
    let PresentedTokens { access, refresh } = presented(request);
    let mut clearable = Vec::new();
    for (name, token) in [
        (&names.access, PresentedTokens { access, refresh: None }),
        (&names.refresh, PresentedTokens { access: None, refresh }),
    ] {
        let absent = values(request.headers().get("Cookie"), name).next().is_none();
        if absent || is_ours(request, token).await {
            clearable.push(name.as_str());
        }
    }
    clearable
}

async fn is_ours(request: &Request<'_>, token: PresentedTokens<'_>) -> bool {
    let Some(sessions) = request.rocket().state::<Arc<Sessions>>() else { return false };
    matches!(sessions.presented(token).await, Ok(Some(_)))
}

/// The tokens of a request.
pub fn presented<'r>(request: &'r Request<'_>) -> PresentedTokens<'r> {
    PresentedTokens {
        access: read(request, |names| Some(&names.access)),
        refresh: read(request, |names| Some(&names.refresh)),
    }
}

/// The device token, as sent by the browser.
pub fn device_token(request: &Request<'_>) -> Option<String> {
    read(request, |names| Some(&names.device)).map(str::to_owned)
}

/// The notice to show, as sent by the browser.
pub fn notice<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    read(request, |names| Some(&names.flash))
}

/// Whether the user signed in within the last minute, but the browser stored neither token.
pub fn tokens_were_not_stored(request: &Request<'_>) -> bool {
    let PresentedTokens { access, refresh } = presented(request);
    let signed_in = read(request, |names| names.just_signed_in.as_ref()).is_some();
    access.is_none() && refresh.is_none() && signed_in
}

/// The cookie with exactly this name; none if there are two, because an attacker may have planted
/// one.
fn read<'r>(
    request: &'r Request<'_>,
    name: impl FnOnce(&CookieNames) -> Option<&String>,
) -> Option<&'r str> {
    find(request.headers().get("Cookie"), name(CookieNames::of(request)?)?)
}

fn find<'h>(headers: impl Iterator<Item = &'h str>, name: &str) -> Option<&'h str> {
    let mut values = values(headers, name);
    match (values.next(), values.next()) {
        (Some(value), None) if !value.is_empty() => Some(value),
        _ => None,
    }
}

/// The values of all cookies with exactly this name.
fn values<'h>(headers: impl Iterator<Item = &'h str>, name: &str) -> impl Iterator<Item = &'h str> {
    headers
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
        .filter_map(move |(n, value)| (n == name).then_some(value))
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
