//! Which new passwords are refused, and what people are told.

use crate::support::{Api, EMAIL, PASSWORD, Reply, TestApp, Visitor, parsed};
use rocket::http::Method;
use rocket::local::asynchronous::Client;
use serde_json::json;
use std::fs;

/// The hash and count of `PASSWORD`, as in a downloaded list.
const BREACHED: &str = "0A8D45E0A18664D8BB8849416A07ECEBED2AB63B:41\n";
const MAY_BE_KNOWN: &str = "This password may be known from a data breach";
const NOTICE: &str = "Your password may be known from a data breach";

/// Passwords of Ada Lovelace that anybody would try, and a part of the reason.
const WEAK: [(&str, &str); 10] = [
    ("        ", "more than spaces"),
    ("password", "many people use it"),
    ("letmein12", "many people use it"),
    ("summer2026", "many people use it"),
    (EMAIL, "contains your name"),
    ("Ada Lovelace", "contains your name"),
    ("vestibule1", "the name of this site"),
    ("localhost1", "the name of this site"),
    ("cdefghijk", "follows a pattern"),
    ("xkqv7rmt", "Make it longer"),
];

async fn sign_up(mut visitor: Visitor<'_>, email: &str, password: &str) -> Reply {
    let fields = [("name", "Ada Lovelace"), ("email", email), ("password", password)];
    visitor.post("/register", &fields).await
}

#[rocket::async_test]
async fn a_password_that_is_easy_to_guess_is_refused_with_the_reason_on_every_way_in() {
    let app = TestApp::start().await;
    for (password, reason) in WEAK {
        let reply = sign_up(app.visitor(), EMAIL, password).await;
        assert!(reply.status == 422 && reply.body.contains(reason), "{password}: {}", reply.body);
        assert!(reply.body.contains("password-error") && reply.set_cookies().is_empty());
        let body = json!({ "name": "Ada Lovelace", "email": EMAIL, "password": password });
        let reply = Api::of(&app).post("/api/auth/register", body).await;
        let sentence = parsed(&reply)["errors"]["password"][0].as_str().unwrap().to_owned();
        assert!(reply.status == 422 && sentence.contains(reason), "{password}: {sentence}");
    }
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 0);
    let mut ada = app.ada().await;
    for (password, reason) in WEAK {
        let change = [("current_password", PASSWORD), ("new_password", password)];
        let reply = ada.post("/password", &change).await;
        assert!(reply.status == 422 && reply.body.contains(reason), "{password}: {}", reply.body);
        assert!(reply.body.contains("new_password-error"), "{password}");
    }
    assert!(app.kept_ada().await.get("/profile").await.is_signed_in(), "nothing was changed");
}

#[rocket::async_test]
async fn passphrases_and_generated_passwords_are_accepted() {
    let app = TestApp::start().await;
    let good = [
        "purple-otter-canyon",
        "my dog rex hates mondays",
        "hxP3-9dKq-w2Lm",
        "мой кот любит сметану",
    ];
    for (n, password) in good.into_iter().enumerate() {
        let reply = sign_up(app.visitor(), &format!("ada{n}@example.org"), password).await;
        assert_eq!(reply.status, 303, "{password}: {}", reply.body);
    }
}

#[rocket::async_test]
async fn the_shortest_length_is_that_of_the_settings_in_every_place() {
    let app = TestApp::start_with(&[("VESTIBULE_PASSWORD_MIN_LENGTH", "15")]).await;
    let page = app.visitor().get("/register").await.body;
    assert!(
        page.contains("Use at least 15 characters.") && page.contains("minlength=\"15\""),
        "{page}"
    );
    let told = "Enter a password of 15 characters or more.";
    let short = "otter canyon 7";
    let reply = sign_up(app.visitor(), EMAIL, short).await;
    assert!(reply.status == 422 && reply.body.contains(told), "{}", reply.body);
    let body = json!({ "name": "Ada", "email": EMAIL, "password": short });
    let reply = Api::of(&app).post("/api/auth/register", body).await;
    assert_eq!(parsed(&reply)["errors"]["password"][0], told);
    let mut ada = app.ada().await;
    let page = ada.get("/password").await.body;
    assert!(
        page.contains("Use at least 15 characters.") && page.contains("minlength=\"15\""),
        "{page}"
    );
    let change = [("current_password", PASSWORD), ("new_password", short)];
    assert!(ada.post("/password", &change).await.body.contains(told));
    let document = parsed(&Api::of(&app).call(Method::Get, "/api/openapi.json", None).await);
    let described = &document["components"]["schemas"]["SignUpRequest"]["properties"]["password"];
    assert_eq!((&described["minLength"], &described["maxLength"]), (&json!(15), &json!(256)));
}

/// The application again, after the operator has imported `PASSWORD` as a breached one.
async fn restarted_with_breached(app: &TestApp) -> Client {
    let list = app.folder.path().join("list.txt");
    fs::write(&list, BREACHED).unwrap();
    let file = app.folder.path().join("data/breached-passwords");
    assert_eq!(vestibule::breached::import(&list, 10, &file).unwrap(), 1);
    app.twin().await
}

#[rocket::async_test]
async fn a_breached_password_is_refused_for_new_accounts_and_changes() {
    let app = TestApp::start().await;
    let client = restarted_with_breached(&app).await;
    let reply = sign_up(Visitor::new(&client), EMAIL, PASSWORD).await;
    assert!(reply.status == 422 && reply.body.contains(MAY_BE_KNOWN), "{}", reply.body);
    let body = json!({ "name": "Ada", "email": EMAIL, "password": PASSWORD });
    let reply = Api(Visitor::new(&client)).post("/api/auth/register", body).await;
    assert!(reply.status == 422 && reply.body.contains(MAY_BE_KNOWN), "{}", reply.body);
    let mut ada = Visitor::new(&client);
    let good = "four other unrelated words";
    let fields = [("name", "Ada"), ("email", EMAIL), ("password", good)];
    assert_eq!(ada.post("/register", &fields).await.status, 303);
    let change = [("current_password", good), ("new_password", PASSWORD)];
    let reply = ada.post("/password", &change).await;
    assert!(reply.status == 422 && reply.body.contains(MAY_BE_KNOWN), "{}", reply.body);
}

#[rocket::async_test]
async fn who_signs_in_with_a_breached_password_is_asked_once_to_change_it() {
    let app = TestApp::start().await;
    app.ada().await;
    let client = restarted_with_breached(&app).await;
    let mut ada = Visitor::new(&client);
    let wrong = ada.post("/login", &[("email", EMAIL), ("password", "a wrong one")]).await;
    assert!(wrong.status == 401 && wrong.set_cookies().is_empty());
    let reply = ada.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/profile")));
    let profile = ada.get("/profile").await.body;
    let link = "<a href=\"/password\">Change your password</a></p>";
    assert!(profile.contains(NOTICE) && profile.contains(link), "{profile}");
    assert!(!ada.get("/profile").await.body.contains(NOTICE));
    let fields = json!({ "email": EMAIL, "password": PASSWORD });
    assert_eq!(Api(Visitor::new(&client)).post("/api/auth/login", fields).await.status, 200);

    let new = "four other unrelated words";
    let change = [("current_password", PASSWORD), ("new_password", new)];
    assert_eq!(ada.post("/password", &change).await.status, 303);
    let mut again = Visitor::new(&client);
    again.post("/login", &[("email", EMAIL), ("password", new)]).await;
    let profile = again.get("/profile").await;
    assert!(profile.is_signed_in() && !profile.body.contains(NOTICE), "{}", profile.body);
}
