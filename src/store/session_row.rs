//! The row of a session.

use super::StoreFault;
use super::column::{Column, millis};
use super::schema::sessions;
use crate::domain::Time;
use crate::domain::account::AccountId;
use crate::domain::authentication_method::AuthenticationMethods;
use crate::domain::device::Device;
use crate::domain::session::{EndReason, Leaf, Session, SessionId};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    id: String,
    account_id: String,
    generation: i64,
    parent: i64,
    parent_leaf: Option<String>,
    rotated_at: i64,
    replay_until: i64,
    confirmed: bool,
    persistent: bool,
    methods: String,
    created_at: i64,
    authenticated_at: i64,
    last_seen_at: i64,
    idle_expires_at: i64,
    expires_at: i64,
    user_agent: String,
    address: Option<String>,
    ended_at: Option<i64>,
    end_reason: Option<String>,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.0.to_string(),
            account_id: session.account_id.0.to_string(),
            generation: session.generation,
            parent: session.parent,
            parent_leaf: session.parent_leaf.map(|leaf| leaf.0.to_string()),
            rotated_at: millis(session.rotated_at),
            replay_until: millis(session.replay_until),
            confirmed: session.confirmed,
            persistent: session.persistent,
            methods: session.methods.names().collect::<Vec<_>>().join(" "),
            created_at: millis(session.created_at),
            authenticated_at: millis(session.authenticated_at),
            last_seen_at: millis(session.last_seen_at),
            idle_expires_at: millis(session.idle_expires_at),
            expires_at: millis(session.expires_at),
            user_agent: session.device.user_agent.clone(),
            address: session.device.address.map(|address| address.to_string()),
            ended_at: session.ended.map(|(at, _)| millis(at)),
            end_reason: session.ended.map(|(_, reason)| reason.into_str().to_owned()),
        }
    }
}

impl SessionRow {
    pub fn session(self) -> Result<Session, StoreFault> {
        let time = |millis| Column("sessions times").time(millis);
        let methods = AuthenticationMethods::from_names(self.methods.split_whitespace());
        let parent_leaf = self.parent_leaf.as_deref();
        let parent_leaf = parent_leaf.map(|leaf| Column("sessions.parent_leaf").id(leaf));
        Ok(Session {
            id: SessionId(Column("sessions.id").id(&self.id)?),
            account_id: AccountId(Column("sessions.account_id").id(&self.account_id)?),
            generation: self.generation,
            parent: self.parent,
            parent_leaf: parent_leaf.transpose()?.map(Leaf),
            rotated_at: time(self.rotated_at)?,
            replay_until: time(self.replay_until)?,
            confirmed: self.confirmed,
            persistent: self.persistent,
            methods: Column("sessions.methods").known(methods)?,
            created_at: time(self.created_at)?,
            authenticated_at: time(self.authenticated_at)?,
            last_seen_at: time(self.last_seen_at)?,
            idle_expires_at: time(self.idle_expires_at)?,
            expires_at: time(self.expires_at)?,
            ended: self.ended()?,
            device: Device {
                user_agent: self.user_agent,
                address: self.address.and_then(|address| address.parse().ok()),
            },
        })
    }

    fn ended(&self) -> Result<Option<(Time, EndReason)>, StoreFault> {
        let Some(at) = self.ended_at else { return Ok(None) };
        let reason = self.end_reason.as_deref().and_then(|reason| reason.parse().ok());
        let at = Column("sessions.ended_at").time(at)?;
        Ok(Some((at, Column("sessions.end_reason").known(reason)?)))
    }
}
