//! What operators do with the real program: back up, restore, migrate, check.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod backup;
mod checks;
mod hopeless;
mod migrate;
mod postgres;
mod program;
mod restore;
mod start;
