//! What the operator does with accounts, and what administrators can see.

use crate::support::{
    ACCESS, Api, Done, EMAIL, PASSWORD, REFRESH, TestApp, Visitor, claims, parsed, text,
    within_a_second,
};
use rocket::http::Method;
use serde_json::json;
use vestibule::accounts::administration::{AccountDraft, AccountRef, ChangeOutcome, CreateOutcome};
use vestibule::domain::account::{Account, Role};
use vestibule::domain::email::EmailAddress;
use vestibule::domain::name::DisplayName;
use vestibule::domain::password::Password;

pub fn who(email: &str) -> AccountRef {
    AccountRef::Email(EmailAddress::parse(email).unwrap())
}

pub fn draft(email: &str, role: Role) -> AccountDraft {
    AccountDraft {
        name: DisplayName::parse("Grace").unwrap(),
        email: EmailAddress::parse(email).unwrap(),
        password: Password::parse(PASSWORD).unwrap(),
        role,
    }
}

pub async fn signed_in<'a>(app: &'a TestApp, email: &str) -> Visitor<'a> {
    let mut visitor = app.visitor();
    let reply = visitor.post("/login", &[("email", email), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    visitor
}

#[rocket::async_test]
async fn an_account_created_by_the_operator_can_sign_in_even_if_registration_is_closed() {
    let app = TestApp::start_with(&[("VESTIBULE_REGISTRATION", "closed")]).await;
    let operator = app.operator().await;
    let made = operator
        .administration
        .create(draft("grace@example.org", Role::Admin))
        .await
        .unwrap()
        .account();
    assert_eq!(made.role, Role::Admin);
    let again =
        operator.administration.create(draft("GRACE@example.org", Role::User)).await.unwrap();
    assert_eq!(again, CreateOutcome::EmailTaken);
    let mut grace = signed_in(&app, "grace@example.org").await;
    assert_eq!(claims(grace.cookie(ACCESS))["role"], "admin");
    assert!(grace.get("/profile").await.body.contains("Administrator"));
    assert_eq!((app.events("account_created"), app.events("signed_in")), (1, 1));
}

#[rocket::async_test]
async fn only_administrators_see_the_administration() {
    let app = TestApp::start().await;
    app.operator()
        .await
        .administration
        .create(draft("grace@example.org", Role::Admin))
        .await
        .unwrap()
        .account();
    let mut grace = signed_in(&app, "grace@example.org").await;
    let page = grace.get("/admin").await;
    assert!(
        page.status == 200 && page.body.contains("<dt>Accounts</dt><dd>1</dd>"),
        "{}",
        page.body
    );
    let mut ada = app.ada().await;
    assert_eq!(ada.get("/admin").await.status, 403);
    let json = ada.clone().with_header("Accept", "application/json").get("/admin").await;
    assert_eq!((json.status, parsed(&json)["code"].as_str()), (403, Some("forbidden")));
    assert_eq!(app.visitor().get("/admin").await.location.as_deref(), Some("/login?next=/admin"));
    assert!(
        !ada.get("/profile").await.body.contains("/admin")
            && grace.get("/profile").await.body.contains("/admin")
    );
}

#[rocket::async_test]
async fn a_changed_role_takes_effect_within_a_second_and_signs_nobody_out() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    operator
        .administration
        .create(draft("grace@example.org", Role::Admin))
        .await
        .unwrap()
        .account();
    let mut ada = app.ada().await;
    let api = Api::of(&app);
    let program = api.login().await;
    let token = text(&program, "access_token");
    assert_eq!((ada.get("/admin").await.status, api.me(token).await.status), (403, 200));

    let changed =
        operator.administration.set_role(who(EMAIL), Role::Admin).await.unwrap().account();
    assert_eq!(changed.role, Role::Admin);
    let before = ada.cookie(ACCESS).to_owned();
    assert_eq!(ada.get("/admin").await.status, 200, "immediately: /admin checks the database");
    within_a_second(async || api.me(token).await.status == 401).await;
    let old = api.me(token).await;
    assert!(
        old.status == 401 && old.body.contains("token_expired"),
        "refreshing gets a new one: {old:?}"
    );
    ada.get("/profile").await;
    assert_eq!(
        (claims(&before)["role"].as_str(), claims(ada.cookie(ACCESS))["role"].as_str()),
        (Some("user"), Some("admin"))
    );
    let renewed = parsed(&api.refresh(&program["refresh_token"]).await);
    assert_eq!(claims(text(&renewed, "access_token"))["role"], "admin");
    assert_eq!(api.me(text(&renewed, "access_token")).await.status, 200);

    operator.administration.set_role(who(EMAIL), Role::User).await.unwrap().account();
    assert_eq!(ada.get("/admin").await.status, 403);
    assert!(ada.get("/profile").await.is_signed_in());
    assert_eq!(app.events("role_changed"), 2);
    assert_eq!(app.open_sessions(), 2);
}

