//! Who is asking: found out once a request, whatever number of guards ask.

use crate::accounts::{Accounts, Authenticated, Fault, Refusal};
use crate::domain::claims::AccessClaims;
use crate::web::http::cookies::{self, ReplyCookies};
use crate::web::http::original_method;
use rocket::http::Method;
use rocket::tokio::sync::OnceCell;
use rocket::{Request, State};

/// What this request's cookies say.
pub enum Authentication {
    SignedIn(AccessClaims),
    Anonymous(Refusal),
    /// It could not be found out. Fails closed: nobody is let in, and no cookie is touched.
    Unavailable,
}

/// The one answer of a request, once somebody has asked.
#[derive(Default)]
struct Found(OnceCell<Authentication>);

impl Authentication {
    /// Authenticates on the first call and remembers.
    pub async fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Found::default).0.get_or_init(|| authenticate(request)).await
    }

    /// What is known so far; none if nobody has asked, as on a page without a guard.
    pub fn known<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        request.local_cache(Found::default).0.get()
    }
}

async fn authenticate(request: &Request<'_>) -> Authentication {
    let Some(accounts) = request.guard::<&State<Accounts>>().await.succeeded() else {
        return Authentication::Unavailable;
    };
    let presented = cookies::presented(request);
    match accounts.authenticate(presented, may_renew(request), request.client_ip()).await {
        Ok(Authenticated::SignedIn { claims, renewed }) => {
            if let Some(pair) = renewed {
                ReplyCookies::of(request).set_tokens(*pair);
            }
            Authentication::SignedIn(claims)
        }
        Ok(Authenticated::Anonymous(refusal)) => {
            if refusal == Refusal::Forged {
                tracing::warn!("a refresh cookie was presented that no key of ours has signed");
                ReplyCookies::of(request).clear_forged();
            }
            Authentication::Anonymous(refusal)
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

/// A renewal goes only where the browser keeps the answer: not into a HEAD request or a prefetch.
fn may_renew(request: &Request<'_>) -> bool {
    let prefetch = request.headers().get("Sec-Purpose").any(|purpose| purpose.contains("prefetch"));
    match original_method::method(request) {
        Method::Head => false,
        Method::Get => !prefetch,
        _ => true,
    }
}
