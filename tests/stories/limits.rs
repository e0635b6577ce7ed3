//! Guessing gets nowhere, and owners are not locked out.

use crate::support::{
    ACCESS, Api, DEVICE, EMAIL, PASSWORD, REFRESH, Reply, TestApp, Visitor, parsed,
};
use rocket::futures::future::join_all;
use rocket::local::asynchronous::Client;
use serde_json::json;
use vestibule::accounts::Accounts;
use vestibule::accounts::administration::AccountRef;
use vestibule::domain::Span;
use vestibule::domain::email::EmailAddress;

const WRONG: &str = "not the password";
/// Passwords tried for one address on devices it has not signed in on, before the wait begins.
const BURST: usize = 10;

async fn try_password(visitor: &mut Visitor<'_>, email: &str, password: &str) -> Reply {
    visitor.post("/login", &[("email", email), ("password", password), ("next", "/sessions")]).await
}

fn tested_passwords(app: &TestApp) -> u64 {
    app.client.rocket().state::<Accounts>().unwrap().password_hashes()
}

async fn api_login(api: &Api<'_>, email: &str) -> Reply {
    api.post("/api/auth/login", json!({ "email": email, "password": PASSWORD })).await
}

/// Somebody else signs up.
async fn sign_up(app: &TestApp, email: &str) {
    let fields = [("name", "Somebody"), ("email", email), ("password", PASSWORD)];
    assert_eq!(app.visitor().post("/register", &fields).await.status, 303);
}

/// Tries wrong passwords from an address until one is not tested; returns how many were.
async fn exhaust(client: &Client, email: &str, address: &str) -> (usize, Reply) {
    let mut attacker = Visitor::new(client).connecting_from(address);
    for tested in 0..1_000 {
        let reply = try_password(&mut attacker, email, WRONG).await;
        if reply.status != 401 {
            return (tested, reply);
        }
    }
    panic!("{email} can be guessed without end");
}

#[rocket::async_test]
async fn guesses_end_with_429_a_sentence_and_what_was_typed() {
    let app = TestApp::start().await;
    app.ada().await;
    let (tested, refused) = exhaust(&app.client, EMAIL, "192.0.2.1").await;
    assert_eq!((tested, refused.status), (BURST, 429));
    assert_eq!(refused.header("Retry-After"), Some("900"));
    assert!(refused.body.contains("Wait 15 minutes, then try again."), "{}", refused.body);
    assert!(refused.body.contains(EMAIL) && refused.body.contains("sessions\""));
    let hashes = tested_passwords(&app);
    let api = api_login(&Api::of(&app), EMAIL).await;
    assert_eq!((api.status, api.header("Retry-After")), (429, Some("900")));
    assert!(api.body.contains("\"code\":\"too_many_attempts\""), "{}", api.body);
    assert!(api.body.contains("\"retry_after\":900"), "{}", api.body);
    assert_eq!(tested_passwords(&app), hashes, "no password is tested");
}

#[rocket::async_test]
async fn the_limit_of_an_address_cannot_be_walked_around() {
    let app = TestApp::start().await;
    app.ada().await;
    exhaust(&app.client, EMAIL, "192.0.2.1").await;
    for (n, spelling) in
        ["ADA@example.org", "ada@EXAMPLE.org", " ada@example.org ", "\u{ff41}da@example.org"]
            .into_iter()
            .enumerate()
    {
        let mut elsewhere = app.visitor().connecting_from(&format!("198.51.100.{n}"));
        assert_eq!(try_password(&mut elsewhere, spelling, WRONG).await.status, 429, "{spelling}");
    }
    for (name, value) in [
        ("X-Forwarded-For", "203.0.113.9"),
        ("Forwarded", "for=203.0.113.9"),
        ("X-Real-IP", "203.0.113.9"),
        ("User-Agent", "another"),
    ] {
        let mut disguised = app.visitor().with_header(name, value);
        assert_eq!(try_password(&mut disguised, EMAIL, WRONG).await.status, 429, "{name}");
    }
    let mut visitor = app.visitor();
    for path in ["/login/", "//login", "/%6Cogin", "/login?x=1", "/LOGIN"] {
        let reply = visitor.post(path, &[("email", EMAIL), ("password", WRONG)]).await;
        assert_ne!(reply.status, 401, "{path}: tested");
        assert_ne!(reply.status, 200, "{path}: signed in");
    }
    let fields = [("_method", "post"), ("email", EMAIL), ("password", WRONG)];
    assert_ne!(visitor.post("/login", &fields).await.status, 401, "_method");
}

