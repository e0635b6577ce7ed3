//! Password hashing with argon2id (RFC 9106) in a fixed pool of reused buffers.
//!
//! Hashing needs a buffer, and there is one for each core: that bounds memory and load. Buffers are
//! reused while requests wait, and freed when none does; with a new buffer for each hash, the
//! process grew by gigabytes in a flood (measured). `hash_queue.rs` decides who is next.

use super::Fault;
use super::hash_queue::{HashQueue, Turn, Waiter};
use crate::domain::password::{Password, PasswordError, PasswordHash};
use crate::metrics::Metrics;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// OWASP's parameters for argon2id: 19 MiB, two passes, one lane.
const PARAMS: Params = Params::DEFAULT;
/// The highest parameters a stored hash may have. They are above `PARAMS`, so that stronger hashes
/// (of a later version, or imported) verify, and bounded, so that a forged row cannot cost
/// gigabytes or minutes.
const MAX_MEMORY_KIB: u32 = 64 * 1024;
const MAX_PASSES: u32 = 10;
const MAX_LANES: u32 = 4;
/// Reserved for a buffer, in blocks of 1 KiB. glibc returns memory to the system at once only above
/// 32 MiB. Only the part that is used becomes resident.
const RESERVED_BLOCKS: usize = 33 * 1024;

/// Hashes and verifies passwords.
pub(super) struct Hasher {
    queue: Arc<HashQueue>,
    buffers: Arc<Buffers>,
    hashes: Arc<AtomicU64>,
}

impl Hasher {
    pub(super) fn new(metrics: Metrics) -> Result<Self, std::io::Error> {
        let cores = std::thread::available_parallelism()?.get();
        Ok(Self {
            queue: Arc::new(HashQueue::new(cores, metrics)),
            buffers: Arc::default(),
            hashes: Arc::default(),
        })
    }

    /// Hashes a new password with a random salt.
    pub(super) async fn hash(
        &self,
        password: Password,
        waiter: Waiter,
    ) -> Result<PasswordHash, Fault> {
        let turn = self.turn(waiter).await?;
        self.with_buffer(turn, move |buffer| hash_in(buffer, &password)).await
    }

    /// Hashes a new password unless the check refuses it. The check may take as long as a hash.
    pub(super) async fn hash_checked(
        &self,
        password: Password,
        waiter: Waiter,
        check: impl FnOnce(&Password) -> Result<(), PasswordError> + Send + 'static,
    ) -> Result<Result<PasswordHash, PasswordError>, Fault> {
        let turn = self.turn(waiter).await?;
        self.with_buffer(turn, move |buffer| match check(&password) {
            Ok(()) => hash_in(buffer, &password).map(Ok),
            Err(error) => Ok(Err(error)),
        })
        .await
    }

    /// Waits for the right to compute a hash.
    pub(super) async fn turn(&self, waiter: Waiter) -> Result<Turn, Fault> {
        self.queue.wait(waiter).await
    }

    /// Whether the password is the stored one. Without a stored one, the answer is no, at the same
    /// cost.
    pub(super) async fn verify(
        &self,
        turn: Turn,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<bool, Fault> {
        self.with_buffer(turn, move |buffer| verify_in(buffer, &password, stored.as_ref())).await
    }

    /// Whether a stored hash has lower parameters than a new one.
    pub(super) fn is_weak(stored: &PasswordHash) -> bool {
        StoredHash::read(stored).is_none_or(|stored| {
            stored.params.m_cost() < PARAMS.m_cost() || stored.params.t_cost() < PARAMS.t_cost()
        })
    }

    /// Hashes computed since the start.
    pub(super) fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// Uses a buffer on a blocking thread. The turn moves to that thread, so that a client that
    /// disconnects does not free the slot of a hash that still runs.
    async fn with_buffer<T, F>(&self, turn: Turn, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Vec<Block>) -> Result<T, Fault> + Send + 'static,
    {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        let (buffers, queue) = (Arc::clone(&self.buffers), Arc::clone(&self.queue));
        let done = tokio::task::spawn_blocking(move || {
            let mut buffer = buffers.take();
            let done = work(&mut buffer);
            buffers.give_back(buffer, queue.is_waiting());
            drop(turn);
            done
        });
        done.await.unwrap_or(Err(Fault::Crypto("a hashing task")))
    }
}

/// The buffers that are not in use.
#[derive(Default)]
struct Buffers(Mutex<Vec<Vec<Block>>>);

impl Buffers {
    fn take(&self) -> Vec<Block> {
        self.free().pop().unwrap_or_else(|| {
            let mut buffer = Vec::with_capacity(RESERVED_BLOCKS);
            buffer.resize(PARAMS.block_count(), Block::new());
            buffer
        })
    }

