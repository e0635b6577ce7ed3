//! Keys change while users and API clients stay signed in.

use crate::support::{
    ACCESS, Api, EMAIL, PASSWORD, REFRESH, TestApp, claims, header, text, within_a_second,
};
use rocket::futures::future::join_all;
use rocket::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use vestibule::accounts::Services;
use vestibule::accounts::signing_keys::{KeyRotation, RetireOutcome};
use vestibule::config::decode_secret;
use vestibule::domain::Span;
use vestibule::domain::key::{Algorithm, KeyPurpose, KeyState};

const NEW_SECRET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn ids(keys: &[Value]) -> BTreeSet<String> {
    keys.iter().map(|key| text(key, "kid").to_owned()).collect()
}

fn kid(token: &str) -> String {
    text(&header(token), "kid").to_owned()
}

async fn id(operator: &Services, purpose: KeyPurpose, state: KeyState) -> String {
    let keys = operator.keys.list().await.unwrap();
    keys.into_iter().find(|key| key.purpose == purpose && key.state == state).unwrap().id
}

/// Waits until the application publishes this key.
async fn until_published(api: &Api<'_>, kid: &str) {
    within_a_second(async || ids(&api.key_set().await).contains(kid)).await;
}

#[rocket::async_test]
async fn an_ordinary_key_rotation_signs_nobody_out() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let api = Api::of(&app);
    let mut browser = app.ada().await;
    let program = api.login().await;
    let waiting = id(&operator, KeyPurpose::Access, KeyState::Next).await;
    assert!(ids(&api.key_set().await).contains(&waiting), "published before it signs");

    operator.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    until_published(&api, &id(&operator, KeyPurpose::Access, KeyState::Next).await).await;
    let old = text(&program, "access_token");
    assert_eq!(api.me(old).await.status, 200, "the old key verifies");
    assert!(ids(&api.key_set().await).contains(&kid(old)) && api.key_set().await.len() == 3);
    let new = api.login().await;
    assert_eq!(kid(text(&new, "access_token")), waiting);
    assert_ne!(
        kid(text(&new, "refresh_token")),
        kid(text(&program, "refresh_token")),
        "the refresh key too"
    );
    assert!(browser.get("/profile").await.is_signed_in());

    app.outlive_access_token();
    let before = browser.cookie(REFRESH).to_owned();
    assert!(
        browser.get("/profile").await.is_signed_in(),
        "refreshed with a refresh token of the old key"
    );
    assert_ne!(kid(browser.cookie(REFRESH)), kid(&before));
    assert_eq!(kid(browser.cookie(ACCESS)), waiting);
    assert_eq!(api.refresh(&program["refresh_token"]).await.status, 200);
}

#[rocket::async_test]
async fn a_retiring_key_is_deleted_once_its_last_token_has_expired() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let api = Api::of(&app);
    api.register().await;
    let (access, refresh) = (
        id(&operator, KeyPurpose::Access, KeyState::Active).await,
        id(&operator, KeyPurpose::Refresh, KeyState::Active).await,
    );
    operator.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    until_published(&api, &id(&operator, KeyPurpose::Access, KeyState::Next).await).await;
    let stored = async || {
        operator.keys.list().await.unwrap().into_iter().map(|key| key.id).collect::<Vec<_>>()
    };
    app.wait(Span::minutes(15) + Span::seconds(5));
    assert!(stored().await.contains(&access), "the last token may have just expired");
    app.wait(Span::minutes(1));
    assert!(!stored().await.contains(&access) && stored().await.contains(&refresh));
    within_a_second(async || !ids(&api.key_set().await).contains(&access)).await;
    app.wait(Span::days(30) - Span::minutes(17));
    assert!(stored().await.contains(&refresh), "a session may return with it until it expires");
    app.wait(Span::minutes(3));
    assert!(!stored().await.contains(&refresh));
}

