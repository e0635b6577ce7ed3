//! How a user proved who they are: the `amr` claim (RFC 8176).

use strum::{EnumString, IntoStaticStr, VariantArray};

/// One value of the `amr` claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(const_into_str)]
pub enum AuthenticationMethod {
    #[strum(serialize = "pwd")]
    Password,
}

/// A set of methods; one bit each, in the order of the variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuthenticationMethods(u8);

impl AuthenticationMethods {
    /// The names of the `amr` claim.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let used = AuthenticationMethod::VARIANTS.iter().filter(move |&&one| self.contains(one));
        used.map(AuthenticationMethod::into_str)
    }

    /// Reads names; none if one of them is unknown.
    pub fn from_names<'n>(mut names: impl Iterator<Item = &'n str>) -> Option<Self> {
        names.try_fold(Self::default(), |set, name| Some(set.with(name.parse().ok()?)))
    }

    #[must_use]
    pub fn with(self, method: AuthenticationMethod) -> Self {
        Self(self.0 | 1 << method as u8)
    }

    #[must_use]
    pub fn contains(self, method: AuthenticationMethod) -> bool {
        self.0 & 1 << method as u8 != 0
    }
}

impl From<AuthenticationMethod> for AuthenticationMethods {
    fn from(method: AuthenticationMethod) -> Self {
        Self::default().with(method)
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthenticationMethod, AuthenticationMethods};

    #[test]
    fn a_set_is_written_and_read_by_the_names_of_rfc_8176() {
        let password = AuthenticationMethods::from(AuthenticationMethod::Password);
        assert_eq!(password.names().collect::<Vec<_>>(), ["pwd"]);
        assert_eq!(AuthenticationMethods::from_names(["pwd"].into_iter()), Some(password));
        assert_eq!(AuthenticationMethods::from_names(["pwd", "smell"].into_iter()), None);
        assert!(!AuthenticationMethods::default().contains(AuthenticationMethod::Password));
    }
}
