#![expect(clippy::disallowed_methods, reason = "other programs have no injected clock")]
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

// cargo add jsonwebtoken --features aws_lc_rs; cargo add ureq --features json; cargo add serde --features derive
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use std::time::{Duration, Instant};
use std::{env, error::Error, io};

/// `VESTIBULE_ALGORITHM`.
const ALGORITHM: Algorithm = Algorithm::EdDSA;
const CACHE_TTL: Duration = Duration::from_secs(300);
const MIN_FETCH_INTERVAL: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Claims {
    sub: String,
    role: String,
}

struct Verifier {
    issuer: String,
    validation: Validation,
    keys: JwkSet,
    fetched: Instant,
    attempted: Instant,
}

impl Verifier {
    fn new(issuer: String, audience: &str) -> Result<Self, Box<dyn Error>> {
        let mut validation = Validation::new(ALGORITHM);
        validation.set_issuer(&[&issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 5;
        let (keys, now) = (fetch(&issuer)?, Instant::now());
        Ok(Self { issuer, validation, keys, fetched: now, attempted: now })
    }

    /// The claims of an access token.
    fn verify(&mut self, token: &str) -> Result<Claims, Box<dyn Error>> {
        let header = decode_header(token)?;
        if header.typ.as_deref() != Some("at+jwt") {
            return Err("not an access token".into());
        }
        let id = header.kid.ok_or("no key ID")?;
        let key = self.key(&id)?;
        Ok(decode::<Claims>(token, &key, &self.validation)?.claims)
    }

    /// Caches the keys for five minutes and no longer, because one of them may have been deleted.
    /// Fetches them again for an unknown key ID, at most once a second.
    fn key(&mut self, id: &str) -> Result<DecodingKey, Box<dyn Error>> {
        let stale = self.fetched.elapsed() > CACHE_TTL;
        let unknown = self.keys.find(id).is_none();
        if (stale || unknown) && self.attempted.elapsed() > MIN_FETCH_INTERVAL {
            self.attempted = Instant::now();
            self.keys = fetch(&self.issuer)?;
            self.fetched = self.attempted;
        } else if stale {
            return Err("the keys are too old and could not be fetched".into());
        }
        Ok(DecodingKey::from_jwk(self.keys.find(id).ok_or("unknown key ID")?)?)
    }
}

fn fetch(issuer: &str) -> Result<JwkSet, Box<dyn Error>> {
    let get = ureq::get(format!("{issuer}/.well-known/jwks.json"));
    Ok(get.config().timeout_global(Some(TIMEOUT)).build().call()?.body_mut().read_json()?)
}

/// Prints for each line of standard input whose token it is.
fn main() -> Result<(), Box<dyn Error>> {
    let issuer = env::var("ISSUER")?; // VESTIBULE_BASE_URL
    let audience = env::var("AUDIENCE").unwrap_or(issuer.clone()); // VESTIBULE_AUDIENCE
    let mut verifier = Verifier::new(issuer, &audience)?;
    for line in io::stdin().lines() {
        match verifier.verify(line?.trim()) {
            Ok(claims) => println!("ok {} {}", claims.sub, claims.role),
            Err(error) => println!("refused {error}"),
        }
    }
    Ok(())
}
