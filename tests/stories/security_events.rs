//! What is on record, and how it is read.

use crate::support::{
    ACCESS, Api, Done, EMAIL, PASSWORD, TestApp, Visitor, claims, parsed, text, within_a_second,
};
use rocket::http::Method;
use serde_json::json;
use vestibule::accounts::administration::{
    AccountDraft, AccountRef, EventQuery, EventReader, StoredEvent,
};
use vestibule::accounts::signing_keys::KeyRotation;
use vestibule::domain::Span;
use vestibule::domain::account::{AccountId, Role};
use vestibule::domain::email::EmailAddress;
use vestibule::domain::event::{Actor, Event, EventKind, EventOutcome};
use vestibule::domain::name::DisplayName;
use vestibule::domain::password::Password;

const OTHER_EMAIL: &str = "eve@example.org";
const NEW: &str = "four other unrelated words";
/// When the clock of a story starts, in milliseconds.
const BEGINNING: i64 = 1_800_000_000_000;

fn who(email: &str) -> AccountRef {
    AccountRef::Email(EmailAddress::parse(email).unwrap())
}

async fn reader(app: &TestApp, query: EventQuery) -> EventReader {
    app.operator().await.administration.events(query).await.unwrap().unwrap()
}

/// The events of this kind, newest last.
async fn recorded(app: &TestApp, kind: EventKind) -> Vec<Event> {
    let query = EventQuery { kind: Some(kind), ..EventQuery::default() };
    let batch = reader(app, query).await.read().await.unwrap();
    batch.events.into_iter().map(|found| found.event).collect()
}

/// The only event of this kind.
async fn only(app: &TestApp, kind: EventKind) -> Event {
    let [event] = &recorded(app, kind).await[..] else { panic!("not one {kind:?}") };
    event.clone()
}

fn detail<'e>(event: &'e Event, name: &str) -> &'e str {
    let found = event.details.iter().find(|(known, _)| known == name);
    found.map_or_else(|| panic!("no {name} in {event:?}"), |(_, value)| value)
}

fn account(visitor: &Visitor<'_>) -> AccountId {
    AccountId(text(&claims(visitor.cookie(ACCESS)), "sub").parse().unwrap())
}

fn session_id(visitor: &Visitor<'_>) -> String {
    text(&claims(visitor.cookie(ACCESS)), "sid").to_owned()
}

async fn eve(app: &TestApp) -> Visitor<'_> {
    let mut eve = app.visitor();
    let fields = [("name", "Eve"), ("email", OTHER_EMAIL), ("password", PASSWORD)];
    assert_eq!(eve.post("/register", &fields).await.status, 303);
    eve
}

fn wrong_password() -> [(&'static str, &'static str); 2] {
    [("email", EMAIL), ("password", "some other words")]
}

#[rocket::async_test]
async fn a_refused_sign_in_of_an_account_is_on_record_with_its_reason_once_a_minute() {
    let app = TestApp::start().await;
    let ada = account(&app.ada().await);
    let mut thief = app.visitor().connecting_from("192.0.2.66").with_header("User-Agent", "curl");
    for _ in 0..3 {
        assert_eq!(thief.post("/login", &wrong_password()).await.status, 401);
    }
    thief.post("/login", &[("email", "nobody@example.org"), ("password", PASSWORD)]).await;
    app.wait(Span::seconds(61));
    thief.post("/login", &wrong_password()).await;
    within_a_second(async || app.events("sign_in_refused") >= 2).await;
    let events = recorded(&app, EventKind::SignInRefused).await;
    assert_eq!(events.len(), 2, "folded");
    let event = &events[0];
    assert_eq!((event.subject, event.actor), (Some(ada), Actor::Anonymous));
    assert_eq!((event.outcome, event.session_id), (EventOutcome::Refused, None));
    assert_eq!(event.address.unwrap().to_string(), "192.0.2.66");
    assert_eq!(event.user_agent.as_deref(), Some("curl"));
    assert_eq!(detail(event, "reason"), "wrong_password");
}

#[rocket::async_test]
async fn an_event_is_on_record_though_the_clock_was_set_back() {
    let app = TestApp::start().await;
    app.ada().await;
    for expected in [1, 2] {
        assert_eq!(app.visitor().post("/login", &wrong_password()).await.status, 401);
        within_a_second(async || app.events("sign_in_refused") == expected).await;
        app.wait(Span::hours(-1));
    }
}