    /// Keeps the buffer if requests wait, and frees all buffers if none does. A buffer that grew
    /// for a hash with more memory is always freed.
    fn give_back(&self, buffer: Vec<Block>, requests_wait: bool) {
        let mut free = self.free();
        if !requests_wait {
            free.clear();
        } else if buffer.capacity() <= RESERVED_BLOCKS {
            free.push(buffer);
        }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        // Only whole buffers are pushed and popped, so a panic elsewhere leaves the list intact.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stored hash whose parameters are within bounds.
struct StoredHash {
    params: Params,
    salt: Salt,
    hash: Output,
}

impl StoredHash {
    fn read(stored: &PasswordHash) -> Option<Self> {
        let phc = Phc::new(stored.as_phc()).ok()?;
        let params = Params::try_from(&phc).ok()?;
        let readable = phc.algorithm == Algorithm::Argon2id.ident()
            && phc.version == Some(Version::V0x13.into());
        let bounded = params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_PASSES
            && params.p_cost() <= MAX_LANES;
        (readable && bounded).then_some(Self { params, salt: phc.salt?, hash: phc.hash? })
    }
}

/// Hashes with a random salt.
fn hash_in(buffer: &mut Vec<Block>, password: &Password) -> Result<PasswordHash, Fault> {
    let salt = new_salt()?;
    let hash = compute(password, &salt, &PARAMS, buffer)?;
    phc(&PARAMS, salt, hash)
}

/// Computes exactly one hash, whatever is stored.
fn verify_in(
    buffer: &mut Vec<Block>,
    password: &Password,
    stored: Option<&PasswordHash>,
) -> Result<bool, Fault> {
    let Some(stored) = stored.and_then(StoredHash::read) else {
        compute(password, &new_salt()?, &PARAMS, buffer)?;
        return Ok(false);
    };
    // `Output` compares in constant time.
    Ok(compute(password, &stored.salt, &stored.params, buffer)? == stored.hash)
}

fn compute(
    password: &Password,
    salt: &Salt,
    params: &Params,
    buffer: &mut Vec<Block>,
) -> Result<Output, Fault> {
    #[cfg(test)]
    tests::HASHES.with(|hashes| hashes.set(hashes.get() + 1));
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut out = Zeroizing::new([0u8; Params::DEFAULT_OUTPUT_LEN]);
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let out = out.get_mut(..length).ok_or(Fault::Crypto("argon2 output length"))?;
    let blocks = params.block_count();
    if buffer.len() < blocks {
        buffer.resize(blocks, Block::new());
    }
    let memory = buffer.get_mut(..blocks).ok_or(Fault::Crypto("argon2 memory"))?;
    argon2
        .hash_password_into_with_memory(password.expose(), salt, out, memory)
        .map_err(|_| Fault::Crypto("argon2"))?;
    Output::new(out).map_err(|_| Fault::Crypto("argon2 output"))
}

/// The PHC string of a new hash.
fn phc(params: &Params, salt: Salt, hash: Output) -> Result<PasswordHash, Fault> {
    let phc = Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_| Fault::Crypto("argon2 parameters"))?,
        salt: Some(salt),
        hash: Some(hash),
    };
    Ok(PasswordHash::from_phc(phc.to_string()))
}

fn new_salt() -> Result<Salt, Fault> {
    let mut salt = [0u8; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(|_| Fault::Crypto("drawing a salt"))?;
    Salt::new(&salt).map_err(|_| Fault::Crypto("drawing a salt"))
}

#[cfg(test)]
#[path = "hasher_tests.rs"]
mod tests;