#[rocket::async_test]
async fn a_session_idle_for_nearly_the_whole_idle_timeout_survives_a_key_rotation() {
    let app = TestApp::start().await;
    let ada = app.kept_ada().await;
    app.operator().await.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    app.wait(Span::days(7) - Span::seconds(1));
    let restarted = app.twin().await;
    assert!(ada.at(&restarted).get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn a_session_with_a_longer_lifetime_than_todays_settings_survives_a_key_rotation() {
    let app = TestApp::start().await;
    let ada = app.kept_ada().await;
    let shorter = [("VESTIBULE_IDLE_TTL", "1d"), ("VESTIBULE_SESSION_TTL", "2d")];
    app.operator_with(&shorter).await.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    app.wait(Span::days(6));
    let restarted = app.twin().await;
    assert!(ada.at(&restarted).get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn a_lost_response_long_after_a_key_rotation_is_healed() {
    let app = TestApp::start().await;
    let ada = app.kept_ada().await;
    app.operator().await.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    app.wait(Span::days(6) + Span::hours(20));
    let renewing = app.twin().await;
    ada.at(&renewing).send_and_lose_cookies(Method::Get, "/profile", None).await;
    app.wait(Span::hours(20));
    let restarted = app.twin().await;
    let reply = ada.at(&restarted).get("/profile").await;
    assert!(
        reply.is_signed_in(),
        "longer than the idle timeout after the old key signed: {reply:?}"
    );
    assert_eq!(app.events("session_healed"), 1);
}

#[rocket::async_test]
async fn keys_created_after_the_last_read_are_looked_up() {
    let app = TestApp::start().await;
    let other = app.twin().await;
    let mut ada = app.ada().await;
    for _ in 0..2 {
        // The key that signs after the second rotation did not exist when the other process read
        // the keys.
        app.operator().await.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    }
    let restarted = app.twin().await;
    app.outlive_access_token();
    let mut there = ada.at(&restarted);
    assert!(there.get("/profile").await.is_signed_in());
    let mut elsewhere = there.at(&other);
    let reply = elsewhere.get("/profile").await;
    assert!(reply.is_signed_in() && reply.set_cookies().is_empty(), "{reply:?}");
    ada.get("/profile").await;
}

/// Our token with another key ID.
fn with_key_id(token: &str, header: &[u8]) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", data_encoding::BASE64URL_NOPAD.encode(header))
}

const UNKNOWN_ACCESS_KEY: &[u8] = br#"{"alg":"EdDSA","typ":"at+jwt","kid":"x"}"#;
const UNKNOWN_REFRESH_KEY: &[u8] = br#"{"alg":"HS256","typ":"rt+jwt","kid":"x"}"#;

#[rocket::async_test]
async fn unknown_key_ids_are_invalid_but_undecided_while_keys_cannot_be_read() {
    let app = TestApp::start().await;
    let api = Api::of(&app);
    let tokens = api.register().await;
    let access = with_key_id(text(&tokens, "access_token"), UNKNOWN_ACCESS_KEY);
    let refresh = json!(with_key_id(text(&tokens, "refresh_token"), UNKNOWN_REFRESH_KEY));
    for (rename, status) in [
        ("ALTER TABLE signing_keys RENAME TO away", 503),
        ("ALTER TABLE away RENAME TO signing_keys", 401),
    ] {
        app.execute(rename);
        let answers = join_all((0..100).map(|_| api.me(&access))).await;
        assert!(answers.iter().all(|reply| reply.status == status), "{status}: {answers:?}");
        let answers = join_all((0..100).map(|_| api.refresh(&refresh))).await;
        assert!(answers.iter().all(|reply| reply.status == status), "{status}: {answers:?}");
        let known = api.me(text(&tokens, "access_token")).await;
        assert_eq!(known.status, 200, "the keys that are known are used");
    }
}

#[rocket::async_test]
async fn while_tokens_are_undecided_nobody_is_signed_in_or_out_and_no_cookie_is_cleared() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let mut unknown = ada.clone();
    for (name, header) in [(ACCESS, UNKNOWN_ACCESS_KEY), (REFRESH, UNKNOWN_REFRESH_KEY)] {
        let token = with_key_id(ada.cookie(name), header);
        unknown.jar.insert(name.to_owned(), token);
    }
    app.execute("ALTER TABLE signing_keys RENAME TO away");
    let fields = [("email", EMAIL), ("password", PASSWORD), ("name", "Ada")];
    for path in ["/logout", "/login", "/register"] {
        let reply = unknown.post(path, &fields).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{path}: {reply:?}");
    }
    let mut beside_garbage = unknown.clone();
    beside_garbage.jar.insert(REFRESH.to_owned(), "garbage".to_owned());
    for mut visitor in [unknown.clone(), beside_garbage] {
        let reply = visitor.get("/login").await;
        assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{reply:?}");
    }
    assert_eq!(app.open_sessions(), 1);
    app.execute("ALTER TABLE away RENAME TO signing_keys");
    let reply = unknown.post("/logout", &[]).await;
    assert_eq!(reply.status, 303, "a key that does not exist makes the tokens worthless");
    assert!(unknown.jar.contains_key(ACCESS) && unknown.jar.contains_key(REFRESH), "not ours");
    assert_eq!(app.open_sessions(), 1, "Ada's session is still active");
}

#[rocket::async_test]
async fn an_emergency_deletes_every_key_and_everybody_has_to_sign_in_again() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let api = Api::of(&app);
    let tokens = api.register().await;
    let before = ids(&api.key_set().await);
    let mut ada = app.visitor();
    ada.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    operator.keys.rotate(KeyRotation::Emergency).await.unwrap();
    within_a_second(async || ids(&api.key_set().await).is_disjoint(&before)).await;
    let me = api.me(text(&tokens, "access_token")).await;
    assert!(me.status == 401 && me.body.contains("token_invalid"), "{me:?}");
    let refresh = api.refresh(&tokens["refresh_token"]).await;
    assert!(refresh.status == 401 && refresh.body.contains("invalid_refresh_token"), "{refresh:?}");
    assert_eq!(ada.get("/profile").await.location.as_deref(), Some("/login?next=/profile"));
    assert_eq!(app.open_sessions(), 0);
    assert_eq!(api.me(text(&api.login().await, "access_token")).await.status, 200);
}

#[rocket::async_test]
async fn an_emergency_takes_effect_even_if_the_new_keys_cannot_be_opened() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let api = Api::of(&app);
    let token = text(&api.register().await, "access_token").to_owned();
    operator.keys.reseal(decode_secret(NEW_SECRET).unwrap()).await.unwrap();
    let with_new = app.operator_with(&[("VESTIBULE_SECRET", NEW_SECRET)]).await;
    with_new.keys.rotate(KeyRotation::Emergency).await.unwrap();
    within_a_second(async || api.key_set().await.is_empty()).await;
    assert!(api.me(&token).await.body.contains("token_invalid"));
    let login = api.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(
        login.status, 503,
        "nothing to sign with until it is restarted with the new secret: {login:?}"
    );
    assert_eq!(app.visitor().get("/login").await.status, 200);
}