#[rocket::async_test]
async fn the_right_password_of_a_disabled_account_is_on_record_as_such() {
    let app = TestApp::start().await;
    app.ada().await;
    app.operator().await.administration.disable(who(EMAIL)).await.unwrap().account();
    app.visitor().post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    within_a_second(async || app.events("sign_in_refused") == 1).await;
    assert_eq!(app.event_details("sign_in_refused"), json!({ "reason": "disabled" }));
}

#[rocket::async_test]
async fn a_wrong_current_password_is_on_record_with_the_session_once_a_minute() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let fields = [("current_password", "some other words"), ("new_password", NEW)];
    for _ in 0..3 {
        assert_eq!(ada.post("/password", &fields).await.status, 422);
    }
    let event = only(&app, EventKind::CurrentPasswordRefused).await;
    assert_eq!(event.session_id.unwrap().0.to_string(), session_id(&ada));
    assert_eq!(
        (event.outcome, event.actor),
        (EventOutcome::Refused, Actor::Account(account(&ada)))
    );
    app.wait(Span::seconds(61));
    ada.post("/password", &fields).await;
    let mut elsewhere = app.kept_ada().await;
    elsewhere.post("/password", &fields).await;
    assert_eq!(app.events("current_password_refused"), 3, "another session has its own");
}

#[rocket::async_test]
async fn a_stale_refresh_token_is_on_record() {
    let app = TestApp::start().await;
    let api = Api::of(&app);
    let old = api.register().await["refresh_token"].clone();
    let new = parsed(&api.refresh(&old).await);
    assert_eq!(api.me(text(&new, "access_token")).await.status, 200);
    app.wait(Span::seconds(60));
    for _ in 0..2 {
        assert!(api.refresh(&old).await.body.contains("refresh_conflict"));
    }
    let event = only(&app, EventKind::RefreshTokenStale).await;
    assert_eq!(event.outcome, EventOutcome::Refused);
    assert_eq!(event.session_id.unwrap().0.to_string(), claims(text(&new, "access_token"))["sid"]);
}

#[rocket::async_test]
async fn who_asks_for_the_administration_without_the_role_is_on_record_once_a_minute() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for page in ["/admin", "/admin/whoami", "/admin"] {
        assert_eq!(ada.get(page).await.status, 403);
    }
    let event = only(&app, EventKind::AdministrationRefused).await;
    assert_eq!((event.subject, event.outcome), (Some(account(&ada)), EventOutcome::Refused));
    assert_eq!(event.session_id.unwrap().0.to_string(), session_id(&ada));
    app.wait(Span::seconds(61));
    ada.get("/admin").await;
    assert_eq!(app.events("administration_refused"), 2);
    app.visitor().get("/admin").await;
    assert_eq!(app.events("administration_refused"), 2, "a stranger is no row");
}

#[rocket::async_test]
async fn who_asks_to_end_a_session_of_another_account_is_on_record_once_a_minute() {
    let app = TestApp::start().await;
    let (ada, mut eve) = (app.ada().await, eve(&app).await);
    let foreign = session_id(&ada);
    let nothing = "01999999-0000-7000-8000-000000000000";
    assert_eq!(eve.post(&format!("/sessions/{nothing}/end"), &[]).await.status, 404);
    assert_eq!(app.events("foreign_session_refused"), 0, "there is no such session");
    for _ in 0..2 {
        assert_eq!(eve.post(&format!("/sessions/{foreign}/end"), &[]).await.status, 404);
    }
    let path = format!("/api/auth/sessions/{foreign}");
    let by_api = Api::of(&app).with_bearer(Method::Delete, &path, eve.cookie(ACCESS)).await;
    assert_eq!(by_api.status, 404);
    let event = only(&app, EventKind::ForeignSessionRefused).await;
    assert_eq!((event.subject, event.actor), (Some(account(&eve)), Actor::Account(account(&eve))));
    assert_eq!(detail(&event, "requested_session"), foreign);
    assert_eq!(app.open_sessions(), 2);
}

#[rocket::async_test]
async fn a_sign_up_with_a_taken_address_is_an_event_of_its_account_once_a_minute() {
    let app = TestApp::start().await;
    let ada = account(&app.ada().await);
    let mut stranger = app.visitor().connecting_from("192.0.2.66");
    for email in [EMAIL, "ADA@example.org"] {
        let fields = [("name", "Mallory"), ("email", email), ("password", PASSWORD)];
        assert_eq!(stranger.post("/register", &fields).await.status, 422);
    }
    let event = only(&app, EventKind::SignUpRefused).await;
    assert_eq!((event.subject, event.actor), (Some(ada), Actor::Anonymous));
    assert_eq!((event.outcome, detail(&event, "reason")), (EventOutcome::Refused, "email_taken"));
}

