//! Which characters may stand in text that is stored and shown again, judged by Unicode properties
//! (UAX #44).

use icu_properties::props::{
    BidiControl, BinaryProperty, CanonicalCombiningClass, DefaultIgnorableCodePoint, EmojiModifier,
    EnumeratedProperty, ExtendedPictographic, GeneralCategory, GraphemeClusterBreak, Ideographic,
    JoiningType, Script, VariationSelector,
};

/// Braille without dots: a symbol by its properties, a blank to the eye.
const BRAILLE_BLANK: char = '\u{2800}';
const ZERO_WIDTH_NON_JOINER: char = '\u{200C}';
const ZERO_WIDTH_JOINER: char = '\u{200D}';
const TEXT_STYLE: char = '\u{FE0E}';
const EMOJI_STYLE: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

/// Controls and line ends: they break lines of logs, terminals and mail headers.
pub fn is_control(c: char) -> bool {
    use GeneralCategory as Category;
    matches!(
        Category::for_char(c),
        Category::Control | Category::LineSeparator | Category::ParagraphSeparator
    )
}

/// Characters that show nothing or reorder what is around them (UAX #9).
pub fn is_invisible(c: char) -> bool {
    // Format characters that are visible, such as the Arabic number sign, come before what they
    // enclose.
    let hidden_format = GeneralCategory::for_char(c) == GeneralCategory::Format
        && GraphemeClusterBreak::for_char(c) != GraphemeClusterBreak::Prepend;
    DefaultIgnorableCodePoint::for_char(c)
        || BidiControl::for_char(c)
        || hidden_format
        || c == BRAILLE_BLANK
}

/// Characters that show something by themselves, if only the box of a missing glyph.
pub fn is_visible(c: char) -> bool {
    use GeneralCategory as Category;
    let shows_nothing = matches!(
        Category::for_char(c),
        Category::Control
            | Category::SpaceSeparator
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::NonspacingMark
            | Category::EnclosingMark
    );
    !shows_nothing && !is_invisible(c)
}

/// Drops white space and invisible characters at both ends; controls stay, to be refused.
pub fn trim(text: &str) -> String {
    let mut chars: &[char] = &text.chars().collect::<Vec<_>>();
    while let [first, rest @ ..] = chars
        && is_trimmed(&[], *first, rest)
    {
        chars = rest;
    }
    while let [rest @ .., last] = chars
        && is_trimmed(rest, *last, &[])
    {
        chars = rest;
    }
    chars.iter().collect()
}

/// Whether text contains a control, or an invisible character that its script or emoji does not
/// need.
pub fn has_hidden(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len()).any(|at| match chars.split_at(at) {
        (before, [c, after @ ..]) => is_control(*c) || is_hidden(before, *c, after),
        _ => false,
    })
}

/// The most marks above, below or around one letter.
pub fn most_marks(text: &str) -> usize {
    let (_, most) = text.chars().fold((0, 0), |(run, most): (usize, usize), c| {
        let run = if is_mark(c) { run + 1 } else { 0 };
        (run, most.max(run))
    });
    most
}

fn is_mark(c: char) -> bool {
    matches!(
        GeneralCategory::for_char(c),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    )
}

fn is_trimmed(before: &[char], c: char, after: &[char]) -> bool {
    !is_control(c) && (c.is_whitespace() || is_hidden(before, c, after))
}

fn is_hidden(before: &[char], c: char, after: &[char]) -> bool {
    let needed = match c {
        ZERO_WIDTH_NON_JOINER => joins_letters(before, after),
        ZERO_WIDTH_JOINER => joins_letters(before, after) || joins_emoji(before, after),
        _ if VariationSelector::for_char(c) => selects_variant(before, c, after),
        _ => false,
    };
    is_invisible(c) && !needed
}

/// Persian and Indic scripts need joiners between letters (RFC 5892 appendix A, for identifiers;
/// Bengali and Kannada also write one before the virama, Persian also after a letter that does not
/// join).
fn joins_letters(before: &[char], after: &[char]) -> bool {
    let virama = |c: Option<&char>| {
        c.is_some_and(|c| CanonicalCombiningClass::for_char(*c) == CanonicalCombiningClass::Virama)
    };
    let letter = |c: &&char| JoiningType::for_char(**c) != JoiningType::Transparent;
    let joins = |c: Option<&char>| {
        c.is_some_and(|c| {
            let joining = JoiningType::for_char(*c);
            [JoiningType::DualJoining, JoiningType::LeftJoining, JoiningType::RightJoining]
                .contains(&joining)
        })
    };
    virama(before.last())
        || (virama(after.first()) && before.last().is_some_and(|c| c.is_alphabetic()))
        || (joins(before.iter().rfind(letter)) && joins(after.iter().find(letter)))
}

