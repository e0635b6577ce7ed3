//! What the calls take, described. The bodies themselves are read field by field (`body.rs`), so that everything wrong is told at once.

#![expect(dead_code, reason = "descriptions: no value of these types is ever made")]

use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::{Object, Type};

/// What somebody registers with
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Ada Lovelace", "email": "ada@example.org", "password": "three unrelated words" }))]
pub struct Registration {
    #[schema(schema_with = name)]
    name: String,
    #[schema(max_length = 254, format = Email)]
    email: String,
    #[schema(schema_with = new_password)]
    password: String,
}

/// What somebody signs in with
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "ada@example.org", "password": "three unrelated words" }))]
pub struct Login {
    #[schema(max_length = 254, format = Email)]
    email: String,
    #[schema(min_length = 1, max_length = 256, pattern = "^[^\\u0000]*$")]
    password: String,
}

/// A refresh token
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    refresh_token: String,
}

/// A name to show: none of the characters that `domain::text` calls deceptive, and something to be seen.
fn name() -> Object {
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
fn new_password() -> Object {
    let mut extensions = Extensions::default();
    // The library has no word for `not`; an extension is written out as it is.
    let common =
        ["00000000", "000000000", "0000000000", "000000000000", "11111111", "12345678", "password"];
    extensions.insert("not".to_owned(), json!({ "enum": common }));
    Object::builder()
        .schema_type(Type::String)
        .description(Some("None of the most common ones, such as those left out here, and no NUL"))
        .min_length(Some(8))
        .max_length(Some(256))
        .pattern(Some("^[^\\u0000]*$"))
        .extensions(Some(extensions))
        .build()
}
