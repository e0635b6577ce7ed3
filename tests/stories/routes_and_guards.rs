use crate::support::{PASSWORD, TestApp};
use rocket::http::{ContentType, Method};
use std::collections::BTreeSet;
use vestibule::ROUTES;
use vestibule::domain::Span;

/// Open to everyone.
const OPEN: [(Method, &str); 16] = [
    (Method::Get, "/health/live"),
    (Method::Get, "/health/ready"),
    (Method::Get, "/.well-known/jwks.json"),
    (Method::Get, "/api/openapi.json"),
    (Method::Post, "/api/auth/register"),
    (Method::Post, "/api/auth/login"),
    (Method::Post, "/api/auth/refresh"),
    (Method::Post, "/api/auth/logout"),
    (Method::Get, "/"),
    (Method::Get, "/static/<file>"),
    (Method::Get, "/register"),
    (Method::Post, "/register"),
    (Method::Get, "/login"),
    (Method::Post, "/login"),
    (Method::Get, "/logout"),
    (Method::Post, "/logout"),
];

/// For API clients, which get a problem document instead of a redirect.
const BEARER: [(Method, &str); 3] = [
    (Method::Get, "/api/auth/me"),
    (Method::Get, "/api/auth/sessions"),
    (Method::Delete, "/api/auth/sessions/<id>"),
];

/// For signed-in users.
const SIGNED_IN: [(Method, &str); 8] = [
    (Method::Get, "/profile"),
    (Method::Post, "/profile"),
    (Method::Get, "/sessions"),
    (Method::Post, "/sessions/<id>/end"),
    (Method::Post, "/sessions/end-others"),
    (Method::Post, "/sessions/end-all"),
    (Method::Get, "/password"),
    (Method::Post, "/password"),
];

/// For administrators; other users get 403.
const ADMIN: [(Method, &str); 2] = [(Method::Get, "/admin"), (Method::Get, "/admin/whoami")];

/// A path with its parameters filled in.
fn filled(path: &str) -> String {
    path.replace("<id>", "00000000-0000-0000-0000-000000000000").replace("<file>", "none")
}

#[rocket::async_test]
async fn every_route_is_on_a_list_and_guarded_as_its_list_says() {
    let app = TestApp::start().await;
    let real = app.client.rocket().routes().filter(|route| route.rank < 1000);
    let mounted: BTreeSet<String> =
        real.map(|route| format!("{} {}", route.method, route.uri.path())).collect();
    let listed = |guards: &[&str], list: &[(Method, &str)]| {
        let of = ROUTES.iter().filter(|route| guards.contains(&route.guard));
        let declared: BTreeSet<_> = of.map(|r| format!("{} {}", r.method, r.path)).collect();
        let list = list.iter().map(|(method, path)| format!("{method} {path}")).collect();
        assert_eq!(declared, list, "{guards:?}: the route table and this story differ");
        declared
    };
    let open = listed(&["Anyone", "Option<SignedIn>"], &OPEN);
    let all = [
        listed(&["SignedIn"], &SIGNED_IN),
        listed(&["Admin"], &ADMIN),
        listed(&["Bearer"], &BEARER),
    ];
    assert_eq!(mounted, all.into_iter().flatten().chain(open).collect());
    for (method, path) in SIGNED_IN.into_iter().chain(ADMIN) {
        let body = (method != Method::Get).then(|| (ContentType::Form, String::new()));
        let reply = app.visitor().send(method, &filled(path), body).await;
        assert_eq!(reply.status, 303, "{method} {path}");
        assert!(reply.location.as_deref().unwrap().starts_with("/login"), "{method} {path}");
    }
    let ada = app.ada().await;
    for (method, path) in ADMIN {
        assert_eq!(ada.clone().send(method, path, None).await.status, 403, "{method} {path}");
    }
    for (method, path) in BEARER {
        let reply = app.visitor().send(method, &filled(path), None).await;
        assert_eq!(
            (reply.status, reply.header("WWW-Authenticate").is_some()),
            (401, true),
            "{method} {path}"
        );
    }
    for (method, path) in OPEN {
        let body = (method != Method::Get).then(|| (ContentType::Form, String::new()));
        let reply = app.visitor().send(method, &filled(path), body).await;
        let to_sign_in = reply.location.as_deref().is_some_and(|to| to.starts_with("/login"));
        assert_eq!(to_sign_in, (method, path) == (Method::Post, "/logout"), "{method} {path}");
    }
    for route in app.client.rocket().routes().filter(|route| route.rank >= 1000) {
        let reply = app.visitor().send(route.method, &filled(route.uri.path()), None).await;
        let expected = if route.method == Method::Options { 204 } else { 405 };
        assert_eq!(reply.status, expected, "{route}");
    }
}

