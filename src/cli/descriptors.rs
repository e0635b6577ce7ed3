//! Says in the log when no file descriptor is left: the server then accepts nobody, and nothing else
//! tells why.

use rustix::io::Errno;
use std::fs::File;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is tried to open a file.
const PERIOD: Duration = Duration::from_secs(1);

/// Watches until the process ends.
pub async fn watch() {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut exhausted = false;
    loop {
        ticks.tick().await;
        match File::open("/dev/null") {
            Ok(_) if exhausted => tracing::info!("file descriptors are available again"),
            Err(error) if !exhausted && is_exhausted(&error) => tracing::error!(
                %error,
                "no file descriptor is left, so nobody can connect: let the proxy limit connections, or raise the limit (systemd: LimitNOFILE)"
            ),
            _ => continue,
        }
        exhausted = !exhausted;
    }
}

/// Whether this process, or the whole system, has no file descriptor left.
fn is_exhausted(error: &std::io::Error) -> bool {
    error
        .raw_os_error()
        .is_some_and(|code| [Errno::MFILE, Errno::NFILE].map(Errno::raw_os_error).contains(&code))
}
