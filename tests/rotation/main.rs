//! Proofs over the product's own `domain::rotation::decide`: no owner alone is ever ended as a thief,
//! and no thief and owner go on side by side. docs/decisions/0003-rotation.md has the figures.
//!
//! `thief` and `owner` search everything that can happen, in steps of time; `owner_runs` and
//! `thief_runs` play random runs to the millisecond. `ROTATION_PROOFS=long` searches further, with
//! smaller steps, and plays a hundred times the runs.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and these print what they have covered"
)]

mod owner;
mod owner_runs;
mod record;
mod runs;
mod search;
mod server;
mod stay;
mod thief;
mod thief_runs;

fn is_long() -> bool {
    std::env::var("ROTATION_PROOFS").is_ok_and(|value| value == "long")
}
