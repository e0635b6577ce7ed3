//! What the operator changes for others: name, email address, password, sessions.

use crate::operator::{draft, signed_in, who};
use crate::support::{Api, Done, EMAIL, PASSWORD, TestApp, claims, parsed, text, within_a_second};
use uuid::Uuid;
use vestibule::accounts::administration::{ChangeOutcome, EndSessionOutcome};
use vestibule::domain::account::Role;
use vestibule::domain::email::EmailAddress;
use vestibule::domain::name::DisplayName;
use vestibule::domain::password::{Password, PasswordError};
use vestibule::domain::session::SessionId;

const NEW_PASSWORD: &str = "three quite different words";
const NEW_EMAIL: &str = "ada.king@example.org";

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

#[rocket::async_test]
async fn a_password_set_by_the_operator_ends_all_sessions_and_is_the_only_one_that_works() {
    let app = TestApp::start().await;
    let operator = app.operator().await.administration;
    let mut ada = app.ada().await;
    let api = Api::of(&app);
    let program = api.login().await;
    operator.set_password(who(EMAIL), password(NEW_PASSWORD)).await.unwrap().account();
    within_a_second(async || api.me(text(&program, "access_token")).await.status == 401).await;
    let refused = parsed(&api.refresh(&program["refresh_token"]).await);
    assert_eq!(text(&refused, "reason"), "password_changed");
    assert_eq!(ada.get("/profile").await.status, 303);
    assert!(ada.get("/login").await.body.contains("password"));
    assert_eq!((app.open_sessions(), app.events("session_ended")), (0, 2));
    let sign_in = async |password: &str| {
        app.visitor().post("/login", &[("email", EMAIL), ("password", password)]).await.status
    };
    assert_eq!((sign_in(PASSWORD).await, sign_in(NEW_PASSWORD).await), (401, 303));
    let details = app.event_details("password_changed");
    assert!(details["system_user"].is_string(), "{details}");
}

#[rocket::async_test]
async fn a_password_by_the_operator_is_judged_like_that_of_a_user_and_a_refused_one_changes_nothing()
 {
    let app = TestApp::start().await;
    let operator = app.operator().await.administration;
    let ada = app.ada().await;
    for (weak, error) in
        [("password", PasswordError::Common), ("ada.lovelace", PasswordError::Personal)]
    {
        let outcome = operator.set_password(who(EMAIL), password(weak)).await.unwrap();
        assert!(
            matches!(outcome, ChangeOutcome::PasswordRefused(refused) if refused == error),
            "{weak}: {outcome:?}"
        );
    }
    let nobody = who("nobody@example.org");
    let outcome = operator.set_password(nobody, password(NEW_PASSWORD)).await.unwrap();
    assert_eq!(outcome, ChangeOutcome::NotFound);
    assert!(ada.clone().get("/profile").await.is_signed_in());
    assert_eq!((app.open_sessions(), app.events("password_changed")), (1, 0));
}

#[rocket::async_test]
async fn a_password_being_set_is_not_outlived_by_a_concurrent_sign_in() {
    let app = TestApp::start().await;
    let operator = app.operator().await.administration;
    Api::of(&app).register().await;
    for round in 0..6 {
        let old = if round == 0 { PASSWORD.to_owned() } else { format!("{NEW_PASSWORD} {round}") };
        let new = format!("{NEW_PASSWORD} {}", round + 1);
        let mut visitor = app.visitor();
        let fields = [("email", EMAIL), ("password", old.as_str())];
        let (_, set) = rocket::tokio::join!(
            visitor.post("/login", &fields),
            operator.set_password(who(EMAIL), password(&new))
        );
        set.unwrap().account();
        assert_eq!(app.open_sessions(), 0, "round {round}");
    }
}

#[rocket::async_test]
async fn an_email_address_set_by_the_operator_is_what_the_account_signs_in_with_and_sessions_go_on()
{
    let app = TestApp::start().await;
    let operator = app.operator().await.administration;
    let mut ada = app.ada().await;
    let changed = operator.set_email(who(EMAIL), email(" ADA.King@Example.ORG ")).await.unwrap();
    assert_eq!(changed.account().email, email(NEW_EMAIL));
    assert!(ada.get("/profile").await.body.contains(NEW_EMAIL));
    let sign_in = async |email: &str| {
        app.visitor().post("/login", &[("email", email), ("password", PASSWORD)]).await.status
    };
    assert_eq!((sign_in(EMAIL).await, sign_in(NEW_EMAIL).await), (401, 303));
    operator.set_email(who(NEW_EMAIL), email(NEW_EMAIL)).await.unwrap().account();
    assert_eq!(app.events("email_changed"), 1, "the same again is no change");
    assert!(!app.event_details("email_changed").to_string().contains('@'));
}

#[rocket::async_test]
async fn an_email_address_belongs_to_one_account_even_if_somebody_signs_up_with_it_meanwhile() {
    let app = TestApp::start().await;
    let operator = app.operator().await.administration;
    app.ada().await;
    operator.create(draft("grace@example.org", Role::User)).await.unwrap().account();
    let taken = operator.set_email(who(EMAIL), email("GRACE@example.org")).await.unwrap();
    assert_eq!(taken, ChangeOutcome::EmailTaken);
    let fields = [("name", "Ada King"), ("email", NEW_EMAIL), ("password", PASSWORD)];
    let mut stranger = app.visitor();
    let (set, signed_up) = app
        .interleave(
            "UPDATE OF email ON accounts",
            operator.set_email(who(EMAIL), email(NEW_EMAIL)),
            stranger.post("/register", &fields),
        )
        .await;
    let both = (set.unwrap() == ChangeOutcome::EmailTaken, signed_up.status);
    assert!([(true, 303), (false, 422)].contains(&both), "{both:?}");
    let (_, sessions) = operator.show(who(NEW_EMAIL)).await.unwrap().unwrap();
    assert_eq!(sessions.len(), 1);
}

