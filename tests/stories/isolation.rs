//! Two requests that change the same account at the same moment, in two processes. Whichever comes
//! first, the state afterwards is one that they could have left one after the other.

use crate::support::{ACCESS, Api, Done, EMAIL, PASSWORD, TestApp, Visitor, claims};
use rocket::local::asynchronous::Client;
use serde_json::json;
use vestibule::accounts::administration::{AccountDraft, AccountRef, ChangeOutcome};
use vestibule::accounts::signing_keys::KeyRotation;
use vestibule::domain::account::Role;
use vestibule::domain::email::EmailAddress;
use vestibule::domain::key::KeyState;
use vestibule::domain::name::DisplayName;
use vestibule::domain::password::Password;

const NEW_PASSWORD: &str = "three other unrelated words";

fn who(email: &str) -> AccountRef {
    AccountRef::Email(EmailAddress::parse(email).unwrap())
}

/// Signs Ada in at this process; her browser and the status.
async fn sign_in<'a>(process: &'a Client, password: &str) -> (Visitor<'a>, u16) {
    let mut visitor = Visitor::new(process);
    let reply = visitor.post("/login", &[("email", EMAIL), ("password", password)]).await;
    (visitor, reply.status)
}

async fn change_password(visitor: &mut Visitor<'_>) -> u16 {
    let fields = [("current_password", PASSWORD), ("new_password", NEW_PASSWORD)];
    visitor.post("/password", &fields).await.status
}

