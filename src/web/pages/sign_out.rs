//! Signing out.

use crate::accounts::{Fault, Sessions};
use crate::web::guards::{Anyone, ClientContext, SignedIn};
use crate::web::http::cookies::ReplyCookies;
use crate::web::notice::Notice;
use crate::web::pages::context::PageContext;
use crate::web::pages::page::Page;
use crate::web::pages::sign_in;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
pub struct SignOutPage {
    signed_in: bool,
}

impl PageContext for SignOutPage {
    const TEMPLATE: &'static str = "sign_out/form";

    fn samples() -> Vec<Self> {
        vec![SignOutPage { signed_in: true }, SignOutPage { signed_in: false }]
    }
}

/// Shows a button: a link must not sign anyone out.
#[get("/logout")]
pub fn show(user: Option<SignedIn>) -> Page<SignOutPage> {
    Page::ok(SignOutPage { signed_in: user.is_some() })
}

#[post("/logout")]
pub async fn submit(
    _guard: Anyone,
    client: ClientContext,
    sessions: &State<Arc<Sessions>>,
    cookies: &ReplyCookies,
) -> Result<Redirect, Fault> {
    if let Some(session) = client.session {
        sessions.sign_out(session, client.device).await?;
    }
    cookies.clear();
    cookies.notify(Notice::SignedOut);
    Ok(Redirect::to(sign_in::uri(None)))
}
