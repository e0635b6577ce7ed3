//! The text of one field of a form or a JSON body.

use rocket::form::error::{Error, ErrorKind};
use rocket::form::prelude::NameView;
use rocket::form::{self, DataField, FromForm, Options, ValueField};
use serde::Deserialize;
use std::ops::Deref;
use zeroize::Zeroizing;

/// Text that may be a password or a token, so it is wiped on drop and has no `Debug` or `Display`.
///
/// In a form, a missing field counts as empty, because browsers leave out an unchecked box; a
/// repeated field is refused. None of Rocket's own types does both: `Strict` ignores defaults, and
/// `Option` reads a repeated field as none.
#[derive(Deserialize)]
#[serde(from = "String")]
pub struct FieldText(Zeroizing<String>);

/// The values of the field that a form has sent so far.
pub struct Pushed<'v> {
    value: &'v str,
    error: Option<(ErrorKind<'v>, NameView<'v>)>,
    name: Option<NameView<'v>>,
}

impl From<String> for FieldText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Default for FieldText {
    fn default() -> Self {
        Self::from(String::new())
    }
}

impl Deref for FieldText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

#[rocket::async_trait]
impl<'v> FromForm<'v> for FieldText {
    type Context = Pushed<'v>;

    fn init(_: Options) -> Pushed<'v> {
        Pushed { value: "", error: None, name: None }
    }

    fn push_value(pushed: &mut Pushed<'v>, field: ValueField<'v>) {
        if field.name.key().is_some() {
            // `email.x` or `email[0]`: Rocket would take both for `email`.
            pushed.error = Some((ErrorKind::Unexpected, field.name));
        } else if pushed.name.is_some() {
            pushed.error = Some((ErrorKind::Duplicate, field.name));
        }
        (pushed.value, pushed.name) = (field.value, Some(field.name));
    }

    async fn push_data(pushed: &mut Pushed<'v>, field: DataField<'v, '_>) {
        pushed.error = Some((ErrorKind::Unexpected, field.name));
    }

    fn finalize(pushed: Pushed<'v>) -> form::Result<'v, Self> {
        match pushed.error {
            None => Ok(Self::from(pushed.value.to_owned())),
            Some((kind, name)) => Err(Error::from(kind).with_name(name).into()),
        }
    }
}