#[rocket::async_test]
async fn a_changed_role_takes_effect_immediately_while_the_revocations_are_stale() {
    let app = TestApp::start().await;
    app.operator()
        .await
        .administration
        .create(draft("grace@example.org", Role::Admin))
        .await
        .unwrap()
        .account();
    let token = signed_in(&app, "grace@example.org").await.cookie(ACCESS).to_owned();
    let api = Api::of(&app);
    assert_eq!(api.me(&token).await.status, 200);
    let change = "ALTER TABLE revocations RENAME TO stalled; UPDATE accounts SET role = 'user'";
    app.execute(change);
    app.wait(vestibule::domain::Span::seconds(6));
    let old = api.me(&token).await;
    assert!(old.status == 401 && old.body.contains("token_expired"), "{old:?}");
}

#[rocket::async_test]
async fn a_disabled_account_is_signed_out_and_looks_like_a_wrong_password() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let mut ada = app.ada().await;
    let api = Api::of(&app);
    let program = api.login().await;
    operator.administration.disable(who(EMAIL)).await.unwrap().account();
    within_a_second(async || api.me(text(&program, "access_token")).await.status == 401).await;
    assert!(api.me(text(&program, "access_token")).await.body.contains("session_ended"));
    let refused = api.refresh(&program["refresh_token"]).await;
    assert_eq!(parsed(&refused)["reason"], "disabled");
    assert_eq!(ada.get("/profile").await.location.as_deref(), Some("/login?next=/profile"));
    assert!(ada.get("/login").await.body.contains("This account has been disabled."));

    let mut stranger = app.visitor();
    let right = stranger.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let wrong =
        stranger.post("/login", &[("email", EMAIL), ("password", "some other words")]).await;
    assert_eq!((right.status, right.body), (401, wrong.body));
    let login = json!({ "email": EMAIL, "password": PASSWORD });
    assert!(api.post("/api/auth/login", login).await.body.contains("invalid_credentials"));

    operator.administration.enable(who(EMAIL)).await.unwrap().account();
    assert!(signed_in(&app, EMAIL).await.get("/profile").await.is_signed_in());
    assert_eq!((app.events("account_disabled"), app.events("account_enabled")), (1, 1));
}

#[rocket::async_test]
async fn no_concurrent_sign_in_survives_disabling() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    Api::of(&app).register().await;
    for _ in 0..10 {
        let fields = [("email", EMAIL), ("password", PASSWORD)];
        let mut visitor = app.visitor();
        let (_, disabled) = rocket::tokio::join!(
            visitor.post("/login", &fields),
            operator.administration.disable(who(EMAIL))
        );
        disabled.unwrap().account();
        assert_eq!(app.open_sessions(), 0);
        operator.administration.enable(who(EMAIL)).await.unwrap().account();
    }
}

#[rocket::async_test]
async fn no_concurrent_sign_in_keeps_the_old_role() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    operator
        .administration
        .create(draft("grace@example.org", Role::Admin))
        .await
        .unwrap()
        .account();
    let api = Api::of(&app);
    let mut ada = app.ada().await;
    let mut password = PASSWORD.to_owned();
    for round in 0..8 {
        operator.administration.set_role(who(EMAIL), Role::Admin).await.unwrap().account();
        let new = format!("{PASSWORD} {round}");
        // Hashing takes longer than the change of the role, so they overlap.
        let demote = operator.administration.set_role(who(EMAIL), Role::User);
        if round % 2 == 0 {
            let fields = [("email", EMAIL), ("password", &password)];
            rocket::tokio::join!(ada.post("/login", &fields), demote).1.unwrap().account();
        } else {
            let fields = [("current_password", password.as_str()), ("new_password", &new)];
            rocket::tokio::join!(ada.post("/password", &fields), demote).1.unwrap().account();
            password = new;
        }
        let token = ada.cookie(ACCESS).to_owned();
        within_a_second(async || {
            claims(&token)["role"] == "user" || api.me(&token).await.status == 401
        })
        .await;
        assert!(ada.get("/profile").await.is_signed_in(), "round {round}");
    }
}

#[rocket::async_test]
async fn a_disabled_account_is_refused_even_if_its_sessions_have_not_ended() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let api = Api::of(&app);
    let tokens = api.login().await;
    let other = api.login().await;
    app.execute("UPDATE accounts SET disabled_at = created_at");
    assert_eq!(ada.get("/profile").await.status, 303, "a page that reads the database");
    let refused = parsed(&api.refresh(&tokens["refresh_token"]).await);
    assert_eq!((text(&refused, "code"), text(&refused, "reason")), ("session_ended", "disabled"));
    let mut copy = app.visitor();
    copy.jar.insert(ACCESS.to_owned(), text(&other, "access_token").to_owned());
    assert_eq!(copy.get("/").await.status, 303, "the home page checks only the token");
    app.execute("ALTER TABLE revocations RENAME TO stalled");
    app.wait(vestibule::domain::Span::seconds(6));
    assert_eq!(copy.get("/").await.status, 200, "stale revocations: the database is read");
}

