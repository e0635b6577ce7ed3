//! Texts, templates and static files: built in, or replaced by the operator.

use crate::files::{FileError, Files};
use crate::texts::{Argument, Texts};
use crate::web::pages::assets::Assets;
use crate::web::pages::samples;
use crate::web::pages::template_error;
use crate::web::pages::templates::Templates;
use crate::web::texts;
use std::path::Path;
use std::sync::Arc;

pub struct Presentation {
    pub texts: Texts,
    pub templates: Templates,
    pub assets: Arc<Assets>,
}

impl Presentation {
    /// Loads the built-in files and the operator's overlay. Fails at the first file of the overlay
    /// that replaces nothing, cannot be read, or breaks a page in one of its states.
    pub fn load(overlay: Option<&Path>, password_min_length: usize) -> Result<Self, FileError> {
        let files = overlay.map_or_else(|| Ok(Files::built_in()), Files::overlaid)?;
        let texts = Texts::load(&files, password_min_length)?;
        let assets = Arc::new(Assets::load(&files));
        let templates = Templates::load(&files, &texts, &assets)?;
        if overlay.is_some() {
            let rendered = samples::render_all(&texts, &templates, &mut |_, _, _| {});
            rendered.map_err(|error| template_error::locate(&error, &files))?;
            check_messages(&texts)?;
        }
        Ok(Self { texts, templates, assets })
    }
}

/// Messages that no page of the samples shows: those of the API and of fields.
const UNSEEN: [&str; 6] = ["problem-", "field-", "body-", "name-", "email-", "password-"];

/// Refuses a message that wants an argument it does not get.
fn check_messages(texts: &Texts) -> Result<(), FileError> {
    let arguments = [("error", Argument::Text(""))];
    for language in texts.languages() {
        for key in UNSEEN.iter().flat_map(|prefix| texts::keys_beginning_with(&[prefix])) {
            language.try_text(key, &arguments).map_err(|error| {
                FileError::new(format!("locales/{}", language.tag()), error.to_string())
            })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Presentation;
    use crate::domain::password::DEFAULT_MIN_LENGTH;
    use std::fs;

    /// The error in an overlay that consists of this file.
    fn problem(name: &str, content: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let error = Presentation::load(Some(folder.path()), DEFAULT_MIN_LENGTH).err()?.to_string();
        Some(error.replace(folder.path().to_str().unwrap(), ""))
    }

    #[test]
    fn a_template_that_does_not_parse_or_render_is_refused_with_its_file_and_line() {
        let home = "templates/home/show.html.tera";
        for (content, line, what) in [
            ("{% extends \"base\" %}\n{% block title %}\n", 3, "expected"),
            ("<h1>\n{{ text(key=\"no-such-key\") }}", 2, "no-such-key"),
            ("<h1>\n\n{{ page.regstration_open }}", 3, "regstration_open"),
            ("<h1>\n{% for x in things %}{% endfor %}", 2, "things"),
            ("\n{% extends \"no-base\" %}", 2, "no-base"),
            ("{% import \"macros/no-form\" as form %}{{ form::x() }}", 1, "macros/no-form"),
            ("<h1>{{ asset(name=\"app.js\") }}", 1, "app.js"),
            ("<h1>{{ text(key=\"sessions-others\") }}", 1, "sessions-others"),
        ] {
            let error = problem(home, content).unwrap();
            let place = format!("/{home}:{line}: ");
            assert!(error.starts_with(&place) && error.contains(what), "{content}: {error}");
        }
        assert_eq!(problem(home, "<h1>{{ page.registration_open }}</h1>"), None);
    }

    #[test]
    fn a_message_with_an_argument_its_page_does_not_have_is_refused() {
        let error = problem("locales/en/home.ftl", "home-title = Welcome, { $nmae }\n").unwrap();
        assert!(error.starts_with("/locales/en/home.ftl:1: ") && error.contains("nmae"), "{error}");
        assert_eq!(problem("locales/en/home.ftl", "home-title = Hello\n"), None);
    }

    #[test]
    fn a_message_of_the_api_that_wants_what_it_does_not_get_is_refused() {
        let problems = "locales/en/problems.ftl";
        let error = problem(problems, "problem-token-missing = Sign in, { $nmae }\n").unwrap();
        assert!(error.contains("problem-token-missing"), "{error}");
        assert_eq!(problem(problems, "problem-token-missing = Sign in\n"), None);
    }

    #[test]
    fn a_missing_folder_is_refused() {
        let missing = std::path::Path::new("/no/such/folder");
        assert!(Presentation::load(Some(missing), DEFAULT_MIN_LENGTH).is_err());
    }
}
