//! Helpers of the stories.

mod api;
mod app;
mod database;
mod interleaved;
mod query_plans;
mod stolen;
mod visitor;

pub use api::{Api, claims, header, parsed, text};
pub use app::{Done, TestApp, within_a_second};
pub use database::{Database, Db};
pub use stolen::{StolenKey, sign, unsigned};
pub use visitor::{ACCESS, DEVICE, REFRESH, Reply, Visitor};

/// A password that meets the rules.
pub const PASSWORD: &str = "three unrelated words";
/// The email address of most stories.
pub const EMAIL: &str = "ada@example.org";