#[rocket::async_test]
async fn a_session_that_begins_with_the_old_password_ends_when_the_password_changes() {
    let app = TestApp::start().await;
    let (other, mut ada) = (app.twin().await, app.ada().await);
    let ((mut old, signed_in), changed) = app
        .interleave("INSERT ON sessions", sign_in(&other, PASSWORD), change_password(&mut ada))
        .await;
    // On SQLite either may come first.
    assert_eq!(changed, 303);
    assert!(signed_in == 303 || !app.database.is_postgres(), "{signed_in}");
    assert_eq!((app.open_sessions(), old.get("/profile").await.status), (1, 303));
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn a_sign_in_with_the_old_password_is_refused_while_the_password_changes() {
    let app = TestApp::start().await;
    let (other, mut ada) = (app.twin().await, app.ada().await);
    let (changed, (_, signed_in)) = app
        .interleave("UPDATE ON credentials", change_password(&mut ada), sign_in(&other, PASSWORD))
        .await;
    assert_eq!(changed, 303);
    assert!(signed_in == 401 || !app.database.is_postgres(), "{signed_in}");
    assert_eq!(app.open_sessions(), 1);
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn of_two_demotions_of_the_last_administrators_one_is_refused() {
    let app = TestApp::start().await;
    let (here, there) = (app.operator().await, app.operator().await);
    for email in ["grace@example.org", "edsger@example.org"] {
        let draft = AccountDraft {
            name: DisplayName::parse("Grace").unwrap(),
            email: EmailAddress::parse(email).unwrap(),
            password: Password::parse(PASSWORD).unwrap(),
            role: Role::Admin,
        };
        here.administration.create(draft).await.unwrap().account();
    }
    let (first, second) = app
        .interleave(
            "UPDATE ON accounts",
            here.administration.set_role(who("grace@example.org"), Role::User),
            there.administration.set_role(who("edsger@example.org"), Role::User),
        )
        .await;
    let refused = [first.unwrap(), second.unwrap()]
        .into_iter()
        .filter(|outcome| matches!(outcome, ChangeOutcome::LastAdministrator));
    assert_eq!(refused.count(), 1);
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts WHERE role = 'admin'"), 1);
}

/// Ada, an administrator beside another one, whose access token has expired.
async fn expired_administrator(app: &TestApp) -> Visitor<'_> {
    app.ada().await.post("/logout", &[]).await;
    app.execute(
        "INSERT INTO accounts (id, email, name, role, created_at) VALUES \
         ('01999999-0000-7000-8000-000000000001', 'other@example.org', 'Other', 'admin', 0); \
         UPDATE accounts SET role = 'admin'",
    );
    let (ada, status) = sign_in(&app.client, PASSWORD).await;
    assert_eq!((status, claims(ada.cookie(ACCESS))["role"].as_str()), (303, Some("admin")));
    app.outlive_access_token();
    ada
}

#[rocket::async_test]
async fn a_refresh_while_the_role_changes_gets_no_token_with_the_old_role() {
    for step in ["UPDATE ON accounts", "UPDATE ON sessions"] {
        let app = TestApp::start().await;
        let (other, operator) = (app.twin().await, app.operator().await);
        let mut ada = expired_administrator(&app).await.at(&other);
        let demotion = operator.administration.set_role(who(EMAIL), Role::User);
        if step == "UPDATE ON accounts" {
            app.interleave(step, demotion, ada.get("/profile")).await.0.unwrap().account();
        } else {
            app.interleave(step, ada.get("/profile"), demotion).await.1.unwrap().account();
        }
        let api = Api(Visitor::new(&other));
        let token = ada.cookie(ACCESS).to_owned();
        let is_admin = claims(&token)["role"] == "admin";
        crate::support::within_a_second(async || {
            api.me(&token).await.status == if is_admin { 401 } else { 200 }
        })
        .await;
        assert_eq!(ada.get("/admin").await.status, 403, "{step}");
    }
}

#[rocket::async_test]
async fn no_session_begins_on_an_account_that_is_being_disabled() {
    for step in ["UPDATE ON accounts", "INSERT ON sessions"] {
        let app = TestApp::start().await;
        let (other, operator) = (app.twin().await, app.operator().await);
        app.ada().await;
        let disable = operator.administration.disable(who(EMAIL));
        let sign_in = sign_in(&other, PASSWORD);
        let status = if step == "UPDATE ON accounts" {
            let (disabled, (_, status)) = app.interleave(step, disable, sign_in).await;
            disabled.unwrap().account();
            status
        } else {
            let ((_, status), disabled) = app.interleave(step, sign_in, disable).await;
            disabled.unwrap().account();
            status
        };
        let expected = if step == "UPDATE ON accounts" { 401 } else { 303 };
        assert!(status == expected || !app.database.is_postgres(), "{step}: {status}");
        assert_eq!(app.open_sessions(), 0, "{step}");
    }
}

#[rocket::async_test]
async fn a_refresh_while_the_session_is_signed_out_revives_nothing() {
    for step in ["INSERT ON revocations", "UPDATE ON sessions"] {
        let app = TestApp::start().await;
        let other = app.twin().await;
        let api = Api::of(&app);
        let tokens = api.register().await;
        app.outlive_access_token();
        let sign_out = async {
            api.post("/api/auth/logout", json!({ "refresh_token": tokens["refresh_token"] })).await
        };
        let there = Api(Visitor::new(&other));
        let refresh = there.refresh(&tokens["refresh_token"]);
        let (signed_out, refreshed) = if step == "INSERT ON revocations" {
            app.interleave(step, sign_out, refresh).await
        } else {
            let (refreshed, signed_out) = app.interleave(step, refresh, sign_out).await;
            (signed_out, refreshed)
        };
        assert_eq!((signed_out.status, app.open_sessions()), (204, 0), "{step}");
        if refreshed.status == 200 {
            let token = crate::support::parsed(&refreshed)["access_token"].clone();
            let token = token.as_str().unwrap();
            crate::support::within_a_second(async || there.me(token).await.status == 401).await;
        } else {
            assert_eq!(refreshed.status, 401, "{step}: {refreshed:?}");
        }
        let replaced = "SELECT count(*) AS n FROM sessions WHERE end_reason = 'signed_out'";
        assert_eq!(app.number(replaced), 1, "{step}");
    }
}

#[rocket::async_test]
async fn two_rotations_of_the_keys_leave_one_active_and_one_next_key_each() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let (here, there) = (app.operator().await, app.operator().await);
    let (first, second) = app
        .interleave(
            "UPDATE ON signing_keys",
            here.keys.rotate(KeyRotation::Ordinary),
            there.keys.rotate(KeyRotation::Ordinary),
        )
        .await;
    first.and(second).unwrap();
    let keys = here.keys.list().await.unwrap();
    for (state, expected) in [(KeyState::Active, 2), (KeyState::Next, 2), (KeyState::Retiring, 4)] {
        assert_eq!(keys.iter().filter(|key| key.state == state).count(), expected, "{state:?}");
    }
    assert!(ada.at(&app.twin().await).get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn two_first_starts_agree_on_the_keys() {
    let app = TestApp::start().await;
    app.execute("DELETE FROM signing_keys");
    let (here, there) = app.interleave("INSERT ON signing_keys", app.twin(), app.twin()).await;
    assert_eq!(app.number("SELECT count(*) AS n FROM signing_keys"), 4);
    let fields = [("name", "Ada"), ("email", EMAIL), ("password", PASSWORD)];
    let mut ada = Visitor::new(&here);
    ada.post("/register", &fields).await;
    let mut elsewhere = ada.at(&there);
    assert!(elsewhere.get("/profile").await.is_signed_in());
    app.outlive_access_token();
    assert!(elsewhere.get("/profile").await.is_signed_in(), "the refresh keys agree too");
}

#[rocket::async_test]
async fn browsers_that_change_places_on_two_accounts_do_not_lock_each_other_out() {
    let app = TestApp::start().await;
    let other = app.twin().await;
    let mut ada = app.ada().await;
    let mut eve = Visitor::new(&other);
    let eves = [("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    eve.post("/register", &eves).await;
    // Each ends a session of the account that the other one signs in to. When an attempt is taken
    // back, an account is locked already.
    let as_eve = [("email", "eve@example.org"), ("password", PASSWORD)];
    let as_ada = [("email", EMAIL), ("password", PASSWORD)];
    let (first, second) = app
        .interleave("UPDATE ON throttles", ada.post("/login", &as_eve), eve.post("/login", &as_ada))
        .await;
    assert_eq!((first.status, second.status), (303, 303), "{first:?} {second:?}");
    assert_eq!(app.open_sessions(), 2);
    let deadlocks =
        "SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()";
    assert!(!app.database.is_postgres() || app.number(deadlocks) == 0);
}
