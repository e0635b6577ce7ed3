//! Email addresses in one canonical form.

use super::text;
use icu_properties::props::{EastAsianWidth, EnumeratedProperty};
use strum::{IntoStaticStr, VariantArray};
use unicode_normalization::UnicodeNormalization;

/// Longest address in bytes (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const MAX_LENGTH: usize = 254;
/// Longest part before the "@" in bytes (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_LENGTH: usize = 64;
/// What RFC 5321 allows only in a quoted local part.
const SPECIALS: &str = "()<>[]:;@\\,\"";

/// An email address in canonical form: width-mapped, NFC, lower case, domain in ASCII (RFC 5891).
///
/// Two spellings of one address are equal, so a unique index over this form admits one account an
/// address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// Why text is not an email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray, thiserror::Error)]
#[strum(serialize_all = "snake_case", prefix = "email_", const_into_str)]
#[error("email: {self:?}")]
pub enum EmailError {
    Missing,
    TooLong,
    Malformed,
}

impl EmailAddress {
    /// Reads an address as typed; white space and invisible characters around it are dropped.
    ///
    /// Quoted local parts, address literals (RFC 5321) and addresses inside one machine or network
    /// (`ada@localhost`) are refused.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let typed = typed.trim_matches(|c: char| c.is_whitespace() || text::is_invisible(c));
        if typed.is_empty() {
            return Err(EmailError::Missing);
        }
        // Normal forms and letter case change the length a little; anything this far over cannot
        // become valid.
        if typed.len() > 4 * MAX_LENGTH {
            return Err(EmailError::TooLong);
        }
        let narrow = map_width(typed);
        let (local, domain) = narrow.rsplit_once('@').ok_or(EmailError::Malformed)?;
        let (local, domain) = (canonical_local(local)?, canonical_domain(domain)?);
        if local.len() > MAX_LOCAL_LENGTH || local.len() + 1 + domain.len() > MAX_LENGTH {
            return Err(EmailError::TooLong);
        }
        Ok(Self(format!("{local}@{domain}")))
    }

    /// The canonical form: to store, compare and send mail to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form to show: the domain in Unicode.
    #[must_use]
    pub fn to_unicode(&self) -> String {
        match self.0.rsplit_once('@') {
            Some((local, domain)) => format!("{local}@{}", idna::domain_to_unicode(domain).0),
            None => self.0.clone(),
        }
    }
}

/// Fullwidth and halfwidth forms, as East Asian keyboards type them, become the ordinary ones (RFC
/// 8265 section 3.3.1).
fn map_width(text: &str) -> String {
    let mapped = |c: char| {
        let wide = matches!(
            EastAsianWidth::for_char(c),
            EastAsianWidth::Fullwidth | EastAsianWidth::Halfwidth
        );
        if wide { c.to_string().nfkc().collect() } else { c.to_string() }
    };
    text.chars().map(mapped).collect()
}

/// NFC, lower case, NFC again, because lower-casing may leave text that is not normal.
fn canonical_local(local: &str) -> Result<String, EmailError> {
    let lower: String = local.nfc().collect::<String>().to_lowercase().nfc().collect();
    let refused = |c: char| {
        c.is_whitespace() || text::is_control(c) || text::is_invisible(c) || SPECIALS.contains(c)
    };
    let dots = lower.starts_with('.') || lower.ends_with('.') || lower.contains("..");
    if lower.is_empty() || dots || lower.chars().any(refused) {
        return Err(EmailError::Malformed);
    }
    Ok(lower)
}

