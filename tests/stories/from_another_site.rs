//! Links in emails and on other sites work for signed-in users, despite SameSite=Strict.

use crate::support::TestApp;

#[rocket::async_test]
async fn a_link_from_another_site_continues_once_and_is_then_signed_in() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    let mut first = app
        .visitor()
        .with_header("Sec-Fetch-Site", "cross-site")
        .with_header("Sec-Fetch-Mode", "navigate");
    let first_reply = first.get("/sessions?a=1&b=%22%3Cx").await;
    assert!(first_reply.status == 200 && first_reply.set_cookies().is_empty());
    assert!(
        first_reply.body.contains(r#"content="0; url=&#x2F;sessions?a=1&amp;b=%22%3Cx""#),
        "{}",
        first_reply.body
    );
    assert!(
        first_reply.body.contains(r#"<a href="&#x2F;sessions?a=1&amp;b=%22%3Cx">"#)
            && !first_reply.body.contains("password")
    );
    assert_eq!(ada.get("/sessions?a=1&b=%22%3Cx").await.status, 200);
    let mut second = app
        .visitor()
        .with_header("Sec-Fetch-Site", "same-origin")
        .with_header("Sec-Fetch-Mode", "navigate");
    assert_eq!(
        second.get("/sessions").await.location.as_deref(),
        Some("/login?next=/sessions"),
        "once, then the sign-in page"
    );
}

#[rocket::async_test]
async fn only_a_navigation_without_cookies_is_continued() {
    let app = TestApp::start().await;
    let cross = || app.visitor().with_header("Sec-Fetch-Site", "cross-site");
    let resource = cross().with_header("Sec-Fetch-Mode", "no-cors").get("/profile").await;
    assert_eq!((resource.status, resource.location), (401, None), "no page is shown there");
    let script = cross()
        .with_header("Sec-Fetch-Mode", "navigate")
        .with_header("Accept", "application/json")
        .get("/profile")
        .await;
    assert_eq!(script.status, 401);
    let mut posted = cross().with_header("Sec-Fetch-Mode", "navigate");
    assert_eq!(posted.post("/profile", &[]).await.status, 403);
    assert_eq!(cross().with_header("Sec-Fetch-Mode", "navigate").get("/nowhere").await.status, 404);
}