#[rocket::async_test]
async fn no_key_is_added_under_the_old_secret_after_a_reseal() {
    let app = TestApp::start().await;
    let (resealing, rotating) = (app.operator().await, app.operator().await);
    resealing.keys.reseal(decode_secret(NEW_SECRET).unwrap()).await.unwrap();
    for rotation in [KeyRotation::Ordinary, KeyRotation::Emergency] {
        assert!(rotating.keys.rotate(rotation).await.is_err(), "{rotation:?} under the old secret");
    }
    let restarted = app.operator_with(&[("VESTIBULE_SECRET", NEW_SECRET)]).await;
    assert_eq!(restarted.keys.list().await.unwrap().len(), 4);
}

#[rocket::async_test]
async fn a_missing_next_key_is_created_at_the_start() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    // As an older version left it: there is no next refresh key.
    app.execute("DELETE FROM signing_keys WHERE state = 'next' AND purpose = 'refresh'");
    let restarted = app.twin().await;
    let keys = app.operator().await.keys.list().await.unwrap();
    assert_eq!(keys.iter().filter(|key| key.state == KeyState::Next).count(), 2);
    assert!(ada.at(&restarted).get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn processes_that_start_together_with_another_algorithm_all_start() {
    let app = TestApp::start().await;
    let es256 = [("VESTIBULE_ALGORITHM", "ES256")];
    let twins = join_all((0..4).map(|_| app.twin_with(&es256))).await;
    for twin in &twins {
        let algorithms: Vec<_> = Api(app.visitor().at(twin)).key_set().await;
        assert_eq!(algorithms.len(), 2);
    }
    let keys = app.operator().await.keys.list().await.unwrap();
    let waiting =
        keys.iter().filter(|key| key.state == KeyState::Next && key.purpose == KeyPurpose::Access);
    assert_eq!(waiting.map(|key| key.algorithm).collect::<Vec<_>>(), [Algorithm::Es256]);
}

#[rocket::async_test]
async fn a_retiring_key_can_be_deleted_early_but_not_a_key_in_use() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let api = Api::of(&app);
    let token = text(&api.register().await, "access_token").to_owned();
    let old = kid(&token);
    assert_eq!(
        operator.keys.retire(old.clone()).await.unwrap(),
        RetireOutcome::InUse(KeyState::Active)
    );
    let next = id(&operator, KeyPurpose::Access, KeyState::Next).await;
    assert_eq!(operator.keys.retire(next).await.unwrap(), RetireOutcome::InUse(KeyState::Next));
    assert_eq!(operator.keys.retire("unknown".into()).await.unwrap(), RetireOutcome::NotFound);
    operator.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    assert_eq!(operator.keys.retire(old.clone()).await.unwrap(), RetireOutcome::Retired);
    within_a_second(async || !ids(&api.key_set().await).contains(&old)).await;
    assert_eq!(api.me(&token).await.status, 401);
}

