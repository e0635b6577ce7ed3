//! A message about the previous request, shown on the next page.

use crate::web::texts;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What was done. It is carried in a cookie, which anyone can forge, so unknown values are not
/// shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Notice {
    NameChanged,
    SignedOut,
    SessionEnded,
    SessionAlreadyEnded,
    OthersEnded,
    AllEnded,
    PasswordChanged,
    /// The user has signed in with a password that may be known from a data breach.
    PasswordBreached,
    /// A form was posted after the session had ended.
    NotSaved,
}

impl Notice {
    /// The key of its message.
    pub fn message_key(self) -> String {
        texts::key("notice", self.into_str())
    }
}