#[rocket::async_test]
async fn a_network_is_limited_whatever_addresses_it_tries_and_correct_passwords_do_not_count() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let mut attacker = app.visitor().connecting_from("2001:db8:1:2::1");
    for n in 0..100 {
        let email = format!("person{n}@example.org");
        assert_eq!(try_password(&mut attacker, &email, WRONG).await.status, 401, "{n}");
    }
    let next = try_password(&mut attacker, "person@example.org", WRONG).await;
    assert_eq!((next.status, next.header("Retry-After")), (429, Some("10")));
    let mut neighbour = app.visitor().connecting_from("2001:db8:1:2:ffff::9");
    assert_eq!(try_password(&mut neighbour, EMAIL, PASSWORD).await.status, 429, "the same /64");
    let mut known = ada.connecting_from("2001:db8:1:2::2");
    known.post("/logout", &[]).await;
    assert_eq!(try_password(&mut known, EMAIL, PASSWORD).await.status, 303, "a known device");
    app.wait(Span::seconds(10));
    for _ in 0..5 {
        let mut neighbour = app.visitor().connecting_from("2001:db8:1:2:ffff::9");
        assert_eq!(try_password(&mut neighbour, EMAIL, PASSWORD).await.status, 303);
    }
}

#[rocket::async_test]
async fn what_tested_no_password_does_not_count_for_the_network() {
    let app = TestApp::start().await;
    exhaust(&app.client, EMAIL, "192.0.2.1").await;
    let mut neighbour = app.visitor().connecting_from("192.0.2.1");
    for _ in 0..100 {
        let refused = try_password(&mut neighbour, EMAIL, WRONG).await;
        assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("900")));
    }
    app.execute("ALTER TABLE throttles RENAME TO away");
    for _ in 0..100 {
        assert_eq!(try_password(&mut neighbour, "eve@example.org", WRONG).await.status, 503);
    }
    app.execute("ALTER TABLE away RENAME TO throttles");
    assert_eq!(try_password(&mut neighbour, "eve@example.org", WRONG).await.status, 401);
}

#[rocket::async_test]
async fn an_address_gets_the_same_answers_whether_its_account_exists_is_disabled_or_not() {
    let app = TestApp::start().await;
    app.ada().await;
    sign_up(&app, "eve@example.org").await;
    let operator = app.operator().await;
    let eve = AccountRef::Email(EmailAddress::parse("eve@example.org").unwrap());
    operator.administration.disable(eve).await.unwrap();
    let mut answers = Vec::new();
    for (n, email) in [EMAIL, "eve@example.org", "nobody@example.org"].into_iter().enumerate() {
        let mut attacker = app.visitor().connecting_from(&format!("192.0.2.{n}"));
        let mut replies = Vec::new();
        for _ in 0..BURST + 3 {
            let (status, headers, body) =
                try_password(&mut attacker, email, WRONG).await.comparable();
            replies.push((status, headers, body.replace(email, "EMAIL")));
        }
        answers.push(replies);
    }
    assert_eq!(answers[0], answers[1], "disabled");
    assert_eq!(answers[0], answers[2], "unknown");
    assert_eq!(answers[0].iter().filter(|(status, ..)| *status == 429).count(), 3);
}

