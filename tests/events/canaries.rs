//! No password, token, cookie, key, email address or name in any log line or event, and none of
//! them anywhere in the database but where it belongs. Each is a canary: a text found nowhere else.

use crate::program::{Program, agent};
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use ureq::http::{HeaderMap, Request};
use vestibule::ROUTES;

/// The one canary that is shown: a browser as it describes itself.
const USER_AGENT: &str = "canary-user-agent";
const EMAIL: &str = "canary-email@example.org";
const NAME: &str = "Canary-name";
const PASSWORD: &str = "canary password of three words";
const NEW_PASSWORD: &str = "canary password of four other words";
/// What the keys are sealed with in the end.
const NEW_SECRET: &str = "185927e979fb684c4ff1ddb6045f0159a2b95ae0b8c81f21a0e4ca4bc4b5b5b3";
/// Headers that nobody may find in the log or the database.
const HEADERS: [&str; 7] = [
    "X-Forwarded-For",
    "Forwarded",
    "X-Real-IP",
    "X-Request-Id",
    "traceparent",
    "Referer",
    "X-Other",
];

/// What must not be found, as it may be written.
#[derive(Default)]
struct Canaries(BTreeSet<String>);

/// A response: status, headers and body.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Canaries {
    /// A new canary.
    fn plant(&mut self, place: &str) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let canary = format!("canary-{}-{place}", NEXT.fetch_add(1, Ordering::SeqCst));
        self.0.insert(canary.clone());
        canary
    }

    /// A token or a key that was handed out: each of its parts alone is one, too.
    fn note(&mut self, secret: &str) {
        let long = secret.split('.').filter(|part| part.len() >= 40);
        self.0.extend(long.map(str::to_owned));
    }

    fn found_in<'c>(&'c self, text: &str) -> Vec<&'c String> {
        self.0.iter().filter(|canary| text.contains(canary.as_str())).collect()
    }
}

/// Somebody whose browser sends canaries in all of its headers.
struct Client<'p> {
    program: &'p Program,
    canaries: Canaries,
    cookies: Vec<(String, String)>,
    bearer: Option<String>,
}

impl Client<'_> {
    fn send(&mut self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        let query = self.canaries.plant("query");
        let uri = self.program.url(&format!("{path}?next={query}&token={query}"));
        let mut request =
            Request::builder().method(method).uri(uri).header("User-Agent", USER_AGENT);
        for name in HEADERS {
            request = request.header(name, self.canaries.plant(name));
        }
        let stray = format!("stray={}", self.canaries.plant("cookie"));
        let own = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        request = request.header("Cookie", own.chain([stray]).collect::<Vec<_>>().join("; "));
        let bearer = self.bearer.clone().unwrap_or_else(|| self.canaries.plant("bearer"));
        request = request.header("Authorization", format!("Bearer {bearer}"));
        let request = request.header("Content-Type", kind).body(body.to_owned()).unwrap();
        let mut response = agent().run(request).unwrap();
        let body = response.body_mut().read_to_string().unwrap_or_default();
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        };
        self.keep(&answer);
        answer
    }

    fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| text.replace(' ', "+").replace('@', "%40");
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encode(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        self.send("POST", path, "application/x-www-form-urlencoded", &body)
    }

    fn json(&mut self, path: &str, body: &Value) -> Value {
        let answer = self.send("POST", path, "application/json", &body.to_string());
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    /// Keeps cookies and notes all tokens that were handed out.
    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = value.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
                self.canaries.note(value);
            }
        }
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        for token in ["access_token", "refresh_token"] {
            self.canaries.note(body[token].as_str().unwrap_or_default());
        }
    }
}

