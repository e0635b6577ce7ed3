//! The API and its `OpenAPI` document agree.

use crate::support::{Api, TestApp, parsed};
use rocket::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn described(app: &TestApp) -> Value {
    let reply = Api::of(app).call(Method::Get, "/api/openapi.json", None).await;
    assert_eq!((reply.status, reply.header("Content-Type")), (200, Some("application/json")));
    parsed(&reply)
}

/// Method, path and description of every operation.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&'_ String, &'_ Value)| {
        let operations = item.as_object().unwrap().keys().map(|method| method.to_uppercase());
        operations.map(|method| (method, path.clone())).collect::<Vec<_>>()
    };
    let named: Vec<_> = paths.iter().flat_map(of).collect();
    let find = |(method, path): (String, String)| {
        let operation = &document["paths"][&path][method.to_lowercase()];
        (method, path, operation)
    };
    named.into_iter().map(find).collect()
}

#[rocket::async_test]
async fn every_api_operation_is_described_and_every_described_one_exists() {
    let app = TestApp::start().await;
    let document = described(&app).await;
    assert_eq!(document["openapi"], "3.1.0");
    let real = app.client.rocket().routes().filter(|route| route.rank < 1000);
    let for_programs = real
        .filter(|r| r.uri.path().starts_with("/api/") || r.uri.path().starts_with("/.well-known/"));
    let braces = |path: &str| path.replace('<', "{").replace('>', "}");
    let mounted: BTreeSet<_> =
        for_programs.map(|r| (r.method.to_string(), braces(r.uri.path()))).collect();
    let told: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(mounted, told);
    let ids: BTreeSet<_> =
        operations(&document).iter().map(|(.., op)| op["operationId"].to_string()).collect();
    assert_eq!(ids.len(), told.len(), "an operation id is there twice");
}

#[rocket::async_test]
async fn only_operations_described_with_bearer_require_a_token() {
    let app = TestApp::start().await;
    let document = described(&app).await;
    let mut bearers = 0;
    for (method, path, operation) in operations(&document) {
        let needs_bearer = operation["security"] == json!([{ "bearer": [] }]);
        bearers += usize::from(needs_bearer);
        let method = method.parse().unwrap();
        let reply = Api::of(&app).call(method, &path.replace("{id}", "7"), None).await;
        let asked = reply.status == 401 && reply.body.contains("token_missing");
        // Signing out takes a bearer token or a body.
        assert_eq!(asked, needs_bearer || path.ends_with("/logout"), "{method} {path}: {reply:?}");
        let described = &operation["responses"][reply.status.to_string()];
        assert!(
            described.is_object(),
            "{method} {path} answered {}, which is not described",
            reply.status
        );
    }
    assert_eq!(bearers, 3);
}

#[rocket::async_test]
async fn all_error_codes_are_described() {
    let app = TestApp::start().await;
    let document = described(&app).await;
    let codes = &document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
    for code in [
        "token_missing",
        "token_expired",
        "token_invalid",
        "session_ended",
        "email_taken",
        "invalid_fields",
    ] {
        assert!(codes.as_array().unwrap().contains(&json!(code)), "{code} is missing in {codes}");
    }
    for (.., operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let told = response["description"].as_str().unwrap().split('`').skip(1).step_by(2);
            for code in
                told.filter(|word| !["reason", "refresh_token", "retry_after"].contains(word))
            {
                assert!(
                    codes.as_array().unwrap().contains(&json!(code)),
                    "{status} tells of {code}"
                );
            }
        }
    }
}

/// The fields a body is refused for.
async fn refused(app: &TestApp, path: &str, body: Value) -> Vec<String> {
    let reply = Api::of(app).post(path, body).await;
    assert_eq!(reply.status, 422, "{path}");
    parsed(&reply)["errors"].as_object().unwrap().keys().cloned().collect()
}

#[rocket::async_test]
async fn the_described_fields_are_exactly_the_required_ones() {
    let app = TestApp::start().await;
    let document = described(&app).await;
    let mut bodies = 0;
    for (_, path, operation) in operations(&document) {
        let reference = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let Some(schema) =
            reference.as_str().and_then(|name| document.pointer(name.trim_start_matches('#')))
        else {
            continue;
        };
        let required = schema["required"].as_array().unwrap();
        let names: Vec<&str> = required.iter().map(|name| name.as_str().unwrap()).collect();
        let properties = schema["properties"].as_object().unwrap();
        let properties: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(properties, names.iter().copied().collect(), "{path}");
        assert_eq!(schema["additionalProperties"], false);
        let complete = || names.iter().map(|name| ((*name).to_owned(), json!("x")));
        let unknown = complete().chain([("no_such_field".to_owned(), json!("x"))]).collect();
        assert_eq!(refused(&app, &path, unknown).await, ["no_such_field"], "{path}");
        for name in &names {
            let without = complete().filter(|(other, _)| other != name).collect();
            assert_eq!(refused(&app, &path, without).await, [*name], "{path}");
        }
        bodies += 1;
    }
    assert_eq!(bodies, 4);
}