#[rocket::async_test]
async fn every_algorithm_signs_publishes_its_public_key_and_is_pinned() {
    for (name, kty) in
        [("EdDSA", Some("OKP")), ("ES256", Some("EC")), ("RS256", Some("RSA")), ("HS256", None)]
    {
        let app = TestApp::start_with(&[("VESTIBULE_ALGORITHM", name)]).await;
        let api = Api::of(&app);
        let token = text(&api.register().await, "access_token").to_owned();
        assert_eq!(text(&header(&token), "alg"), name);
        assert_eq!(api.me(&token).await.status, 200);
        let set = api.key_set().await;
        assert_eq!(set.len(), if kty.is_some() { 2 } else { 0 }, "{name}");
        for key in &set {
            assert_eq!(
                (Some(text(key, "kty")), text(key, "alg"), text(key, "use")),
                (kty, name, "sig")
            );
            assert!(["d", "p", "q", "k"].iter().all(|private| key[private].is_null()), "{key}");
        }
        let claims = claims(&token);
        let mut browser = app.visitor();
        browser.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
        assert!(browser.get("/profile").await.is_signed_in() && claims["sub"].is_string());
    }
}

#[rocket::async_test]
async fn another_algorithm_is_published_first_and_signs_after_the_next_rotation() {
    let app = TestApp::start().await;
    let api = Api::of(&app);
    let tokens = api.register().await;
    let restarted = app.twin_with(&[("VESTIBULE_ALGORITHM", "ES256")]).await;
    let there = Api(app.visitor().at(&restarted));
    let algorithms = async || {
        there.key_set().await.iter().map(|key| text(key, "alg").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(algorithms().await, ["EdDSA", "ES256"]);
    assert_eq!(text(&header(text(&there.login().await, "access_token")), "alg"), "EdDSA");
    // The settings of the operator's shell do not matter.
    let operator = app.operator().await;
    operator.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    within_a_second(async || algorithms().await == ["EdDSA", "ES256", "ES256"]).await;
    assert_eq!(text(&header(text(&there.login().await, "access_token")), "alg"), "ES256");
    assert_eq!(there.me(text(&tokens, "access_token")).await.status, 200);
    operator.keys.rotate(KeyRotation::Emergency).await.unwrap();
    within_a_second(async || algorithms().await == ["ES256", "ES256"]).await;
}

#[rocket::async_test]
async fn an_access_token_stays_valid_after_a_rotation_by_a_command_with_other_settings() {
    let app = TestApp::start_with(&[("VESTIBULE_ACCESS_TTL", "2h")]).await;
    let api = Api::of(&app);
    api.register().await;
    // The operator's shell does not have the setting of two hours.
    let operator = app.operator().await;
    let stored = async || {
        operator.keys.list().await.unwrap().into_iter().map(|key| key.id).collect::<BTreeSet<_>>()
    };
    for round in 0..3 {
        let token = text(&api.login().await, "access_token").to_owned();
        operator.keys.rotate(KeyRotation::Ordinary).await.unwrap();
        until_published(&api, &id(&operator, KeyPurpose::Access, KeyState::Next).await).await;
        app.wait(Span::minutes(119));
        assert!(stored().await.contains(&kid(&token)), "round {round}");
        assert_eq!(api.me(&token).await.status, 200, "round {round}");
        app.wait(Span::minutes(3));
        assert!(!stored().await.contains(&kid(&token)), "round {round}");
    }
}

#[rocket::async_test]
async fn a_token_whose_key_cannot_be_opened_gets_503_and_keeps_its_cookies() {
    let app = TestApp::start().await;
    let api = Api::of(&app);
    api.register().await;
    app.operator().await.keys.reseal(decode_secret(NEW_SECRET).unwrap()).await.unwrap();
    let new_secret = [("VESTIBULE_SECRET", NEW_SECRET)];
    for _ in 0..2 {
        app.operator_with(&new_secret).await.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    }
    let restarted = app.twin_with(&new_secret).await;
    let there = Api(app.visitor().at(&restarted));
    let tokens = there.login().await;
    let mut ada = app.visitor().at(&restarted);
    ada.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let sessions = app.open_sessions();

    let mut here = ada.at(&app.client);
    let reply = here.get("/profile").await;
    assert!(reply.status == 503 && reply.set_cookies().is_empty(), "{reply:?}");
    assert_eq!(api.me(text(&tokens, "access_token")).await.status, 503);
    assert_eq!(api.refresh(&tokens["refresh_token"]).await.status, 503);
    let login = api.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(
        (login.status, app.open_sessions()),
        (503, sessions),
        "no session is left without tokens"
    );
    let restarted = app.twin_with(&new_secret).await;
    assert!(here.at(&restarted).get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn an_emergency_takes_effect_even_if_the_keys_cannot_be_read() {
    let app = TestApp::start().await;
    let mut copy = app.ada().await;
    copy.jar.remove(REFRESH);
    let mut other = app.kept_ada().await;
    other.jar.remove(REFRESH);
    // As after an emergency; this process cannot read the keys.
    let session = claims(copy.cookie(ACCESS))["sid"].as_str().unwrap().to_owned();
    let end = format!(
        "UPDATE sessions SET ended_at = created_at, end_reason = 'operator' WHERE id = '{session}'"
    );
    app.execute(&format!("ALTER TABLE signing_keys RENAME TO away; {end}"));
    assert_eq!(
        copy.get("/").await.status,
        303,
        "the front page goes by the token alone, and no reading is late yet"
    );
    app.wait(Span::seconds(6));
    // Revocations are read again: this one concerns a session that is still active.
    let revoke = "INSERT INTO revocations (session_id, generation, created_at, until) \
                  SELECT id, NULL, 4102444800000, 4102444800000 FROM sessions WHERE ended_at IS NULL";
    app.execute(revoke);
    within_a_second(async || other.get("/").await.status == 200).await;
    assert_eq!(copy.get("/").await.status, 200, "nobody is signed in");
}

#[rocket::async_test]
async fn resealed_keys_open_only_with_the_new_secret_and_running_processes_are_not_affected() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let api = Api::of(&app);
    let tokens = api.register().await;
    let count = operator.keys.reseal(decode_secret(NEW_SECRET).unwrap()).await.unwrap();
    assert_eq!(count, 4);
    app.wait(Span::seconds(1));
    assert_eq!(api.me(text(&tokens, "access_token")).await.status, 200);
    let restarted = app.twin_with(&[("VESTIBULE_SECRET", NEW_SECRET)]).await;
    let there = Api(app.visitor().at(&restarted));
    assert_eq!(there.me(text(&tokens, "access_token")).await.status, 200);
    assert_eq!(there.refresh(&tokens["refresh_token"]).await.status, 200);
    assert!(
        operator.keys.reseal(decode_secret(NEW_SECRET).unwrap()).await.is_err(),
        "the old secret opens nothing"
    );
}
