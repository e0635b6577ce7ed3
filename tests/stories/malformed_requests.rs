//! Malformed requests, which no browser and no honest client sends, on every route.

use crate::support::{ACCESS, EMAIL, PASSWORD, Reply, TestApp, Visitor, claims, parsed, text};
use rocket::http::{ContentType, Method};
use vestibule::ROUTES;

/// A path with its parameters filled in.
fn filled(path: &str) -> String {
    path.replace("<id>", "00000000-0000-0000-0000-000000000000").replace("<file>", "none")
}

async fn ask(visitor: &Visitor<'_>, method: Method, path: &str) -> Reply {
    visitor.send_and_lose_cookies(method, path, None).await
}

#[rocket::async_test]
async fn a_page_answers_under_its_one_spelling_and_no_other_leads_to_it() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for route in ROUTES {
        let path = filled(route.path);
        let first = path.chars().nth(1);
        let escaped = |c: char| format!("/%{:02x}{}", u32::from(c), &path[2..]);
        let mut others = vec![format!("{path}/"), format!("/{path}")];
        others.extend(first.map(escaped));
        others.extend(path.rfind('/').map(|at| format!("{}//{}", &path[..at], &path[at + 1..])));
        let is_api = path.starts_with("/api/") || path.starts_with("/.well-known/");
        for other in others.into_iter().filter(|other| *other != path) {
            let reply = ask(&ada, route.method, &format!("{other}?next=/a")).await;
            if route.method == Method::Get && !is_api {
                let to = format!("{path}?next=/a");
                assert_eq!((reply.status, reply.location), (308, Some(to)), "{other}");
            } else {
                assert_eq!(reply.status, 404, "{} {other}", route.method);
            }
        }
    }
    assert!(ada.get("/profile").await.is_signed_in(), "nothing was changed");
}

#[rocket::async_test]
async fn a_session_has_one_id_in_one_spelling() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let other = app.kept_ada().await;
    let id = text(&claims(other.cookie(ACCESS)), "sid").to_owned();
    for other in [id.to_uppercase(), id.replace('-', ""), format!("urn:uuid:{id}")] {
        assert_eq!(ada.post(&format!("/sessions/{other}/end"), &[]).await.status, 404, "{other}");
    }
    assert_eq!(app.open_sessions(), 2);
    assert_eq!(ada.post(&format!("/sessions/{id}/end"), &[]).await.status, 303);
    assert_eq!(app.open_sessions(), 1);
}

#[rocket::async_test]
async fn a_head_request_is_redirected_and_a_redirect_stays_on_this_host() {
    let app = TestApp::start().await;
    let reply = ask(&app.visitor(), Method::Head, "/login/").await;
    assert_eq!((reply.status, reply.location.as_deref()), (308, Some("/login")));
    for elsewhere in ["//evil.example", "//evil.example/login", "/%2fevil.example", "/login%2f"] {
        let reply = ask(&app.visitor(), Method::Get, elsewhere).await;
        assert_eq!((reply.status, reply.location), (404, None), "{elsewhere}");
    }
}

#[rocket::async_test]
async fn a_too_long_header_is_refused_on_every_route() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    for (name, value) in [("Accept", "a/b,".repeat(16_384)), ("X-Other", "a".repeat(17_000))] {
        let visitor = ada.clone().with_header(name, &value);
        for route in ROUTES {
            let reply = ask(&visitor, route.method, &filled(route.path)).await;
            assert_eq!(reply.status, 431, "{name}: {} {}", route.method, route.path);
        }
        assert_eq!(ask(&visitor, Method::Get, "/nowhere").await.status, 431, "{name}");
    }
}

#[rocket::async_test]
async fn an_accept_header_that_is_too_long_to_read_counts_as_none() {
    let app = TestApp::start().await;
    let long = format!("application/json,{}", "a/b,".repeat(300));
    for path in ["/profile", "/nowhere"] {
        let json = app.visitor().with_header("Accept", "application/json").get(path).await;
        assert!(json.body.starts_with('{'), "{path}");
        let reply = app.visitor().with_header("Accept", &long).get(path).await;
        assert!(reply.status == 303 || reply.body.starts_with("<!DOCTYPE html>"), "{path}");
    }
}

/// Rocket parses the first of two before our code runs: with the quadratic parser, this takes a
/// minute.
#[rocket::async_test]
async fn two_long_accept_headers_cost_no_more_than_one() {
    let app = TestApp::start().await;
    let long = "a/b,".repeat(95_000);
    let twice = app.visitor().with_header("Accept", &long).with_header("Accept", "a/b");
    assert_eq!(ask(&twice, Method::Get, "/login").await.status, 431);
}

#[rocket::async_test]
async fn a_request_names_one_host() {
    let app = TestApp::start().await;
    let twice = app.visitor().with_header("Host", "localhost:8000").with_header("Host", "b");
    let none = || app.client.get("/login").dispatch();
    for route in ROUTES {
        let reply = ask(&twice, route.method, &filled(route.path)).await;
        assert_eq!(reply.status, 400, "{} {}", route.method, route.path);
    }
    assert_eq!(none().await.status().code, 400);
    assert_eq!(app.client.get("/nowhere").dispatch().await.status().code, 400);
    let probe = app.client.get("/health/live").dispatch().await;
    assert_eq!(probe.status().code, 200, "a probe needs no host");
    assert_eq!(app.visitor().with_header("Host", "").get("/login").await.status, 200);
}

#[rocket::async_test]
async fn a_field_of_a_form_that_comes_twice_or_is_unknown_is_refused() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    for (path, field) in [
        ("/register", "name"),
        ("/login", "email"),
        ("/profile", "name"),
        ("/password", "new_password"),
    ] {
        for (form, wrong, sentence) in [
            (format!("{field}=a&{field}=b"), field, "This field appears twice."),
            ("role=admin".to_owned(), "role", "This field does not exist."),
        ] {
            let form = Some((ContentType::Form, form));
            let page = ada.send_and_lose_cookies(Method::Post, path, form.clone()).await;
            assert_eq!(page.status, 422, "{path} {wrong}");
            assert!(
                page.body.contains(&format!("<code>{wrong}</code>: {sentence}")),
                "{}",
                page.body
            );
            let script = ada.clone().with_header("Accept", "application/json");
            let problem = parsed(&script.send_and_lose_cookies(Method::Post, path, form).await);
            assert!(
                problem["errors"][wrong][0].as_str().unwrap().starts_with(sentence),
                "{problem}"
            );
        }
    }
    let fields = [("email", EMAIL), ("email", EMAIL), ("password", PASSWORD)];
    let reply = app.visitor().post("/login", &fields).await;
    assert!(reply.status == 422 && reply.set_cookies().is_empty());
}