#[rocket::async_test]
async fn every_end_of_a_session_is_on_record_once_with_its_reason() {
    let app = TestApp::start_with(&[("VESTIBULE_MAX_SESSIONS", "3")]).await;
    let operator = app.operator().await;
    let mut ada = app.ada().await;
    for _ in 0..3 {
        app.kept_ada().await;
    }
    let mut ada_again = app.kept_ada().await;
    ada_again.post("/sessions/end-others", &[]).await;
    app.kept_ada().await;
    ada_again.post("/password", &[("current_password", PASSWORD), ("new_password", NEW)]).await;
    ada_again.post("/sessions/end-all", &[]).await;
    let sign_in = [("email", EMAIL), ("password", NEW)];
    ada.jar.clear();
    ada.post("/login", &sign_in).await;
    ada.post("/logout", &[]).await;
    ada.post("/login", &sign_in).await;
    operator.administration.sign_out(who(EMAIL)).await.unwrap().account();
    ada.jar.clear();
    ada.post("/login", &sign_in).await;
    operator.administration.disable(who(EMAIL)).await.unwrap().account();
    for reason in [
        "session_limit",
        "ended_elsewhere",
        "password_changed",
        "everywhere",
        "signed_out",
        "operator",
        "disabled",
    ] {
        let ended = format!("SELECT count(*) AS n FROM sessions WHERE end_reason = '{reason}'");
        let recorded = format!(
            "SELECT count(DISTINCT session_id) AS n FROM events WHERE \
             kind IN ('session_ended', 'signed_out') AND details LIKE '%\"reason\":\"{reason}\"%'"
        );
        assert!(app.number(&ended) > 0, "{reason} did not happen");
        assert_eq!(app.number(&recorded), app.number(&ended), "{reason}");
    }
    let ends = "SELECT count(*) AS n FROM events WHERE kind IN ('session_ended', 'signed_out')";
    let sessions = "SELECT count(*) AS n FROM sessions WHERE ended_at IS NOT NULL";
    assert_eq!(app.number(ends), app.number(sessions));
    ada.get("/profile").await;
    assert_eq!(app.number(ends), app.number(sessions), "a refresh of an ended session adds none");
}

#[rocket::async_test]
async fn the_end_of_a_replaced_session_names_the_account_that_signed_in_in_its_place() {
    let app = TestApp::start().await;
    let ada = account(&app.ada().await);
    let mut shared = eve(&app).await;
    let (eve, replaced) = (account(&shared), session_id(&shared));
    shared.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(account(&shared), ada);
    let event = only(&app, EventKind::SignedOut).await;
    assert_eq!((event.subject, event.actor), (Some(eve), Actor::Account(ada)));
    assert_eq!(event.session_id.unwrap().0.to_string(), replaced);
}

#[rocket::async_test]
async fn deletion_empties_the_events_of_the_account_and_what_it_did_to_others_and_no_others() {
    let app = TestApp::start().await;
    app.ada().await.post("/logout", &[]).await;
    let mut shared = eve(&app).await;
    shared.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let personal = |condition: &str| {
        let query = format!(
            "SELECT count(*) AS n FROM events WHERE {condition} \
             AND (address IS NOT NULL OR device IS NOT NULL OR details IS NOT NULL)"
        );
        app.number(&query)
    };
    let (ada, eve) = (account(&shared).0, "(SELECT id FROM accounts WHERE name = 'Eve')");
    let by_ada = format!("actor = '{ada}' AND kind <> 'account_deleted'");
    let by_eve = format!("actor = {eve}");
    let before = personal(&by_eve);
    assert!(personal(&by_ada) > 2 && before > 0);
    app.operator().await.administration.delete(who(EMAIL)).await.unwrap().account();
    assert_eq!(personal(&by_ada), 0);
    assert_eq!(personal(&by_eve), before);
}

#[rocket::async_test]
async fn an_operators_event_names_the_system_user() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let grace = AccountDraft {
        name: DisplayName::parse("Grace").unwrap(),
        email: EmailAddress::parse("grace@example.org").unwrap(),
        password: Password::parse(PASSWORD).unwrap(),
        role: Role::User,
    };
    operator.administration.create(grace).await.unwrap().account();
    operator.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    for kind in [EventKind::AccountCreated, EventKind::KeysRotated] {
        let event = only(&app, kind).await;
        assert_eq!(event.actor, Actor::Operator);
        assert!(!detail(&event, "system_user").is_empty());
    }
}

