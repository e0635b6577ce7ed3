//! Authenticates a request by its cookies, once, however many guards ask.

use crate::accounts::Sessions;
use crate::accounts::sessions::{Authenticated, AuthenticationError};
use crate::domain::claims::AccessClaims;
use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use crate::web::guards::device::device;
use crate::web::http::cookies::{self, ReplyCookies};
use crate::web::http::original_method;
use rocket::http::Method;
use rocket::tokio::sync::OnceCell;
use rocket::{Request, State};
use std::sync::Arc;

/// Whether the cookies of a request authenticate it.
pub enum Authentication {
    SignedIn(AccessClaims),
    Anonymous(AuthenticationError),
    /// It could not be decided, for this reason. Fails closed: access is refused, and no cookie is
    /// changed.
    Unavailable(Box<Refusal>),
}

/// The result for a request, once a guard has asked for it.
#[derive(Default)]
struct Cached(OnceCell<Authentication>);

impl Authentication {
    /// Authenticates on the first call and caches the result.
    pub async fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Cached::default).0.get_or_init(|| authenticate(request)).await
    }

    /// The cached result; none if no guard has asked, as on a page that is open to everyone.
    pub fn known<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        request.local_cache(Cached::default).0.get()
    }
}

async fn authenticate(request: &Request<'_>) -> Authentication {
    let Some(sessions) = request.guard::<&State<Arc<Sessions>>>().await.succeeded() else {
        return unavailable();
    };
    let mut presented = cookies::presented(request);
    // Whether the session is alive must not be learned without a trace: without a refresh, only the
    // access token counts.
    let withheld = if may_refresh(request) { None } else { presented.refresh.take() };
    match sessions.authenticate(presented, || device(request)).await {
        Ok(Authenticated::SignedIn { claims, refreshed }) => {
            if let Some(tokens) = refreshed {
                ReplyCookies::of(request).set_tokens(*tokens);
            }
            Authentication::SignedIn(claims)
        }
        Ok(Authenticated::Anonymous(_)) if withheld.is_some() => unavailable(),
        Ok(Authenticated::Anonymous(error)) => Authentication::Anonymous(error),
        Err(fault) => Authentication::Unavailable(Box::new(fault.into())),
    }
}

fn unavailable() -> Authentication {
    Authentication::Unavailable(Box::new(Refusal::new(Code::Unavailable)))
}

/// The session is refreshed only if the browser keeps the response's cookies: not for HEAD or a
/// prefetch.
fn may_refresh(request: &Request<'_>) -> bool {
    let prefetch = request.headers().get("Sec-Purpose").any(|purpose| purpose.contains("prefetch"));
    match original_method::method(request) {
        Method::Head => false,
        Method::Get => !prefetch,
        _ => true,
    }
}
