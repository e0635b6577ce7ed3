//! What answers when the database is away, or on any other fault of ours. It is logged once, here;
//! the client learns only that the failure is ours.

use crate::accounts::Fault;
use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use rocket::Request;
use rocket::response::{self, Responder};

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        if matches!(fault, Fault::Overloaded(_)) {
            tracing::warn!(%fault, "a request was refused: the service is overloaded");
        } else {
            tracing::error!(%fault, "a request failed");
        }
        Refusal::new(match fault {
            Fault::Overloaded(_) | Fault::Undecided | Fault::Store(_) | Fault::Keys(_) => {
                Code::Unavailable
            }
            Fault::Crypto(_) => Code::InternalError,
        })
    }
}

impl<'r> Responder<'r, 'static> for Fault {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Err(Refusal::from(self).note(request))
    }
}
