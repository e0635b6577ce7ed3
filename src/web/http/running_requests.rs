//! Lets the server end as soon as its last request has been answered.
//!
//! Rocket looks once, when it stops accepting, whether connections are still open. Idle ones close a
//! moment later, so it would then wait for its whole grace period.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::tokio::time::{Instant, sleep};
use rocket::{Data, Orbit, Request, Response, Rocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often it is looked whether requests still run. Connections close in less.
const POLL: Duration = Duration::from_millis(20);

/// Counts the requests that have not been answered.
#[derive(Default)]
pub struct RunningRequests(AtomicUsize);

/// Whether a request has been counted: Rocket answers some without asking fairings first.
struct Counted;

#[rocket::async_trait]
impl Fairing for RunningRequests {
    fn info(&self) -> Info {
        Info { name: "running requests", kind: Kind::Request | Kind::Response | Kind::Shutdown }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        request.local_cache(|| Some(Counted));
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, _: &mut Response<'r>) {
        if request.local_cache(|| None::<Counted>).is_some() {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }

    async fn on_shutdown(&self, rocket: &Rocket<Orbit>) {
        let grace = Duration::from_secs(rocket.config().shutdown.grace.into());
        let deadline = Instant::now() + grace;
        loop {
            sleep(POLL).await;
            if self.0.load(Ordering::Relaxed) == 0 || Instant::now() >= deadline {
                break;
            }
        }
        sleep(POLL).await;
    }
}