#[rocket::async_test]
async fn a_name_set_by_the_operator_is_shown_and_each_change_is_an_event() {
    let app = TestApp::start().await;
    let operator = app.operator().await.administration;
    let mut ada = app.ada().await;
    for name in ["Ada King", "Ada Byron", "Ada Byron"] {
        operator.rename(who(EMAIL), DisplayName::parse(name).unwrap()).await.unwrap().account();
        assert!(ada.get("/profile").await.body.contains(name));
    }
    assert_eq!(app.events("profile_changed"), 2, "what the operator does is not folded");
}

#[rocket::async_test]
async fn the_operator_ends_one_session_and_no_other() {
    let app = TestApp::start().await;
    let operator = app.operator().await.administration;
    let mut ada = app.ada().await;
    let api = Api::of(&app);
    let program = api.login().await;
    let token = text(&program, "access_token");
    let id = Uuid::try_parse(text(&claims(token), "sid")).map(SessionId).unwrap();
    let EndSessionOutcome::Ended(ended) = operator.end_session(id).await.unwrap() else {
        panic!("not ended")
    };
    assert_eq!(ended.id, id);
    within_a_second(async || api.me(token).await.status == 401).await;
    let refused = parsed(&api.refresh(&program["refresh_token"]).await);
    assert_eq!(text(&refused, "reason"), "operator");
    assert!(ada.get("/profile").await.is_signed_in());
    assert_eq!(operator.end_session(id).await.unwrap(), EndSessionOutcome::AlreadyEnded);
    let unknown = SessionId(Uuid::nil());
    assert_eq!(operator.end_session(unknown).await.unwrap(), EndSessionOutcome::NotFound);
    assert_eq!((app.open_sessions(), app.events("session_ended")), (1, 1));
}

#[rocket::async_test]
async fn the_operator_signs_an_account_out_everywhere() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let mut ada = app.ada().await;
    let token = text(&Api::of(&app).login().await, "access_token").to_owned();
    let (_, sessions) = operator.administration.show(who(EMAIL)).await.unwrap().unwrap();
    assert_eq!(sessions.len(), 2);
    operator.administration.sign_out(who(EMAIL)).await.unwrap().account();
    within_a_second(async || Api::of(&app).me(&token).await.status == 401).await;
    assert_eq!(ada.get("/profile").await.status, 303);
    assert!(ada.get("/login").await.body.contains("The people who run this site signed you out."));
    assert_eq!((app.open_sessions(), app.events("session_ended")), (0, 2));
    assert!(signed_in(&app, EMAIL).await.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn the_operator_signs_everybody_out_with_an_event_for_each_session() {
    let app = TestApp::start().await;
    let operator = app.operator().await.administration;
    operator.create(draft("grace@example.org", Role::Admin)).await.unwrap().account();
    let mut ada = app.ada().await;
    let mut grace = signed_in(&app, "grace@example.org").await;
    let api = Api::of(&app);
    let token = text(&api.login().await, "access_token").to_owned();
    assert_eq!(operator.sign_out_all().await.unwrap(), 3);
    within_a_second(async || api.me(&token).await.status == 401).await;
    for visitor in [&mut ada, &mut grace] {
        assert_eq!(visitor.get("/profile").await.status, 303);
        let told = visitor.get("/login").await;
        assert!(told.body.contains("The people who run this site signed you out."));
    }
    assert_eq!((app.open_sessions(), app.events("session_ended")), (0, 3));
    assert_eq!(operator.sign_out_all().await.unwrap(), 0);
    assert!(signed_in(&app, EMAIL).await.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn more_accounts_than_fit_into_one_transaction_are_all_signed_out() {
    let app = TestApp::start().await;
    Api::of(&app).register().await;
    let account = "name, role, created_at, disabled_at, devices_forgotten_at";
    let session = "generation, parent, parent_leaf, rotated_at, replay_until, confirmed, persistent, \
        methods, created_at, authenticated_at, last_seen_at, idle_expires_at, expires_at, \
        user_agent, address, ended_at, end_reason";
    // Copies of Ada and of her session.
    let copies: Vec<String> = (0..210)
        .map(|copy| {
            let (id, session_id) = (Uuid::new_v4(), Uuid::new_v4());
            format!(
                "INSERT INTO accounts (id, email, {account}) SELECT '{id}', 'ada{copy}@example.org', \
                 {account} FROM accounts WHERE email = '{EMAIL}'; \
                 INSERT INTO sessions (id, account_id, {session}) SELECT '{session_id}', '{id}', \
                 {session} FROM sessions JOIN (SELECT id AS ada FROM accounts WHERE email = '{EMAIL}') \
                 AS owner ON account_id = ada;"
            )
        })
        .collect();
    app.execute(&copies.concat());
    assert_eq!(app.open_sessions(), 211);
    let operator = app.operator().await.administration;
    assert_eq!(operator.sign_out_all().await.unwrap(), 211);
    assert_eq!((app.open_sessions(), app.events("session_ended")), (0, 211));
}
