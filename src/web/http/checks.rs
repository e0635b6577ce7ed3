//! The checks before every route. They are wrapped around the handlers when these are mounted, so
//! that no route can omit them.

use crate::accounts::log_refused_stranger;
use crate::domain::event::StrangerEvent;
use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use crate::web::guards::authentication::Authentication;
use crate::web::http::client_address::addresses;
use crate::web::http::request_id::RequestId;
use crate::web::http::{csrf, original_method, well_formed};
use rocket::http::Status;
use rocket::response::{Redirect, Responder};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};
use tracing::Instrument;

/// Wraps a route in the checks.
pub fn checked(mut route: Route) -> Route {
    route.handler = Box::new(Checked(route.handler));
    route
}

#[derive(Clone)]
struct Checked(Box<dyn Handler>);

#[rocket::async_trait]
impl Handler for Checked {
    async fn handle<'r>(&self, request: &'r Request<'_>, mut data: Data<'r>) -> Outcome<'r> {
        let span = tracing::info_span!("request", request_id = RequestId::of(request).as_str());
        if let Some(refusal) = well_formed::refusal(request) {
            return Outcome::error(refusal.note(request));
        }
        if !well_formed::is_canonical(request) {
            return redirect_or_not_found(request);
        }
        if original_method::is_overridden(request, &mut data).await {
            return Outcome::error(Refusal::new(Code::BadRequest).note(request));
        }
        if !csrf::is_allowed(request) {
            let address = addresses(request).map(|addresses| addresses.client);
            span.in_scope(|| log_refused_stranger(StrangerEvent::OriginRefused, address));
            return Outcome::error(Refusal::new(Code::Forbidden).note(request));
        }
        let outcome = self.0.handle(request, data).instrument(span).await;
        // `Option<SignedIn>` is none also if authentication was undecided; that is a 503.
        match Authentication::known(request) {
            Some(Authentication::Unavailable(refusal)) => {
                Outcome::error(refusal.clone().note(request))
            }
            _ => outcome,
        }
    }
}

fn redirect_or_not_found<'r>(request: &'r Request<'_>) -> Outcome<'r> {
    let Some(page) = well_formed::canonical_page(request) else {
        return Outcome::error(Status::NotFound);
    };
    // None of our pages has a query that Rocket's URI type cannot hold.
    Redirect::permanent(page)
        .respond_to(request)
        .map_or_else(|_| Outcome::error(Status::NotFound), Outcome::Success)
}
