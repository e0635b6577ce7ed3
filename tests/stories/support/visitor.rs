use rocket::http::{ContentType, Header, Method};
use rocket::local::asynchronous::Client;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub const ACCESS: &str = "__Host-access-8000";
pub const REFRESH: &str = "__Host-refresh-8000";
pub const DEVICE: &str = "__Host-device-8000";

/// A client that behaves like a browser: it keeps cookies and sends its headers. It does not follow
/// redirects, so that stories can check them.
#[derive(Clone)]
pub struct Visitor<'a> {
    client: &'a Client,
    pub jar: BTreeMap<String, String>,
    pub headers: Vec<(String, String)>,
    address: IpAddr,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub location: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn set_cookies(&self) -> Vec<&str> {
        let cookies =
            self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        cookies.map(|(_, value)| value.as_str()).collect()
    }

    /// The `Set-Cookie` line of this name.
    pub fn set_cookie(&self, name: &str) -> Option<&str> {
        self.set_cookies().into_iter().find(|cookie| cookie.starts_with(&format!("{name}=")))
    }

    /// The response apart from its date and its request ID, which differ between equal responses.
    pub fn comparable(&self) -> (u16, Vec<(String, String)>, String) {
        let id = self.header("x-request-id").unwrap_or_default();
        let differs = |name: &str| ["date", "x-request-id"].contains(&&*name.to_lowercase());
        let headers = self.headers.iter().filter(|(name, _)| !differs(name)).cloned();
        (self.status, headers.collect(), self.body.replace(id, ""))
    }

    /// Whether this is a page for a signed-in user, and not the sign-in page.
    pub fn is_signed_in(&self) -> bool {
        self.status == 200 && self.body.contains("ada@example.org")
    }
}

impl<'a> Visitor<'a> {
    pub fn new(client: &'a Client) -> Self {
        Self {
            client,
            jar: BTreeMap::new(),
            headers: Vec::new(),
            address: Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// The same browser, talking to another process.
    pub fn at<'b>(&self, client: &'b Client) -> Visitor<'b> {
        Visitor {
            client,
            jar: self.jar.clone(),
            headers: self.headers.clone(),
            address: self.address,
        }
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same browser, connecting from this address.
    pub fn connecting_from(mut self, address: &str) -> Self {
        self.address = address.parse().unwrap();
        self
    }

    pub fn cookie(&self, name: &str) -> &str {
        self.jar.get(name).map_or_else(|| panic!("no cookie {name}"), String::as_str)
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::Get, path, None).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        self.send(Method::Post, path, Some((ContentType::Form, body.collect::<Vec<_>>().join("&"))))
            .await
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(ContentType, String)>,
    ) -> Reply {
        let reply = self.send_and_lose_cookies(method, path, body).await;
        for cookie in reply.set_cookies() {
            self.keep(cookie);
        }
        reply
    }

    /// Sends a request and ignores the cookies of the response, as if it had been lost.
    pub async fn send_and_lose_cookies(
        &self,
        method: Method,
        path: &str,
        body: Option<(ContentType, String)>,
    ) -> Reply {
        let mut request = self.client.req(method, path.to_owned());
        if !self.jar.is_empty() {
            let pairs: Vec<String> =
                self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(Header::new("Cookie", pairs.join("; ")));
        }
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            request = request.header(Header::new("Host", "localhost:8000"));
        }
        for (name, value) in &self.headers {
            request = request.header(Header::new(name.clone(), value.clone()));
        }
        request = request.remote(SocketAddr::new(self.address, 4000));
        if let Some((content_type, body)) = body {
            request = request.header(content_type).body(body);
        }
        let response = request.dispatch().await;
        let headers = response
            .headers()
            .iter()
            .map(|h| (h.name().to_string(), h.value().to_owned()))
            .collect();
        Reply {
            status: response.status().code,
            location: response.headers().get_one("Location").map(str::to_owned),
            headers,
            body: response.into_string().await.unwrap_or_default(),
        }
    }

    /// Keeps a cookie the way a browser does: `Max-Age=0` removes it.
    pub fn keep(&mut self, set_cookie: &str) {
        let (pair, attributes) = set_cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        assert!(
            !name.starts_with("__Host-") || attributes.contains("Secure"),
            "a browser ignores {set_cookie}"
        );
        if attributes.contains("Max-Age=0") {
            self.jar.remove(name);
        } else {
            self.jar.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// Percent-encodes everything but letters and digits.
fn encode(text: &str) -> String {
    let byte = |b: u8| {
        if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }
    };
    text.bytes().map(byte).collect()
}
