//! The audit log.

use super::row::to_column;
use super::schema::events;
use super::{StoreFault, Tx};
use crate::domain::event::Event;
use diesel::prelude::*;
use uuid::Uuid;

/// Adds an entry under an id of the caller's making.
///
/// # Errors
/// `StoreFault`.
pub fn insert(tx: &mut Tx<'_>, id: Uuid, event: &Event) -> Result<(), StoreFault> {
    let values = (
        events::id.eq(id.to_string()),
        events::account_id.eq(event.account_id.0.to_string()),
        events::session_id.eq(event.session_id.map(|id| id.0.to_string())),
        events::kind.eq(event.kind.into_str()),
        events::at.eq(to_column(event.at)),
        events::ip.eq(event.ip.map(|ip| ip.to_string())),
    );
    diesel::insert_into(events::table).values(values).execute(tx.0)?;
    Ok(())
}
