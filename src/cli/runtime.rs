//! The async runtime, built from the checked configuration. Rocket's own would read the configuration
//! a second time and panic on what is wrong in it.

use rocket::Config;
use rocket::figment::Figment;
use std::time::Duration;
use tokio::runtime::Builder;

/// How long work that is left when the program ends may still take.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

/// Runs a future to its end on `workers` threads and at most `max_blocking` for blocking work.
pub fn run<T>(figment: &Figment, future: impl Future<Output = T>) -> std::io::Result<T> {
    let config: Config = figment.extract().map_err(std::io::Error::other)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(config.workers.max(1))
        .max_blocking_threads(config.max_blocking.max(1))
        .thread_name("worker")
        .enable_all()
        .build()?;
    let done = runtime.block_on(future);
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    Ok(done)
}
