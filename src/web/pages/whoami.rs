//! What the server sees of the administrator's own request: for setting up proxies.

use crate::web::guards::Admin;
use crate::web::http::client_address::addresses;
use crate::web::pages::context::PageContext;
use crate::web::pages::page::Page;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, get};
use serde::Serialize;
use std::convert::Infallible;

#[derive(Default, Serialize)]
pub struct WhoamiPage {
    client: String,
    peer: String,
    by_proxy: bool,
    x_forwarded_for: Vec<String>,
    forwarded: Vec<String>,
}

impl PageContext for WhoamiPage {
    const TEMPLATE: &'static str = "admin/whoami";

    fn samples() -> Vec<Self> {
        let direct = WhoamiPage {
            client: "192.0.2.1".to_owned(),
            peer: "192.0.2.1".to_owned(),
            ..WhoamiPage::default()
        };
        let proxied = WhoamiPage {
            client: "2001:db8::1".to_owned(),
            peer: "172.17.0.1".to_owned(),
            by_proxy: true,
            x_forwarded_for: vec!["2001:db8::1, 172.17.0.1".to_owned()],
            forwarded: vec!["for=\"[2001:db8::1]\"".to_owned()],
        };
        vec![direct, proxied]
    }
}

#[get("/admin/whoami")]
pub fn show(_guard: Admin, page: WhoamiPage) -> Page<WhoamiPage> {
    Page::ok(page)
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for WhoamiPage {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let addresses = addresses(request);
        let headers = |name| request.headers().get(name).map(str::to_owned).collect();
        Outcome::Success(WhoamiPage {
            client: addresses.map(|all| all.client.to_string()).unwrap_or_default(),
            peer: addresses.map(|all| all.peer.to_string()).unwrap_or_default(),
            by_proxy: addresses.is_some_and(|all| all.by_proxy),
            x_forwarded_for: headers("X-Forwarded-For"),
            forwarded: headers("Forwarded"),
        })
    }
}
