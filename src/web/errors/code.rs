//! The stable codes of problems, for programs to act on.

use crate::web::texts;
use rocket::http::Status;
use strum::{IntoStaticStr, VariantArray};

/// Why a request was refused. Each code has a message: what is wrong, and what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Code {
    BadRequest,
    InvalidCredentials,
    InvalidRefreshToken,
    RefreshConflict,
    SessionEnded,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    Forbidden,
    RegistrationClosed,
    NotFound,
    MethodNotAllowed,
    Conflict,
    EmailTaken,
    TooLarge,
    HeaderTooLarge,
    UnsupportedMediaType,
    InvalidFields,
    TooManyAttempts,
    InternalError,
    Unavailable,
}

impl Code {
    /// The status it is sent with.
    pub fn status(self) -> Status {
        match self {
            Code::BadRequest => Status::BadRequest,
            Code::InvalidCredentials
            | Code::InvalidRefreshToken
            | Code::RefreshConflict
            | Code::SessionEnded
            | Code::TokenExpired
            | Code::TokenInvalid
            | Code::TokenMissing => Status::Unauthorized,
            Code::Forbidden | Code::RegistrationClosed => Status::Forbidden,
            Code::NotFound => Status::NotFound,
            Code::MethodNotAllowed => Status::MethodNotAllowed,
            Code::Conflict | Code::EmailTaken => Status::Conflict,
            Code::TooLarge => Status::PayloadTooLarge,
            Code::HeaderTooLarge => Status::RequestHeaderFieldsTooLarge,
            Code::UnsupportedMediaType => Status::UnsupportedMediaType,
            Code::InvalidFields => Status::UnprocessableEntity,
            Code::TooManyAttempts => Status::TooManyRequests,
            Code::InternalError => Status::InternalServerError,
            Code::Unavailable => Status::ServiceUnavailable,
        }
    }

    /// The general code of a status.
    pub fn of(status: Status) -> Self {
        match status.code {
            401 => Code::TokenMissing,
            403 => Code::Forbidden,
            404 => Code::NotFound,
            405 => Code::MethodNotAllowed,
            409 => Code::Conflict,
            413 => Code::TooLarge,
            415 => Code::UnsupportedMediaType,
            422 => Code::InvalidFields,
            429 => Code::TooManyAttempts,
            431 => Code::HeaderTooLarge,
            503 => Code::Unavailable,
            500.. => Code::InternalError,
            _ => Code::BadRequest,
        }
    }

    /// The key of its message.
    pub fn message_key(self) -> String {
        match self {
            // Forms use these messages too.
            Code::EmailTaken | Code::InvalidCredentials => texts::of_code(self.into_str()),
            _ => texts::key("problem", self.into_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_message_and_a_status_that_maps_back_to_the_same_status() {
        let english = crate::texts::Texts::built_in().fallback();
        for code in Code::VARIANTS {
            assert!(english.text(&code.message_key()).ends_with('.'), "{code:?}");
            assert_eq!(Code::of(code.status()).status(), code.status());
        }
    }
}
