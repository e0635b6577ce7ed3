//! E-mail addresses in one canonical form.

use super::text::is_deceptive;
use unicode_normalization::UnicodeNormalization;

/// Longest address in bytes (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;
/// Longest part before the "@" in bytes (RFC 5321 section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// An e-mail address in canonical form: NFC, lower case, domain in ASCII (RFC 5891).
///
/// Two spellings of one address are equal, so a unique index over this form admits one account an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// Why a text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailError {
    Missing,
    TooLong,
    Malformed,
}

impl EmailAddress {
    /// Reads an address as a person types it; space around it is dropped.
    ///
    /// # Errors
    /// Says what is wrong. Quoted local parts and address literals (RFC 5321) are not accepted.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(EmailError::Missing);
        }
        // Normal forms and letter case change the length a little; anything this far over cannot become valid.
        if typed.len() > 4 * LONGEST {
            return Err(EmailError::TooLong);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(EmailError::Malformed)?;
        let local = canonical_local(local)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError::Malformed)?;
        if !domain.contains('.') || domain.ends_with('.') {
            return Err(EmailError::Malformed);
        }
        if local.len() > LONGEST_LOCAL || local.len() + 1 + domain.len() > LONGEST {
            return Err(EmailError::TooLong);
        }
        Ok(Self(format!("{local}@{domain}")))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// NFC, lower case, NFC again, because lower-casing may leave a text that is not normal.
fn canonical_local(local: &str) -> Result<String, EmailError> {
    let lower: String = local.nfc().collect::<String>().to_lowercase().nfc().collect();
    let refused = |c: char| c.is_whitespace() || is_deceptive(c) || "()<>[]:;@\\,\"".contains(c);
    let dots = lower.starts_with('.') || lower.ends_with('.') || lower.contains("..");
    if lower.is_empty() || dots || lower.chars().any(refused) {
        return Err(EmailError::Malformed);
    }
    Ok(lower)
}

#[cfg(test)]
mod tests {
    use super::{EmailAddress, EmailError};

    fn canonical(typed: &str) -> String {
        EmailAddress::parse(typed).unwrap().as_str().to_owned()
    }

    #[test]
    fn spellings_of_one_address_are_one() {
        for typed in ["Ada@Example.ORG", " ada@example.org ", "ADA@EXAMPLE.ORG", "ada@ｅxample.org"]
        {
            assert_eq!(canonical(typed), "ada@example.org", "{typed}");
        }
        assert_eq!(
            canonical("rene\u{301}@b\u{fc}cher.example"),
            canonical("ren\u{e9}@xn--bcher-kva.example")
        );
        assert_eq!(canonical("o'hara+news@mail.example.org"), "o'hara+news@mail.example.org");
    }

    #[test]
    fn what_is_no_address_is_told_apart() {
        for typed in ["", "   "] {
            assert_eq!(EmailAddress::parse(typed), Err(EmailError::Missing));
        }
        let malformed = [
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "a b@example.org",
            "a\0@example.org",
            "ada@exa mple.org",
            ".ada@example.org",
            "ada..l@example.org",
            "a\u{202e}@example.org",
            "ada@example.org.",
            "ada@-x.org",
            "\"a\"@example.org",
            "ada@[127.0.0.1]",
            "ada@@example.org",
            "a@b@example.org",
            "<b>@example.org",
        ];
        for typed in malformed {
            assert_eq!(EmailAddress::parse(typed), Err(EmailError::Malformed), "{typed:?}");
        }
        let long_local = format!("{}@example.org", "a".repeat(65));
        let huge = format!("{}@example.org", "a".repeat(5000));
        for typed in [long_local, huge] {
            assert_eq!(EmailAddress::parse(&typed), Err(EmailError::TooLong));
        }
    }
}
