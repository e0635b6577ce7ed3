//! The public keys of access tokens (RFC 7517 section 5), for other services to verify with.

use crate::accounts::{PublicKey, SigningKeys};
use crate::domain::key::JWKS_MAX_AGE;
use crate::web::errors::response::json;
use crate::web::guards::Anyone;
use rocket::response::{self, Responder};
use rocket::{Request, State, get};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A JWK set
#[derive(Serialize, ToSchema)]
pub struct KeySet {
    /// Public keys, each with `kid`, `alg` and `use`; empty if tokens are signed with HS256
    #[schema(value_type = Vec<Object>)]
    keys: Vec<PublicKey>,
}

/// The keys of access tokens
///
/// The retiring, active and next keys, for services that verify access tokens themselves.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    operation_id = "keys",
    tag = "about",
    responses((status = 200, body = KeySet, description = "RFC 7517"))
)]
#[get("/.well-known/jwks.json")]
pub fn show(_guard: Anyone, keys: &State<Arc<SigningKeys>>) -> KeySet {
    KeySet { keys: keys.public_keys() }
}

impl<'r> Responder<'r, 'static> for KeySet {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = json(&self)?;
        response.set_raw_header(
            "Cache-Control",
            format!("public, max-age={}", JWKS_MAX_AGE.num_seconds()),
        );
        Ok(response)
    }
}
