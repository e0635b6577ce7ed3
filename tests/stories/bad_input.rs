use crate::support::{EMAIL, PASSWORD, TestApp};
use rocket::http::{ContentType, Method};
use vestibule::accounts::Accounts;

#[rocket::async_test]
async fn large_mistyped_and_malformed_bodies_get_their_own_status_and_never_a_500() {
    let app = TestApp::start().await;
    let large = "a".repeat(10 * 1024 * 1024);
    let cases = [
        (ContentType::Form, format!("email={large}"), 413),
        (ContentType::JSON, "{}".to_owned(), 415),
        (ContentType::Plain, "email=a".to_owned(), 415),
        (ContentType::new("multipart", "form-data"), "no boundary".to_owned(), 400),
    ];
    for path in ["/login", "/register"] {
        for (content_type, body, status) in &cases {
            let body = Some((content_type.clone(), body.clone()));
            let reply = app.visitor().send(Method::Post, path, body).await;
            assert_eq!(reply.status, *status, "{path} {content_type}");
            assert!(reply.body.contains("<h1>"), "a page of ours");
        }
    }
}

#[rocket::async_test]
async fn odd_characters_in_every_field_get_a_clear_answer() {
    let app = TestApp::start_with(&[("VESTIBULE_RATE_LIMITS", "off")]).await;
    let odd = [
        "\0",
        "a\0b",
        "\r\nSet-Cookie: a=b",
        "\u{202e}evil",
        "\u{feff}",
        "%00",
        "%ff",
        "'; DROP TABLE accounts; --",
        "{{ 7 * 7 }}",
        "{% include \"base\" %}",
        "\u{1f468}\u{200d}\u{1f469}",
        "../../etc/passwd",
        "${jndi:ldap://127.0.0.1/}",
        "\u{d7ff}",
        "\u{10ffff}",
    ];
    for text in odd {
        for field in ["name", "email", "password"] {
            let mut fields = vec![("name", "Ada"), ("email", EMAIL), ("password", PASSWORD)];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, text));
            let status = app.visitor().post("/register", &fields).await.status;
            assert!([303, 422].contains(&status), "{field} = {text:?}: {status}");
            fields.retain(|(name, _)| *name != "name");
            let status = app.visitor().post("/login", &fields).await.status;
            assert!([303, 401].contains(&status), "{field} = {text:?}: {status}");
        }
        let mut ada = app.visitor();
        ada.post(
            "/register",
            &[("name", "Ada"), ("email", "b@example.org"), ("password", PASSWORD)],
        )
        .await;
        ada.post("/login", &[("email", "b@example.org"), ("password", PASSWORD)]).await;
        let status = ada.post("/profile", &[("name", text)]).await.status;
        assert!([303, 422].contains(&status), "profile name {text:?}: {status}");
    }
    for (path, name) in [("/login", ""), ("/register", "&name=%ED%A0%80")] {
        let raw = format!("email=%FF%FE&password=%C0%80{name}");
        let reply = app.visitor().send(Method::Post, path, Some((ContentType::Form, raw))).await;
        assert!([401, 422].contains(&reply.status), "{path}: {}", reply.status);
    }
}

#[rocket::async_test]
async fn a_password_of_a_megabyte_costs_no_hash() {
    let app = TestApp::start().await;
    app.ada().await;
    let hashes = || app.client.rocket().state::<Accounts>().unwrap().password_hashes();
    let before = hashes();
    assert_eq!(before, 1, "signing up costs one");
    for (length, sign_in, sign_up) in [(1_000_000, 413, 413), (15_000, 401, 422), (257, 401, 422)] {
        let long = "a".repeat(length);
        let fields = [("email", EMAIL), ("password", &*long)];
        assert_eq!(app.visitor().post("/login", &fields).await.status, sign_in, "{length}");
        let fields = [("name", "Ada"), ("email", "x@example.org"), ("password", &*long)];
        let reply = app.visitor().post("/register", &fields).await;
        assert_eq!(reply.status, sign_up, "{length}");
        assert_eq!(
            reply.body.contains("Enter a password of 256 characters or fewer."),
            sign_up == 422,
            "{length}"
        );
    }
    assert_eq!(hashes(), before);
    app.visitor().post("/login", &[("email", EMAIL), ("password", "a wrong one")]).await;
    assert_eq!(hashes(), before + 1, "the counter counts");
}

#[rocket::async_test]
async fn unknown_paths_get_our_404_page() {
    let app = TestApp::start().await;
    for path in
        ["/nowhere", "/.env", "/static/", "/static/../Cargo.toml", "/profile/x", "/%00", "/a//b"]
    {
        let reply = app.visitor().get(path).await;
        assert!(
            reply.status == 404 && reply.body.contains("Page not found"),
            "{path}: {}",
            reply.status
        );
    }
}

#[rocket::async_test]
async fn a_field_whose_name_only_begins_like_one_of_ours_is_unknown() {
    let app = TestApp::start().await;
    app.ada().await;
    for body in [
        "email.x=ada@example.org&password=three+unrelated+words",
        "email=ada@example.org&password[a]=three+unrelated+words",
    ] {
        let form = Some((ContentType::Form, body.to_owned()));
        let reply = app.visitor().send(Method::Post, "/login", form).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (422, 0), "{body}");
    }
}
