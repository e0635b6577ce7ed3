//! Which characters people may put into the texts we store and show again.

/// True for characters that hide, reorder or break text: controls (NUL and line ends among them), the
/// bidirectional overrides and isolates of Unicode UAX #9, zero-width marks, and the byte order mark.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::is_deceptive;

    #[test]
    fn controls_and_reordering_marks_are_deceptive_and_letters_are_not() {
        for c in ['\0', '\n', '\u{7f}', '\u{85}', '\u{202E}', '\u{2066}', '\u{FEFF}', '\u{200B}'] {
            assert!(is_deceptive(c), "{c:?}");
        }
        for c in ['a', 'é', '李', '\'', ' ', '\u{200D}'] {
            assert!(!is_deceptive(c), "{c:?}");
        }
    }
}
