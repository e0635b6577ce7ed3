//! The constraints of request fields, for the `OpenAPI` document.

use crate::domain::password::{DEFAULT_MIN_LENGTH, MAX_LENGTH};
use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::{Object, Type};

const CONTROLS: &str = r"\u0000-\u001f\u007f-\u009f\u2028\u2029";
const SPACES: &str = r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000";
/// Invisible in any context (`domain::text`).
const INVISIBLE: &str = concat!(
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e",
    r"\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb",
    "\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}",
);
/// Joiners and variation selectors: visible in effect between some characters.
const CONTEXTUAL: &str =
    concat!(r"\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f", "\u{e0100}-\u{e01ef}");

/// A display name. A pattern cannot express where joiners are allowed, so it allows all of them
/// within the name.
pub fn name() -> Object {
    let edge = format!("[{SPACES}{INVISIBLE}{CONTEXTUAL}]*");
    let inner = format!("[^{CONTROLS}{INVISIBLE}]*");
    let visible = format!(r"[^{SPACES}{CONTROLS}{INVISIBLE}{CONTEXTUAL}\u0300-\u036f]");
    Object::builder()
        .schema_type(Type::String)
        .description(Some(
            "Shown to the user. Control characters and invisible characters are not allowed",
        ))
        .min_length(Some(1))
        .max_length(Some(100))
        .pattern(Some(format!("^{edge}{inner}{visible}{inner}{edge}$")))
        .build()
}

/// A new password; the document that is sent has the configured `minLength`. The excluded values
/// are examples: a schema cannot express how easy a password is to guess.
pub fn new_password() -> Object {
    let mut extensions = Extensions::default();
    // utoipa does not support `not`; an extension is written as it is.
    let common =
        ["00000000", "000000000", "0000000000", "000000000000", "11111111", "12345678", "password"];
    extensions.insert("not".to_owned(), json!({ "enum": common }));
    Object::builder()
        .schema_type(Type::String)
        .description(Some(
            "Passwords that are easy to guess, such as those excluded here, and control characters are not allowed",
        ))
        .min_length(Some(DEFAULT_MIN_LENGTH))
        .max_length(Some(MAX_LENGTH))
        .pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f]*$"))
        .extensions(Some(extensions))
        .build()
}
