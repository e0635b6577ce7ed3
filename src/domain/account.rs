//! Accounts.

use super::{Time, email::EmailAddress, name::DisplayName};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

/// Identifies an account (UUIDv7); the `sub` claim of every token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub Uuid);

/// What an account may do; the `role` claim of access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Role {
    User,
    Admin,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub email: EmailAddress,
    pub name: DisplayName,
    pub role: Role,
    pub created_at: Time,
    /// Since when nobody can sign in to it.
    pub disabled_at: Option<Time>,
}

impl Account {
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }
}

/// Whether anybody may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    Open,
    Closed,
}
