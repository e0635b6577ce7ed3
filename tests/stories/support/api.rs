//! A client of the JSON API.

use super::{EMAIL, PASSWORD, Reply, TestApp, Visitor};
use data_encoding::BASE64URL_NOPAD;
use rocket::http::{ContentType, Method};
use serde_json::{Value, json};

/// The API as one client sees it.
pub struct Api<'a>(pub Visitor<'a>);

impl<'a> Api<'a> {
    pub fn of(app: &'a TestApp) -> Self {
        Self(app.visitor())
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let body = body.map(|body| (ContentType::JSON, body.to_string()));
        self.0.send_and_lose_cookies(method, path, body).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::Post, path, Some(body)).await
    }

    pub async fn with_bearer(&self, method: Method, path: &str, token: &str) -> Reply {
        let program = self.0.clone().with_header("Authorization", &format!("Bearer {token}"));
        Api(program).call(method, path, None).await
    }

    pub async fn me(&self, token: &str) -> Reply {
        self.with_bearer(Method::Get, "/api/auth/me", token).await
    }

    pub async fn refresh(&self, token: &Value) -> Reply {
        self.post("/api/auth/refresh", json!({ "refresh_token": token })).await
    }

    /// Signs Ada up and returns her tokens.
    pub async fn register(&self) -> Value {
        let ada = json!({ "name": "Ada", "email": EMAIL, "password": PASSWORD });
        let reply = self.post("/api/auth/register", ada).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        parsed(&reply)
    }

    /// Signs Ada in and returns her tokens.
    pub async fn login(&self) -> Value {
        let reply =
            self.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        parsed(&reply)
    }

    /// The published public keys.
    pub async fn key_set(&self) -> Vec<Value> {
        let reply = self.call(Method::Get, "/.well-known/jwks.json", None).await;
        parsed(&reply)["keys"].as_array().unwrap().clone()
    }
}

pub fn parsed(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap_or_else(|_| panic!("no JSON: {reply:?}"))
}

pub fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {value}"))
}

pub fn header(token: &str) -> Value {
    part(token, 0)
}

pub fn claims(token: &str) -> Value {
    part(token, 1)
}

fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}
