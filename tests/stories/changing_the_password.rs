use crate::support::{ACCESS, EMAIL, PASSWORD, REFRESH, TestApp};

const NEW: &str = "four other unrelated words";

#[rocket::async_test]
async fn all_sessions_end_and_this_browser_gets_a_new_one() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let (before, mut other) = (ada.clone(), app.kept_ada().await);
    assert!(ada.get("/password").await.body.contains("autocomplete=\"username\""));
    let reply =
        ada.post("/password", &[("current_password", PASSWORD), ("new_password", NEW)]).await;
    assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/profile")));
    assert_ne!(ada.cookie(REFRESH), before.cookie(REFRESH));
    assert!(ada.get("/profile").await.body.contains("Your password has been changed."));
    for mut old in [before, other.clone()] {
        assert_eq!(old.get("/profile").await.status, 303, "an old session is still active");
    }
    other.get("/profile").await;
    assert!(
        other
            .get("/login")
            .await
            .body
            .contains("You were signed out because your password was changed.")
    );
    assert_eq!((app.open_sessions(), app.events("password_changed")), (1, 1));
    let sign_in = |password| [("email", EMAIL), ("password", password)];
    assert_eq!(app.visitor().post("/login", &sign_in(PASSWORD)).await.status, 401);
    assert_eq!(app.visitor().post("/login", &sign_in(NEW)).await.status, 303);
}

#[rocket::async_test]
async fn a_password_change_keeps_keep_me_signed_in() {
    let app = TestApp::start().await;
    let mut kept = app.kept_ada().await;
    let reply =
        kept.post("/password", &[("current_password", PASSWORD), ("new_password", NEW)]).await;
    assert!(reply.set_cookie(ACCESS).unwrap().contains("Max-Age=2592000"));
}

#[rocket::async_test]
async fn a_wrong_current_password_and_an_invalid_new_one_are_reported_and_nothing_changes() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for (current, new, told) in [
        ("wrong password", NEW, "Your current password is not correct."),
        ("", NEW, "Enter your password."),
        (PASSWORD, "", "Enter your password."),
        (PASSWORD, "short", "Enter a password of 8 characters or more."),
        (PASSWORD, "iloveyou", "too easy to guess"),
        (PASSWORD, PASSWORD, "Enter a password that is different from your current one."),
    ] {
        let reply =
            ada.post("/password", &[("current_password", current), ("new_password", new)]).await;
        assert!(reply.status == 422 && reply.body.contains(told), "{told}");
        assert!(reply.set_cookies().is_empty() && (new.is_empty() || !reply.body.contains(new)));
    }
    assert!(ada.get("/profile").await.is_signed_in());
    assert_eq!(
        app.visitor().post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await.status,
        303
    );
}

#[rocket::async_test]
async fn no_concurrent_sign_in_with_the_old_password_survives_the_change() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let change = [("current_password", PASSWORD), ("new_password", NEW)];
    let change = ada.post("/password", &change);
    let old = (0..3).map(|_| async {
        for _ in 0..8 {
            app.visitor().post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
        }
    });
    let (changed, _) =
        rocket::futures::future::join(change, rocket::futures::future::join_all(old)).await;
    assert_eq!((changed.status, app.open_sessions()), (303, 1));
}

#[rocket::async_test]
async fn signing_out_everywhere_wins_over_a_concurrent_password_change() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let form = format!(
        "current_password={}&new_password=another+good+password",
        PASSWORD.replace(' ', "+")
    );
    let change = ada.send_and_lose_cookies(
        rocket::http::Method::Post,
        "/password",
        Some((rocket::http::ContentType::Form, form)),
    );
    let mut everywhere = ada.clone();
    let (_, out) =
        rocket::futures::future::join(change, everywhere.post("/sessions/end-all", &[])).await;
    assert_eq!((out.location.as_deref(), app.open_sessions()), (Some("/login"), 0));
}

#[rocket::async_test]
async fn of_two_concurrent_password_changes_one_wins() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let body = |new: &str| {
        let form = format!("current_password={}&new_password={new}", PASSWORD.replace(' ', "+"));
        Some((rocket::http::ContentType::Form, form))
    };
    let tries = ["first+new+password", "second+new+password"]
        .map(|new| ada.send_and_lose_cookies(rocket::http::Method::Post, "/password", body(new)));
    let replies = rocket::futures::future::join_all(tries).await;
    let went_on =
        replies.iter().filter(|reply| reply.location.as_deref() == Some("/profile")).count();
    assert_eq!((went_on, app.open_sessions()), (1, 1));
}
