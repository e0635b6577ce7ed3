//! The program as operators use it: exit codes, messages, and requests that never reach the
//! routes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod accounts;
mod configuration;
mod keys;
mod serving;
mod support;
mod usage;
