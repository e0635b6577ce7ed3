//! Authenticating a request by its tokens. If the access token is not valid, the session is
//! refreshed.

use super::authentication_error::AuthenticationError;
use super::refresh::RefreshOutcome;
use super::{Sessions, TokenPair};
use crate::accounts::Fault;
use crate::accounts::signing_keys::VerifyError;
use crate::domain::Time;
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::store::{self, Revoked, StoreFault, Tx};

/// The tokens of a request.
#[derive(Clone, Copy, Default)]
pub struct PresentedTokens<'r> {
    pub access: Option<&'r str>,
    pub refresh: Option<&'r str>,
}

/// The result of authenticating a request.
#[derive(Debug)]
pub enum Authenticated {
    SignedIn { claims: AccessClaims, refreshed: Option<Box<TokenPair>> },
    Anonymous(AuthenticationError),
}

/// Why an access token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not accepted: {self:?}")]
pub enum AccessTokenError {
    /// Expired, or superseded because the role has changed: refresh to get a new token.
    Expired,
    Invalid,
    /// It was valid, but its session has ended.
    SessionEnded,
}

impl Sessions {
    /// Authenticates a request. With a valid access token the database is not needed, except for
    /// the first use of each generation. In every other case (absent, expired, undecided) the
    /// refresh token decides.
    ///
    /// `device` is asked only for a refresh: most requests need none.
    ///
    /// A `Fault` means that it is undecided: access must be refused, and no cookie cleared.
    pub async fn authenticate(
        &self,
        presented: PresentedTokens<'_>,
        device: impl FnOnce() -> Device + Send,
    ) -> Result<Authenticated, Fault> {
        let access = match presented.access {
            Some(token) => self.authenticate_access(token).await,
            None => Ok(Err(AccessTokenError::Invalid)),
        };
        // An undecided access token leaves the decision to the refresh token, but only if that one
        // is accepted: refused by it, the request would be anonymous although nothing is known.
        let undecided = matches!(access, Err(Fault::Undecided));
        let missing = match access {
            Ok(Ok(claims)) => return Ok(Authenticated::SignedIn { claims, refreshed: None }),
            Ok(Err(AccessTokenError::SessionEnded)) => AuthenticationError::Revoked,
            Ok(Err(_)) | Err(Fault::Undecided) => AuthenticationError::NoTokens,
            Err(fault) => return Err(fault),
        };
        match self.authenticate_refresh(presented.refresh, missing, device).await? {
            Authenticated::Anonymous(_) if undecided => Err(Fault::Undecided),
            authenticated => Ok(authenticated),
        }
    }

    /// Exchanges the refresh token, if there is one; `missing` says why not otherwise.
    async fn authenticate_refresh(
        &self,
        token: Option<&str>,
        missing: AuthenticationError,
        device: impl FnOnce() -> Device + Send,
    ) -> Result<Authenticated, Fault> {
        let Some(token) = token else { return Ok(Authenticated::Anonymous(missing)) };
        Ok(match self.refresh(token, &device()).await? {
            RefreshOutcome::Refreshed { tokens, .. } => {
                Authenticated::SignedIn { claims: tokens.claims, refreshed: Some(tokens) }
            }
            RefreshOutcome::Refused(error) => Authenticated::Anonymous(error),
        })
    }

    /// Verifies an access token. Nothing is refreshed.
    pub async fn authenticate_access(
        &self,
        token: &str,
    ) -> Result<Result<AccessClaims, AccessTokenError>, Fault> {
        let claims = match self.keys.verify_access(token).await {
            Ok(claims) => claims,
            Err(VerifyError::Expired) => return Ok(Err(AccessTokenError::Expired)),
            Err(VerifyError::Invalid) => return Ok(Err(AccessTokenError::Invalid)),
            Err(VerifyError::Undecided) => return Err(Fault::Undecided),
        };
        if let Err(error) = self.check_revoked(claims).await? {
            return Ok(Err(error));
        }
        self.confirm(&claims).await?;
        Ok(Ok(claims))
    }

    /// Whether a verified access token has been revoked, according to the revocations in memory. If
    /// those or the keys are stale, or the role has changed, the rows decide.
    async fn check_revoked(
        &self,
        claims: AccessClaims,
    ) -> Result<Result<(), AccessTokenError>, Fault> {
        let now = self.clock.now();
        let revoked = match self.store.is_revoked(&claims, now) {
            Revoked::No if !self.keys.are_current(now) => Revoked::Undecided,
            revoked => revoked,
        };
        Ok(match revoked {
            Revoked::No => Ok(()),
            Revoked::Ended => Err(AccessTokenError::SessionEnded),
            Revoked::Undecided => self.store.read(move |tx| by_records(tx, &claims, now)).await?,
        })
    }

    /// Records the first use of a generation before the request is answered: from then on, a
    /// refresh token of its parent counts as stolen.
    async fn confirm(&self, claims: &AccessClaims) -> Result<(), Fault> {
        let (id, generation) = (claims.session_id, claims.generation);
        if self.confirmed.contains(id, generation) {
            return Ok(());
        }
        let now = self.clock.now();
        self.store.write(now, move |unit| store::sessions::confirm(unit, id, generation)).await?;
        self.confirmed.insert(id, generation);
        Ok(())
    }
}

fn by_records(
    tx: &mut Tx<'_>,
    claims: &AccessClaims,
    now: Time,
) -> Result<Result<(), AccessTokenError>, StoreFault> {
    let session = store::sessions::find_of(tx, claims.account_id, claims.session_id)?;
    let account = store::accounts::find(tx, claims.account_id)?;
    let alive = session.filter(|session| session.is_alive(now));
    Ok(match alive.and(account.filter(|account| !account.is_disabled())) {
        None => Err(AccessTokenError::SessionEnded),
        Some(account) if account.role != claims.role => Err(AccessTokenError::Expired),
        Some(_) => Ok(()),
    })
}
