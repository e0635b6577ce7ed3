//! Request guards: who may call a route.

pub mod authentication;
pub mod bearer;
mod device;
mod guard;

pub use guard::{Admin, Anyone, ClientContext, SignedIn};
