//! What is not known is not taken for "no": a database that fails in the middle of a request.

use crate::support::{ACCESS, Database, PASSWORD, REFRESH, TestApp, claims, within_a_second};
use rocket::http::Method;
use vestibule::domain::Span;

#[rocket::async_test]
async fn no_token_beside_it_turns_an_outage_into_anonymous_or_clears_a_cookie() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    app.execute("ALTER TABLE sessions RENAME TO away");
    for refresh in [None, Some("garbage".to_owned()), Some(ada.cookie(REFRESH).to_owned())] {
        let mut visitor = ada.clone();
        visitor.jar.remove(REFRESH);
        visitor.jar.extend(refresh.map(|token| (REFRESH.to_owned(), token)));
        for path in ["/profile", "/login", "/", "/sessions", "/admin"] {
            let reply = visitor.send_and_lose_cookies(Method::Get, path, None).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{path}: {reply:?}");
        }
    }
}

#[rocket::async_test]
async fn a_write_that_fails_does_not_rotate_a_session_whose_access_token_is_valid() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.fail_confirmations();
    let before = claims(ada.cookie(ACCESS));
    assert_eq!((ada.get("/profile").await.status, app.generation()), (503, 1));
    app.let_confirmations_succeed();
    assert!(ada.get("/profile").await.is_signed_in());
    assert_eq!(claims(ada.cookie(ACCESS)), before);
}

#[rocket::async_test]
async fn an_expired_access_token_alone_is_enough_to_sign_out() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    ada.jar.remove(REFRESH);
    app.outlive_access_token();
    assert_eq!((ada.post("/logout", &[]).await.status, app.open_sessions()), (303, 0));
}

#[rocket::async_test]
async fn a_clock_that_jumps_signs_nobody_out() {
    let app = TestApp::start().await;
    let mut ada = app.kept_ada().await;
    for jump in [Span::hours(1), Span::hours(-1), Span::hours(-24), Span::hours(26)] {
        app.wait(jump);
        // At once, before anything has been read again.
        assert!(ada.get("/profile").await.is_signed_in(), "{jump}");
    }
}

#[rocket::async_test]
async fn a_database_file_that_is_removed_or_replaced_answers_nothing_until_it_is_put_back() {
    let app = TestApp::start().await;
    let Database::Sqlite(path) = &app.database else { return };
    let mut ada = app.ada().await;
    let away = path.with_extension("away");
    std::fs::rename(path, &away).unwrap();
    for replacement in [None, Some("")] {
        if let Some(content) = replacement {
            std::fs::write(path, content).unwrap();
        }
        let form = [("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
        let reply = app.visitor().post("/register", &form).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{replacement:?}");
        assert!(reply.header("Retry-After").is_some());
        assert_eq!(ada.send_and_lose_cookies(Method::Get, "/profile", None).await.status, 503);
        app.wait(Span::seconds(1));
        assert_eq!(app.visitor().get("/health/ready").await.status, 503);
    }
    std::fs::rename(&away, path).unwrap();
    within_a_second(async || ada.get("/profile").await.is_signed_in()).await;
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 1);
}
