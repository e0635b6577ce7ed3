use crate::support::{ACCESS, Database, EMAIL, PASSWORD, REFRESH, TestApp};
use std::os::unix::fs::PermissionsExt;

#[rocket::async_test]
async fn a_new_user_signs_up_stays_signed_in_past_the_access_token_and_signs_out() {
    let app = TestApp::start().await;
    let mut ada = app.visitor();
    let home = ada.get("/").await;
    assert!(home.status == 200 && home.body.contains("/register"));

    let registered =
        ada.post("/register", &[("name", "Ada"), ("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!((registered.status, registered.location.as_deref()), (303, Some("/profile")));
    let profile = ada.get("/profile").await;
    for shown in ["Ada", EMAIL, "Member", "15 January 2027"] {
        assert!(profile.body.contains(shown), "{shown} is missing in {}", profile.body);
    }

    app.outlive_access_token();
    assert!(ada.get("/profile").await.is_signed_in());

    let out = ada.post("/logout", &[]).await;
    assert_eq!((out.status, out.location.as_deref()), (303, Some("/login")));
    let login = ada.get("/login").await;
    assert!(
        login.body.contains("You’re signed out.")
            && !login.body.contains("did not keep you signed in")
    );
    assert!(!ada.get("/login").await.body.contains("You’re signed out."), "shown once");
    let profile = ada.get("/profile").await;
    assert_eq!((profile.status, profile.location.as_deref()), (303, Some("/login?next=/profile")));
}

#[rocket::async_test]
async fn a_signed_in_user_is_redirected_from_the_pages_to_sign_up_and_in() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for (path, to) in [
        ("/", "/profile"),
        ("/login", "/profile"),
        ("/register", "/profile"),
        ("/login?next=/profile?x=1", "/profile?x=1"),
    ] {
        let reply = ada.get(path).await;
        assert_eq!((reply.status, reply.location.as_deref()), (303, Some(to)), "{path}");
    }
}

#[rocket::async_test]
async fn a_changed_name_is_confirmed_once() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let reply = ada.post("/profile", &[("name", "  Ada   King ")]).await;
    assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/profile")));
    let profile = ada.get("/profile").await;
    assert!(
        profile.body.contains("<dd>Ada King</dd>")
            && profile.body.contains("Your name has been changed.")
    );
    assert!(!ada.get("/profile").await.body.contains("Your name has been changed."));
    assert_eq!(app.events("profile_changed"), 1);
}

#[rocket::async_test]
async fn a_form_posted_after_the_access_token_has_expired_is_processed_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let before = ada.cookie(REFRESH).to_owned();
    app.outlive_access_token();
    let reply = ada.post("/profile", &[("name", "Ada King")]).await;
    assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/profile")));
    assert_ne!(ada.cookie(REFRESH), before);
    assert!(ada.get("/profile").await.body.contains("<dd>Ada King</dd>"));

    app.outlive_access_token();
    let reply = ada.post("/profile", &[("name", "")]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.set_cookie(ACCESS).is_some() && reply.body.contains("Enter your name."));
    assert!(reply.body.contains("<dd>Ada King</dd>"), "the account is still shown as it is");
}

#[rocket::async_test]
async fn the_get_of_sign_out_shows_a_button_and_signs_nobody_out() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let reply = ada.get("/logout").await;
    assert!(
        reply.status == 200 && reply.body.contains("<form method=\"post\" action=\"/logout\">")
    );
    assert!(ada.get("/profile").await.is_signed_in());
    assert!(app.visitor().get("/logout").await.body.contains("You’re not signed in"));
}

#[rocket::async_test]
async fn data_directory_and_files_are_private() {
    let app = TestApp::start().await;
    app.ada().await;
    let mode = |path: &str| {
        std::fs::metadata(app.folder.path().join(path)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("data"), 0o700);
    let files: &[&str] = match app.database {
        Database::Sqlite(_) => &["data/vestibule.db", "data/vestibule.db-wal", "data/secret"],
        Database::Postgres(..) => &["data/secret"],
    };
    for file in files {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    assert_eq!(
        std::fs::read_dir(app.folder.path()).unwrap().count(),
        1,
        "something was written beside the data directory"
    );
}

#[rocket::async_test]
async fn a_restart_keeps_accounts_and_sessions() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let restarted = app.twin().await;
    assert!(ada.at(&restarted).get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn saving_an_unchanged_profile_writes_nothing_and_shows_no_notice() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for _ in 0..3 {
        let reply = ada.post("/profile", &[("name", " Ada  Lovelace ")]).await;
        assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/profile")));
    }
    assert_eq!(app.events("profile_changed"), 0);
    assert!(!ada.get("/profile").await.body.contains("has been changed"));
}
