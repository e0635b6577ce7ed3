//! A page: a typed context and the template that shows it.

use crate::web::guards::authentication::Authentication;
use crate::web::http::cookies::{self, ReplyCookies};
use crate::web::pages::assets;
use crate::web::texts;
use rocket::http::Status;
use rocket::response::{self, Responder};
use rocket::{Request, fairing::Fairing};
use rocket_dyn_templates::tera::{self, Tera, Value};
use rocket_dyn_templates::{Engines, Template};
use serde::Serialize;
use std::collections::HashMap;

/// What a template is rendered with. Its samples cover every state of the page; one test renders them all.
pub trait PageContext: Serialize + Sized {
    /// The template's path below `templates/`, without its endings.
    const TEMPLATE: &'static str;

    #[cfg(test)]
    fn samples() -> Vec<Self>;
}

/// A page to answer with.
pub struct Page<C>(pub Status, pub C);

impl<C> Page<C> {
    pub fn ok(context: C) -> Self {
        Self(Status::Ok, context)
    }
}

/// What every page has around its content.
#[derive(Serialize)]
pub struct Frame<'p, C> {
    pub page: &'p C,
    /// Unknown on pages that ask nobody who they are.
    pub signed_in: Option<bool>,
    /// The code of a message from the page before.
    pub flash: Option<&'static str>,
}

/// The messages one page leaves for the next; a browser could send anything else.
const FLASHES: [&str; 8] = [
    "flash_name_changed",
    "flash_signed_out",
    "flash_session_ended",
    "flash_others_ended",
    "flash_all_ended",
    "flash_password_changed",
    "flash_not_saved",
    "flash_session_already_ended",
];

impl<'r, C: PageContext> Responder<'r, 'static> for Page<C> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let signed_in = match Authentication::known(request) {
            Some(Authentication::SignedIn(_)) => Some(true),
            Some(Authentication::Anonymous(_)) => Some(false),
            Some(Authentication::Unavailable) | None => None,
        };
        let presented = cookies::flash(request);
        if presented.is_some() {
            ReplyCookies::of(request).flash_shown();
        }
        let flash = FLASHES.into_iter().find(|known| presented == Some(known));
        let frame = Frame { page: &self.1, signed_in, flash };
        let mut response = Template::render(C::TEMPLATE, frame).respond_to(request)?;
        response.set_status(self.0);
        Ok(response)
    }
}

/// The template engine with our two functions: `text(key)` and `asset(name)`. Both fail on an unknown name.
pub fn templates() -> impl Fairing {
    Template::custom(|engines: &mut Engines| add_functions(&mut engines.tera))
}

fn add_functions(tera: &mut Tera) {
    tera.register_function("text", |args: &HashMap<String, Value>| {
        let key = argument(args, "key")?;
        texts::text(key).map(Value::from).ok_or_else(|| tera::Error::msg(format!("no text {key}")))
    });
    tera.register_function("asset", |args: &HashMap<String, Value>| {
        let name = argument(args, "name")?;
        assets::path(name)
            .map(Value::from)
            .ok_or_else(|| tera::Error::msg(format!("no asset {name}")))
    });
}

fn argument<'a>(args: &'a HashMap<String, Value>, name: &str) -> tera::Result<&'a str> {
    args.get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| tera::Error::msg(format!("{name} is missing")))
}
