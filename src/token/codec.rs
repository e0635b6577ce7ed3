//! Access and refresh tokens: claims to text and back, with every claim checked (RFC 8725, RFC
//! 9068).

use super::jws::{self, Header, Unverified};
use super::keyring::{KeyringError, PublicKey};
use super::keys::Keys;
use crate::domain::account::AccountId;
use crate::domain::authentication_method::AuthenticationMethods;
use crate::domain::claims::{AccessClaims, CLIENT_ID, RefreshClaims};
use crate::domain::key::KeyPurpose;
use crate::domain::lifetimes::LEEWAY;
use crate::domain::session::{Leaf, SessionId};
use crate::domain::{Span, Time};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// `typ` of access tokens (RFC 9068 section 2.1).
const ACCESS_TYPE: &str = "at+jwt";
/// `typ` of refresh tokens.
const REFRESH_TYPE: &str = "rt+jwt";

/// A signed access token; hidden from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(pub String);

/// A signed refresh token; hidden from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken(pub String);

/// Why a token is refused. Only an access token can be expired; whether a refresh token is, its
/// session decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is not accepted: {self:?}")]
pub enum TokenError {
    Expired,
    Invalid,
    /// It names a key this process does not have; another process may have created it a moment ago.
    UnknownKey,
    /// It names a stored key that this process cannot open, so it cannot tell whether the token is
    /// valid.
    UnopenableKey,
}

/// `iss` of all tokens and `aud` of access tokens.
#[derive(Clone, Debug)]
pub struct TokenIssuer {
    pub issuer: String,
    pub audience: String,
}

/// Signs and verifies with the keys of a keyring.
pub struct Codec {
    keys: Keys,
    issuer: TokenIssuer,
    refresh_audience: String,
    max_access_lifetime: Span,
}

#[derive(Serialize, Deserialize)]
struct AccessPayload {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    r#gen: i64,
    jti: Uuid,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing)]
    nbf: Option<i64>,
    client_id: String,
    role: String,
    auth_time: i64,
    amr: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct RefreshPayload {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    r#gen: i64,
    jti: Uuid,
    iat: i64,
    exp: i64,
}

impl Codec {
    /// `max_access_lifetime` bounds the `exp` of a verified access token, whoever signed it.
    #[must_use]
    pub fn new(keys: Keys, issuer: TokenIssuer, max_access_lifetime: Span) -> Self {
        let refresh_audience = format!("{}/api/auth/refresh", issuer.issuer);
        Self { keys, issuer, refresh_audience, max_access_lifetime }
    }