#[rocket::async_test]
async fn the_admin_pages_check_the_database_and_not_the_token() {
    let app = TestApp::start().await;
    app.operator()
        .await
        .administration
        .create(draft("grace@example.org", Role::Admin))
        .await
        .unwrap()
        .account();
    let mut grace = signed_in(&app, "grace@example.org").await;
    assert_eq!(grace.get("/admin").await.status, 200);
    app.execute("UPDATE accounts SET role = 'user'");
    assert_eq!(grace.get("/admin").await.status, 403, "before the revocation is read");
    app.execute("UPDATE sessions SET ended_at = created_at, end_reason = 'operator'");
    let json = grace.clone().with_header("Accept", "application/json").get("/admin").await;
    assert_eq!((json.status, text(&parsed(&json), "code")), (401, "session_ended"));
    assert_eq!(grace.get("/admin").await.status, 303);
    app.execute("UPDATE sessions SET ended_at = NULL, end_reason = NULL");
    let mut grace = signed_in(&app, "grace@example.org").await;
    app.execute("ALTER TABLE accounts RENAME TO away");
    assert_eq!(grace.get("/admin").await.status, 503, "undecided fails closed");
}

#[rocket::async_test]
async fn sessions_ended_by_a_command_with_other_lifetimes_stay_ended() {
    let app = TestApp::start_with(&[("VESTIBULE_ACCESS_TTL", "2h")]).await;
    let mut copy = app.ada().await;
    copy.jar.remove(REFRESH);
    assert_eq!(
        copy.get("/").await.status,
        303,
        "the home page checks only the revocations in memory"
    );
    // The operator's shell does not have the setting of two hours.
    app.operator().await.administration.disable(who(EMAIL)).await.unwrap().account();
    within_a_second(async || copy.get("/").await.status == 200).await;
    app.wait(vestibule::domain::Span::minutes(60));
    let restarted = app.twin_with(&[("VESTIBULE_ACCESS_TTL", "2h")]).await;
    assert_eq!(
        copy.at(&restarted).get("/").await.status,
        200,
        "the token is valid for another hour, but revoked"
    );
}

#[rocket::async_test]
async fn the_tokens_of_a_deleted_account_are_refused_even_after_signing_up_again() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let mut ada = app.ada().await;
    let api = Api::of(&app);
    let program = api.login().await;
    let Account { id, .. } = operator.administration.delete(who(EMAIL)).await.unwrap().account();
    within_a_second(async || api.me(text(&program, "access_token")).await.status == 401).await;
    for table in ["accounts", "credentials", "sessions"] {
        assert_eq!(app.number(&format!("SELECT count(*) AS n FROM {table}")), 0, "{table}");
    }
    let personal = "address IS NOT NULL OR device IS NOT NULL OR details IS NOT NULL";
    let before = format!("kind <> 'account_deleted' AND ({personal})");
    let query = format!("SELECT count(*) AS n FROM events WHERE {before}");
    assert_eq!(
        (app.events("signed_up"), app.number(&query)),
        (1, 0),
        "events are kept without personal data"
    );
    let again = api.register().await;
    assert_ne!(text(&again["user"], "id"), id.0.to_string());
    assert_eq!(ada.get("/profile").await.status, 303);
    assert_eq!(api.me(text(&program, "access_token")).await.status, 401);
    assert_eq!(api.refresh(&program["refresh_token"]).await.status, 401);
    let gone = api
        .with_bearer(Method::Delete, "/api/auth/sessions/7", text(&program, "access_token"))
        .await;
    assert_eq!(gone.status, 401);
    assert!(operator.administration.show(AccountRef::Id(id)).await.unwrap().is_none());
}

#[rocket::async_test]
async fn the_last_administrator_cannot_be_demoted_disabled_or_deleted() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let refused = |outcome: ChangeOutcome| match outcome {
        ChangeOutcome::Changed(_) => None,
        refused => Some(refused),
    };
    operator
        .administration
        .create(draft("grace@example.org", Role::Admin))
        .await
        .unwrap()
        .account();
    let grace = || who("grace@example.org");
    let last = Some(ChangeOutcome::LastAdministrator);
    assert_eq!(refused(operator.administration.set_role(grace(), Role::User).await.unwrap()), last);
    assert_eq!(refused(operator.administration.disable(grace()).await.unwrap()), last);
    assert_eq!(refused(operator.administration.delete(grace()).await.unwrap()), last);
    operator.administration.create(draft("joan@example.org", Role::Admin)).await.unwrap().account();
    assert_eq!(refused(operator.administration.disable(grace()).await.unwrap()), None);
    let joan = || who("joan@example.org");
    assert_eq!(
        refused(operator.administration.delete(joan()).await.unwrap()),
        last,
        "a disabled administrator does not count"
    );
    assert_eq!(refused(operator.administration.delete(grace()).await.unwrap()), None);
    let nobody =
        operator.administration.set_role(who("nobody@example.org"), Role::User).await.unwrap();
    assert_eq!(refused(nobody), Some(ChangeOutcome::NotFound));
}