#[rocket::async_test]
async fn on_a_known_device_the_owner_gets_in_while_guesses_come_from_elsewhere() {
    let app = TestApp::start().await;
    let mut known = app.ada().await;
    known.post("/logout", &[]).await;
    for n in 0..50 {
        let mut attacker = app.visitor().connecting_from(&format!("198.51.100.{n}"));
        for _ in 0..20 {
            try_password(&mut attacker, EMAIL, WRONG).await;
        }
        assert_eq!(try_password(&mut known, EMAIL, PASSWORD).await.status, 303, "round {n}");
        known.post("/logout", &[]).await;
    }
    let mut new = app.visitor().connecting_from("203.0.113.1");
    assert_eq!(try_password(&mut new, EMAIL, PASSWORD).await.status, 429);
    app.wait(Span::minutes(14));
    let refused = try_password(&mut new, EMAIL, PASSWORD).await;
    assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("60")));
    // Refused tries do not move the end of the wait.
    app.wait(Span::minutes(1));
    assert_eq!(try_password(&mut new, EMAIL, PASSWORD).await.status, 303);
}

#[rocket::async_test]
async fn a_device_token_buys_few_guesses_and_for_its_own_account_alone() {
    let app = TestApp::start().await;
    let mut known = app.ada().await;
    sign_up(&app, "bob@example.org").await;
    known.post("/logout", &[]).await;
    exhaust(&app.client, "bob@example.org", "192.0.2.1").await;
    let other = try_password(&mut known, "bob@example.org", WRONG).await;
    assert_eq!(other.status, 429, "the device is known to Ada alone");
    for n in 0..BURST {
        assert_eq!(try_password(&mut known, EMAIL, WRONG).await.status, 401, "{n}");
    }
    let next = try_password(&mut known, EMAIL, WRONG).await;
    assert_eq!((next.status, next.header("Retry-After")), (429, Some("360")));
    let mut elsewhere = app.visitor().connecting_from("192.0.2.2");
    assert_eq!(try_password(&mut elsewhere, EMAIL, PASSWORD).await.status, 303, "its own counter");
    elsewhere.post("/logout", &[]).await;
    assert_eq!(try_password(&mut elsewhere, EMAIL, WRONG).await.status, 401, "so has each device");
}

#[rocket::async_test]
async fn signing_out_everywhere_and_a_new_password_make_all_devices_unknown() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut stolen = app.visitor();
    stolen.jar.insert(DEVICE.to_owned(), ada.cookie(DEVICE).to_owned());
    exhaust(&app.client, EMAIL, "192.0.2.1").await;
    assert_eq!(try_password(&mut stolen.clone(), EMAIL, WRONG).await.status, 401, "known");
    app.wait(Span::seconds(1));
    ada.post("/sessions/end-all", &[]).await;
    assert_eq!(try_password(&mut stolen.clone(), EMAIL, WRONG).await.status, 429, "forgotten");
    app.wait(Span::minutes(15));
    assert_eq!(try_password(&mut ada, EMAIL, PASSWORD).await.status, 303);
    exhaust(&app.client, EMAIL, "192.0.2.1").await;
    let old = ada.cookie(DEVICE).to_owned();
    app.wait(Span::seconds(1));
    let change = [("current_password", PASSWORD), ("new_password", "four quite unrelated words")];
    assert_eq!(ada.post("/password", &change).await.status, 303);
    stolen.jar.insert(DEVICE.to_owned(), old);
    assert_eq!(try_password(&mut stolen, EMAIL, WRONG).await.status, 429, "forgotten");
    ada.post("/logout", &[]).await;
    assert_eq!(try_password(&mut ada, EMAIL, WRONG).await.status, 401, "known anew");
}

#[rocket::async_test]
async fn the_device_cookie_is_kept_for_a_year_and_forged_ones_count_as_none() {
    let app = TestApp::start().await;
    let mut visitor = app.visitor();
    let fields = [("name", "Ada"), ("email", EMAIL), ("password", PASSWORD)];
    let reply = visitor.post("/register", &fields).await;
    let cookie = reply.set_cookie(DEVICE).unwrap();
    assert!(cookie.ends_with("; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=31536000"));
    exhaust(&app.client, EMAIL, "192.0.2.1").await;
    let (payload, tag) = visitor.cookie(DEVICE).split_once('.').unwrap();
    let (payload, tag) = (payload.to_owned(), tag.to_owned());
    for forged in [payload.clone(), format!("{payload}."), format!("{payload}.{}", &tag[1..])] {
        let mut forger = app.visitor();
        forger.jar.insert(DEVICE.to_owned(), forged);
        assert_eq!(try_password(&mut forger, EMAIL, PASSWORD).await.status, 429);
    }
}

