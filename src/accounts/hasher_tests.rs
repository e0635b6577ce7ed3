use super::*;
use std::cell::Cell;

thread_local! {
    /// Hashes computed on this thread.
    pub(super) static HASHES: Cell<usize> = const { Cell::new(0) };
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn hasher() -> Hasher {
    Hasher::new().unwrap()
}

#[tokio::test]
async fn a_hash_verifies_its_own_password_alone() {
    let hasher = hasher();
    let hash = hasher.hash(password("correct horse")).await.unwrap();
    assert!(hash.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_phc());
    assert!(hasher.verify(password("correct horse"), Some(hash.clone())).await.unwrap());
    assert!(!hasher.verify(password("Correct horse"), Some(hash.clone())).await.unwrap());
    assert!(!Hasher::is_weak(&hash));
}

#[tokio::test]
async fn two_hashes_of_one_password_differ() {
    let hasher = hasher();
    let (a, b) = (
        hasher.hash(password("same")).await.unwrap(),
        hasher.hash(password("same")).await.unwrap(),
    );
    assert!(a != b);
}

#[tokio::test]
async fn no_stored_hash_and_an_unreadable_one_are_never_right() {
    let hasher = hasher();
    assert!(!hasher.verify(password("x"), None).await.unwrap());
    let odd = [
        "",
        "plain",
        "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
    ];
    for phc in odd {
        assert!(
            !hasher
                .verify(password("x"), Some(PasswordHash::from_phc(phc.to_owned())))
                .await
                .unwrap()
        );
    }
}

#[tokio::test]
async fn lower_parameters_still_verify_and_are_weak() {
    let params = Params::new(8192, 1, 1, None).unwrap();
    let salt = new_salt().unwrap();
    let mut buffer = vec![Block::new(); params.block_count()];
    let hash = compute(&password("old"), &salt, &params, &mut buffer).unwrap();
    let phc = Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).unwrap(),
        salt: Some(salt),
        hash: Some(hash),
    };
    let stored = PasswordHash::from_phc(phc.to_string());
    assert!(Hasher::is_weak(&stored));
    assert!(hasher().verify(password("old"), Some(stored)).await.unwrap());
}

#[test]
fn parameters_of_a_stored_hash_are_capped() {
    let huge = "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert!(Stored::read(&PasswordHash::from_phc(huge.to_owned())).is_none());
    let slow = "$argon2id$v=19$m=19456,t=1000,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert!(Stored::read(&PasswordHash::from_phc(slow.to_owned())).is_none());
}

#[tokio::test]
async fn when_the_line_is_full_the_next_is_refused_at_once() {
    let hasher = hasher();
    let longest = hasher.longest_line;
    let places: Vec<_> =
        (0..longest).map(|_| QueueSlot::in_line(&hasher.waiting, longest).unwrap()).collect();
    assert!(matches!(hasher.verify(password("x"), None).await, Err(Fault::Overloaded(_))));
    drop(places);
    assert!(hasher.verify(password("x"), None).await.is_ok());
}

#[tokio::test]
async fn every_verification_costs_one_hash_whether_there_is_a_stored_one_or_not() {
    let hasher = hasher();
    let hash = hasher.hash(password("correct horse")).await.unwrap();
    for stored in [Some(hash), None, Some(PasswordHash::from_phc("unreadable".to_owned()))] {
        let before = HASHES.with(Cell::get);
        let mut buffer = hasher.buffers.take();
        verify_in(&mut buffer, &password("wrong"), stored.as_ref()).unwrap();
        assert_eq!(HASHES.with(Cell::get), before + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_longer_than_two_seconds_is_refused() {
    let hasher = hasher();
    let all = hasher.gate.available_permits();
    let _taken = hasher.gate.clone().acquire_many_owned(u32::try_from(all).unwrap()).await.unwrap();
    let began = tokio::time::Instant::now();
    assert!(matches!(hasher.verify(password("x"), None).await, Err(Fault::Overloaded(_))));
    assert_eq!(began.elapsed().as_secs(), 2);
    assert_eq!(hasher.waiting.load(Ordering::SeqCst), 0, "the place in the line was given up");
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_free_the_place_of_a_hash_that_still_runs() {
    let hasher = hasher();
    let all = hasher.gate.available_permits();
    let (started, running) = std::sync::mpsc::channel();
    let (finish, told) = std::sync::mpsc::channel::<()>();
    let mut task = Box::pin(hasher.with_buffer(move |_| {
        started.send(()).unwrap();
        told.recv().unwrap();
        Ok(())
    }));
    assert!(futures_poll_once(&mut task).await.is_pending());
    running.recv().unwrap();
    drop(task);
    assert_eq!(hasher.gate.available_permits(), all - 1);
    finish.send(()).unwrap();
    let _all = hasher.gate.acquire_many(u32::try_from(all).unwrap()).await.unwrap();
}

async fn futures_poll_once<F: Future>(
    future: &mut std::pin::Pin<Box<F>>,
) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context))).await
}
