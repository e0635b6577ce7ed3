//! What programs do with tokens they carry themselves: refresh, and be recognised by a Bearer token.

use super::rotate::{Redemption, Renewal};
use super::{Accounts, Fault, Refusal, TokenPair};
use crate::domain::account::Account;
use crate::domain::claims::AccessClaims;
use crate::store;
use crate::token::TokenProblem;
use std::net::IpAddr;

/// Why a Bearer token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerProblem {
    Expired,
    Invalid,
    /// It was good, but its session has ended.
    Ended,
}

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
        let Ok(claims) = self.codec.verify_refresh(token) else { return Ok(Err(Refusal::Forged)) };
        let pair = match self.redeem(claims, Renewal::Allowed, ip).await? {
            Redemption::Renewed(pair) => pair,
            Redemption::Refused(refusal) => return Ok(Err(refusal)),
            Redemption::Seen(..) => return Ok(Err(Refusal::Stale)),
        };
        let account = self.store.read(move |tx| store::accounts::find(tx, claims.account_id)).await?;
        Ok(account.map(|account| (pair, account)).ok_or(Refusal::Unknown))
    }

    /// Who presents this access token; nothing is renewed.
    ///
    /// # Errors
    /// `Fault`; a refusal is a value.
    pub async fn authenticate_bearer(&self, token: &str) -> Result<Result<AccessClaims, BearerProblem>, Fault> {
        let claims = match self.codec.verify_access(token, self.clock.now()) {
            Ok(claims) => claims,
            Err(TokenProblem::Expired) => return Ok(Err(BearerProblem::Expired)),
            Err(TokenProblem::Invalid) => return Ok(Err(BearerProblem::Invalid)),
        };
        if !self.is_alive(&claims).await? {
            return Ok(Err(BearerProblem::Ended));
        }
        self.confirm(claims).await?;
        Ok(Ok(claims))
    }
}
