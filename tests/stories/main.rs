//! Stories: what users, browsers and thieves do, through HTTP on a real database, with a clock that
//! tests move.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "a test fails by panicking, and has time and memory"
)]

mod support;

mod api;
mod bad_input;
mod changing_the_password;
mod client_addresses;
mod cors;
mod foreign_cookies;
mod forged_tokens;
mod from_another_site;
mod headers_and_cookies;
mod health;
mod hostile_output;
mod housekeeping;
mod isolation;
mod keys;
mod limits;
mod malformed_requests;
mod many_processes;
mod metrics;
mod migrations;
mod openapi;
mod operator;
mod operator_changes;
mod origin_check;
mod outages;
mod overlay;
mod passwords;
mod refreshing;
mod request_ids;
mod rotation;
mod routes_and_guards;
mod security_events;
mod sessions;
mod signing_in;
mod signing_up;
mod thieves;
mod upgrades;
mod walk;
