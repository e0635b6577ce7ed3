//! The method the client sent. Rocket changes it in two cases: it turns HEAD into GET before guards
//! run, and the first field of a form, `_method`, overrides it.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::form::Form;
use rocket::http::Method;
use rocket::{Data, Request};

/// How far to read into a form for its first field, in bytes. Rocket reads no further.
const FORM_HEAD: usize = 512;

/// Records the method of every request.
pub struct RecordOriginalMethod;

/// The recorded method; none if Rocket does not know it, because then no fairing runs.
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

/// The method the client sent. It may be wrong for a form that overrides it: see `is_overridden`.
pub fn method(request: &Request<'_>) -> Method {
    request.local_cache(|| OriginalMethod(None)).0.unwrap_or(request.method())
}

/// Whether Rocket does not know the method. It answers such a request with 400 before it looks for
/// a route.
pub fn is_unknown(request: &Request<'_>) -> bool {
    request.local_cache(|| OriginalMethod(None)).0.is_none()
}

/// Whether a form overrides its method. None of our forms does.
pub async fn is_overridden(request: &Request<'_>, data: &mut Data<'_>) -> bool {
    if request.content_type().is_none_or(|kind| !kind.is_form()) {
        return false;
    }
    let head = String::from_utf8_lossy(data.peek(FORM_HEAD).await);
    Form::values(&head).next().is_some_and(|field| field.name == "_method")
}
