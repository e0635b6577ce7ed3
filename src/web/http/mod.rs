//! What applies to every request and response: checks, cookies, CORS, headers, methods, the request
//! log.

pub mod accept;
pub mod checks;
pub mod client_address;
pub mod cookie_names;
pub mod cookies;
pub mod cors;
pub mod csrf;
pub mod headers;
pub mod method_not_allowed;
pub mod next_path;
pub mod one_header;
pub mod original_method;
pub mod request_id;
pub mod request_log;
pub mod running_requests;
pub mod well_formed;
