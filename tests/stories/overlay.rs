//! Overlays of templates, locales and static files.

use crate::support::TestApp;
use std::fs;

/// The application with this overlay.
async fn with_files(files: &[(&str, &str)]) -> (TestApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let overlay = folder.path().to_str().unwrap();
    (TestApp::start_with(&[("VESTIBULE_TEMPLATE_DIR", overlay)]).await, folder)
}

/// The path of a page's style sheet.
fn style(page: &str) -> String {
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    rest.split('"').next().unwrap().replace("&#x2F;", "/")
}

#[rocket::async_test]
async fn a_template_a_message_and_the_style_sheet_are_replaced_and_the_rest_stays() {
    let plain = TestApp::start().await;
    let built_in = plain.visitor().get("/login").await.body;
    let (app, _folder) = with_files(&[
        (
            "templates/home/show.html.tera",
            "{% extends \"base\" %}{% block content %}<h1>{{ 1 + 1 }} doors</h1>{% endblock %}",
        ),
        ("locales/en/common.ftl", "common-sign-in = Enter\n"),
        ("static/app.css", "body { color: teal }"),
    ])
    .await;
    let home = app.visitor().get("/").await;
    assert!(home.status == 200 && home.body.contains("<h1>2 doors</h1>"), "{}", home.body);
    let login = app.visitor().get("/login").await.body;
    assert!(login.contains("<button type=\"submit\">Enter</button>"), "{login}");
    assert!(login.contains("Keep me signed in"), "a message that was not replaced");
    assert_ne!(style(&login), style(&built_in), "a new style sheet has a new URL");
    let sheet = app.visitor().get(&style(&login)).await;
    assert_eq!((sheet.status, sheet.body.as_str()), (200, "body { color: teal }"));
    assert_eq!(sheet.header("Cache-Control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(app.visitor().get(&style(&built_in)).await.status, 404);
}

#[rocket::async_test]
async fn an_operators_language_is_used_for_clients_that_request_it() {
    let format = "format-locale = de_DE\nformat-date = %-d. %B %Y\n\
        format-date-time = %-d. %B %Y, %H:%M UTC\nformat-number-separator = .\n";
    let (app, _folder) = with_files(&[
        ("locales/de/format.ftl", format),
        ("locales/de/sign-in.ftl", "sign-in-title = Anmelden\n"),
        ("locales/de/problems.ftl", "problem-token-missing = Melden Sie sich an.\n"),
    ])
    .await;
    let mut german = app.visitor().with_header("Accept-Language", "de-AT,de;q=0.9,en;q=0.5");
    let page = german.get("/login").await.body;
    assert!(page.contains("<html lang=\"de\">") && page.contains("<h1>Anmelden</h1>"), "{page}");
    let english = app.visitor().with_header("Accept-Language", "fr").get("/login").await.body;
    assert!(english.contains("<html lang=\"en\">") && english.contains("<h1>Sign in</h1>"));
    let problem = german.get("/api/auth/me").await;
    assert!(problem.status == 401 && problem.body.contains("Melden Sie sich an."));
    let ada = app.ada().await.with_header("Accept-Language", "de").get("/profile").await.body;
    assert!(ada.contains(">15. Januar 2027</time>"), "{ada}");
}

#[rocket::async_test]
async fn user_data_in_a_replaced_template_is_escaped() {
    let show = "{% extends \"base\" %}{% block content %}<h1>{{ page.name }}</h1>{% endblock %}";
    let (app, _folder) = with_files(&[("templates/profile/show.html.tera", show)]).await;
    let mut ada = app.ada().await;
    ada.post("/profile", &[("name", "<script>alert(1)</script>")]).await;
    let page = ada.get("/profile").await.body;
    assert!(page.contains("<h1>&lt;script&gt;") && !page.contains("<script"), "{page}");
}
