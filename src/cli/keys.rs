//! `vestibule keys`.

use super::confirmation::Confirmation;
use super::output::{at, is_json, json_time, print, print_list, say, say_number, text};
use super::table::Column;
use super::{Database, Done, failed, input, operate};
use clap::Subcommand;
use serde_json::{Value, json};
use std::process::ExitCode;
use vestibule::accounts::SigningKeys;
use vestibule::accounts::signing_keys::{KeyRotation, RetireOutcome};
use vestibule::clock::Clock;
use vestibule::config::decode_secret;
use vestibule::domain::key::{Algorithm, JWKS_MAX_AGE, KeyPurpose, KeyRecord, KeyState};

#[derive(Subcommand)]
pub enum Keys {
    /// List the keys: next, active and retiring
    List,
    /// Sign with the next keys, and create new next keys
    ///
    /// The old keys verify until their last token has expired, so nobody is signed out. Every
    /// running process follows within a second. A new key of access tokens has the algorithm of the
    /// next key, which a server replaces when it starts with another `VESTIBULE_ALGORITHM`.
    Rotate {
        /// Delete all keys now, because one may have leaked: everybody has to sign in again; asks
        /// for confirmation
        #[arg(long)]
        emergency: bool,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Delete a retiring key before it expires
    ///
    /// Its tokens are refused immediately, here and by services that verify them. Browsers refresh
    /// their access tokens without notice, API clients have to; a refresh token signed with this
    /// key no longer works, and its user signs in again.
    Retire {
        /// The ID, as `keys list` shows it
        // One in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// Seal the keys under another secret, read from the terminal or standard input
    ///
    /// Run it with the current secret configured, then configure the new one and restart:
    ///
    ///   (umask 077; openssl rand -hex 32 > new-secret); vestibule keys reseal < new-secret
    ///
    /// Running processes keep the keys they have opened until they are restarted.
    #[command(verbatim_doc_comment)]
    Reseal,
}

pub fn run(command: Keys) -> ExitCode {
    if let Keys::Rotate { emergency: true, confirmation } = &command
        && let Err(wrong_use) = confirmation.check()
    {
        return wrong_use;
    }
    operate(Database::MustExist, |services| carry_out(services.keys, command))
}

async fn carry_out(keys: impl AsRef<SigningKeys>, command: Keys) -> Done {
    let keys = keys.as_ref();
    match command {
        Keys::List => show(&keys.list().await.map_err(failed)?),
        Keys::Rotate { emergency: false, .. } => {
            rotate(keys, KeyRotation::Ordinary, "cli-keys-rotated").await
        }
        Keys::Rotate { emergency: true, confirmation } => {
            confirmation.ask(&text("cli-keys-confirm-emergency", &[]), "yes")?;
            rotate(keys, KeyRotation::Emergency, "cli-keys-replaced").await
        }
        Keys::Retire { id } => retire(keys, id).await,
        Keys::Reseal => reseal(keys).await,
    }
}

async fn rotate(keys: &SigningKeys, rotation: KeyRotation, done: &str) -> Done {
    let before = keys.list().await.map_err(failed)?;
    keys.rotate(rotation).await.map_err(failed)?;
    let after = keys.list().await.map_err(failed)?;
    if is_json() {
        return show(&after);
    }
    say(done, &[])?;
    warn_integrators(&before, &after)?;
    print("")?;
    show(&after)
}

/// What services that verify access tokens must know about the new keys.
fn warn_integrators(before: &[KeyRecord], after: &[KeyRecord]) -> Done {
    let active =
        |key: &&KeyRecord| key.purpose == KeyPurpose::Access && key.state == KeyState::Active;
    let (Some(old), Some(new)) = (before.iter().find(active), after.iter().find(active)) else {
        return Ok(());
    };
    let symmetric = new.algorithm == Algorithm::Hs256;
    if old.algorithm != new.algorithm {
        let key =
            if symmetric { "cli-keys-algorithm-symmetric" } else { "cli-keys-algorithm-changed" };
        say(key, &[("old", old.algorithm.into_str()), ("new", new.algorithm.into_str())])?;
    }
    if !symmetric && Clock::system().now() - new.created_at < JWKS_MAX_AGE {
        say("cli-keys-unpublished", &[("minutes", &JWKS_MAX_AGE.num_minutes().to_string())])?;
    }
    Ok(())
}

const COLUMNS: [Column; 6] = [
    Column::fixed("cli-column-id"),
    Column::fixed("cli-column-tokens"),
    Column::fixed("cli-column-algorithm"),
    Column::fixed("cli-column-state"),
    Column::fixed("cli-column-created"),
    Column::fixed("cli-column-expires"),
];

fn show(keys: &[KeyRecord]) -> Done {
    print_list(&COLUMNS, keys, row, object)
}

/// A key in the order of `COLUMNS`.
fn row(key: &KeyRecord) -> [String; 6] {
    [
        key.id.clone(),
        key.purpose.into_str().to_owned(),
        key.algorithm.into_str().to_owned(),
        key.state.into_str().to_owned(),
        at(key.created_at),
        key.retires_at.map(at).unwrap_or_default(),
    ]
}

fn object(key: &KeyRecord) -> Value {
    json!({
        "id": key.id,
        "tokens": key.purpose.into_str(),
        "algorithm": key.algorithm.into_str(),
        "state": key.state.into_str(),
        "created_at": json_time(key.created_at),
        "expires_at": key.retires_at.map(json_time),
    })
}

async fn retire(keys: &SigningKeys, id: String) -> Done {
    let outcome = keys.retire(id.clone()).await.map_err(failed)?;
    let id = ("id", &*id);
    match outcome {
        RetireOutcome::Retired => say("cli-keys-retired", &[id]),
        RetireOutcome::NotFound => Err(text("cli-keys-not-found", &[id])),
        RetireOutcome::InUse(KeyState::Next) => Err(text("cli-keys-next", &[id])),
        RetireOutcome::InUse(state) => {
            Err(text("cli-keys-in-use", &[id, ("state", state.into_str())]))
        }
    }
}

async fn reseal(keys: &SigningKeys) -> Done {
    let secret = decode_secret(&input::new_secret().await?)
        .ok_or_else(|| text("cli-secret-invalid", &[]))?;
    let count = keys.reseal(secret).await.map_err(failed)?;
    say_number("cli-keys-resealed", "count", count)
}
