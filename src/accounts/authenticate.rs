//! Who is asking: from presented tokens to verified claims, renewing them when the access token is no good.

use super::rotate::{RefreshMode, RefreshOutcome};
use super::{Accounts, Fault, TokenPair};
use crate::domain::claims::AccessClaims;
use crate::domain::session::{EndReason, Generation, SessionId};
use crate::store;
use crate::token::TokenError;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// The tokens a request came with.
#[derive(Clone, Copy, Default)]
pub struct PresentedTokens<'r> {
    pub access: Option<&'r str>,
    pub refresh: Option<&'r str>,
}

/// What is known of the asker.
#[derive(Debug)]
pub enum Authenticated {
    SignedIn { claims: AccessClaims, renewed: Option<Box<TokenPair>> },
    Anonymous(Refusal),
}

/// Why the asker is nobody to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NothingPresented,
    /// The refresh token is not one of ours.
    Forged,
    /// No such session that we know of.
    Unknown,
    /// It has ended; `settled` once that is so long ago that no cookie of a next session can be on its way.
    Ended {
        reason: EndReason,
        settled: bool,
    },
    /// An access token alone, of a session that has ended.
    Revoked,
    /// An old token, too late for its grace and too early for theft.
    Stale,
    /// A token from after the record: nothing is ended.
    Ahead,
}

/// Why an access token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessTokenError {
    /// Its life is over, or its role has changed: a renewal gives another.
    Expired,
    Invalid,
    /// It was good, but its session has ended.
    Ended,
}

impl Accounts {
    /// Authenticates a request. A good access token asks no database, but for the first use of each generation. In every other
    /// case, absent, expired or unverifiable, the refresh token decides.
    ///
    /// # Errors
    /// `Fault`: then nothing is known of the asker, and nobody may be let in or thrown out.
    pub async fn authenticate(
        &self,
        presented: PresentedTokens<'_>,
        may_renew: bool,
        ip: Option<IpAddr>,
    ) -> Result<Authenticated, Fault> {
        let mut missing = Refusal::NothingPresented;
        if let Some(token) = presented.access {
            match self.authenticate_access(token).await? {
                Ok(claims) => return Ok(Authenticated::SignedIn { claims, renewed: None }),
                Err(AccessTokenError::Ended) => missing = Refusal::Revoked,
                Err(AccessTokenError::Expired | AccessTokenError::Invalid) => {}
            }
        }
        let Some(refresh) = presented.refresh else { return Ok(Authenticated::Anonymous(missing)) };
        let claims = match self.verify(|codec, _| codec.verify_refresh(refresh)).await? {
            Ok(claims) => claims,
            // Its key may be one we have not read yet: the cookie stays.
            Err(TokenError::UnknownKey) => return Ok(Authenticated::Anonymous(Refusal::Unknown)),
            Err(_) => return Ok(Authenticated::Anonymous(Refusal::Forged)),
        };
        let renewal = if may_renew { RefreshMode::Rotate } else { RefreshMode::ReadOnly };
        Ok(match self.redeem(claims, renewal, ip).await? {
            RefreshOutcome::Rotated(pair) => {
                Authenticated::SignedIn { claims: pair.claims, renewed: Some(Box::new(pair)) }
            }
            RefreshOutcome::Alive(session, role) => {
                let claims =
                    AccessClaims::of(&session, role, self.clock.now(), self.lifetimes.access);
                Authenticated::SignedIn { claims, renewed: None }
            }
            RefreshOutcome::Refused(refusal) => Authenticated::Anonymous(refusal),
        })
    }

    /// Who presents this access token; nothing is renewed.
    ///
    /// # Errors
    /// `Fault`; a refusal is a value.
    pub async fn authenticate_access(
        &self,
        token: &str,
    ) -> Result<Result<AccessClaims, AccessTokenError>, Fault> {
        let claims = match self.verify(|codec, now| codec.verify_access(token, now)).await? {
            Ok(claims) => claims,
            Err(TokenError::Expired) => return Ok(Err(AccessTokenError::Expired)),
            Err(TokenError::Invalid | TokenError::UnknownKey | TokenError::LeftOutKey) => {
                return Ok(Err(AccessTokenError::Invalid));
            }
        };
        if let Err(problem) = self.check_revoked(&claims).await? {
            return Ok(Err(problem));
        }
        self.confirm(claims).await?;
        Ok(Ok(claims))
    }

    /// Notes the first use of a generation before the request is answered: from then on its parent is an old copy.
    async fn confirm(&self, claims: AccessClaims) -> Result<(), Fault> {
        let (id, generation) = (claims.session_id, claims.generation);
        if self.confirmed.has(id, generation) {
            return Ok(());
        }
        let now = self.clock.now();
        self.store.write(move |tx| store::sessions::confirm(tx, id, generation, now)).await?;
        self.confirmed.note(id, generation);
        Ok(())
    }
}

/// The generations this process has confirmed, so that each costs one write. Forgetting is harmless: the write is conditional.
#[derive(Default)]
pub(super) struct Confirmed(Mutex<HashMap<SessionId, Generation>>);

impl Confirmed {
    /// Bounds the memory to a few MiB; past it everything is forgotten at once and noted anew.
    const MOST: usize = 50_000;

    fn has(&self, id: SessionId, generation: Generation) -> bool {
        self.map().get(&id) == Some(&generation)
    }

    fn note(&self, id: SessionId, generation: Generation) {
        let mut map = self.map();
        if map.len() >= Self::MOST {
            map.clear();
        }
        map.insert(id, generation);
    }

    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, Generation>> {
        // Whole entries are put in or not: a panic elsewhere leaves no half-written state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
