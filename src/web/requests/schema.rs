//! What the fields of requests may hold, as `OpenAPI` describes it.

use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::{Object, Type};

/// A name to show: none of the characters that `domain::text` calls deceptive, and something to be seen.
pub fn name() -> Object {
    let deceptive =
        r"\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff";
    Object::builder()
        .schema_type(Type::String)
        .description(Some("Shown to its owner; no invisible or control characters"))
        .min_length(Some(1))
        .max_length(Some(100))
        .pattern(Some(format!(r"^[^{deceptive}]*[^\s{deceptive}][^{deceptive}]*$")))
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
