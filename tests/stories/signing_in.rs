use crate::support::{ACCESS, EMAIL, PASSWORD, REFRESH, TestApp};

#[rocket::async_test]
async fn signing_in_redirects_to_the_requested_page() {
    let app = TestApp::start().await;
    app.ada().await;
    for (next, to) in [
        ("/profile?tab=2", "/profile?tab=2"),
        ("", "/profile"),
        ("//evil.example", "/profile"),
        ("https://evil.example", "/profile"),
        ("/\\evil.example", "/profile"),
        ("/login", "/profile"),
    ] {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        let reply = app.visitor().post("/login", &fields).await;
        assert_eq!((reply.status, reply.location.as_deref()), (303, Some(to)), "{next}");
    }
}

#[rocket::async_test]
async fn next_is_kept_in_the_form_also_when_the_password_was_wrong() {
    let app = TestApp::start().await;
    app.ada().await;
    let form = app.visitor().get("/login?next=/profile?a=1%26b=2").await;
    assert!(
        form.body.contains(r#"name="next" value="&#x2F;profile?a=1&amp;b=2""#),
        "{}",
        form.body
    );
    let fields =
        [("email", EMAIL), ("password", "wrong"), ("next", "/profile?a=1"), ("remember", "on")];
    let again = app.visitor().post("/login", &fields).await;
    assert!(again.body.contains(r#"value="&#x2F;profile?a=1""#) && again.body.contains(" checked"));
}

#[rocket::async_test]
async fn a_wrong_password_an_unknown_address_and_an_impossible_one_look_the_same() {
    let app = TestApp::start().await;
    app.ada().await;
    let mut bodies = Vec::new();
    for (email, password) in
        [(EMAIL, "wrong password"), ("bob@example.org", PASSWORD), ("not an address", PASSWORD)]
    {
        let reply = app.visitor().post("/login", &[("email", email), ("password", password)]).await;
        assert_eq!(reply.status, 401);
        assert!(reply.set_cookies().is_empty() && !reply.body.contains(password));
        assert!(reply.body.contains(email) && reply.body.contains("<title>Error: Sign in"));
        bodies.push(reply.body.replace(email, "…"));
    }
    assert!(
        bodies.windows(2).all(|pair| pair[0] == pair[1]),
        "an answer tells whether the account exists"
    );
}

#[rocket::async_test]
async fn an_empty_form_names_each_field_and_links_to_it() {
    let app = TestApp::start().await;
    let reply = app.visitor().post("/login", &[]).await;
    assert_eq!(reply.status, 401);
    for part in [
        "role=\"alert\"",
        "href=\"#email\"",
        "href=\"#password\"",
        "aria-invalid=\"true\"",
        "aria-describedby=\"email-error\"",
    ] {
        assert!(reply.body.contains(part), "{part} is missing");
    }
}

#[rocket::async_test]
async fn the_address_is_found_in_any_spelling_and_the_password_in_any_normal_form() {
    let app = TestApp::start().await;
    let fields =
        [("name", "Ada"), ("email", "René@Bücher.example"), ("password", "caf\u{e9} au lait 1")];
    assert_eq!(app.visitor().post("/register", &fields).await.status, 303);
    for email in ["rene\u{301}@bücher.example", "RENÉ@XN--BCHER-KVA.EXAMPLE"] {
        let reply = app
            .visitor()
            .post("/login", &[("email", email), ("password", "cafe\u{301} au lait 1")])
            .await;
        assert_eq!(reply.status, 303, "{email}");
    }
}

#[rocket::async_test]
async fn signing_in_starts_a_new_session_and_ends_the_one_presented() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let first = ada.cookie(REFRESH).to_owned();
    ada.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_ne!(ada.cookie(REFRESH), first);
    assert_eq!(app.open_sessions(), 1);
    let mut planted = app.visitor();
    planted.jar.insert(REFRESH.to_owned(), first);
    assert_eq!(planted.get("/profile").await.status, 303);
}

#[rocket::async_test]
async fn a_failed_sign_in_leaves_the_session_that_was_there() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    ada.post("/login", &[("email", EMAIL), ("password", "wrong")]).await;
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn only_keep_me_signed_in_survives_closing_the_browser() {
    let app = TestApp::start().await;
    app.ada().await;
    let brief = app.visitor().post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert!(!brief.set_cookie(ACCESS).unwrap().contains("Max-Age"));
    let kept = app
        .visitor()
        .post("/login", &[("email", EMAIL), ("password", PASSWORD), ("remember", "on")])
        .await;
    for name in [ACCESS, REFRESH] {
        assert!(kept.set_cookie(name).unwrap().ends_with("; Max-Age=2592000"));
    }
}

#[rocket::async_test]
async fn if_the_browser_drops_the_cookies_the_sign_in_page_says_so() {
    let app = TestApp::start().await;
    app.ada().await;
    let mut safari = app.visitor();
    safari.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    safari.jar.retain(|name, _| !name.starts_with("__Host-"));
    assert_eq!(safari.get("/profile").await.location.as_deref(), Some("/login?next=/profile"));
    assert!(
        safari
            .get("/login?next=/profile")
            .await
            .body
            .contains("Your browser did not keep you signed in")
    );
    assert!(
        !app.visitor().get("/login").await.body.contains("Your browser did not keep you signed in")
    );
}

/// The hash of PASSWORD as an older version with lower parameters would have stored it.
const WEAK_HASH: &str = "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$N/1lRslcDDex0wLZYklN8UYXIgkChedQZcoSK8sQddU";

#[rocket::async_test]
async fn simultaneous_sign_ins_with_a_weak_hash_all_succeed_and_replace_it() {
    use rocket::futures::future::join_all;
    let app = TestApp::start().await;
    app.ada().await;
    let weaken = format!("UPDATE credentials SET secret = '{WEAK_HASH}'");
    app.execute(&weaken);
    let sign_in = || async {
        app.visitor().post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await.status
    };
    assert_eq!(join_all((0..8).map(|_| sign_in())).await, [303; 8]);
    let strong = "SELECT count(*) AS n FROM credentials WHERE secret LIKE '%m=19456,t=2,p=1%'";
    assert_eq!((app.number(strong), sign_in().await), (1, 303));
}

#[rocket::async_test]
async fn every_attempt_costs_one_hash_whether_or_not_the_account_exists_or_is_disabled() {
    use vestibule::accounts::Accounts;
    use vestibule::accounts::administration::AccountRef;
    use vestibule::domain::email::EmailAddress;
    let app = TestApp::start().await;
    app.ada().await;
    let eve = [("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    app.visitor().post("/register", &eve).await;
    let eve = AccountRef::Email(EmailAddress::parse("eve@example.org").unwrap());
    app.operator().await.administration.disable(eve).await.unwrap();
    let hashes = || app.client.rocket().state::<Accounts>().unwrap().password_hashes();
    for (email, password) in [
        (EMAIL, PASSWORD),
        (EMAIL, "wrong password"),
        ("nobody@example.org", PASSWORD),
        ("eve@example.org", PASSWORD),
        ("eve@example.org", "wrong password"),
    ] {
        let before = hashes();
        app.visitor().post("/login", &[("email", email), ("password", password)]).await;
        assert_eq!(hashes() - before, 1, "{email} with {password:?}");
    }
}