#[rocket::async_test]
async fn key_changes_are_on_record() {
    let app = TestApp::start().await;
    app.ada().await;
    app.operator().await.keys.rotate(KeyRotation::Emergency).await.unwrap();
    assert_eq!(detail(&only(&app, EventKind::KeysReplaced).await, "ended_sessions"), "1");
    app.twin_with(&[("VESTIBULE_ALGORITHM", "ES256")]).await;
    assert_eq!(detail(&only(&app, EventKind::NextKeyReplaced).await, "algorithm"), "ES256");
}

#[rocket::async_test]
async fn forged_tokens_leave_no_rows() {
    let app = TestApp::start().await;
    let api = Api::of(&app);
    assert_eq!(api.me("forged").await.status, 401);
    assert_eq!(api.refresh(&json!("forged")).await.status, 401);
    assert_eq!(app.number("SELECT count(*) AS n FROM events"), 0);
}

/// Adds events, one each tenth of a second after the start of the story's clock.
fn add(app: &TestApp, tenths: std::ops::Range<i64>) {
    let row = |n: i64| {
        let (id, at) = (format!("01999999-0000-7000-8000-{n:012x}"), BEGINNING + n * 100);
        format!("('{id}', {at}, 'keys_rotated', 'success', 'operator')")
    };
    let rows = tenths.map(row).collect::<Vec<_>>().join(",");
    let insert = format!("INSERT INTO events (id, at, kind, outcome, actor) VALUES {rows}");
    app.execute(&insert);
}

/// The next events, by their tenths of a second.
async fn read(reader: &mut EventReader) -> Vec<i64> {
    let events = reader.read().await.unwrap().events;
    let tenths = |found: &StoredEvent| (found.event.at.timestamp_millis() - BEGINNING) / 100;
    events.iter().map(tenths).collect()
}

#[rocket::async_test]
async fn a_reader_begins_with_the_newest_hundred_and_goes_on_with_what_is_added_even_late() {
    let app = TestApp::start().await;
    add(&app, 0..150);
    let mut reader = reader(&app, EventQuery::default()).await;
    assert_eq!(read(&mut reader).await, (50..150).collect::<Vec<_>>());
    assert!(read(&mut reader).await.is_empty());
    add(&app, 160..161);
    assert_eq!(read(&mut reader).await, [160]);
    add(&app, 155..156);
    assert_eq!(read(&mut reader).await, [155], "committed after a newer one");
    assert!(read(&mut reader).await.is_empty());
}

#[rocket::async_test]
async fn a_reader_of_an_empty_log_begins_with_the_first_event() {
    let app = TestApp::start().await;
    let mut reader = reader(&app, EventQuery::default()).await;
    assert!(read(&mut reader).await.is_empty());
    add(&app, 0..3);
    assert_eq!(read(&mut reader).await, [0, 1, 2]);
    assert!(read(&mut reader).await.is_empty());
}

#[rocket::async_test]
async fn a_reader_reads_everything_since_then_in_batches() {
    let app = TestApp::start().await;
    add(&app, 0..1_200);
    let since = Some(app.clock.now() + Span::seconds(10));
    let mut reader = reader(&app, EventQuery { since, ..EventQuery::default() }).await;
    let mut tenths = Vec::new();
    for expected in [500, 500, 100, 0] {
        let batch = read(&mut reader).await;
        assert_eq!(batch.len(), expected);
        tenths.extend(batch);
    }
    assert_eq!(tenths, (100..1_200).collect::<Vec<_>>());
    add(&app, 1_200..1_201);
    assert_eq!(read(&mut reader).await, [1_200]);
}

#[rocket::async_test]
async fn a_reader_filters_by_account_also_a_deleted_one() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let ada = account(&app.ada().await);
    eve(&app).await;
    let of = async |account| {
        let query = EventQuery { account: Some(account), ..EventQuery::default() };
        operator.administration.events(query).await.unwrap()
    };
    app.wait(Span::seconds(1));
    let mut by_email = of(who(EMAIL)).await.unwrap();
    let events = by_email.read().await.unwrap().events;
    assert!(events.len() == 1 && events[0].event.subject == Some(ada), "{events:?}");
    operator.administration.delete(who(EMAIL)).await.unwrap().account();
    assert!(of(who(EMAIL)).await.is_none());
    let mut by_id = of(AccountRef::Id(ada)).await.unwrap();
    let kinds = by_id.read().await.unwrap().events.into_iter().map(|found| found.event.kind);
    let expected = [EventKind::SignedUp, EventKind::SessionEnded, EventKind::AccountDeleted];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
}