/// Emoji joined into one, such as an astronaut (UTS #51 section 1.4.6).
fn joins_emoji(before: &[char], after: &[char]) -> bool {
    let before = match before {
        [rest @ .., last] if *last == EMOJI_STYLE || EmojiModifier::for_char(*last) => rest,
        all => all,
    };
    let pictograph = |c: Option<&char>| c.is_some_and(|c| ExtendedPictographic::for_char(*c));
    pictograph(before.last()) && pictograph(after.first())
}

/// Variants of emoji and keycaps (UTS #51), of Han ideographs in names (UTS #37), and of Mongolian
/// letters.
fn selects_variant(before: &[char], selector: char, after: &[char]) -> bool {
    let Some(base) = before.last() else { return false };
    if [TEXT_STYLE, EMOJI_STYLE].contains(&selector) {
        return ExtendedPictographic::for_char(*base) || after.first() == Some(&KEYCAP);
    }
    Ideographic::for_char(*base) || Script::for_char(*base) == Script::Mongolian
}

#[cfg(test)]
mod tests {
    use super::{has_hidden, is_control, is_invisible, is_visible, most_marks, trim};

    #[test]
    fn every_default_ignorable_bidi_control_and_known_blank_is_invisible() {
        let invisible = [
            '\u{AD}',
            '\u{34F}',
            '\u{61C}',
            '\u{115F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180B}',
            '\u{180E}',
            '\u{200B}',
            '\u{200D}',
            '\u{200E}',
            '\u{202E}',
            '\u{2060}',
            '\u{2066}',
            '\u{2800}',
            '\u{3164}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF9}',
            '\u{1D173}',
            '\u{E0001}',
            '\u{E0041}',
            '\u{E0100}',
        ];
        for c in invisible {
            assert!(is_invisible(c) && !is_visible(c), "{c:?}");
        }
        for c in ['a', 'é', '李', '\'', '👩', 'ا', '\u{0600}', '\u{2801}', '\u{E000}', '\u{378}']
        {
            assert!(!is_invisible(c) && is_visible(c), "{c:?}");
        }
        for c in ['\0', '\n', '\t', '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}'] {
            assert!(is_control(c) && !is_visible(c), "{c:?}");
        }
        for c in [' ', '\u{a0}', '\u{3000}', '\u{301}', '\u{20DD}'] {
            assert!(!is_visible(c), "{c:?}");
        }
    }

    #[test]
    fn joiners_and_selectors_stay_where_a_script_or_an_emoji_needs_them() {
        let needed = [
            "می\u{200C}خواهم",     // Persian
            "نور\u{200C}الدین",    // Persian, after a letter that does not join
            "ක\u{0DCA}\u{200D}ෂ",  // Sinhala
            "র\u{200D}\u{09CD}য",  // Bengali, before the virama
            "രാജന\u{0D4D}\u{200D}", // Malayalam, at the end of a name
            "👩\u{200D}🚀",        // an astronaut
            "👩🏽\u{200D}🚀",
            "❤\u{FE0F}\u{200D}🔥",
            "❤\u{FE0F}",
            "1\u{FE0F}\u{20E3}", // a keycap
            "葛\u{E0100}城",     // a Japanese name
            "ᠮ\u{180B}",         // Mongolian
        ];
        for text in needed {
            assert!(!has_hidden(text), "{text:?}");
            assert_eq!(trim(text), text);
        }
        let hidden = [
            "A\u{200D}da",
            "A\u{200C}da",
            "Ada\u{200D}👩",
            "👩\u{200D}\u{200D}🚀",
            "1\u{FE0F}2",
            "A\u{FE0F}da",
            "A\u{E0100}da",
            "葛\u{E0100}\u{E0100}城",
            "🏴\u{E0067}\u{E007F}!",
            "می\u{200C}\u{200C}خواهم",
            "a\u{202E}b",
            "a\u{3164}b",
            "a\nb",
            "a\0b",
        ];
        for text in hidden {
            assert!(has_hidden(text), "{text:?}");
        }
    }

    #[test]
    fn invisible_characters_at_the_ends_are_trimmed_and_controls_are_not() {
        for text in
            ["\u{FEFF}Ada", " \u{200E}Ada\u{200E} ", "\u{3164}Ada\u{2800}", "Ada\u{E0041}\u{FE0F}"]
        {
            assert_eq!(trim(text), "Ada", "{text:?}");
        }
        assert_eq!(trim("\u{3164} \u{200D}\u{115F}"), "");
        assert_eq!(trim("👩\u{200D}"), "👩");
        assert_eq!(trim("Ada\n"), "Ada\n");
    }

    #[test]
    fn marks_are_counted_by_letter() {
        assert_eq!(most_marks("Ada"), 0);
        assert_eq!(most_marks("e\u{301}e\u{301}\u{302}"), 2);
        assert_eq!(most_marks("ཧ\u{F71}\u{F74}\u{F83}"), 3);
    }
}