#[rocket::async_test]
async fn counters_of_accounts_survive_a_restart_and_are_shared_by_processes() {
    let app = TestApp::start().await;
    app.ada().await;
    let twin = app.twin().await;
    for n in 0..BURST {
        let mut attacker = Visitor::new(if n % 2 == 0 { &app.client } else { &twin });
        assert_eq!(try_password(&mut attacker, EMAIL, WRONG).await.status, 401, "{n}");
    }
    let restarted = app.twin().await;
    for client in [&app.client, &twin, &restarted] {
        let mut attacker = Visitor::new(client);
        assert_eq!(try_password(&mut attacker, EMAIL, WRONG).await.status, 429);
    }
}

#[rocket::async_test]
async fn a_clock_that_is_set_back_locks_nobody_out() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    ada.post("/logout", &[]).await;
    assert_eq!(try_password(&mut ada, EMAIL, WRONG).await.status, 401);
    assert_eq!(try_password(&mut app.visitor(), EMAIL, WRONG).await.status, 401);
    app.wait(Span::days(-1));
    assert_eq!(try_password(&mut app.visitor(), EMAIL, PASSWORD).await.status, 303);
    assert_eq!(try_password(&mut ada, EMAIL, PASSWORD).await.status, 303, "a known device");
}

#[rocket::async_test]
async fn concurrent_guesses_do_not_slip_through() {
    let app = TestApp::start().await;
    app.ada().await;
    let guess = || async { try_password(&mut app.visitor(), EMAIL, WRONG).await.status };
    let statuses = join_all((0..40).map(|_| guess())).await;
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), BURST, "{statuses:?}");
}

#[rocket::async_test]
async fn wrong_current_passwords_count_like_sign_ins_and_the_right_one_does_not() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for n in 0..BURST {
        let change = [("current_password", WRONG), ("new_password", "four quite unrelated words")];
        assert_eq!(ada.post("/password", &change).await.status, 422, "{n}");
    }
    let change = [("current_password", PASSWORD), ("new_password", "four quite unrelated words")];
    let refused = ada.post("/password", &change).await;
    assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("360")));
    assert!(refused.body.contains("Your password has not been changed. Wait 6 minutes"));
    assert_eq!(app.events("current_password_refused"), 1, "folded");
    app.wait(Span::minutes(6));
    assert_eq!(ada.post("/password", &change).await.status, 303);
}

#[rocket::async_test]
async fn a_new_password_that_is_refused_costs_no_attempt() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for n in 0..=BURST {
        let weak = [("current_password", PASSWORD), ("new_password", "vestibule1")];
        assert_eq!(ada.post("/password", &weak).await.status, 422, "{n}");
    }
    let change = [("current_password", PASSWORD), ("new_password", "four quite unrelated words")];
    assert_eq!(ada.post("/password", &change).await.status, 303);
}

#[rocket::async_test]
async fn changing_the_password_without_end_starts_a_bounded_number_of_sessions() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let (mut current, mut next) = (PASSWORD, "four quite unrelated words");
    for n in 0..100 {
        let change = [("current_password", current), ("new_password", next)];
        assert_eq!(ada.post("/password", &change).await.status, 303, "{n}");
        (current, next) = (next, current);
    }
    let change = [("current_password", current), ("new_password", next)];
    let refused = ada.post("/password", &change).await;
    assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("30")));
    assert!(refused.body.contains("Your password has not been changed. Wait a minute"));
    assert_eq!(app.events("password_changed"), 100);
    assert!(ada.get("/profile").await.is_signed_in(), "the session goes on");
    app.wait(Span::seconds(30));
    assert_eq!(ada.post("/password", &change).await.status, 303);
}