/// The fields that a form or a JSON body may have, from the pages and from the API's description.
fn fields(client: &mut Client<'_>) -> BTreeSet<String> {
    let description: Value =
        serde_json::from_str(&client.send("GET", "/api/openapi.json", "text/plain", "").body)
            .unwrap();
    let schemas = description["components"]["schemas"].as_object().unwrap();
    let requests = schemas.iter().filter(|(name, _)| name.ends_with("Request"));
    let in_json = requests.flat_map(|(_, schema)| schema["properties"].as_object().unwrap().keys());
    let mut fields: BTreeSet<String> = in_json.cloned().collect();
    for route in ROUTES.iter().filter(|route| route.method.as_str() == "GET") {
        let page = client.send("GET", &path(route.path), "text/plain", "").body;
        let inputs = page.split("<input").skip(1).filter_map(|input| input.split_once(" name=\""));
        fields.extend(inputs.map(|(_, rest)| rest.split('"').next().unwrap().to_owned()));
    }
    fields
}

/// A path of this route.
fn path(route: &str) -> String {
    let path = route.replace("<id>", "01999999-0000-7000-8000-000000000000");
    path.replace("<file>", "style.css")
}

/// Sends every route a form and a JSON body with canaries in all fields, alone and together.
fn plant_everywhere(
    client: &mut Client<'_>,
    fields: &BTreeSet<String>,
    prepare: fn(&mut Client<'_>),
) {
    for route in ROUTES {
        prepare(client);
        let path = path(route.path);
        let method = route.method.as_str();
        if method == "GET" {
            client.send(method, &path, "text/plain", "");
            continue;
        }
        let mut body = Map::new();
        for field in fields {
            let canary = client.canaries.plant(field);
            let canary = if field == "email" { format!("{canary}@example.org") } else { canary };
            client.send(method, &path, "application/json", &json!({ field: canary }).to_string());
            body.insert(field.clone(), json!(canary));
        }
        let body = Value::Object(body);
        client.send(method, &path, "application/json", &body.to_string());
        let pairs = body.as_object().unwrap().iter();
        let pairs = pairs.map(|(name, value)| format!("{name}={}", value.as_str().unwrap()));
        let pairs = pairs.collect::<Vec<_>>().join("&");
        client.send(method, &path, "application/x-www-form-urlencoded", &pairs);
        client.send(method, &path, "text/canary", &pairs);
    }
}

/// Signs in after `live`.
fn sign_in(client: &mut Client<'_>) {
    let fields = [("email", EMAIL), ("password", NEW_PASSWORD)];
    assert_eq!(client.form("/login", &fields).status, 303);
}

/// The life of an account in a browser and in an API client.
fn live(client: &mut Client<'_>) {
    let sign_up = [("name", NAME), ("email", EMAIL), ("password", PASSWORD)];
    assert_eq!(client.form("/register", &sign_up).status, 303);
    assert_eq!(client.form("/register", &sign_up).status, 422);
    let wrong = client.canaries.plant("wrong password");
    client.form("/login", &[("email", EMAIL), ("password", &wrong)]);
    let wrong_change = [("current_password", &*wrong), ("new_password", NEW_PASSWORD)];
    assert_eq!(client.form("/password", &wrong_change).status, 422);
    client.form("/profile", &[("name", "Canary-name again")]);
    let change = [("current_password", PASSWORD), ("new_password", NEW_PASSWORD)];
    assert_eq!(client.form("/password", &change).status, 303);
    assert_eq!(client.send("GET", "/admin", "text/plain", "").status, 403);
    let sign_in = json!({ "email": EMAIL, "password": NEW_PASSWORD });
    let tokens = client.json("/api/auth/login", &sign_in);
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    assert!(client.json("/api/auth/refresh", &refresh)["access_token"].is_string());
    client.bearer = tokens["access_token"].as_str().map(str::to_owned);
    assert_eq!(client.send("GET", "/api/auth/me", "text/plain", "").status, 200);
    assert_eq!(client.form("/logout", &[]).status, 303);
    client.json("/api/auth/logout", &refresh);
    client.json("/api/auth/refresh", &refresh);
    client.bearer = None;
}

fn operate(program: &Program, canaries: &mut Canaries) {
    let other = ("canary-other@example.org", "canary password by the operator");
    program.run(&["account", "create", other.0, "--name", NAME], other.1);
    for command in [
        &["account", "role", EMAIL, "admin"][..],
        &["account", "disable", other.0],
        &["account", "enable", other.0],
        &["account", "sign-out", EMAIL],
        &["account", "show", EMAIL],
        &["account", "list"],
        &["keys", "rotate"],
        &["keys", "rotate", "--emergency", "--yes"],
        &["account", "rename", other.0, NAME],
        &["account", "sign-out", "--all", "--yes"],
        &["session", "list", EMAIL],
        &["account", "email", other.0, "canary-third@example.org"],
        &["account", "delete", "canary-third@example.org", "--yes"],
    ] {
        program.run(command, "");
    }
    program.run(&["account", "create", other.0, "--name", NAME], other.1);
    program.run(&["account", "password", other.0], "another canary password");
    let secret = std::fs::read_to_string(program.data().join("secret")).unwrap();
    canaries.note(secret.trim());
    canaries.note(NEW_SECRET);
    program.run(&["keys", "reseal"], NEW_SECRET);
    std::fs::write(program.data().join("secret"), NEW_SECRET).unwrap();
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
}

#[derive(QueryableByName)]
struct Contents {
    #[diesel(sql_type = Text)]
    contents: String,
}

/// All that is in each column of each table, in lower case.
fn contents(database: &mut SqliteConnection) -> Vec<(String, String)> {
    let columns = "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m, \
                   pragma_table_info(m.name) c WHERE m.type = 'table'";
    let columns: Vec<Column> = diesel::sql_query(columns).load(database).unwrap();
    assert!(columns.len() > 50, "the columns were not found");
    let mut contents_of = |Column { table_name, column_name }: Column| {
        let query = format!(
            "SELECT coalesce(group_concat(quote({column_name})), '') AS contents FROM {table_name}"
        );
        let Contents { contents } = diesel::sql_query(query).get_result(database).unwrap();
        (format!("{table_name}.{column_name}"), contents.to_lowercase())
    };
    columns.into_iter().map(&mut contents_of).collect()
}

/// The columns that hold this text, in any case.
fn holders<'c>(contents: &'c [(String, String)], text: &str) -> Vec<&'c str> {
    let holding = contents.iter().filter(|(_, text_of)| text_of.contains(&text.to_lowercase()));
    holding.map(|(column, _)| column.as_str()).collect()
}

