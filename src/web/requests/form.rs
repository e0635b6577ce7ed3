//! Forms, read strictly: an unknown or repeated field is refused, as in a JSON body.

use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use crate::web::requests::fields::FieldErrors;
use rocket::Request;
use rocket::data::{Data, FromData, Outcome};
use rocket::form::error::ErrorKind;
use rocket::form::{Errors, Form, FromForm, Strict};
use rocket::http::Status;
use std::ops::Deref;

/// A posted form.
pub struct FormBody<T>(T);

impl<T> Deref for FormBody<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r, T: FromForm<'r>> FromData<'r> for FormBody<T> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match Form::<Strict<T>>::from_data(request, data).await {
            Outcome::Success(form) => Outcome::Success(FormBody(form.into_inner().into_inner())),
            Outcome::Error((status, errors)) => {
                Outcome::Error((refusal(status, &errors).note(request), ()))
            }
            Outcome::Forward(forward) => Outcome::Forward(forward),
        }
    }
}

fn refusal(status: Status, errors: &Errors<'_>) -> Refusal {
    let field = |error: &rocket::form::Error<'_>| {
        let code = match error.kind {
            ErrorKind::Duplicate => "field_twice",
            ErrorKind::Unexpected => "field_unknown",
            _ => return None,
        };
        Some(FieldErrors::of(error.name.as_ref()?.to_string(), code))
    };
    match errors.iter().find_map(field) {
        Some(errors) if status == Code::InvalidFields.status() => Refusal::invalid_fields(errors),
        _ => status.into(),
    }
}
