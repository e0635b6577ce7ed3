//! The ID of a request: in the log, on error pages and in problem documents, so that an operator
//! finds what a user reports.

use crate::web::http::client_address;
use rocket::Request;
use rocket::http::Header;
use uuid::Uuid;

/// Longest ID taken from a proxy.
const MAX_LENGTH: usize = 64;

/// The ID of a request, decided once.
pub struct RequestId(String);

impl RequestId {
    /// From a trusted proxy its `X-Request-Id`, or the trace ID of its `traceparent` (W3C Trace
    /// Context, section 3.2); otherwise a new one.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| {
            let header = |name| request.headers().get_one(name);
            let told = || {
                let own = header("X-Request-Id").filter(|id| is_id(id));
                own.or_else(|| header("traceparent").and_then(trace_id))
            };
            let told = if client_address::is_by_proxy(request) { told() } else { None };
            Self(told.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned))
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn header(&self) -> Header<'static> {
        Header::new("X-Request-Id", self.0.clone())
    }
}

/// Only characters that are harmless in logs, pages and headers.
fn is_id(text: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.:+/=@".contains(&b);
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(is_allowed)
}

/// `00-<32 hexadecimal digits>-<16>-<2>`.
fn trace_id(traceparent: &str) -> Option<&str> {
    let id = traceparent.split('-').nth(1)?;
    let is_hex = id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (id.len() == 32 && is_hex && id.bytes().any(|b| b != b'0')).then_some(id)
}