/// A domain with at least two labels, the last of letters only (RFC 1123 section 2.1) or
/// internationalised: neither an IP address nor a slip such as `example.c0m`. The strict form
/// refuses underscores, which no mail domain has, and bad punycode.
fn canonical_domain(domain: &str) -> Result<String, EmailError> {
    let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError::Malformed)?;
    let (_, last) = domain.rsplit_once('.').ok_or(EmailError::Malformed)?;
    let alphabetic = !last.is_empty() && last.bytes().all(|b| b.is_ascii_alphabetic());
    if alphabetic || last.starts_with("xn--") { Ok(domain) } else { Err(EmailError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::{EmailAddress, EmailError};

    fn canonical(typed: &str) -> String {
        EmailAddress::parse(typed).unwrap().as_str().to_owned()
    }

    #[test]
    fn spellings_of_one_address_are_one() {
        let spellings = [
            "Ada@Example.ORG",
            " ada@example.org\n",
            "ADA@EXAMPLE.ORG",
            "ada@ｅxample.org",
            "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ",
            "ada@example。org",
            "\u{feff}ada@example.org\u{200b}",
        ];
        for typed in spellings {
            assert_eq!(canonical(typed), "ada@example.org", "{typed}");
        }
        assert_eq!(
            canonical("rene\u{301}@b\u{fc}cher.example"),
            canonical("ren\u{e9}@XN--BCHER-KVA.example")
        );
        assert_eq!(canonical("ｶ@example.org"), canonical("カ@example.org"));
        assert_eq!(canonical("o'hara+news@mail.example.org"), "o'hara+news@mail.example.org");
        assert_eq!(canonical("ada@例え.テスト"), "ada@xn--r8jz45g.xn--zckzah");
    }

    #[test]
    fn an_address_is_shown_in_unicode() {
        let shown = |typed: &str| EmailAddress::parse(typed).unwrap().to_unicode();
        assert_eq!(shown("Ren\u{e9}@xn--bcher-kva.example"), "ren\u{e9}@b\u{fc}cher.example");
        assert_eq!(shown("ada@example.org"), "ada@example.org");
    }

    #[test]
    fn what_is_no_address_is_told_apart() {
        for typed in ["", "   ", "\u{3164}"] {
            assert_eq!(EmailAddress::parse(typed), Err(EmailError::Missing));
        }
        let malformed = [
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "ada@127.0.0.1",
            "ada@127.1",
            "ada@example.0x7f",
            "ada@example.c0m",
            "a b@example.org",
            "a\0@example.org",
            "a\u{200d}@example.org",
            "a\u{3164}@example.org",
            "ada@exa mple.org",
            "ada@exa\u{ad}mple.org\0",
            ".ada@example.org",
            "ada.@example.org",
            "ada..l@example.org",
            "a\u{202e}@example.org",
            "ada@example.org.",
            "ada@example..org",
            "ada@.example.org",
            "ada@-x.org",
            "ada@mail_1.example.org",
            "ada@xn--.org",
            "ada@xn--a.org",
            "ada@xn--b\u{fc}cher.org",
            "ada@xn--ls8h--.org",
            "ada@example.xn--0",
            "\"a\"@example.org",
            "\"a b\"@example.org",
            "ada@[127.0.0.1]",
            "ada@[IPv6:::1]",
            "ada@@example.org",
            "a@b@example.org",
            "<b>@example.org",
        ];
        for typed in malformed {
            assert_eq!(EmailAddress::parse(typed), Err(EmailError::Malformed), "{typed:?}");
        }
    }

    #[test]
    fn lengths_are_those_of_smtp() {
        let local = |length: usize| format!("{}@example.org", "a".repeat(length));
        assert!(EmailAddress::parse(&local(64)).is_ok());
        let label = "b".repeat(60);
        let domain = |first: usize| format!("a@{}.{label}.{label}.{label}.org", "b".repeat(first));
        assert!(EmailAddress::parse(&domain(64)).is_err(), "a label has at most 63 bytes");
        assert!(EmailAddress::parse(&domain(60)).is_ok());
        let whole = format!("{}@{}.{label}.{label}.{label}.org", "a".repeat(7), "b".repeat(59));
        assert_eq!(EmailAddress::parse(&whole).unwrap().as_str().len(), 254);
        for typed in [local(65), local(5_000), format!("a{whole}")] {
            assert_eq!(EmailAddress::parse(&typed), Err(EmailError::TooLong));
        }
    }
}
