//! A page: a typed context, rendered with its template.

use crate::web::guards::authentication::Authentication;
use crate::web::http::cookies::{self, ReplyCookies};
use crate::web::notice::Notice;
use crate::web::pages::context::{Frame, PageContext};
use crate::web::pages::template_error;
use crate::web::pages::templates::Templates;
use crate::web::texts;
use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder, Response};
use std::io::Cursor;

/// A page with its status.
pub struct Page<C>(pub Status, pub C);

impl<C> Page<C> {
    pub fn ok(context: C) -> Self {
        Self(Status::Ok, context)
    }
}

impl<'r, C: PageContext> Responder<'r, 'static> for Page<C> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let frame = Frame {
            page: &self.1,
            language: texts::language(request).tag(),
            signed_in: signed_in(request),
            notice: notice(request),
        };
        let templates = request.rocket().state::<Templates>().ok_or(Status::InternalServerError)?;
        let html = templates.render(&frame).map_err(|error| {
            let error = template_error::message(&error);
            tracing::error!(template = C::TEMPLATE, error, "a page could not be rendered");
            Status::InternalServerError
        })?;
        let response = Response::build()
            .status(self.0)
            .header(ContentType::HTML)
            .sized_body(html.len(), Cursor::new(html))
            .finalize();
        Ok(response)
    }
}

fn signed_in(request: &Request<'_>) -> Option<bool> {
    match Authentication::known(request)? {
        Authentication::SignedIn(_) => Some(true),
        Authentication::Anonymous(_) => Some(false),
        Authentication::Unavailable(_) => None,
    }
}

fn notice(request: &Request<'_>) -> Option<String> {
    let notice: Notice = cookies::notice(request)?.parse().ok()?;
    ReplyCookies::of(request).notice_shown();
    Some(notice.message_key())
}
