//! The language of a response, and the keys of what it says.

pub use crate::texts::key;
use crate::texts::{Language, Texts};
use rocket::Request;

/// The language that suits the client best.
pub fn language<'r>(request: &'r Request<'_>) -> &'r Language {
    let texts = request.rocket().state::<Texts>().unwrap_or_else(|| Texts::built_in());
    texts.negotiate(request.headers().get_one("Accept-Language"))
}

/// The key of a code's message. Codes are written with underscores, keys with hyphens.
pub fn of_code(code: &str) -> String {
    code.replace('_', "-")
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
