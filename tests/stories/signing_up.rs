use crate::support::{EMAIL, PASSWORD, TestApp};

#[rocket::async_test]
async fn every_mistake_is_named_beside_its_field_and_what_was_typed_is_kept_but_the_password() {
    let app = TestApp::start().await;
    let fields = [("name", "A\u{202e}da"), ("email", "ada at example"), ("password", "hunter2")];
    let reply = app.visitor().post("/register", &fields).await;
    assert_eq!(reply.status, 422);
    for part in [
        "name-error",
        "email-error",
        "password-error",
        "ada at example",
        "<title>Error: Create account",
        "Enter a password of 8 characters or more.",
    ] {
        assert!(reply.body.contains(part), "{part} is missing");
    }
    assert!(!reply.body.contains("hunter2"));
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 0);
}

#[rocket::async_test]
async fn a_common_password_is_refused_and_told_why() {
    let app = TestApp::start().await;
    let reply = app
        .visitor()
        .post("/register", &[("name", "Ada"), ("email", EMAIL), ("password", "Password123")])
        .await;
    assert!(reply.status == 422 && reply.body.contains("too easy to guess"));
}

#[rocket::async_test]
async fn an_email_address_in_use_is_reported_and_the_account_is_unchanged() {
    let app = TestApp::start().await;
    app.ada().await;
    let fields =
        [("name", "Eve"), ("email", "ADA@example.org"), ("password", "another good password")];
    let reply = app.visitor().post("/register", &fields).await;
    assert!(
        reply.status == 422
            && reply.body.contains("There is already an account with this email address.")
    );
    assert!(reply.set_cookies().is_empty());
    let mut ada = app.visitor();
    assert_eq!(ada.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await.status, 303);
    assert!(ada.get("/profile").await.body.contains("Ada Lovelace"));
}

#[rocket::async_test]
async fn fifty_parallel_registrations_of_one_address_in_different_spellings_make_one_account() {
    let app = TestApp::start().await;
    let spellings = [
        "ada@example.org",
        "ADA@example.org",
        "Ada@Example.Org",
        " ada@example.org ",
        "ada@EXAMPLE.org",
    ];
    let tries = (0..50).map(|i| {
        let mut visitor = app.visitor();
        async move {
            visitor
                .post(
                    "/register",
                    &[("name", "Ada"), ("email", spellings[i % 5]), ("password", PASSWORD)],
                )
                .await
                .status
        }
    });
    let statuses = rocket::futures::future::join_all(tries).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [303, 422, 503].contains(status)), "{statuses:?}");
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 1);
}

#[rocket::async_test]
async fn role_id_and_dates_cannot_be_posted() {
    let app = TestApp::start().await;
    let extras = [
        ("role", "admin"),
        ("id", "00000000-0000-0000-0000-000000000000"),
        ("created_at", "1970-01-01"),
        ("persistent", "true"),
    ];
    let eve = [("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    for extra in extras {
        let fields = [eve.as_slice(), &[extra]].concat();
        assert_eq!(app.visitor().post("/register", &fields).await.status, 422, "{extra:?}");
    }
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 0);
    let mut eve_herself = app.visitor();
    assert_eq!(eve_herself.post("/register", &eve).await.status, 303);
    for extra in extras.into_iter().chain([("email", EMAIL)]) {
        let status = eve_herself.post("/profile", &[("name", "Eva"), extra]).await.status;
        assert_eq!(status, 422, "{extra:?}");
    }
    let unchanged = "SELECT count(*) AS n FROM accounts WHERE role = 'user' AND name = 'Eve'";
    assert_eq!(app.number(unchanged), 1);
}

#[rocket::async_test]
async fn if_registration_is_closed_the_page_says_so_and_nobody_can_sign_up() {
    let app = TestApp::start_with(&[("VESTIBULE_REGISTRATION", "closed")]).await;
    let form = app.visitor().get("/register").await;
    assert!(form.status == 403 && form.body.contains("Sign-up is closed"));
    let reply = app
        .visitor()
        .post("/register", &[("name", "Ada"), ("email", EMAIL), ("password", PASSWORD)])
        .await;
    assert!(reply.status == 403 && reply.body.contains("Sign-up is closed"));
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 0);
    assert!(!app.visitor().get("/login").await.body.contains("/register"));
}

#[rocket::async_test]
async fn signing_up_ends_the_session_that_was_presented() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    ada.post("/register", &[("name", "Bob"), ("email", "bob@example.org"), ("password", PASSWORD)])
        .await;
    assert!(ada.get("/profile").await.body.contains("bob@example.org"));
    assert_eq!(app.open_sessions(), 1);
}
