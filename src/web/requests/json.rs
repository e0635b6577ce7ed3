//! JSON bodies, read strictly: an unknown, missing, repeated or mistyped field is refused. The
//! first error is reported.

use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use crate::web::requests::fields::FieldErrors;
use rocket::Request;
use rocket::data::{Data, FromData, Outcome};
use rocket::http::ContentType;
use serde::de::{DeserializeOwned, IgnoredAny};

/// Some editors write it at the start of a file, and RFC 8259 section 8.1 allows parsers to skip
/// it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The beginnings of serde's messages, and our codes for them. `field_errors_name_the_field` fails
/// if serde changes them.
const FIELD_ERRORS: [(&str, &str); 3] = [
    ("unknown field `", "field_unknown"),
    ("missing field `", "field_missing"),
    ("duplicate field `", "field_twice"),
];

/// A JSON body.
pub struct JsonBody<T>(pub T);

/// A JSON body, or none at all.
pub struct OptionalJsonBody<T>(pub Option<T>);

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromData<'r> for JsonBody<T> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(value) => Outcome::Success(JsonBody(value)),
            Err(refusal) => Outcome::Error((refusal.note(request), ())),
        }
    }
}

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromData<'r> for OptionalJsonBody<T> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, mut data: Data<'r>) -> Outcome<'r, Self> {
        if data.peek(1).await.is_empty() {
            return Outcome::Success(OptionalJsonBody(None));
        }
        JsonBody::from_data(request, data)
            .await
            .map(|JsonBody(value)| OptionalJsonBody(Some(value)))
    }
}

async fn read<T: DeserializeOwned>(
    request: &Request<'_>,
    data: Data<'_>,
) -> Result<T, Box<Refusal>> {
    if request.content_type().is_none_or(|kind| !is_json(kind)) {
        return Err(Refusal::new(Code::UnsupportedMediaType).into());
    }
    let limit = request.limits().get("json").unwrap_or_default();
    let body = data.open(limit).into_bytes().await.map_err(|_| Refusal::new(Code::BadRequest))?;
    if !body.is_complete() {
        return Err(Refusal::new(Code::TooLarge).into());
    }
    parse(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&body))
}

fn is_json(kind: &ContentType) -> bool {
    kind.top() == "application" && kind.sub() == "json"
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<Refusal>> {
    serde_json::from_slice::<IgnoredAny>(body).map_err(|error| malformed(&error))?;
    // serde would also read a struct from an array, in the order of its fields.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(not_an_object().into());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    Ok(serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| invalid_field(&error))?)
}

fn malformed(error: &serde_json::Error) -> Refusal {
    Refusal::new(Code::BadRequest).with_detail("body_malformed", Some(error.to_string()))
}

fn not_an_object() -> Refusal {
    Refusal::new(Code::InvalidFields).with_detail("body_no_object", None)
}

fn invalid_field(error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let message = error.inner().to_string();
    let named = FIELD_ERRORS.iter().find_map(|(start, code)| {
        let name = message.strip_prefix(start)?.split('`').next()?;
        Some(FieldErrors::of(name.to_owned(), code))
    });
    // All fields are strings.
    let mistyped = || FieldErrors::of(error.path().to_string(), "field_not_text");
    Refusal::invalid_fields(named.unwrap_or_else(mistyped))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::texts::Texts;
    use crate::web::requests::{RefreshRequest, SignInRequest};

    fn error_for(body: &str) -> String {
        let refusal = parse::<SignInRequest>(body.as_bytes()).err().unwrap();
        let english = Texts::built_in().fallback();
        format!("{} {:?}", refusal.status.code, refusal.errors.sentences(english))
    }

    #[test]
    fn field_errors_name_the_field() {
        for (body, expected) in [
            (r#"{"email":"a"}"#, r#"422 {"password": ["This field is required."]}"#),
            (
                r#"{"email":"a","email":"b"}"#,
                r#"422 {"email": ["This field appears twice. Send it once."]}"#,
            ),
            (r#"{"role":"admin"}"#, r#"422 {"role": ["This field does not exist. Remove it."]}"#),
            (r#"{"next":"/"}"#, r#"422 {"next": ["This field does not exist. Remove it."]}"#),
            (r#"{"email":7}"#, r#"422 {"email": ["This field must be a string."]}"#),
            (
                r#"{"email":"a","password":{"x":[]}}"#,
                r#"422 {"password": ["This field must be a string."]}"#,
            ),
            (r#"["a","b"]"#, "422 {}"),
            ("{\"email\":", "400 {}"),
            ("[", "400 {}"),
            ("", "400 {}"),
        ] {
            assert_eq!(error_for(body), expected, "{body}");
        }
    }

    #[test]
    fn space_around_an_object_is_skipped_and_nothing_may_follow_it() {
        let token = |body: &str| parse::<RefreshRequest>(body.as_bytes());
        assert_eq!(
            &*token(" \n{\"refresh_token\":\"\\u0061\"}\n").ok().unwrap().refresh_token,
            "a"
        );
        assert_eq!(token("{\"refresh_token\":\"a\"}{}").err().unwrap().status.code, 400);
    }
}
