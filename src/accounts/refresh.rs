//! Refreshing by a token that a program carries itself.

use super::rotate::{RefreshMode, RefreshOutcome};
use super::{Accounts, Fault, Refusal, TokenPair};
use crate::domain::account::Account;
use crate::store;
use crate::token::TokenError;
use std::net::IpAddr;

impl Accounts {
    /// Redeems a refresh token by the rules of rotation, as the pages do.
    ///
    /// # Errors
    /// `Fault`; a refusal is a value.
    pub async fn refresh(
        &self,
        token: &str,
        ip: Option<IpAddr>,
    ) -> Result<Result<(TokenPair, Account), Refusal>, Fault> {
        let verified = self.verify(|codec, _| codec.verify_refresh(token)).await?;
        let claims = match verified {
            Ok(claims) => claims,
            Err(TokenError::UnknownKey) => {
                return Err(Fault::Busy("tokens name keys that nobody knows"));
            }
            Err(_) => return Ok(Err(Refusal::Forged)),
        };
        let pair = match self.redeem(claims, RefreshMode::Rotate, ip).await? {
            RefreshOutcome::Rotated(pair) => pair,
            RefreshOutcome::Refused(refusal) => return Ok(Err(refusal)),
            RefreshOutcome::Alive(..) => return Ok(Err(Refusal::Stale)),
        };
        let account =
            self.store.read(move |tx| store::accounts::find(tx, claims.account_id)).await?;
        Ok(account.map(|account| (pair, account)).ok_or(Refusal::Unknown))
    }
}
