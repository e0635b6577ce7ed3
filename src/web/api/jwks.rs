//! The public keys of access tokens (RFC 7517 section 5): other services verify with them.

use crate::accounts::Accounts;
use crate::web::error;
use crate::web::guard::Anyone;
use rocket::response::{self, Responder};
use rocket::{Request, Route, State, get, routes};
use serde::Serialize;

/// For how long others may keep the keys. A key is here long before it signs, so a copy of this age knows it.
const CACHE: &str = "public, max-age=300";

/// A JWK set.
#[derive(Serialize)]
struct KeySet<K> {
    keys: Vec<K>,
}

#[get("/.well-known/jwks.json")]
fn show(_guard: Anyone, accounts: &State<Accounts>) -> KeySet<impl Serialize + use<>> {
    KeySet { keys: accounts.public_keys() }
}

impl<'r, K: Serialize> Responder<'r, 'static> for KeySet<K> {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = error::json(&self)?;
        response.set_raw_header("Cache-Control", CACHE);
        Ok(response)
    }
}

pub fn routes() -> Vec<Route> {
    routes![show]
}
