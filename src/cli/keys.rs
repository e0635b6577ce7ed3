//! `vestibule keys`.

use super::{Database, Done, at, failed, input, operate, print_table, say};
use clap::Subcommand;
use std::process::ExitCode;
use vestibule::accounts::signing_keys::{KeyRotation, RetireOutcome};
use vestibule::accounts::{Services, SigningKeys};
use vestibule::clock::Clock;
use vestibule::config::decode_secret;
use vestibule::domain::key::{Algorithm, KEY_SET_KEPT, KeyPurpose, KeyRecord, KeyState};

#[derive(Subcommand)]
pub enum Keys {
    /// Show the keys: which signs, which waits, which still verify
    List,
    /// Let the waiting keys sign, and make new ones to wait
    ///
    /// The old keys verify until their last token has died, so nobody is signed out. Every running process follows within a second.
    /// New keys of access tokens are of the algorithm of the waiting one, which a server replaces when it starts with another
    /// `VESTIBULE_ALGORITHM`.
    Rotate {
        /// Drop every key now, because one may be known to others: everybody has to sign in again
        #[arg(long)]
        emergency: bool,
    },
    /// Drop a retiring key before its time
    ///
    /// Its tokens are refused from then on, here and by the services that verify them. Browsers with an access token of it renew
    /// themselves unnoticed, programs have to; whoever holds a refresh token of it signs in again.
    Retire {
        /// The id, as `keys list` shows it
        // One in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// Seal the keys under another secret, read from the terminal or standard input
    ///
    /// Run it with the present secret configured, then configure the new one and restart:
    ///
    ///   (umask 077; openssl rand -hex 32 > new-secret); vestibule keys reseal < new-secret
    ///
    /// Running processes go on with the keys they have opened, until they are restarted.
    #[command(verbatim_doc_comment)]
    Reseal,
}

pub fn run(command: Keys) -> ExitCode {
    operate(Database::Existing, |services| carry_out(services, command))
}

async fn carry_out(services: Services, command: Keys) -> Done {
    match command {
        Keys::List => list(&services.keys).await,
        Keys::Rotate { emergency } => rotate(&services.keys, emergency).await,
        Keys::Retire { id } => retire(&services.keys, id).await,
        Keys::Reseal => reseal(&services.keys).await,
    }
}

async fn list(keys: &SigningKeys) -> Done {
    show(&keys.list().await.map_err(failed)?);
    Ok(())
}

async fn rotate(keys: &SigningKeys, emergency: bool) -> Done {
    let rotation = if emergency { KeyRotation::Emergency } else { KeyRotation::Ordinary };
    let before = keys.list().await.map_err(failed)?;
    keys.rotate(rotation).await.map_err(failed)?;
    say(match rotation {
        KeyRotation::Ordinary => {
            "The waiting keys sign from now on; the old ones verify until their last token has died.\n"
        }
        KeyRotation::Emergency => {
            "All old keys are dropped, in every process within a second. Everybody has to sign in again; so has whoever signs in before that.\n"
        }
    });
    let after = keys.list().await.map_err(failed)?;
    warn_integrators(&before, &after);
    show(&after);
    Ok(())
}

/// What services that verify access tokens should know of these keys.
fn warn_integrators(before: &[KeyRecord], keys: &[KeyRecord]) {
    let active =
        |key: &&KeyRecord| key.purpose == KeyPurpose::Access && key.state == KeyState::Active;
    let (Some(signed), Some(signs)) = (before.iter().find(active), keys.iter().find(active)) else {
        return;
    };
    if signed.algorithm != signs.algorithm {
        warn_of_algorithm(signed.algorithm, signs.algorithm);
    }
    if Clock::system().now() - signs.created_at < KEY_SET_KEPT
        && signs.algorithm != Algorithm::Hs256
    {
        say(format!(
            "The key of access tokens is younger than the copies other services may keep of the key set ({} minutes):\n\
             they meet its id for the first time and must look again, as docs/INTEGRATING.md shows.\n",
            KEY_SET_KEPT.num_minutes()
        ));
    }
}

fn warn_of_algorithm(old: Algorithm, new: Algorithm) {
    let (then, now) = (old.into_str(), new.into_str());
    say(if new == Algorithm::Hs256 {
        format!(
            "Access tokens are signed with {now} from now on, no longer with {then}: no other service can verify them.\n"
        )
    } else {
        format!(
            "Access tokens are signed with {now} from now on, no longer with {then}: services that verify must accept {now},\n\
             and {then} until the last token of it has died.\n"
        )
    });
}

fn show(keys: &[KeyRecord]) {
    let row = |key: &KeyRecord| {
        [
            key.id.clone(),
            key.purpose.into_str().to_owned(),
            key.algorithm.into_str().to_owned(),
            key.state.into_str().to_owned(),
            at(key.created_at),
            key.retires_at.map(at).unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    print_table(["ID", "TOKENS", "ALGORITHM", "STATE", "MADE", "GONE"], &rows);
}

async fn retire(keys: &SigningKeys, id: String) -> Done {
    match keys.retire(id.clone()).await.map_err(failed)? {
        RetireOutcome::Retired => {
            say(format!("The key {id} is gone."));
            Ok(())
        }
        RetireOutcome::NotFound => {
            Err(format!("There is no key {id}. See the ids with: vestibule keys list"))
        }
        RetireOutcome::InUse(KeyState::Next) => Err(format!(
            "The key {id} has signed nothing yet, and only a retiring one can be dropped. To be rid of it run twice: vestibule keys rotate"
        )),
        RetireOutcome::InUse(state) => Err(format!(
            "The key {id} is {}, and only a retiring one can be dropped. First run: vestibule keys rotate",
            state.into_str()
        )),
    }
}

async fn reseal(keys: &SigningKeys) -> Done {
    let secret = decode_secret(&input::new_secret()?).ok_or(
        "The new secret is not hex or base64 of at least 32 random bytes. Make one with: openssl rand -hex 32",
    )?;
    let count = keys.reseal(secret).await.map_err(failed)?;
    say(format!(
        "{count} keys are sealed under the new secret. Put it where the old one is (VESTIBULE_SECRET, the file of \
         VESTIBULE_SECRET_FILE, or else the file `secret` in the data directory) and restart every process."
    ));
    Ok(())
}