#[test]
fn no_secret_and_no_email_address_is_in_the_log_or_where_it_does_not_belong() {
    let mut program = Program::serve();
    let mut client = Client {
        program: &program,
        canaries: Canaries::default(),
        cookies: Vec::new(),
        bearer: None,
    };
    let mut known = fields(&mut client);
    live(&mut client);
    sign_in(&mut client);
    known.extend(fields(&mut client));
    for field in ["email", "current_password", "refresh_token", "remember"] {
        assert!(known.contains(field), "{field} was not found: {known:?}");
    }
    plant_everywhere(&mut client, &known, |client| client.cookies.clear());
    plant_everywhere(&mut client, &known, sign_in);
    sign_in(&mut client);
    let mut canaries = client.canaries;
    operate(&program, &mut canaries);
    let shown = program.run(&["events", "--json", "--since", "1h"], "");
    program.end();

    let log = program.log();
    for kind in ["sign_in_refused", "current_password_refused", "access_token_refused"] {
        assert!(log.contains(kind), "{kind} did not happen");
    }
    for text in [&log, &shown.replace(USER_AGENT, "")] {
        assert_eq!(canaries.found_in(text), [""; 0]);
        assert!(!text.to_lowercase().contains("canary"), "a name, an address or a password");
        assert!(!text.contains("example.org"));
    }
    let contents = contents(&mut program.database());
    assert_eq!(holders(&contents, EMAIL), ["accounts.email"]);
    assert_eq!(holders(&contents, NAME), ["accounts.name"]);
    assert_eq!(holders(&contents, USER_AGENT), ["sessions.user_agent", "events.device"]);
    for canary in canaries.0.iter().map(String::as_str).chain([PASSWORD, NEW_PASSWORD]) {
        match &holders(&contents, canary)[..] {
            [] => {}
            ["accounts.email"] if canary.ends_with("-email") => {}
            ["accounts.name"] if canary.ends_with("-name") => {}
            found => panic!("{canary} is in {found:?}"),
        }
    }
}
