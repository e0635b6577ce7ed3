use super::{Argument, Texts, key};
use crate::domain::Time;
use crate::domain::password::DEFAULT_MIN_LENGTH;
use crate::files::{FileError, Files};
use std::fs;
use std::path::Path;

/// The built-in files with this overlay.
fn overlaid(files: &[(&str, &str)]) -> Result<Files, FileError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let overlaid = Files::overlaid(folder.path());
    // The folder's name is random.
    overlaid.map_err(|error| within(folder.path(), error))
}

fn within(folder: &Path, mut error: FileError) -> FileError {
    error.path = error.path.strip_prefix(folder).unwrap().to_owned();
    error
}

fn load(files: &Files) -> Result<Texts, FileError> {
    Texts::load(files, DEFAULT_MIN_LENGTH)
}

const GERMAN_FORMAT: &str = "format-locale = de_DE\nformat-date = %-d. %B %Y\n\
    format-date-time = %-d. %B %Y, %H:%M UTC\nformat-number-separator = .\n";

#[test]
fn a_second_language_needs_files_only() {
    let german = [
        ("locales/de/format.ftl", GERMAN_FORMAT),
        ("locales/de/common.ftl", "common-sign-in = Anmelden\n"),
    ];
    let texts = load(&overlaid(&german).unwrap()).unwrap();
    let language = texts.negotiate(Some("de-AT,en;q=0.5"));
    assert_eq!(language.tag(), "de");
    assert_eq!(language.text("common-sign-in"), "Anmelden");
    assert_eq!(language.text("common-sign-out"), "Sign out", "English where it has no message");
    let march = Time::from_timestamp(1_804_000_000, 0).unwrap();
    assert_eq!(language.date(march), "2. März 2027");
    assert_eq!(language.number(1_234_567), "1.234.567");
    assert_eq!(texts.negotiate(Some("fr")).date(march), "2 March 2027");
}

#[test]
fn the_language_asked_for_most_is_chosen_by_weight() {
    let texts = load(&overlaid(&[("locales/de/format.ftl", GERMAN_FORMAT)]).unwrap()).unwrap();
    let huge = "de,".repeat(10_000);
    for (header, tag) in [
        ("de", "de"),
        ("de-CH", "de"),
        ("DE", "de"),
        ("en;q=0.1, de;q=0.9", "de"),
        ("fr, de;q=0.2", "de"),
        ("de;q=0", "en"),
        ("de;q=0.3,en-GB", "en"),
        ("*", "en"),
        ("", "en"),
        ("\u{0}\u{fffd};;;q=,,", "en"),
        (huge.as_str(), "en"),
    ] {
        assert_eq!(texts.negotiate(Some(header)).tag(), tag, "{header:.40}");
    }
    assert_eq!(texts.negotiate(None).tag(), "en");
}

#[test]
fn plurals_and_grouped_numbers_are_filled_in() {
    let files = overlaid(&[(
        "locales/en/common.ftl",
        "common-sign-in = { $count ->\n    [one] one door\n   *[other] { $count-text } doors\n}\n",
    )]);
    let texts = load(&files.unwrap()).unwrap();
    let doors =
        |count| texts.fallback().text_with("common-sign-in", &[("count", Argument::Number(count))]);
    assert_eq!((doors(1), doors(1234)), ("one door".to_owned(), "1,234 doors".to_owned()));
    assert!(texts.fallback().try_text("common-sign-in", &[]).is_err(), "an argument is missing");
}

#[test]
fn a_missing_message_is_replaced_by_its_key() {
    assert_eq!(Texts::built_in().fallback().text("no-such-key"), "no-such-key");
    assert_eq!(key("ended", "signed_out"), "ended-signed-out");
}

#[test]
fn a_broken_overlay_is_refused_with_file_and_line() {
    let broken = [
        ("locales/en/common.ftl", "common-sign-in = Sign in\n\ncommon-sign-out\n", Some(3)),
        ("locales/en/common.ftl", "common-sign-inn = Sign in\n", Some(1)),
        ("locales/en/common.ftl", "common-sign-in = A\ncommon-sign-in = B\n", Some(2)),
        ("locales/de/common.ftl", "\ncommon-sing-in = Anmelden\n", Some(2)),
        ("locales/de/common.ftl", "common-sign-in = { $unclosed\n", Some(1)),
        ("locales/en/format.ftl", "format-date = %!\n", None),
        ("locales/de/format.ftl", "format-locale = de\n", None),
    ];
    for (name, content, line) in broken {
        let error = load(&overlaid(&[(name, content)]).unwrap()).unwrap_err();
        assert!(error.path.ends_with(name), "{error}");
        assert_eq!(error.line, line, "{error}");
    }
    let nowhere = load(&overlaid(&[("locales/!/common.ftl", "")]).unwrap()).unwrap_err();
    assert!(nowhere.to_string().contains("not named for a language"));
}

#[test]
fn a_file_that_replaces_nothing_is_refused() {
    for name in ["common.ftl", "templates/hom.html", "locales/de/sing-in.ftl", "static/x.css"] {
        let error = overlaid(&[(name, "")]).unwrap_err();
        assert_eq!(error.path, Path::new(name));
    }
    assert!(overlaid(&[("static/app.css", ""), ("..data/x", ""), (".DS_Store", "")]).is_ok());
}
