//! `vestibule serve`.

use super::shutdown::{Server, Signals, tell_systemd, without_signals};
use super::{REFUSED, bind, descriptors, load, log, start_report, wrong_use};
use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Build, Rocket};
use sd_notify::NotifyState;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use vestibule::clock::Clock;
use vestibule::config::{Config, ConfigErrors};

/// How long blocking work may go on after the last request was answered.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

/// Serves until a signal ends it.
pub fn run() -> ExitCode {
    let figment = without_signals(with_free_port(vestibule::figment()));
    let config = match load(&figment) {
        Ok(config) => config,
        Err(errors) => return wrong_use(&errors),
    };
    if let Some(error) = vestibule::overlay_problem(&config) {
        return wrong_use(&ConfigErrors(vec![error]));
    }
    log::start_for_server();
    let runtime = match runtime(&figment) {
        Ok(runtime) => runtime,
        Err(error) => return not_started(&error.to_string()),
    };
    let code = runtime.block_on(serve(config, figment));
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    code
}

/// Chooses the port when `ROCKET_PORT` is 0, before the default base URL is made of it.
fn with_free_port(figment: Figment) -> Figment {
    let address = figment.extract_inner::<IpAddr>("address");
    let (Ok(address), Ok(0)) = (address, figment.extract_inner::<u16>("port")) else {
        return figment;
    };
    let free = TcpListener::bind((address, 0)).and_then(|listener| listener.local_addr());
    match free {
        Ok(free) => figment.merge(("port", free.port())),
        // Rocket says why when it binds.
        Err(_) => figment,
    }
}

/// Rocket's own start would read `Rocket.toml` again and panic at what is wrong there.
fn runtime(figment: &Figment) -> io::Result<Runtime> {
    let rocket: rocket::Config = figment.extract().map_err(io::Error::other)?;
    Builder::new_multi_thread()
        .worker_threads(rocket.workers)
        .max_blocking_threads(rocket.max_blocking)
        .thread_name("rocket-worker-thread")
        .enable_all()
        .build()
}

async fn serve(config: Config, figment: Figment) -> ExitCode {
    warn_of(&config);
    let signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return not_started(&format!("signals cannot be handled: {error}")),
    };
    let (end, mut ended) = oneshot::channel();
    let drain = config.drain.to_std().unwrap_or_default();
    let report = start_report::on_liftoff(&config);
    let address = bind::address(&figment);
    let metrics_address = config.metrics_address;
    let rocket = match vestibule::build(config, figment, Clock::system()).await {
        Ok(rocket) => rocket.attach(end_by(signals, drain, end)).attach(ready()).attach(report),
        Err(error) => return not_started(&error.to_string()),
    };
    if let Some(address) = metrics_address
        && let Err(error) = serve_metrics(&rocket, address).await
    {
        return not_started(&format!(
            "the metrics cannot be served on {address}: {error}. Set another VESTIBULE_METRICS_ADDRESS"
        ));
    }
    tokio::spawn(descriptors::watch());
    tokio::select! {
        launched = rocket.launch() => match launched {
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => failed(&error, ended, &address).await,
        },
        Ok(()) = &mut ended => ExitCode::SUCCESS,
    }
}

/// Serves the metrics beside the application, until the process ends.
async fn serve_metrics(application: &Rocket<Build>, address: SocketAddr) -> Result<(), String> {
    let (open, opened) = oneshot::channel();
    let is_open = AdHoc::on_liftoff("metrics", |_| {
        Box::pin(async {
            let _ = open.send(());
        })
    });
    let server = vestibule::metrics_server(application, address).attach(is_open);
    let launched = tokio::spawn(server.launch());
    // If it cannot bind, it ends, and the sender with it.
    if opened.await.is_ok() {
        return Ok(());
    }
    Err(match launched.await {
        Ok(Err(error)) => error.kind().to_string(),
        Ok(Ok(_)) => "it ended".to_owned(),
        Err(error) => error.to_string(),
    })
}

/// What Rocket reports as a failure. A shutdown that is requested between two polls of its accept loop
/// ends that loop before the grace period has begun, while requests still run: they get their time
/// here.
async fn failed(error: &rocket::Error, ended: oneshot::Receiver<()>, address: &str) -> ExitCode {
    if let ErrorKind::Bind(error) = error.kind() {
        let advice = bind::advice(error);
        return not_started(&format!("it cannot listen on {address}: {error}. {advice}"));
    }
    let ErrorKind::Shutdown(rocket, None) = error.kind() else {
        return not_started(&format!("{}. See more with ROCKET_LOG_LEVEL=critical", error.kind()));
    };
    let rocket::config::Shutdown { grace, mercy, .. } = rocket.config().shutdown;
    let time = Duration::from_secs(u64::from(grace) + u64::from(mercy));
    if tokio::time::timeout(time, ended).await.is_err() {
        tracing::warn!("requests were still running when the server ended");
    }
    ExitCode::SUCCESS
}

fn warn_of(config: &Config) {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    // Every open connection is a file, and Rocket limits neither.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

/// Ends the server at a signal; `ended` is told when the last request has been answered.
fn end_by(signals: Signals, drain: Duration, ended: oneshot::Sender<()>) -> AdHoc {
    AdHoc::on_liftoff("end by signals", move |rocket| {
        Box::pin(async move {
            if let Some(server) = Server::of(rocket) {
                tokio::spawn(async move {
                    signals.ended(server, drain).await;
                    let _ = ended.send(());
                });
            }
        })
    })
}

/// Tells systemd that the port is open.
fn ready() -> AdHoc {
    AdHoc::on_liftoff("ready", |_| Box::pin(async { tell_systemd(NotifyState::Ready) }))
}

fn not_started(error: &str) -> ExitCode {
    log::not_started(error);
    ExitCode::from(REFUSED)
}
