//! What answers when the database is away, or on any other fault of ours. It is logged once, here;
//! the client learns only that the failure is ours.

use crate::accounts::Fault;
use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use rocket::Request;
use rocket::response::{self, Responder};

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            // The limit has logged it.
            Fault::TooManyRefreshes(_) => {}
            _ if fault.is_logged() => {}
            Fault::Overloaded(_) => {
                tracing::warn!(%fault, "a request was refused: the service is overloaded");
            }
            _ => tracing::error!(%fault, "a request failed"),
        }
        match fault {
            Fault::Overloaded(_) | Fault::Undecided | Fault::Store(_) | Fault::Keys(_) => {
                Refusal::new(Code::Unavailable)
            }
            Fault::TooManyRefreshes(wait) => Refusal::too_many_attempts(wait),
            Fault::Crypto(_) => Refusal::new(Code::InternalError),
        }
    }
}

impl<'r> Responder<'r, 'static> for Fault {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Err(Refusal::from(self).note(request))
    }
}
