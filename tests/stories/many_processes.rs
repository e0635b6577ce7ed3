//! Several processes on one database: a browser may meet another one with each request.

use crate::support::{
    ACCESS, Api, EMAIL, PASSWORD, TestApp, Visitor, claims, header, parsed, within_a_second,
};
use rocket::futures::future::join_all;
use rocket::http::Method;
use rocket::local::asynchronous::Client;
use vestibule::accounts::signing_keys::KeyRotation;
use vestibule::domain::Span;

/// Two more processes beside that of the story.
async fn three(app: &TestApp) -> (Client, Client) {
    (app.twin().await, app.twin().await)
}

#[rocket::async_test]
async fn tabs_that_refresh_at_the_same_moment_at_three_processes_all_stay_signed_in() {
    let app = TestApp::start().await;
    let (second, third) = three(&app).await;
    let processes = [&app.client, &second, &third];
    let mut ada = app.ada().await;
    for (round, kept) in [(2, 0), (3, 4), (4, 11), (5, 17)] {
        app.outlive_access_token();
        let tabs = (0..18).map(|n| ada.at(processes[n % 3]));
        let tab = async |mut tab: Visitor<'_>| {
            let signed_in = tab.get("/profile").await.is_signed_in();
            (signed_in, tab.jar)
        };
        let answers = join_all(tabs.map(tab)).await;
        assert!(answers.iter().all(|(signed_in, _)| *signed_in), "round {round}");
        assert_eq!((app.open_sessions(), app.generation()), (1, round));
        // The browser keeps the cookies of one answer; which one, chance decides.
        ada.jar = answers[kept].1.clone();
        assert!(ada.at(&third).get("/profile").await.is_signed_in());
        app.wait(Span::minutes(10));
    }
    assert_eq!(app.events("refresh_token_reused") + app.events("session_healed"), 0);
}

#[rocket::async_test]
async fn a_sign_out_at_a_process_whose_clock_is_behind_is_seen_by_the_others_within_a_second() {
    for behind in [Span::zero(), Span::seconds(60)] {
        let app = TestApp::start().await;
        let there = app.twin_with_clock(-behind).await;
        let ada = app.ada().await;
        let token = ada.cookie(ACCESS).to_owned();
        let api = Api::of(&app);
        assert_eq!(api.me(&token).await.status, 200);
        assert_eq!(ada.at(&there).post("/logout", &[]).await.status, 303);
        within_a_second(async || api.me(&token).await.status == 401).await;
        let last_moment = Span::seconds(claims(&token)["exp"].as_i64().unwrap())
            - Span::milliseconds(app.clock.now().timestamp_millis() + 1);
        app.wait(last_moment);
        let refused = api.me(&token).await;
        assert!(refused.body.contains("session_ended"), "{behind}: {refused:?}");
    }
}

#[rocket::async_test]
async fn a_rotation_of_the_keys_is_seen_by_all_processes() {
    let app = TestApp::start().await;
    let (second, third) = three(&app).await;
    let ada = app.ada().await;
    let old = header(ada.cookie(ACCESS))["kid"].clone();
    app.operator().await.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    for process in [&app.client, &second, &third] {
        within_a_second(async || {
            let mut eve = Visitor::new(process);
            let reply = eve.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
            assert_eq!(reply.status, 303);
            header(eve.cookie(ACCESS))["kid"] != old
        })
        .await;
        assert!(ada.at(process).get("/profile").await.is_signed_in());
    }
}

#[rocket::async_test]
async fn an_emergency_rotation_signs_everybody_out_at_all_processes() {
    let app = TestApp::start().await;
    let (second, third) = three(&app).await;
    let ada = app.ada().await;
    app.operator().await.keys.rotate(KeyRotation::Emergency).await.unwrap();
    for process in [&app.client, &second, &third] {
        within_a_second(async || ada.at(process).get("/profile").await.status == 303).await;
    }
    assert_eq!(app.open_sessions(), 0);
}

#[rocket::async_test]
async fn processes_count_attempts_together() {
    let app = TestApp::start().await;
    let (second, third) = three(&app).await;
    app.ada().await;
    let mut tested = 0;
    for n in 0..60 {
        let process = [&app.client, &second, &third][n % 3];
        let mut guess = Visitor::new(process).connecting_from(&format!("192.0.2.{n}"));
        let reply = guess.post("/login", &[("email", EMAIL), ("password", "wrong")]).await;
        tested += usize::from(reply.status == 401);
        assert!([401, 429].contains(&reply.status), "{reply:?}");
    }
    assert_eq!(tested, 10, "as many as at one process");
}

#[rocket::async_test]
async fn people_who_sign_up_with_one_address_at_three_processes_get_one_account() {
    let app = TestApp::start().await;
    let (second, third) = three(&app).await;
    let processes = [&app.client, &second, &third];
    let sign_up = async |n: usize| {
        let body = serde_json::json!({ "name": "Ada", "email": EMAIL, "password": PASSWORD });
        let api = Api(Visitor::new(processes[n % 3]));
        let reply = api.post("/api/auth/register", body).await;
        (reply.status, parsed(&reply)["access_token"].as_str().map(str::to_owned))
    };
    let answers = join_all((0..9).map(sign_up)).await;
    let created: Vec<_> = answers.iter().filter(|(status, _)| *status == 201).collect();
    assert_eq!((created.len(), app.open_sessions()), (1, 1), "{answers:?}");
    let token = created[0].1.clone().unwrap();
    let me = Api(Visitor::new(&third)).with_bearer(Method::Get, "/api/auth/me", &token).await;
    assert_eq!(me.status, 200);
}
