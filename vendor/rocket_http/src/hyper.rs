//! Re-exported hyper HTTP library types.
//!
//! All types that are re-exported from Hyper reside inside of this module.
//! These types will, with certainty, be removed with time, but they reside here
//! while necessary.

pub use hyper::{Method, Error, Uri, Version, Request, Response};
pub use hyper::{body, server, upgrade};
pub use hyper::http::{HeaderValue, request, uri};
pub use hyper::body::Incoming as Body;

/// Reexported Hyper service types, with a change of Vestibule: the requests of a `service_fn` have a
/// `Cookie` header in UTF-8.
pub mod service {
    use hyper::{Request, Response, body::Body, header::COOKIE};
    use std::{error::Error, future::Future};

    pub use hyper::service::{HttpService, Service};

    /// Creates a service from a function.
    pub fn service_fn<F, R, S, B, E>(
        f: F,
    ) -> impl Service<Request<R>, Response = Response<B>, Error = E, Future = S>
        where F: Fn(Request<R>) -> S,
              R: Body,
              S: Future<Output = Result<Response<B>, E>>,
              B: Body,
              E: Into<Box<dyn Error + Send + Sync>>
    {
        hyper::service::service_fn(move |mut request| {
            make_cookies_readable(&mut request);
            f(request)
        })
    }

    /// Replaces bytes that are not UTF-8, as other applications on the host put them into their
    /// cookies. Rocket would drop the whole header, with our cookies in it.
    fn make_cookies_readable<R>(request: &mut Request<R>) {
        for (name, value) in request.headers_mut() {
            if name != COOKIE || std::str::from_utf8(value.as_bytes()).is_ok() {
                continue;
            }
            // One byte for each, so that the header does not grow beyond a limit of its length.
            let readable = String::from_utf8_lossy(value.as_bytes())
                .replace(char::REPLACEMENT_CHARACTER, "?");
            if let Ok(readable) = readable.try_into() {
                *value = readable;
            }
        }
    }
}

/// Reexported Hyper HTTP header types.
pub mod header {
    macro_rules! import_http_headers {
        ($($name:ident),*) => ($(
            pub use http::header::$name as $name;
        )*)
    }

    import_http_headers! {
        ACCEPT, ACCEPT_CHARSET, ACCEPT_ENCODING, ACCEPT_LANGUAGE, ACCEPT_RANGES,
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ALLOW,
        AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_DISPOSITION,
        CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION,
        CONTENT_RANGE, CONTENT_SECURITY_POLICY,
        CONTENT_SECURITY_POLICY_REPORT_ONLY, CONTENT_TYPE, DATE, ETAG, EXPECT,
        EXPIRES, FORWARDED, FROM, HOST, IF_MATCH, IF_MODIFIED_SINCE,
        IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, LINK,
        LOCATION, ORIGIN, PRAGMA, RANGE, REFERER, REFERRER_POLICY, REFRESH,
        STRICT_TRANSPORT_SECURITY, TE, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
        VARY
    }
}
