//! Which passwords are refused.

use super::Fault;
use super::hash_queue::Waiter;
use super::hasher::Hasher;
use crate::breached::BreachedPasswords;
use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use crate::domain::password::{Password, PasswordError, PasswordHash};
use crate::domain::password_strength;
use std::sync::Arc;

/// The name of the program, which people use as a password for it.
const PRODUCT: &str = "vestibule";

/// What is asked of new passwords.
pub struct PasswordPolicy {
    min_length: usize,
    /// What a guesser tries on this site, whatever the account.
    site_words: Vec<String>,
    breached: Option<BreachedPasswords>,
}

impl PasswordPolicy {
    /// The policy of the site at this base URL.
    #[must_use]
    pub fn new(min_length: usize, base_url: &str, breached: Option<BreachedPasswords>) -> Self {
        let host = base_url.split_once("://").map_or(base_url, |(_, host)| host);
        let site_words = [PRODUCT, host].into_iter().flat_map(password_strength::words).collect();
        Self { min_length, site_words, breached }
    }

    /// Shortest new password in code points.
    pub(super) fn min_length(&self) -> usize {
        self.min_length
    }

    /// Whether a password may be known from a data breach.
    pub(super) fn is_breached(&self, password: &Password) -> bool {
        self.breached.as_ref().is_some_and(|breached| breached.contains(password.expose()))
    }

    /// Hashes the new password of an account, or says why it is refused. Estimating its strength
    /// may take longer than a hash, so it is done within the limits of the hasher.
    pub(super) async fn hash(
        self: &Arc<Self>,
        hasher: &Hasher,
        password: Password,
        (name, email): (&DisplayName, &EmailAddress),
        waiter: Waiter,
    ) -> Result<Result<PasswordHash, PasswordError>, Fault> {
        let policy = Arc::clone(self);
        let mut words = self.site_words.clone();
        words.extend(password_strength::words(name.as_str()));
        words.extend(password_strength::words(&email.to_unicode()));
        hasher.hash_checked(password, waiter, move |password| policy.check(password, &words)).await
    }

    fn check(&self, password: &Password, words: &[String]) -> Result<(), PasswordError> {
        password_strength::check(password, words)?;
        if self.is_breached(password) { Err(PasswordError::Breached) } else { Ok(()) }
    }
}
