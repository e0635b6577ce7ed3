//! Request guards: who may call a route.

pub mod authentication;
pub mod bearer;
mod guard;

pub use guard::{Admin, Anyone, ClientContext, SignedIn};
