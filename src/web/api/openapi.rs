//! The description of the API (`OpenAPI` 3.1), generated from the handlers and their types.

use crate::web::api::{auth, jwks, sessions};
use crate::web::errors::problem::Document as ProblemDocument;
use crate::web::guards::Anyone;
use rocket::http::ContentType;
use rocket::{State, get};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Described, Ref, RefOr, Required, Response};
use utoipa::{Modify, OpenApi};

/// The JSON API of Vestibule: sign up, sign in, refresh, sign out, list and end sessions.
#[derive(OpenApi)]
#[openapi(
    info(title = "Vestibule", license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")),
    paths(
        auth::register,
        auth::login,
        auth::refresh,
        auth::logout,
        auth::me,
        sessions::list,
        sessions::end,
        jwks::show,
        show
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Bearer, &OptionalBodies, &Problems)
)]
struct Api;

/// The document as it is sent.
pub struct Document(String);

impl Document {
    pub fn new(min_password_length: usize) -> Self {
        let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
        if let Some(password) = document.pointer_mut(NEW_PASSWORD) {
            password["minLength"] = min_password_length.into();
        }
        Self(document.to_string())
    }
}

const NEW_PASSWORD: &str = "/components/schemas/SignUpRequest/properties/password";

/// Adds the bearer scheme.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Described) {
        let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components
            .security_schemes
            .insert("bearer".to_owned(), SecurityScheme::Http(scheme).into());
    }
}

/// Marks the bodies that are optional.
struct OptionalBodies;

impl Modify for OptionalBodies {
    fn modify(&self, document: &mut Described) {
        for path in ["/api/auth/refresh", "/api/auth/logout"] {
            let operation = document.paths.paths.get_mut(path).and_then(|item| item.post.as_mut());
            if let Some(RefOr::T(body)) =
                operation.and_then(|operation| operation.request_body.as_mut())
            {
                body.required = Some(Required::False);
            }
        }
    }
}

/// Adds the errors that several operations share, the problem document of every error, and the
/// challenge of every 401.
struct Problems;

/// Of operations with a body.
const BODY_ERRORS: [u16; 4] = [400, 413, 415, 422];
/// Of operations that change something: the CSRF check.
const CHANGE_ERRORS: [u16; 1] = [403];
/// Of every operation: a fault, or overload.
const COMMON_ERRORS: [u16; 2] = [500, 503];

impl Modify for Problems {
    fn modify(&self, document: &mut Described) {
        for item in document.paths.paths.values_mut() {
            let changing = [item.post.as_mut(), item.delete.as_mut()];
            for operation in changing.into_iter().flatten() {
                add(operation, &CHANGE_ERRORS);
                if operation.request_body.is_some() {
                    add(operation, &BODY_ERRORS);
                }
            }
            for operation in
                [item.get.as_mut(), item.post.as_mut(), item.delete.as_mut()].into_iter().flatten()
            {
                add(operation, &COMMON_ERRORS);
                operation
                    .responses
                    .responses
                    .iter_mut()
                    .for_each(|(status, response)| complete(status, response));
            }
        }
    }
}

fn add(operation: &mut Operation, statuses: &[u16]) {
    for status in statuses {
        let description = rocket::http::Status::new(*status).reason_lossy();
        let missing = || RefOr::T(Response::new(description));
        operation.responses.responses.entry(status.to_string()).or_insert_with(missing);
    }
}

fn complete(status: &str, response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    if !status.starts_with(['4', '5']) {
        return;
    }
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    response.content.insert("application/problem+json".to_owned(), problem.into());
    if status == "401" {
        response.headers.insert("WWW-Authenticate".to_owned(), HeaderBuilder::new().build().into());
    }
}

/// This document
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "document",
    tag = "about",
    responses((status = 200, body = Object, description = "OpenAPI 3.1"))
)]
#[get("/api/openapi.json")]
pub fn show(_guard: Anyone, document: &State<Document>) -> (ContentType, &str) {
    (ContentType::JSON, &document.0)
}
