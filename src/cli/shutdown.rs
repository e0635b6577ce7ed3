//! How signals end the server: it first answers that it is not ready, then stops accepting, finishes
//! what runs, and exits with 0.

use rocket::figment::Figment;
use rocket::{Orbit, Rocket, Shutdown};
use sd_notify::NotifyState;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use vestibule::RunningRequests;
use vestibule::accounts::Monitoring;

/// The signals that end the server.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// A terminal that closes. None under `nohup`, where the server keeps running.
    hangup: Option<Signal>,
}

/// What is to be ended.
pub struct Server {
    shutdown: Shutdown,
    monitoring: Arc<Monitoring>,
    running: Arc<RunningRequests>,
}

impl Server {
    pub fn of(rocket: &Rocket<Orbit>) -> Option<Self> {
        let monitoring = Arc::clone(rocket.state::<Arc<Monitoring>>()?);
        let running = Arc::clone(rocket.state::<Arc<RunningRequests>>()?);
        Some(Self { shutdown: rocket.shutdown(), monitoring, running })
    }
}

impl Signals {
    /// Notes signals from now on, also those that arrive while the server starts.
    pub fn listen() -> io::Result<Self> {
        let hangup = (!ignores_hangup()).then(|| signal(SignalKind::hangup())).transpose()?;
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())?, hangup })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = hangup => {}
        }
    }

    /// Waits for a signal, then for load balancers to notice (for `drain`, or until the next signal),
    /// then for running requests.
    pub async fn ended(mut self, server: Server, drain: Duration) {
        self.next().await;
        server.monitoring.stop();
        tell_systemd(NotifyState::Stopping);
        if !drain.is_zero() {
            tracing::info!(
                seconds = drain.as_secs(),
                "not ready any more; stopping after VESTIBULE_DRAIN"
            );
            let _ = tokio::time::timeout(drain, self.next()).await;
        }
        server.shutdown.notify();
        server.running.finished().await;
    }
}

/// Tells a service manager that waits for it (`Type=notify`); without one, nothing.
pub fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be notified");
    }
}

/// Rocket listens to no signals of its own: it would stop accepting at once.
pub fn without_signals(figment: Figment) -> Figment {
    figment.merge(("shutdown.ctrlc", false)).merge(("shutdown.signals", Vec::<String>::new()))
}

/// Whether whoever started the server had SIGHUP ignored (Linux: the lowest bit of `SigIgn`).
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}
