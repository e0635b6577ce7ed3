//! The commands, one a file. Exit codes: 0 done, 1 refused, 2 wrong use.

mod log;
pub mod serve;