#[rocket::async_test]
async fn an_unsupported_method_is_405_with_the_supported_ones() {
    let app = TestApp::start().await;
    for (method, path, allow) in [
        (Method::Post, "/", "GET, HEAD, OPTIONS"),
        (Method::Delete, "/profile", "GET, POST, HEAD, OPTIONS"),
        (Method::Put, "/login", "GET, POST, HEAD, OPTIONS"),
        (Method::Patch, "/api/auth/login", "POST, OPTIONS"),
    ] {
        let reply = app.visitor().send(method, path, None).await;
        assert_eq!((reply.status, reply.header("Allow")), (405, Some(allow)), "{method} {path}");
    }
    assert_eq!(app.visitor().send(Method::Post, "/nowhere", None).await.status, 404);
}

#[rocket::async_test]
async fn options_lists_the_methods_of_every_path_and_does_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    for path in ROUTES.iter().map(|route| route.path).collect::<BTreeSet<_>>() {
        let of_path = ROUTES.iter().filter(|route| route.path == path);
        let mut expected: BTreeSet<&str> = of_path.map(|route| route.method.as_str()).collect();
        if expected.contains("GET") {
            expected.insert("HEAD");
        }
        expected.insert("OPTIONS");
        for visitor in [app.visitor(), ada.clone(), ada.clone().with_header("Origin", "null")] {
            let reply = visitor.clone().send(Method::Options, &filled(path), None).await;
            assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{path}");
            let allow: BTreeSet<&str> = reply.header("Allow").unwrap().split(", ").collect();
            assert_eq!(allow, expected, "{path}");
            assert!(reply.set_cookies().is_empty(), "{path}");
            assert_eq!(reply.header("Access-Control-Allow-Origin"), None, "{path}");
            assert!(reply.header("Content-Security-Policy").is_some(), "{path}");
        }
    }
    assert!(ada.clone().get("/profile").await.is_signed_in());
    assert_eq!(app.visitor().send(Method::Options, "/nowhere", None).await.status, 404);
}

#[rocket::async_test]
async fn an_anonymous_post_goes_to_the_sign_in_page_and_back_to_the_page_of_its_form() {
    let app = TestApp::start().await;
    let mut visitor = app.visitor().with_header("Referer", "http://localhost:8000/profile");
    let reply = visitor.post("/profile", &[("name", "x")]).await;
    assert_eq!(reply.location.as_deref(), Some("/login?next=/profile"));
    let reply = app.visitor().post("/profile", &[("name", "x")]).await;
    assert_eq!(reply.location.as_deref(), Some("/login"));
}

#[rocket::async_test]
async fn a_form_posted_after_the_session_has_ended_is_reported_as_not_saved() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.wait(Span::hours(13));
    let referer = |path: &str| format!("http://localhost:8000{path}");
    for (path, fields) in [
        ("/profile", vec![("name", "Ada L.")]),
        ("/password", vec![("current_password", PASSWORD), ("new_password", "four other words x")]),
        ("/sessions/end-others", Vec::new()),
    ] {
        let page = format!("/{}", path.split('/').nth(1).unwrap());
        ada.headers = vec![("Referer".to_owned(), referer(&page))];
        let reply = ada.post(path, &fields).await;
        let to = format!("/login?next={page}");
        assert_eq!((reply.status, reply.location.as_deref()), (303, Some(to.as_str())));
        let told = ada.get(&to).await;
        assert!(told.body.contains("was not saved"), "{path}: {}", told.body);
        assert!(told.body.contains(&format!("value=\"{}\"", page.replace('/', "&#x2F;"))));
        assert!(!ada.get(&to).await.body.contains("was not saved"), "once");
    }
    let read = ada.get("/profile").await;
    assert!(read.set_cookie("__Host-flash-8000").is_none(), "nothing was lost");
    let mut script = ada.clone().with_header("Accept", "application/json");
    let reply = script.post("/profile", &[("name", "x")]).await;
    assert!(reply.status == 401 && reply.set_cookie("__Host-flash-8000").is_none());
}
