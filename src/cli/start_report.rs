//! What the server prints once it is ready.

use super::output::{print, text};
use rocket::fairing::AdHoc;
use rocket::{Orbit, Rocket};
use std::net::SocketAddr;
use vestibule::accounts::administration::Overview;
use vestibule::accounts::{Accounts, Administration};
use vestibule::config::Config;

/// Says where to go, what is served, and what is missing.
pub fn on_liftoff(config: &Config) -> AdHoc {
    let (base_url, database) = (config.base_url.as_str().to_owned(), config.database.to_string());
    AdHoc::on_liftoff("start report", |rocket| {
        Box::pin(async move {
            // The first line alone is for scripts. A closed standard output is no reason to stop.
            let _ = print(format!("Vestibule is ready: open {base_url}"));
            let _ = print(settings(rocket, &database));
            let _ = print(accounts(rocket).await);
        })
    })
}

fn settings(rocket: &Rocket<Orbit>, database: &str) -> String {
    let config = rocket.config();
    let open = rocket.state::<Accounts>().is_some_and(Accounts::registration_open);
    let address = SocketAddr::new(config.address, config.port).to_string();
    let registration = if open { "cli-start-open" } else { "cli-start-closed" };
    let registration = text(registration, &[]);
    let arguments =
        [("address", &*address), ("database", database), ("registration", &registration)];
    text("cli-start-settings", &arguments)
}

async fn accounts(rocket: &Rocket<Orbit>) -> String {
    let Some(administration) = rocket.state::<Administration>() else { return String::new() };
    match administration.overview().await {
        Ok(Overview { accounts, administrators, .. }) => {
            let (accounts, administrators) = (accounts.to_string(), administrators.to_string());
            let key = if administrators == "0" {
                "cli-start-no-administrator"
            } else {
                "cli-start-accounts"
            };
            text(key, &[("accounts", &accounts), ("administrators", &administrators)])
        }
        Err(fault) => text("cli-start-uncounted", &[("error", &fault.to_string())]),
    }
}
