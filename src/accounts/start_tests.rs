use crate::accounts::sessions::AccessTokenError;
use crate::accounts::signing_keys::KeyRotation;
use crate::accounts::{SignUpOutcome, samples};
use crate::domain::device::Device;

/// The time of the timers is skipped, not slept through.
#[tokio::test(start_paused = true)]
async fn another_process_sees_a_change_within_a_second() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), samples::clock());
    let here = samples::start(folder.path(), &clock).await;
    let there = samples::start(folder.path(), &clock).await;
    let signed_up = here.accounts.sign_up(samples::ada()).await.unwrap();
    let SignUpOutcome::SignedUp { tokens, .. } = signed_up else { panic!("{signed_up:?}") };
    let (token, session) = (&tokens.access.0, tokens.claims.session_id);
    assert!(there.sessions.authenticate_access(token).await.unwrap().is_ok());
    here.sessions.sign_out(session, Device::default()).await.unwrap();
    here.keys.rotate(KeyRotation::Ordinary).await.unwrap();
    assert_eq!(there.keys.public_keys().len(), 2, "not read yet");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let ended = there.sessions.authenticate_access(token).await.unwrap();
    assert_eq!(ended.err(), Some(AccessTokenError::SessionEnded));
    assert_eq!(there.keys.public_keys().len(), 3);
}
