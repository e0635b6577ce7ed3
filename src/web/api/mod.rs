//! The JSON API: the same verbs as the pages, for programs. Bearer tokens only; the access cookie
//! is never read.

pub mod auth;
pub mod health;
pub mod jwks;
pub mod openapi;
mod response;
pub mod sessions;
