//! The request types: one for both the form and the JSON body, with one conversion to domain types
//! that reports all errors at once.
//!
//! A missing field counts as empty in a form, and is an error in a JSON body.

mod field_text;
pub mod fields;
pub mod form;
pub mod json;
mod schema;

use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use crate::domain::password::Password;
use field_text::FieldText;
use fields::FieldErrors;
use rocket::FromForm;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a user signs up with
#[derive(Deserialize, FromForm, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Ada Lovelace", "email": "ada@example.org", "password": "three unrelated words" }))]
pub struct SignUpRequest {
    #[schema(schema_with = schema::name)]
    pub name: FieldText,
    #[schema(value_type = String, max_length = 254, format = Email)]
    pub email: FieldText,
    #[schema(schema_with = schema::new_password)]
    password: FieldText,
}

/// What a user signs in with
#[derive(Deserialize, FromForm, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "ada@example.org", "password": "three unrelated words" }))]
pub struct SignInRequest {
    #[schema(value_type = String, max_length = 254, format = Email)]
    pub email: FieldText,
    #[schema(value_type = String, min_length = 1, max_length = 256, pattern = "^[^\\u0000]*$")]
    password: FieldText,
    /// "Keep me signed in": forms only.
    #[serde(skip)]
    remember: FieldText,
    /// Where to go afterwards: forms only.
    #[serde(skip)]
    pub next: FieldText,
}

/// A refresh token
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// Any string: an invalid token is 401, not an invalid field
    #[schema(value_type = String)]
    pub refresh_token: FieldText,
}

/// A change of password.
#[derive(FromForm)]
pub struct PasswordRequest {
    current_password: FieldText,
    new_password: FieldText,
}

/// A change of name.
#[derive(FromForm)]
pub struct NameRequest {
    pub name: FieldText,
}

impl SignUpRequest {
    /// `min_length`: of a new password, in code points.
    pub fn parse(
        &self,
        min_length: usize,
    ) -> Result<(DisplayName, EmailAddress, Password), FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.check("name", DisplayName::parse(&self.name));
        let email = errors.check("email", EmailAddress::parse(&self.email));
        let password = errors.check("password", Password::parse_new(&self.password, min_length));
        match (name, email, password) {
            (Some(name), Some(email), Some(password)) => Ok((name, email, password)),
            _ => Err(errors),
        }
    }
}

impl SignInRequest {
    pub fn parse(&self) -> Result<(EmailAddress, Password), FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = errors.check("email", EmailAddress::parse(&self.email));
        let password = errors.check("password", Password::parse(&self.password));
        email.zip(password).ok_or(errors)
    }

    /// Whether "Keep me signed in" is ticked.
    pub fn remembers(&self) -> bool {
        ["on", "true", "yes", "1"].contains(&&*self.remember)
    }
}

impl PasswordRequest {
    /// The current and the new password; the same one twice is refused. `min_length`: of the new
    /// one, in code points.
    pub fn parse(&self, min_length: usize) -> Result<(Password, Password), FieldErrors> {
        let mut errors = FieldErrors::default();
        let current = errors.check("current_password", Password::parse(&self.current_password));
        let new = errors.check("new_password", Password::parse_new(&self.new_password, min_length));
        match current.zip(new) {
            Some((current, new)) if current.equals(&new) => {
                Err(FieldErrors::of("new_password", "password_same"))
            }
            parsed => parsed.ok_or(errors),
        }
    }
}

impl NameRequest {
    pub fn parse(&self) -> Result<DisplayName, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.check("name", DisplayName::parse(&self.name)).ok_or(errors)
    }
}
