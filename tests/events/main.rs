//! Security events: documented, only ever added to, and free of secrets, as the real program writes
//! and shows them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod append_only;
mod canaries;
mod command;
mod documented;
mod program;
