//! Password hashing behind a gate: argon2id (RFC 9106) on a fixed pool of reused buffers.
//!
//! The buffers are the gate. There is one a core, handed on as long as somebody waits and given back to the system when nobody
//! does; allocating one for each hash made the process grow by gigabytes in a flood (measured). Whoever finds no buffer
//! waits in line, first come, first served, at most 2 seconds; whoever finds the line too long is refused at once.

use super::Fault;
use crate::domain::password::{Password, PasswordHash};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// OWASP's parameters for argon2id: 19 MiB, two passes, one lane.
const PARAMS: Params = Params::DEFAULT;
/// Parameters read from a stored hash are never above these: a row of the database must not cost us gigabytes.
const MOST_PASSES: u32 = 10;
/// What is reserved for a buffer, in blocks of 1 KiB. Above 32 MiB glibc maps memory by itself and unmaps it when freed; below,
/// it may keep it for ever. Only the part that is used becomes resident.
const RESERVED: usize = 33 * 1024;
/// How long a password may wait for its turn.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(2);
/// How many may wait for each buffer: about what one core hashes in two seconds.
const QUEUE_PER_CORE: usize = 40;
const BUSY: Fault = Fault::Overloaded("passwords wait to be checked");

/// Hashes and verifies passwords.
pub(super) struct Hasher {
    gate: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    longest_line: usize,
    buffers: Arc<Buffers>,
}

impl Hasher {
    pub(super) fn new() -> Result<Self, std::io::Error> {
        let cores = std::thread::available_parallelism()?.get();
        Ok(Self {
            gate: Arc::new(Semaphore::new(cores)),
            waiting: Arc::default(),
            longest_line: cores * QUEUE_PER_CORE,
            buffers: Arc::default(),
        })
    }

    /// Hashes a new password under a salt of its own.
    pub(super) async fn hash(&self, password: Password) -> Result<PasswordHash, Fault> {
        self.with_buffer(move |buffer| {
            let salt = new_salt()?;
            let phc = Phc {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(&PARAMS)
                    .map_err(|_| Fault::Crypto("argon2 parameters"))?,
                salt: Some(salt),
                hash: Some(compute(&password, &salt, &PARAMS, buffer)?),
            };
            Ok(PasswordHash::from_phc(phc.to_string()))
        })
        .await
    }

    /// Whether the password is the stored one. No stored one costs the same and is never right.
    pub(super) async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<bool, Fault> {
        self.with_buffer(move |buffer| verify_in(buffer, &password, stored.as_ref())).await
    }

    /// Whether a stored hash has lower parameters than a new one would get.
    pub(super) fn is_weak(stored: &PasswordHash) -> bool {
        Stored::read(stored).is_none_or(|stored| {
            stored.params.m_cost() < PARAMS.m_cost() || stored.params.t_cost() < PARAMS.t_cost()
        })
    }

    /// Waits for a buffer and works in it on a blocking thread. The permit goes along: a client that hangs up does not free
    /// the place of a hash that still runs.
    async fn with_buffer<T, F>(&self, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut [Block]) -> Result<T, Fault> + Send + 'static,
    {
        let place = QueueSlot::in_line(&self.waiting, self.longest_line)?;
        let permit =
            tokio::time::timeout(QUEUE_TIMEOUT, Arc::clone(&self.gate).acquire_owned()).await;
        let permit = permit.map_err(|_| BUSY)?.map_err(|_| BUSY)?;
        drop(place);
        let (buffers, waiting) = (Arc::clone(&self.buffers), Arc::clone(&self.waiting));
        let done = tokio::task::spawn_blocking(move || {
            let mut buffer = buffers.take();
            let done = work(&mut buffer);
            buffers.give_back(buffer, waiting.load(Ordering::SeqCst) > 0);
            drop(permit);
            done
        });
        done.await.unwrap_or(Err(Fault::Crypto("a hashing task")))
    }
}

/// A place in the line, given up when dropped, also by a client that hangs up.
struct QueueSlot<'h>(&'h AtomicUsize);

impl<'h> QueueSlot<'h> {
    fn in_line(waiting: &'h AtomicUsize, longest: usize) -> Result<Self, Fault> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::SeqCst) >= longest { Err(BUSY) } else { Ok(place) }
    }
}

impl Drop for QueueSlot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The buffers nobody works in at the moment.
#[derive(Default)]
struct Buffers(Mutex<Vec<Vec<Block>>>);

impl Buffers {
    fn take(&self) -> Vec<Block> {
        self.free().pop().unwrap_or_else(|| {
            let mut buffer = Vec::with_capacity(RESERVED);
            buffer.resize(PARAMS.block_count(), Block::new());
            buffer
        })
    }

    /// Keeps a buffer for whoever waits; if nobody does, all of them go back to the system.
    fn give_back(&self, buffer: Vec<Block>, somebody_waits: bool) {
        let mut free = self.free();
        if somebody_waits { free.push(buffer) } else { free.clear() }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        // Whole buffers come and go: a panic elsewhere leaves none half-taken.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stored hash, read and found to be within bounds.
struct Stored {
    params: Params,
    salt: Salt,
    hash: Output,
}

impl Stored {
    fn read(stored: &PasswordHash) -> Option<Self> {
        let phc = Phc::new(stored.as_phc()).ok()?;
        let params = Params::try_from(&phc).ok()?;
        let ours = phc.algorithm == Algorithm::Argon2id.ident()
            && phc.version == Some(Version::V0x13.into());
        let bounded =
            params.block_count() <= PARAMS.block_count() && params.t_cost() <= MOST_PASSES;
        (ours && bounded).then_some(Self { params, salt: phc.salt?, hash: phc.hash? })
    }
}

/// Exactly one hash, whatever is stored.
fn verify_in(
    buffer: &mut [Block],
    password: &Password,
    stored: Option<&PasswordHash>,
) -> Result<bool, Fault> {
    let Some(stored) = stored.and_then(Stored::read) else {
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
    buffer: &mut [Block],
) -> Result<Output, Fault> {
    #[cfg(test)]
    tests::HASHES.with(|hashes| hashes.set(hashes.get() + 1));
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut out = Zeroizing::new([0u8; Params::DEFAULT_OUTPUT_LEN]);
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let out = out.get_mut(..length).ok_or(Fault::Crypto("argon2 output length"))?;
    let blocks = buffer.get_mut(..params.block_count()).ok_or(Fault::Crypto("argon2 memory"))?;
    argon2
        .hash_password_into_with_memory(password.expose(), salt, out, blocks)
        .map_err(|_| Fault::Crypto("argon2"))?;
    Output::new(out).map_err(|_| Fault::Crypto("argon2 output"))
}

fn new_salt() -> Result<Salt, Fault> {
    let mut salt = [0u8; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(|_| Fault::Crypto("drawing a salt"))?;
    Salt::new(&salt).map_err(|_| Fault::Crypto("drawing a salt"))
}

#[cfg(test)]
#[path = "hasher_tests.rs"]
mod tests;