#[rocket::async_test]
async fn one_network_creates_a_bounded_number_of_accounts_and_one_account_of_sessions() {
    let app = TestApp::start().await;
    let mut last = None;
    for n in 0..61 {
        let mut visitor = app.visitor().connecting_from("192.0.2.1");
        let email = format!("person{n}@example.org");
        let fields = [("name", "Person"), ("email", &*email), ("password", PASSWORD)];
        last = Some(visitor.post("/register", &fields).await);
    }
    let last = last.unwrap();
    assert_eq!((last.status, last.header("Retry-After")), (429, Some("60")));
    assert!(last.body.contains("value=\"person60@example.org\"") && last.body.contains("Person"));
    assert_eq!(app.number("SELECT count(*) AS n FROM accounts"), 60);
    let api = Api::of(&app);
    let mut statuses = Vec::new();
    for _ in 0..101 {
        statuses.push(api_login(&api, "person0@example.org").await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 100);
    assert_eq!(statuses.last(), Some(&429));
}

#[rocket::async_test]
async fn refreshing_without_end_is_refused_and_signs_nobody_out() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let token = ada.cookie(REFRESH).to_owned();
    let api = Api::of(&app);
    let mut refused = None;
    for _ in 0..200 {
        let reply = api.refresh(&json!(token)).await;
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("1")));
    ada.jar.remove(ACCESS);
    let page = ada.get("/profile").await;
    assert_eq!((page.status, page.header("Retry-After")), (429, Some("1")));
    assert!(page.set_cookies().is_empty(), "{page:?}");
    app.wait(Span::seconds(1));
    assert!(ada.get("/profile").await.is_signed_in());
}

#[rocket::async_test]
async fn the_limits_do_not_bite_an_office_or_a_client_that_refreshes_every_quarter_of_an_hour() {
    let app = TestApp::start().await;
    for n in 0..50 {
        let mut person = app.visitor().connecting_from("192.0.2.1");
        let email = format!("person{n}@example.org");
        let fields = [("name", "Person"), ("email", &*email), ("password", PASSWORD)];
        assert_eq!(person.post("/register", &fields).await.status, 303, "{n} signs up");
        person.post("/logout", &[]).await;
    }
    for n in 0..50 {
        let mut person = app.visitor().connecting_from("192.0.2.1");
        let email = format!("person{n}@example.org");
        assert_eq!(try_password(&mut person, &email, WRONG).await.status, 401, "{n} mistypes");
        assert_eq!(try_password(&mut person, &email, PASSWORD).await.status, 303, "{n} signs in");
        app.wait(Span::seconds(6));
    }
    let api = Api::of(&app);
    let login = api_login(&api, "person0@example.org").await;
    let mut token = parsed(&login)["refresh_token"].clone();
    for n in 0..100 {
        app.wait(Span::minutes(15));
        let reply = api.refresh(&token).await;
        assert_eq!(reply.status, 200, "refresh {n}");
        token = parsed(&reply)["refresh_token"].clone();
    }
}

#[rocket::async_test]
async fn every_form_that_tests_a_password_has_its_limit() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    for (path, fields) in [
        ("/login", vec![("email", EMAIL), ("password", WRONG)]),
        ("/password", vec![("current_password", WRONG), ("new_password", "four unrelated words")]),
    ] {
        let mut visitor = ada.clone().connecting_from("203.0.113.50");
        let mut statuses = Vec::new();
        for _ in 0..=BURST {
            statuses.push(visitor.post(path, &fields).await.status);
        }
        assert_eq!(statuses.last(), Some(&429), "{path}: {statuses:?}");
    }
}

#[rocket::async_test]
async fn what_is_counted_is_swept_and_no_address_is_stored() {
    let app = TestApp::start().await;
    for n in 0..20 {
        let mut attacker = app.visitor().connecting_from(&format!("192.0.2.{n}"));
        try_password(&mut attacker, &format!("person{n}@example.org"), WRONG).await;
    }
    assert_eq!(app.number("SELECT count(*) AS n FROM throttles"), 20);
    assert!(!app.stores("person1"), "an address is stored");
    app.wait(Span::minutes(16));
    app.operator().await.housekeeping.sweep().await.unwrap();
    assert_eq!(app.number("SELECT count(*) AS n FROM throttles"), 0);
    app.ada().await;
    assert!(app.stores(EMAIL), "this search finds nothing");
}
