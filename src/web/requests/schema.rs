//! What the fields of requests may hold, as `OpenAPI` describes it.

use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::{Object, Type};

const CONTROLS: &str = r"\u0000-\u001f\u007f-\u009f\u2028\u2029";
const SPACES: &str = r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000";
/// Invisible wherever they stand (`domain::text`).
const INVISIBLE: &str = concat!(
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e",
    r"\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb",
    "\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}",
);
/// Joiners and variation selectors: between some characters they are part of the text.
const CONTEXTUAL: &str =
    concat!(r"\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f", "\u{e0100}-\u{e01ef}");

/// A name to show. No pattern can say where joiners are needed: within the name it admits them all.
pub fn name() -> Object {
    let edge = format!("[{SPACES}{INVISIBLE}{CONTEXTUAL}]*");
    let inner = format!("[^{CONTROLS}{INVISIBLE}]*");
    let visible = format!(r"[^{SPACES}{CONTROLS}{INVISIBLE}{CONTEXTUAL}\u0300-\u036f]");
    Object::builder()
        .schema_type(Type::String)
        .description(Some("Shown to its owner; no control characters, and none that are invisible"))
        .min_length(Some(1))
        .max_length(Some(100))
        .pattern(Some(format!("^{edge}{inner}{visible}{inner}{edge}$")))
        .build()
}

/// A new password. The words left out stand for thousands; who guesses a list wrong is told so with 422.
pub fn new_password() -> Object {
    let mut extensions = Extensions::default();
    // The library has no word for `not`; an extension is written out as it is.
    let common =
        ["00000000", "000000000", "0000000000", "000000000000", "11111111", "12345678", "password"];
    extensions.insert("not".to_owned(), json!({ "enum": common }));
    Object::builder()
        .schema_type(Type::String)
        .description(Some(
            "None of the most common ones, such as those left out here, and no control characters",
        ))
        .min_length(Some(8))
        .max_length(Some(256))
        .pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f]*$"))
        .extensions(Some(extensions))
        .build()
}
