//! A user's sessions: this device and the others, and how to end them.

use crate::accounts::Sessions;
use crate::accounts::sessions::{EndSessionsOutcome, OwnSessions};
use crate::domain::Time;
use crate::domain::device::Device;
use crate::domain::session::{Session, SessionId, SessionSelector};
use crate::web::browser::Browser;
use crate::web::guards::SignedIn;
use crate::web::http::cookies::ReplyCookies;
use crate::web::notice::Notice;
use crate::web::pages::context::PageContext;
use crate::web::pages::page::Page;
use crate::web::pages::response::{PageResponse, PageResult};
use crate::web::pages::sign_in;
use rocket::http::uri::Origin;
use rocket::request::FromParam;
use rocket::{State, get, post, uri};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

#[derive(Serialize)]
pub struct SessionsPage {
    this: SessionItem,
    others: Vec<SessionItem>,
}

#[derive(Clone, Serialize)]
struct SessionItem {
    id: Uuid,
    browser: Browser,
    /// The IP address it was signed in from.
    address: Option<String>,
    signed_in_at: Time,
    last_seen_at: Time,
}

impl PageContext for SessionsPage {
    const TEMPLATE: &'static str = "sessions/list";

    fn samples() -> Vec<Self> {
        let item = |name: Option<&str>, address: Option<&str>| SessionItem {
            id: Uuid::nil(),
            browser: Browser {
                name: name.map(str::to_owned),
                system: name.map(|_| "Linux".into()),
            },
            address: address.map(str::to_owned),
            signed_in_at: Time::UNIX_EPOCH,
            last_seen_at: Time::UNIX_EPOCH,
        };
        let this = item(Some("Firefox"), Some("2001:db8::1"));
        let others = vec![item(None, None), item(Some("Safari"), Some("192.0.2.7"))];
        vec![SessionsPage { this: this.clone(), others: Vec::new() }, SessionsPage { this, others }]
    }
}

#[get("/sessions")]
pub async fn show(user: SignedIn, sessions: &State<Arc<Sessions>>) -> PageResult<SessionsPage> {
    Ok(match sessions.list(user.0).await? {
        Some(own) => PageResponse::Html(Page::ok(page(&own))),
        None => PageResponse::Unauthenticated,
    })
}

#[post("/sessions/<id>/end")]
pub async fn end(
    user: SignedIn,
    id: Option<SessionId>,
    device: Device,
    sessions: &State<Arc<Sessions>>,
    cookies: &ReplyCookies,
) -> PageResult<SessionsPage> {
    let Some(id) = id else { return Ok(PageResponse::NotFound) };
    Ok(match sessions.end(user.0, SessionSelector::One(id), device).await? {
        EndSessionsOutcome::SignedOut => PageResponse::Unauthenticated,
        EndSessionsOutcome::NotFound => PageResponse::NotFound,
        EndSessionsOutcome::Ended(_) if id == user.0.session_id => {
            signed_out(cookies, Notice::SignedOut)
        }
        EndSessionsOutcome::Ended(_) => listed(cookies, Notice::SessionEnded),
        EndSessionsOutcome::AlreadyEnded => listed(cookies, Notice::SessionAlreadyEnded),
    })
}

#[post("/sessions/end-others")]
pub async fn end_others(
    user: SignedIn,
    device: Device,
    sessions: &State<Arc<Sessions>>,
    cookies: &ReplyCookies,
) -> PageResult<SessionsPage> {
    let others = SessionSelector::AllExcept(user.0.session_id);
    Ok(match sessions.end(user.0, others, device).await? {
        EndSessionsOutcome::SignedOut => PageResponse::Unauthenticated,
        _ => listed(cookies, Notice::OthersEnded),
    })
}

#[post("/sessions/end-all")]
pub async fn end_all(
    user: SignedIn,
    device: Device,
    sessions: &State<Arc<Sessions>>,
    cookies: &ReplyCookies,
) -> PageResult<SessionsPage> {
    Ok(match sessions.end(user.0, SessionSelector::All, device).await? {
        EndSessionsOutcome::SignedOut => PageResponse::Unauthenticated,
        _ => signed_out(cookies, Notice::AllEnded),
    })
}

fn listed(cookies: &ReplyCookies, notice: Notice) -> PageResponse<SessionsPage> {
    cookies.notify(notice);
    PageResponse::redirect(uri())
}

/// The session of this browser was one of those that ended.
fn signed_out(cookies: &ReplyCookies, notice: Notice) -> PageResponse<SessionsPage> {
    cookies.clear();
    cookies.notify(notice);
    PageResponse::redirect(sign_in::uri(None))
}

fn page(sessions: &OwnSessions) -> SessionsPage {
    SessionsPage { this: item(&sessions.this), others: sessions.others.iter().map(item).collect() }
}

fn item(session: &Session) -> SessionItem {
    SessionItem {
        id: session.id.0,
        browser: Browser::of(&session.device),
        address: session.device.address.map(|address| address.to_string()),
        signed_in_at: session.created_at,
        last_seen_at: session.last_seen(),
    }
}

/// The parameter is not a session ID.
#[derive(Debug)]
pub struct NoSessionId;

impl<'r> FromParam<'r> for SessionId {
    type Error = NoSessionId;

    /// Accepts only the spelling our pages use: `try_parse` also accepts upper case, braces and
    /// URNs, which would give one page several URLs.
    fn from_param(param: &'r str) -> Result<Self, Self::Error> {
        let id = Uuid::try_parse(param).map_err(|_| NoSessionId)?;
        if id.to_string() == param { Ok(SessionId(id)) } else { Err(NoSessionId) }
    }
}

fn uri() -> Origin<'static> {
    uri!(show)
}
