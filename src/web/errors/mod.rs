//! Error responses: pages for people, RFC 9457 problems for programs.

pub mod catchers;
pub mod code;
mod outage;
pub mod page;
pub mod problem;
pub mod refusal;
pub mod response;
