//! Authenticates a request by its cookies, once, however many guards ask.

use crate::accounts::sessions::{Authenticated, AuthenticationError, RefreshMode};
use crate::accounts::{Fault, Sessions};
use crate::domain::claims::AccessClaims;
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
    /// It could not be decided. Fails closed: access is refused, and no cookie is changed.
    Unavailable,
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
        return Authentication::Unavailable;
    };
    let presented = cookies::presented(request);
    match sessions.authenticate(presented, mode(request), || device(request)).await {
        Ok(Authenticated::SignedIn { claims, rotated }) => {
            if let Some(tokens) = rotated {
                ReplyCookies::of(request).set_tokens(*tokens);
            }
            Authentication::SignedIn(claims)
        }
        Ok(Authenticated::Anonymous(error)) => {
            if error == AuthenticationError::Forged {
                tracing::warn!("a refresh cookie was presented that none of our keys has signed");
            }
            Authentication::Anonymous(error)
        }
        Err(fault) => {
            log(&fault);
            Authentication::Unavailable
        }
    }
}

fn log(fault: &Fault) {
    tracing::error!(%fault, "a request could not be authenticated");
}

/// Tokens are rotated only if the browser keeps the response's cookies: not for HEAD or a prefetch.
fn mode(request: &Request<'_>) -> RefreshMode {
    let prefetch = request.headers().get("Sec-Purpose").any(|purpose| purpose.contains("prefetch"));
    match original_method::method(request) {
        Method::Head => RefreshMode::ReadOnly,
        Method::Get if prefetch => RefreshMode::ReadOnly,
        _ => RefreshMode::Rotate,
    }
}
