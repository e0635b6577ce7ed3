//! The language of a response, and the keys of its messages.

pub use crate::texts::key;
use crate::texts::{Language, Texts};
use rocket::Request;

/// The language that suits the client best.
pub fn language<'r>(request: &'r Request<'_>) -> &'r Language {
    let texts = request.rocket().state::<Texts>().unwrap_or_else(|| Texts::built_in());
    texts.negotiate(request.headers().get_one("Accept-Language"))
}

/// The message key of a code: codes have underscores, keys have hyphens.
pub fn of_code(code: &str) -> String {
    code.replace('_', "-")
}

/// The keys of messages that begin with one of these.
pub fn keys_beginning_with(prefixes: &[&str]) -> Vec<&'static str> {
    let begins = |key: &&str| prefixes.iter().any(|prefix| key.starts_with(prefix));
    Texts::built_in().fallback().keys().filter(begins).collect()
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
