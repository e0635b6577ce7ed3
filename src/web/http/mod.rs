//! What every request and response passes through: cookies, CSRF, CORS, headers, methods, the request log.

pub mod cookies;
pub mod cors;
pub mod csrf;
pub mod headers;
pub mod method_not_allowed;
pub mod next_path;
pub mod original_method;
pub mod request_log;
