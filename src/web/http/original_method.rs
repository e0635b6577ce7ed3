//! The method before routing: Rocket handles HEAD by turning it into GET before any guard sees it.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Method;
use rocket::{Data, Request};

/// Notes the method of every request.
pub struct RecordOriginalMethod;

/// The method as it came; none if Rocket does not know it and no fairing saw the request.
struct OriginalMethod(Option<Method>);

#[rocket::async_trait]
impl Fairing for RecordOriginalMethod {
    fn info(&self) -> Info {
        Info { name: "original method", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let method = request.method();
        request.local_cache(|| OriginalMethod(Some(method)));
    }
}

/// The method the client sent, but for a form that named another one, which the gate refuses.
pub fn method(request: &Request<'_>) -> Method {
    request.local_cache(|| OriginalMethod(None)).0.unwrap_or(request.method())
}

/// Whether Rocket took the request for a bad one before anybody saw it: its method is none that Rocket knows.
pub fn is_unknown(request: &Request<'_>) -> bool {
    request.local_cache(|| OriginalMethod(None)).0.is_none()
}