    /// The public keys of access tokens, for others to verify with.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.ring().public_access_keys()
    }

    /// The keys, to reload them from the database.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Signs an access token with a `jti` of its own.
    pub fn sign_access(
        &self,
        claims: &AccessClaims,
        id: Uuid,
    ) -> Result<AccessToken, KeyringError> {
        let payload = AccessPayload {
            iss: self.issuer.issuer.clone(),
            aud: self.issuer.audience.clone(),
            sub: claims.account_id.0,
            sid: claims.session_id.0,
            r#gen: claims.generation,
            jti: id,
            iat: claims.issued_at.timestamp(),
            exp: claims.expires_at.timestamp(),
            nbf: None,
            role: claims.role.into_str().to_owned(),
            auth_time: claims.authenticated_at.timestamp(),
            client_id: CLIENT_ID.to_owned(),
            amr: claims.methods.names().map(str::to_owned).collect(),
        };
        self.sign(KeyPurpose::Access, ACCESS_TYPE, &payload).map(AccessToken)
    }

    /// Signs a refresh token.
    pub fn sign_refresh(&self, claims: &RefreshClaims) -> Result<RefreshToken, KeyringError> {
        let payload = RefreshPayload {
            iss: self.issuer.issuer.clone(),
            aud: self.refresh_audience.clone(),
            sub: claims.account_id.0,
            sid: claims.session_id.0,
            r#gen: claims.generation,
            jti: claims.leaf.0,
            iat: claims.issued_at.timestamp(),
            exp: claims.expires_at.timestamp(),
        };
        self.sign(KeyPurpose::Refresh, REFRESH_TYPE, &payload).map(RefreshToken)
    }

    /// Verifies an access token. `Expired` says that everything but the time was right; a caller may be
    /// told so, because the signature has been verified by then.
    pub fn verify_access(&self, token: &str, now: Time) -> Result<AccessClaims, TokenError> {
        let claims = self.identify_access(token, now)?;
        if now >= claims.expires_at + LEEWAY { Err(TokenError::Expired) } else { Ok(claims) }
    }

    /// The claims of an access token that is valid or has expired: who it was issued to, not what
    /// its holder may do.
    pub fn identify_access(&self, token: &str, now: Time) -> Result<AccessClaims, TokenError> {
        let payload: AccessPayload = self.verify(KeyPurpose::Access, ACCESS_TYPE, token)?;
        if payload.iss != self.issuer.issuer
            || payload.aud != self.issuer.audience
            || payload.client_id != CLIENT_ID
        {
            return Err(TokenError::Invalid);
        }
        let claims = payload.claims().ok_or(TokenError::Invalid)?;
        let not_before =
            payload.nbf.map_or(Some(claims.issued_at), from_seconds).ok_or(TokenError::Invalid)?;
        let too_early = claims.issued_at > now + LEEWAY || not_before > now + LEEWAY;
        if too_early || claims.expires_at - claims.issued_at > self.max_access_lifetime {
            return Err(TokenError::Invalid);
        }
        Ok(claims)
    }

    /// Verifies a refresh token, except its `exp`: the session's record decides, so that a shorter
    /// setting signs nobody out.
    pub fn verify_refresh(&self, token: &str) -> Result<RefreshClaims, TokenError> {
        let payload: RefreshPayload = self.verify(KeyPurpose::Refresh, REFRESH_TYPE, token)?;
        if payload.iss != self.issuer.issuer || payload.aud != self.refresh_audience {
            return Err(TokenError::Invalid);
        }
        payload.claims().ok_or(TokenError::Invalid)
    }

    fn sign(
        &self,
        purpose: KeyPurpose,
        typ: &str,
        payload: &impl Serialize,
    ) -> Result<String, KeyringError> {
        let ring = self.keys.ring();
        let key = ring.signing(purpose)?;
        let header = Header {
            alg: key.algorithm.into_str().to_owned(),
            typ: Some(typ.to_owned()),
            kid: key.id.clone(),
        };
        jws::sign(&header, payload, key.algorithm, &key.material.encoding)
            .ok_or(KeyringError::Crypto)
    }

    fn verify<P: DeserializeOwned>(
        &self,
        purpose: KeyPurpose,
        typ: &str,
        token: &str,
    ) -> Result<P, TokenError> {
        let token = Unverified::parse(token).ok_or(TokenError::Invalid)?;
        if token.header.typ.as_deref() != Some(typ) {
            return Err(TokenError::Invalid);
        }
        let ring = self.keys.ring();
        let id = &token.header.kid;
        let missing = || {
            if ring.is_unopenable(id) { TokenError::UnopenableKey } else { TokenError::UnknownKey }
        };
        let key = ring.verifying(purpose, id).ok_or_else(missing)?;
        let payload =
            token.verify(key.algorithm, &key.material.decoding).ok_or(TokenError::Invalid)?;
        serde_json::from_slice(&payload).map_err(|_| TokenError::Invalid)
    }
}

impl AccessPayload {
    fn claims(&self) -> Option<AccessClaims> {
        Some(AccessClaims {
            account_id: AccountId(self.sub),
            session_id: SessionId(self.sid),
            generation: self.r#gen,
            role: self.role.parse().ok()?,
            issued_at: from_seconds(self.iat)?,
            expires_at: from_seconds(self.exp)?,
            authenticated_at: from_seconds(self.auth_time)?,
            methods: AuthenticationMethods::from_names(self.amr.iter().map(String::as_str))?,
        })
    }
}

impl RefreshPayload {
    fn claims(&self) -> Option<RefreshClaims> {
        Some(RefreshClaims {
            account_id: AccountId(self.sub),
            session_id: SessionId(self.sid),
            generation: self.r#gen,
            leaf: Leaf(self.jti),
            issued_at: from_seconds(self.iat)?,
            expires_at: from_seconds(self.exp)?,
        })
    }
}

/// A NumericDate (RFC 7519 section 2) in whole seconds; up to the year 9999, so that adding to it
/// cannot overflow.
fn from_seconds(seconds: i64) -> Option<Time> {
    const YEAR_9999: i64 = 253_402_300_799;
    (0..=YEAR_9999).contains(&seconds).then(|| Time::from_timestamp(seconds, 0)).flatten()
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(hidden)")
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(hidden)")
    }
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
