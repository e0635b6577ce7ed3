//! Cookies that are not ours: of another server under the same host, of other applications, planted
//! or damaged. They are never cleared, and no request fails because of them.

use crate::support::{ACCESS, EMAIL, PASSWORD, REFRESH, Reply, TestApp, Visitor};
use rocket::futures::future::join_all;
use rocket::http::{ContentType, Method};
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use vestibule::domain::Span;
use vestibule::{ROUTES, RouteEntry};

const TO_SIGN_IN: Option<&str> = Some("/login?next=/profile");

/// A browser that is signed in at this server, and one at another server under the same host, which
/// has the same cookie names.
async fn here_and_there<'a>(here: &'a TestApp, there: &'a TestApp) -> (Visitor<'a>, Visitor<'a>) {
    (here.ada().await, there.ada().await)
}

/// A browser with these tokens at this server.
fn holding<'a>(app: &'a TestApp, access: Option<&str>, refresh: Option<&str>) -> Visitor<'a> {
    let mut visitor = app.visitor();
    visitor.jar.extend(access.map(|token| (ACCESS.to_owned(), token.to_owned())));
    visitor.jar.extend(refresh.map(|token| (REFRESH.to_owned(), token.to_owned())));
    visitor
}

/// The names of the `__Host-` cookies that a response clears.
fn cleared(reply: &Reply) -> Vec<&str> {
    let cleared = reply.set_cookies().into_iter().filter(|cookie| cookie.contains("Max-Age=0"));
    let names = cleared.filter_map(|cookie| cookie.split('=').next());
    names.filter(|name| name.starts_with("__Host-")).collect()
}

/// `Cookie` headers without one token that can be used here.
fn corpus(here: &Visitor<'_>, there: &Visitor<'_>) -> Vec<String> {
    let (access, refresh) = (there.cookie(ACCESS), there.cookie(REFRESH));
    let long = "A".repeat(7_500);
    let twice = |name: &str, a: &str, b: &str| format!("{name}={a}; {name}={b}");
    vec![
        format!("{ACCESS}={access}; {REFRESH}={refresh}"),
        format!("{REFRESH}={refresh}"),
        format!("{ACCESS}={access}"),
        format!("{ACCESS}={refresh}; {REFRESH}={access}"),
        format!("{ACCESS}=x.y.z; {REFRESH}=\"%00{{}}\u{fffd}"),
        format!("{ACCESS}=; {REFRESH}="),
        format!("{ACCESS}={long}; {REFRESH}={long}"),
        twice(ACCESS, here.cookie(ACCESS), here.cookie(ACCESS)),
        twice(REFRESH, here.cookie(REFRESH), refresh),
        twice(REFRESH, "", here.cookie(REFRESH)),
        "__Host-flash-8000=theirs; just-signed-in-8000=theirs; a=%ff%00; =; ;;; \"; ß=ß".to_owned(),
        format!("other={}", "A".repeat(16_000)),
    ]
}

async fn send(app: &TestApp, route: &RouteEntry, cookie: &str) -> Reply {
    let path = route.path.replace("<id>", "00000000-0000-0000-0000-000000000000");
    let body = (route.method != Method::Get).then(|| (ContentType::Form, String::new()));
    let visitor = app.visitor().with_header("Cookie", cookie);
    visitor.send_and_lose_cookies(route.method, &path.replace("<file>", "none"), body).await
}

#[rocket::async_test]
async fn no_route_clears_a_cookie_that_is_not_ours_or_fails_because_of_it() {
    let (app, elsewhere) = (TestApp::start().await, TestApp::start().await);
    let (here, there) = here_and_there(&app, &elsewhere).await;
    let corpus = corpus(&here, &there);
    let pairs = ROUTES.iter().flat_map(|route| corpus.iter().map(move |cookie| (route, cookie)));
    // All at once, because unknown key IDs wait for the keys to be read again.
    let replies = join_all(
        pairs.map(async |(route, cookie)| (route, cookie, send(&app, route, cookie).await)),
    );
    for (route, cookie, reply) in replies.await {
        assert!(reply.status < 500 && reply.status != 431, "{route:?} {cookie}: {reply:?}");
        let to_sign_in = reply.location.as_deref().is_some_and(|to| to.starts_with("/login"));
        assert!(to_sign_in || route.guard != "SignedIn", "{route:?} {cookie}: {reply:?}");
        let signs_out = (route.method, route.path) == (Method::Post, "/logout");
        for name in cleared(&reply) {
            let absent = !cookie.contains(name);
            assert!(signs_out && absent, "{route:?} {cookie}: {name} is cleared");
        }
    }
    assert_eq!((app.open_sessions(), app.generation()), (1, 1));
}

#[rocket::async_test]
async fn signing_out_here_leaves_another_server_under_the_same_host_signed_in() {
    let (app, elsewhere) = (TestApp::start().await, TestApp::start().await);
    let (_, there) = here_and_there(&app, &elsewhere).await;
    let mut browser = there.at(&app.client);
    let reply = browser.post("/logout", &[]).await;
    assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/login")));
    assert!(cleared(&reply).is_empty(), "{reply:?}");
    assert!(browser.at(&elsewhere.client).get("/profile").await.is_signed_in());
    assert_eq!((app.open_sessions(), elsewhere.open_sessions()), (1, 1));
}

