//! Renders every page in every state, which fails if a template names a missing field or message.

use crate::texts::{Language, Texts};
use crate::web::errors::catchers::ContinuePage;
use crate::web::errors::page::ErrorPage;
use crate::web::notice::Notice;
use crate::web::pages::context::{Frame, PageContext};
use crate::web::pages::templates::Templates;
use crate::web::pages::{
    admin, home, password, profile, sessions, sign_in, sign_out, sign_up, whoami,
};
use rocket_dyn_templates::tera;
use strum::VariantArray;

/// Is called with each page: template, language and HTML.
type See<'a> = &'a mut dyn FnMut(&str, &Language, &str);

/// Renders every page in every state and language.
pub fn render_all(texts: &Texts, templates: &Templates, see: See<'_>) -> tera::Result<()> {
    for language in texts.languages() {
        render::<home::HomePage>(language, templates, see)?;
        render::<sign_up::SignUpPage>(language, templates, see)?;
        render::<sign_in::SignInPage>(language, templates, see)?;
        render::<sign_out::SignOutPage>(language, templates, see)?;
        render::<profile::ProfilePage>(language, templates, see)?;
        render::<sessions::SessionsPage>(language, templates, see)?;
        render::<password::PasswordPage>(language, templates, see)?;
        render::<admin::AdminPage>(language, templates, see)?;
        render::<whoami::WhoamiPage>(language, templates, see)?;
        render::<ContinuePage>(language, templates, see)?;
        render::<ErrorPage>(language, templates, see)?;
    }
    Ok(())
}

fn render<C: PageContext>(
    language: &Language,
    templates: &Templates,
    see: See<'_>,
) -> tera::Result<()> {
    let notices = Notice::VARIANTS.iter().map(|notice| Some(notice.message_key()));
    let notices: Vec<_> = notices.chain([None]).collect();
    for page in &C::samples() {
        for (signed_in, notice) in
            [None, Some(false), Some(true)].into_iter().cycle().zip(notices.clone())
        {
            let frame = Frame { page, language: language.tag(), signed_in, notice };
            let html = templates.render(&frame)?;
            see(C::TEMPLATE, language, &html);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::render_all;
    use crate::domain::password::DEFAULT_MIN_LENGTH;
    use crate::files::Files;
    use crate::web::http::headers::CONTENT_SECURITY_POLICY;
    use crate::web::presentation::Presentation;
    use std::collections::BTreeSet;

    #[test]
    fn every_page_renders_in_every_state_and_every_template_has_a_page() {
        let loaded = Presentation::load(None, DEFAULT_MIN_LENGTH).unwrap();
        let Presentation { texts, templates, .. } = loaded;
        let mut seen = BTreeSet::new();
        let rendered = render_all(&texts, &templates, &mut |template, language, html| {
            seen.insert(template.to_owned());
            let begin = format!("<!DOCTYPE html>\n<html lang=\"{}\">", language.tag());
            assert!(html.starts_with(&begin) && html.trim_end().ends_with("</html>"), "{template}");
            assert_eq!(html.matches("<h1").count(), 1, "{template}: {html}");
            assert!(!html.contains("style="), "{template} has an inline style");
            assert!(!html.contains("<script>"), "{template} has an inline script");
            let may_have_scripts = CONTENT_SECURITY_POLICY.contains("script-src");
            assert_eq!(html.contains("<script"), may_have_scripts, "{template} and its policy");
        });
        rendered.unwrap();
        assert_eq!(seen, page_templates(), "templates and page contexts differ");
    }

    /// The templates that are pages: neither the base layout nor macros.
    fn page_templates() -> BTreeSet<String> {
        let files = Files::built_in();
        let names =
            files.below("templates/").filter_map(|(name, _)| name.strip_suffix(".html.tera"));
        let pages = names.filter(|name| *name != "base" && !name.starts_with("macros/"));
        pages.map(str::to_owned).collect()
    }
}
