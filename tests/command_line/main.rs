//! The program as operators use it: exit codes, messages, and requests that never reach the
//! routes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod accounts;
mod configuration;
mod keys;
mod manual;
mod output;
mod serving;
mod support;
mod terminal;
mod usage;
