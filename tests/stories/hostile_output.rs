use crate::support::{EMAIL, PASSWORD, TestApp};

/// Texts that break out of HTML somewhere.
const HOSTILE: [&str; 60] = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example></script>",
    "<img src=x onerror=alert(1)>",
    "<img/src/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\"data:text/html,<script>\">x</a>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<math><mtext><script>alert(1)",
    "<table background=javascript:alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<link rel=stylesheet href=//evil>",
    "<style>@import '//evil.example'</style>",
    "<meta http-equiv=refresh content=0;url=//evil>",
    "<base href=//evil.example>",
    "<form action=//evil>",
    "<button formaction=//evil.example>",
    "<textarea autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus>",
    "<isindex action=//evil>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "\"/><img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)",
    "</textarea><script>alert(1)",
    "</dd><script>alert(1)",
    "</h1></main><script>alert(1)",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)",
    "<!--<script>alert(1)-->",
    "<![CDATA[<script>alert(1)]]>",
    "<?xml version=\"1.0\"?><x>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "&#x3c;script>",
    "\\u003cscript\\u003e",
    "\\x3cscript\\x3e",
    "%3Cscript%3E",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "{% raw %}<b>{% endraw %}",
    "{# x #}<b>",
    "{{ __tera_context }}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "<plaintext>",
];

/// The page without the text in its escaped forms must not hold the raw one.
fn assert_harmless(body: &str, text: &str, place: &str) {
    let dangerous = text.contains(['<', '"', '\'']);
    assert!(!dangerous || !body.contains(text), "{place}: {text}");
    assert!(
        !body.contains("<script") && !body.contains(">49<") && !body.contains("\"49\""),
        "{place}: {text}"
    );
}

#[rocket::async_test]
async fn sixty_hostile_texts_in_name_address_and_user_agent_are_shown_as_text() {
    let app = TestApp::start().await;
    let mut ada = app.ada().await;
    for text in HOSTILE {
        let reply = ada.post("/profile", &[("name", text)]).await;
        assert_eq!(reply.status, 303, "{text} is a name like any other");
        assert_harmless(&ada.get("/profile").await.body, text, "profile");
        let fields = [("name", text), ("email", text), ("password", text), ("next", text)];
        let sign_up = &fields[..3];
        assert_harmless(&app.visitor().post("/register", sign_up).await.body, text, "register");
        let sign_in = &fields[1..];
        assert_harmless(&app.visitor().post("/login", sign_in).await.body, text, "login");
        let mut agent = app.visitor().with_header("User-Agent", text);
        assert_eq!(
            agent.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await.status,
            303
        );
        assert_harmless(&agent.get("/profile").await.body, text, "user agent");
    }
}
