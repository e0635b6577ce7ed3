use super::*;
use crate::accounts::{NewAccount, SignInAttempt, SignInOutcome, samples};
use crate::domain::Span;
use crate::store;
use std::cell::Cell;

thread_local! {
    /// Hashes computed on this thread.
    pub(super) static HASHES: Cell<usize> = const { Cell::new(0) };
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn hasher() -> Hasher {
    Hasher::new(Metrics::default()).unwrap()
}

async fn turn(hasher: &Hasher) -> Turn {
    hasher.turn(Waiter::default()).await.unwrap()
}

#[tokio::test]
async fn a_hash_verifies_only_its_own_password() {
    let hasher = hasher();
    let hash = hasher.hash(password("correct horse"), Waiter::default()).await.unwrap();
    assert!(hash.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_phc());
    assert!(
        hasher
            .verify(turn(&hasher).await, password("correct horse"), Some(hash.clone()))
            .await
            .unwrap()
    );
    assert!(
        !hasher
            .verify(turn(&hasher).await, password("Correct horse"), Some(hash.clone()))
            .await
            .unwrap()
    );
    assert!(!Hasher::is_weak(&hash));
}

#[tokio::test]
async fn two_hashes_of_one_password_differ() {
    let hasher = hasher();
    let (a, b) = (
        hasher.hash(password("same"), Waiter::default()).await.unwrap(),
        hasher.hash(password("same"), Waiter::default()).await.unwrap(),
    );
    assert!(a != b);
}

#[tokio::test]
async fn nothing_verifies_against_a_missing_or_unreadable_hash() {
    let hasher = hasher();
    assert!(!hasher.verify(turn(&hasher).await, password("x"), None).await.unwrap());
    let unreadable = [
        "",
        "plain",
        "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
    ];
    for phc in unreadable {
        assert!(
            !hasher
                .verify(
                    turn(&hasher).await,
                    password("x"),
                    Some(PasswordHash::from_phc(phc.to_owned()))
                )
                .await
                .unwrap()
        );
    }
}

/// A hash with these parameters, as another version or program would have stored it.
fn stored_with(m: u32, t: u32, p: u32, text: &str) -> PasswordHash {
    let params = Params::new(m, t, p, None).unwrap();
    let salt = new_salt().unwrap();
    let hash = compute(&password(text), &salt, &params, &mut Vec::new()).unwrap();
    phc(&params, salt, hash).unwrap()
}

#[tokio::test]
async fn lower_parameters_still_verify_and_are_weak() {
    let stored = stored_with(8192, 1, 1, "old");
    assert!(Hasher::is_weak(&stored));
    let hasher = hasher();
    assert!(hasher.verify(turn(&hasher).await, password("old"), Some(stored)).await.unwrap());
}

#[tokio::test]
async fn higher_parameters_verify_up_to_the_cap_and_are_not_weak() {
    let hasher = hasher();
    for (m, t, p) in [(MAX_MEMORY_KIB, 1, MAX_LANES), (19_456, 3, 1), (19_457, 2, 1)] {
        let stored = stored_with(m, t, p, "strong");
        assert_eq!(Hasher::is_weak(&stored), t < 2, "m={m}");
        assert!(
            hasher
                .verify(turn(&hasher).await, password("strong"), Some(stored.clone()))
                .await
                .unwrap(),
            "m={m}"
        );
        assert!(
            !hasher.verify(turn(&hasher).await, password("wrong"), Some(stored)).await.unwrap(),
            "m={m}"
        );
    }
}

#[test]
fn parameters_of_a_stored_hash_are_capped() {
    const HASH: &str = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let is_read = |params: &str| {
        let stored = format!("$argon2id$v=19${params}${HASH}");
        StoredHash::read(&PasswordHash::from_phc(stored)).is_some()
    };
    assert!(is_read("m=65536,t=10,p=4"));
    for above in ["m=65537,t=2,p=1", "m=4194304,t=2,p=1", "m=19456,t=11,p=1", "m=19456,t=2,p=5"] {
        assert!(!is_read(above), "{above}");
    }
}

#[test]
fn a_buffer_that_grew_for_one_hash_is_not_kept() {
    let buffers = Buffers::default();
    for (blocks, pooled) in [(PARAMS.block_count(), 1), (64 * 1024, 0)] {
        let mut buffer = buffers.take();
        buffer.resize(blocks, Block::new());
        buffers.give_back(buffer, true);
        assert_eq!(buffers.free().len(), pooled, "{blocks} blocks");
    }
}

#[tokio::test]
async fn every_verification_costs_one_hash_whether_there_is_a_stored_one_or_not() {
    let hasher = hasher();
    let hash = hasher.hash(password("correct horse"), Waiter::default()).await.unwrap();
    for stored in [Some(hash), None, Some(PasswordHash::from_phc("unreadable".to_owned()))] {
        let before = HASHES.with(Cell::get);
        let mut buffer = hasher.buffers.take();
        verify_in(&mut buffer, &password("wrong"), stored.as_ref()).unwrap();
        assert_eq!(HASHES.with(Cell::get), before + 1);
    }
}

#[tokio::test]
async fn a_client_that_disconnects_does_not_free_the_slot_of_a_hash_that_still_runs() {
    let hasher = hasher();
    let all = std::thread::available_parallelism().unwrap().get();
    let (started, running) = std::sync::mpsc::channel();
    let (finish, finished) = std::sync::mpsc::channel::<()>();
    let mut task = Box::pin(hasher.with_buffer(turn(&hasher).await, move |_| {
        started.send(()).unwrap();
        finished.recv().unwrap();
        Ok(())
    }));
    assert!(futures_poll_once(&mut task).await.is_pending());
    running.recv().unwrap();
    drop(task);
    let mut turns = Vec::new();
    for _ in 1..all {
        turns.push(hasher.queue.wait(Waiter::default()).await.unwrap());
    }
    let mut last = Box::pin(hasher.queue.wait(Waiter::default()));
    assert!(futures_poll_once(&mut last).await.is_pending(), "its turn is not free");
    finish.send(()).unwrap();
    last.await.unwrap();
}

async fn futures_poll_once<F: Future>(
    future: &mut std::pin::Pin<Box<F>>,
) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context))).await
}

#[tokio::test]
async fn an_attempt_whose_password_could_not_be_tested_does_not_count_and_writes_nothing() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), samples::clock());
    let accounts = samples::start(folder.path(), &clock).await.accounts;
    accounts.sign_up(samples::ada()).await.unwrap();
    let attempt = || {
        let NewAccount { email, password, device, .. } = samples::ada();
        let (device_token, replaces) = (None, None);
        accounts.sign_in(SignInAttempt {
            email,
            password,
            persistent: false,
            device,
            device_token,
            replaces,
        })
    };
    let cores = std::thread::available_parallelism().unwrap().get();
    let mut turns = Vec::new();
    for _ in 0..cores {
        turns.push(accounts.hasher.queue.wait(Waiter::default()).await.unwrap());
    }
    tokio::time::pause();
    for _ in 0..12 {
        assert!(matches!(attempt().await, Err(Fault::Overloaded(_))));
    }
    tokio::time::resume();
    let far = clock.now() + Span::days(365);
    let written = accounts.store.read(move |tx| store::throttles::sweep(tx, far, 100)).await;
    assert_eq!(written.unwrap(), 0, "rows of counters");
    drop(turns);
    assert!(matches!(attempt().await, Ok(SignInOutcome::SignedIn { .. })));
}
