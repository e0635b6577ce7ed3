//! The requests that have not been answered, so that the server can end as soon as there are none.
//! Rocket itself looks once, before idle connections have closed, and then waits for its whole grace
//! period.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::tokio::time::sleep;
use rocket::{Data, Request, Response};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often it is looked whether requests still run. An answer is on the wire in less.
const POLL: Duration = Duration::from_millis(20);

/// Counts them.
#[derive(Default)]
pub struct RunningRequests(AtomicUsize);

/// Whether a request has been counted: Rocket answers some without asking fairings first.
struct Counted;

impl RunningRequests {
    /// Waits until all requests are answered, and their answers sent.
    pub async fn finished(&self) {
        sleep(POLL).await;
        while self.0.load(Ordering::Relaxed) > 0 {
            sleep(POLL).await;
        }
        sleep(POLL).await;
    }
}

#[rocket::async_trait]
impl Fairing for RunningRequests {
    fn info(&self) -> Info {
        Info { name: "running requests", kind: Kind::Request | Kind::Response }
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
}
