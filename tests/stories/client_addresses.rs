//! Which address a request counts as coming from.

use crate::support::{Done, EMAIL, PASSWORD, TestApp, Visitor};
use vestibule::accounts::administration::AccountRef;
use vestibule::domain::account::Role;
use vestibule::domain::email::EmailAddress;

const PROXIES: [(&str, &str); 1] = [("VESTIBULE_TRUSTED_PROXIES", "172.17.0.1, fd00::/8")];

/// The address that the list of sessions shows for a sign-in of this visitor.
async fn shown(visitor: Visitor<'_>) -> String {
    let mut visitor = visitor;
    let form = [("email", EMAIL), ("password", PASSWORD)];
    assert_eq!(visitor.post("/login", &form).await.status, 303);
    let page = visitor.get("/sessions").await.body;
    let (_, rest) = page.split_once("<dt>IP address</dt><dd>").unwrap();
    rest.split_once("</dd>").unwrap().0.to_owned()
}

#[rocket::async_test]
async fn only_trusted_proxies_can_name_the_address_of_a_client() {
    let app = TestApp::start_with(&PROXIES).await;
    app.ada().await;
    let from = |peer: &str, header: &str, value: &str| {
        shown(app.visitor().connecting_from(peer).with_header(header, value))
    };
    assert_eq!(from("172.17.0.1", "X-Forwarded-For", "192.0.2.1").await, "192.0.2.1");
    assert_eq!(from("fd00::7", "Forwarded", "for=\"[2001:db8::1]\"").await, "2001:db8::1");
    assert_eq!(from("172.17.0.1", "X-Forwarded-For", "192.0.2.1, what").await, "172.17.0.1");
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP"] {
        assert_eq!(from("192.0.2.9", header, "1.2.3.4").await, "192.0.2.9", "{header}");
    }
    assert_eq!(from("172.17.0.1", "X-Real-IP", "1.2.3.4").await, "172.17.0.1");
    let addresses = "SELECT count(*) AS n FROM events \
        WHERE kind = 'signed_in' AND address IN ('192.0.2.1', '2001:db8::1')";
    assert_eq!(app.number(addresses), 2, "events show it too");
}

#[rocket::async_test]
async fn administrators_see_how_their_request_arrives() {
    let app = TestApp::start_with(&PROXIES).await;
    let ada = app.ada().await;
    let who = AccountRef::Email(EmailAddress::parse(EMAIL).unwrap());
    assert_eq!(ada.clone().get("/admin/whoami").await.status, 403);
    app.operator().await.administration.set_role(who, Role::Admin).await.unwrap().account();
    let proxied =
        ada.clone().connecting_from("172.17.0.1").with_header("X-Forwarded-For", "192.0.2.1");
    for (mut visitor, parts) in [
        (proxied, ["<dd>192.0.2.1</dd>", "<dd>172.17.0.1</dd>", "comes from a trusted proxy"]),
        (
            ada.connecting_from("172.18.0.1"),
            ["<dd>172.18.0.1</dd>", "If 172.18.0.1 is your proxy", "VESTIBULE_TRUSTED_PROXIES"],
        ),
    ] {
        let page = visitor.get("/admin/whoami").await;
        for part in parts {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
    }
}
