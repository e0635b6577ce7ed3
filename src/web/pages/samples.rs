//! Every page in every state, rendered: a template that names a field or a text that is not there fails here.

use crate::web::errors::catchers;
use crate::web::pages::admin;
use crate::web::pages::home;
use crate::web::pages::page::{Frame, PageContext, templates};
use crate::web::pages::password;
use crate::web::pages::profile;
use crate::web::pages::sessions;
use crate::web::pages::sign_in;
use crate::web::pages::sign_out;
use crate::web::pages::sign_up;
use crate::web::texts;
use rocket::local::blocking::Client;
use rocket_dyn_templates::Template;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The keys of the message file that begin so.
pub fn codes(prefixes: &[&str]) -> Vec<&'static str> {
    let begins = |key: &&str| prefixes.iter().any(|prefix| key.starts_with(prefix));
    texts::keys().filter(begins).collect()
}

struct Gallery {
    client: Client,
    shown: BTreeSet<String>,
}

impl Gallery {
    fn show<C: PageContext>(&mut self) {
        self.shown.insert(C::TEMPLATE.to_owned());
        let samples = C::samples();
        assert!(!samples.is_empty(), "{} has no sample", C::TEMPLATE);
        for page in &samples {
            for (signed_in, flash) in [
                (None, None),
                (Some(false), Some("flash_signed_out")),
                (Some(true), Some("flash_name_changed")),
            ] {
                let html = Template::show(
                    self.client.rocket(),
                    C::TEMPLATE,
                    Frame { page, signed_in, flash },
                );
                let html = html.unwrap_or_else(|| panic!("{} cannot be rendered", C::TEMPLATE));
                assert!(
                    html.starts_with("<!DOCTYPE html>") && html.trim_end().ends_with("</html>"),
                    "{}",
                    C::TEMPLATE
                );
                assert_eq!(html.matches("<h1").count(), 1, "{}: {html}", C::TEMPLATE);
                assert!(
                    !html.contains("style=") && !html.contains("<script"),
                    "{} has something inline",
                    C::TEMPLATE
                );
            }
        }
    }
}

#[test]
fn every_page_renders_in_every_state_and_every_template_has_a_page() {
    let figment = crate::web::figment()
        .merge(("template_dir", concat!(env!("CARGO_MANIFEST_DIR"), "/templates")));
    let client = Client::untracked(rocket::custom(figment).attach(templates())).unwrap();
    let mut gallery = Gallery { client, shown: BTreeSet::new() };
    gallery.show::<home::HomePage>();
    gallery.show::<sign_up::SignUpPage>();
    gallery.show::<sign_in::SignInPage>();
    gallery.show::<sign_out::SignOutPage>();
    gallery.show::<profile::ProfilePage>();
    gallery.show::<sessions::SessionsPage>();
    gallery.show::<password::PasswordPage>();
    gallery.show::<admin::AdminPage>();
    gallery.show::<catchers::OnwardPage>();
    gallery.show::<crate::web::errors::page::ErrorPage>();
    assert_eq!(gallery.shown, page_templates(), "templates and page contexts differ");
}

/// The templates that are pages: neither the base layout nor macros.
fn page_templates() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut found = Vec::new();
    collect(&root, &mut found);
    let names =
        found.iter().map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
    let pages = names.filter_map(|name| name.strip_suffix(".html.tera").map(str::to_owned));
    pages.filter(|name| name != "base" && !name.starts_with("macros/")).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, found) } else { found.push(path) }
    }
}
