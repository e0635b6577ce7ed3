use crate::accounts::{Accounts, NewAccount, SignInAttempt, SignInOutcome, SignUpOutcome, samples};
use crate::domain::client_address::ClientAddress;
use crate::domain::device::Device;

/// Signs Ada in with the right password.
async fn sign_in(accounts: &Accounts, from: &str, device_token: Option<String>) -> SignInOutcome {
    let NewAccount { email, password, .. } = samples::ada();
    let device = Device::new("", Some(address(from)));
    let (persistent, replaces) = (false, None);
    let attempt = SignInAttempt { email, password, persistent, device, device_token, replaces };
    accounts.sign_in(attempt).await.unwrap()
}

fn address(text: &str) -> ClientAddress {
    text.parse().unwrap()
}

#[tokio::test]
async fn one_network_starts_a_bounded_number_of_sessions_whatever_the_accounts() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), samples::clock());
    let services = samples::start(folder.path(), &clock).await;
    let accounts = &services.accounts;
    accounts.sign_up(samples::ada()).await.unwrap();
    let started = |_: &i32| {
        accounts.limits.admit_session_start(Some(address("192.0.2.1")), clock.now()).is_ok()
    };
    assert_eq!((0..2_000).take_while(started).count(), 1_000);
    let refused = sign_in(accounts, "192.0.2.1", None).await;
    assert!(matches!(refused, SignInOutcome::TooManyAttempts(_)), "{refused:?}");
    let elsewhere = sign_in(accounts, "192.0.2.2", None).await;
    assert!(matches!(elsewhere, SignInOutcome::SignedIn { .. }), "{elsewhere:?}");
}

#[tokio::test]
async fn on_a_known_device_too_many_sessions_are_refused_before_a_password_is_hashed() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), samples::clock());
    let services = samples::start(folder.path(), &clock).await;
    let accounts = &services.accounts;
    let signed_up = accounts.sign_up(samples::ada()).await.unwrap();
    let SignUpOutcome::SignedUp { tokens, account } = signed_up else { panic!("{signed_up:?}") };
    let known = sign_in(accounts, "192.0.2.1", tokens.device.clone()).await;
    assert!(matches!(known, SignInOutcome::SignedIn { .. }), "{known:?}");
    let starts = accounts.limits.session_starts(account.id).unwrap();
    while accounts.limits.count(&starts, clock.now()).await.unwrap().is_none() {}
    let hashes = accounts.password_hashes();
    let refused = sign_in(accounts, "192.0.2.1", tokens.device).await;
    assert!(matches!(refused, SignInOutcome::TooManyAttempts(_)), "{refused:?}");
    assert_eq!(accounts.password_hashes(), hashes);
}
