//! What the stories are told with.

mod app;
mod database;
mod visitor;

pub use app::TestApp;
pub use visitor::{ACCESS, REFRESH, Reply, Visitor};

/// A password that meets the rules.
pub const PASSWORD: &str = "three unrelated words";
/// The address most stories register with.
pub const EMAIL: &str = "ada@example.org";