#[rocket::async_test]
async fn signing_out_clears_both_cookies_if_they_are_ours_or_absent() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let (access, refresh) = (ada.cookie(ACCESS), ada.cookie(REFRESH));
    for (access, refresh) in
        [(None, None), (Some(access), None), (None, Some(refresh)), (Some(access), Some(refresh))]
    {
        let reply = holding(&app, access, refresh).post("/logout", &[]).await;
        assert_eq!((reply.status, cleared(&reply)), (303, vec![ACCESS, REFRESH]));
    }
}

#[rocket::async_test]
async fn only_the_cookie_that_is_ours_is_cleared_when_its_session_ends() {
    for path in ["/logout", "/sessions/end-all"] {
        let (app, elsewhere) = (TestApp::start().await, TestApp::start().await);
        let (here, there) = here_and_there(&app, &elsewhere).await;
        let mut browser = holding(&app, Some(here.cookie(ACCESS)), Some(there.cookie(REFRESH)));
        let reply = browser.post(path, &[]).await;
        assert_eq!((reply.status, cleared(&reply)), (303, vec![ACCESS]), "{path}");
        assert_eq!(app.open_sessions(), 0, "{path}");

        let kept = app.kept_ada().await;
        let mut browser = holding(&app, Some(there.cookie(ACCESS)), Some(kept.cookie(REFRESH)));
        let reply = browser.post(path, &[]).await;
        assert_eq!((reply.status, cleared(&reply)), (303, vec![REFRESH]), "{path}");
        assert_eq!(app.open_sessions(), 0, "{path}");
    }
}

#[rocket::async_test]
async fn the_sign_in_page_clears_what_is_ours_and_has_long_ended() {
    let (app, elsewhere) = (TestApp::start().await, TestApp::start().await);
    let (mut here, there) = here_and_there(&app, &elsewhere).await;
    let ended = here.cookie(REFRESH).to_owned();
    here.post("/logout", &[]).await;
    let mut browser = holding(&app, Some(there.cookie(ACCESS)), Some(&ended));
    app.wait(Span::seconds(59));
    assert!(cleared(&browser.get("/login").await).is_empty());
    app.wait(Span::seconds(2));
    assert_eq!(cleared(&browser.get("/login").await), [REFRESH]);
    assert_eq!(browser.cookie(ACCESS), there.cookie(ACCESS));
}

#[rocket::async_test]
async fn the_sign_in_page_keeps_the_cookies_of_a_session_it_does_not_know() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    app.outlive_access_token();
    app.execute("DELETE FROM sessions");
    assert_eq!(ada.get("/profile").await.location.as_deref(), TO_SIGN_IN);
    let reply = ada.get("/login").await;
    assert!(reply.status == 200 && cleared(&reply).is_empty(), "{reply:?}");
}

#[rocket::async_test]
async fn signing_in_replaces_a_cookie_that_is_not_ours() {
    let (app, elsewhere) = (TestApp::start().await, TestApp::start().await);
    let (_, there) = here_and_there(&app, &elsewhere).await;
    let mut browser = there.at(&app.client);
    browser.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert!(browser.get("/profile").await.is_signed_in());
}

/// The response to a request with these bytes as its `Cookie` header.
async fn with_cookie_bytes(port: u16, cookie: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let head = b"GET /profile HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ";
    stream.write_all(&[head, cookie, b"\r\n\r\n"].concat()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[rocket::async_test]
async fn a_cookie_of_another_application_in_latin_1_does_not_hide_ours() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let port = app.serve().await;
    let ours = format!("{ACCESS}={}", ada.cookie(ACCESS)).into_bytes();
    let long = [&b"long="[..], &[0xfc; 12_000]].concat();
    for other in [&b"city=Z\xfcrich"[..], b"\xe9t\xe9=1", b"cut=\xc3", b"no=\xff\xfe", &long] {
        for cookie in [[&ours, &b"; "[..], other].concat(), [other, b"; ", &ours].concat()] {
            let response = with_cookie_bytes(port, &cookie).await;
            assert!(response.starts_with("HTTP/1.1 200 ") && response.contains(EMAIL), "{other:?}");
        }
    }
    let in_two_headers = [b"city=Z\xfcrich\r\nCookie: ", &*ours].concat();
    assert!(with_cookie_bytes(port, &in_two_headers).await.contains(EMAIL));
}

#[rocket::async_test]
async fn a_cookie_of_our_name_in_latin_1_signs_nobody_in_and_is_not_cleared() {
    let app = TestApp::start().await;
    let ada = app.ada().await;
    let port = app.serve().await;
    let damaged = format!("{REFRESH}=").into_bytes();
    let ours = format!("; {REFRESH}={}", ada.cookie(REFRESH)).into_bytes();
    for cookie in [[&damaged, &b"\xfc"[..]].concat(), [&damaged, &b"\xfc"[..], &ours].concat()] {
        let response = with_cookie_bytes(port, &cookie).await.to_lowercase();
        assert!(response.contains("location: /login?next=/profile"), "{response}");
        assert!(!response.contains("set-cookie"), "{response}");
    }
}
