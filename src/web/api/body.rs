//! JSON bodies, read strictly: each field once, none unknown, each of its type, and everything wrong told at once.

use crate::web::errors::code::Code;
use crate::web::errors::problem::{FieldErrors, Problem, Refused};
use crate::web::pages::form::MessageKey;
use rocket::Request;
use rocket::data::{Data, FromData, Outcome};
use rocket::http::ContentType;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;
use std::collections::BTreeMap;
use std::fmt;

/// The fields of a JSON object, to be taken one by one.
#[derive(Default)]
pub struct Fields {
    values: BTreeMap<String, Value>,
    errors: FieldErrors,
}

/// A body that may be left out altogether.
pub struct MaybeFields(pub Option<Fields>);

/// Why this request's body was refused, for the catcher.
struct BodyRefused(Option<Refused>);

impl Fields {
    /// A field of text, parsed; none if it is missing, of another type or not what it should be, which is noted.
    pub fn parse<T, P: MessageKey>(
        &mut self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, P>,
    ) -> Option<T> {
        let text = self.text(field)?;
        parse(&text).map_err(|problem| self.note(field, problem.code())).ok()
    }

    /// A field of text as it is.
    fn text(&mut self, field: &str) -> Option<String> {
        match self.values.remove(field) {
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.note(field, "field_not_text");
                None
            }
            None => {
                self.note(field, "field_missing");
                None
            }
        }
    }

    /// # Errors
    /// Everything that is wrong, unknown fields included.
    pub fn finish(mut self) -> Result<(), Problem> {
        for field in std::mem::take(&mut self.values).into_keys() {
            self.note(&field, "field_unknown");
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Refused::fields(self.errors).into()) }
    }

    fn note(&mut self, field: &str, code: &'static str) {
        self.errors.entry(field.to_owned()).or_default().push(code);
    }
}

impl MaybeFields {
    /// The refresh token in the body, if there is a body. Any text will do: what is wrong with it is told as a token, not as a
    /// field.
    ///
    /// # Errors
    /// Everything that is wrong with the body.
    pub fn refresh_token(self) -> Result<Option<String>, Problem> {
        let Some(mut fields) = self.0 else { return Ok(None) };
        let token = fields.text("refresh_token");
        fields.finish().map(|()| token)
    }
}

/// Why this request's body was refused, if it was.
pub fn refused(request: &Request<'_>) -> Option<Refused> {
    request.local_cache(|| BodyRefused(None)).0.clone()
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Fields {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(fields) => Outcome::Success(fields),
            Err(refused) => {
                let status = refused.status;
                request.local_cache(|| BodyRefused(Some(refused)));
                Outcome::Error((status, ()))
            }
        }
    }
}

async fn read(request: &Request<'_>, data: Data<'_>) -> Result<Fields, Refused> {
    if request.content_type().is_none_or(|kind| !is_json(kind)) {
        return Err(Refused::new(Code::UnsupportedMediaType));
    }
    let limit = request.limits().get("json").unwrap_or_default();
    let body = data.open(limit).into_bytes().await.map_err(|_| Refused::new(Code::BadRequest))?;
    if !body.is_complete() {
        return Err(Refused::new(Code::TooLarge));
    }
    match serde_json::from_slice::<Fields>(&body) {
        Ok(fields) if fields.errors.is_empty() => Ok(fields),
        Ok(fields) => Err(Refused::fields(fields.errors)),
        Err(error) if error.classify() == Category::Data => {
            Err(Refused::fields(FieldErrors::new()).with_detail("body_no_object", None))
        }
        Err(error) => {
            let told = Some(error.to_string());
            Err(Refused::new(Code::BadRequest).with_detail("body_malformed", told))
        }
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for MaybeFields {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, mut data: Data<'r>) -> Outcome<'r, Self> {
        if data.peek(1).await.is_empty() {
            return Outcome::Success(MaybeFields(None));
        }
        Fields::from_data(request, data).await.map(|fields| MaybeFields(Some(fields)))
    }
}

fn is_json(kind: &ContentType) -> bool {
    kind.top() == "application" && kind.sub() == "json"
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EachOnce)
    }
}

/// Reads an object and notes the fields that come twice: which of the two was meant nobody can tell.
struct EachOnce;

impl<'de> Visitor<'de> for EachOnce {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if fields.values.insert(name.clone(), value).is_some() {
                fields.note(&name, "field_twice");
            }
        }
        Ok(fields)
    }
}
