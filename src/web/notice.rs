//! What a page says of the request before it.

use crate::web::texts;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What was done. Travels in a cookie, which proves nothing: whatever else a browser sends is not shown.
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
    /// A form was posted by somebody whose session had ended.
    NotSaved,
}

impl Notice {
    /// The key of its message.
    pub fn message_key(self) -> String {
        texts::key("notice", self.into_str())
    }
}
