//! What the server prints once it is ready.

use super::Done;
use super::output::{print_sentence, say, text};
use rocket::fairing::AdHoc;
use rocket::{Orbit, Rocket};
use serde_json::json;
use std::net::SocketAddr;
use vestibule::accounts::administration::Overview;
use vestibule::accounts::{Accounts, Administration};
use vestibule::config::Config;

/// Says where to go, what is served, and what is missing.
pub fn on_liftoff(config: &Config) -> AdHoc {
    let (base_url, database) = (config.base_url.as_str().to_owned(), config.database.to_string());
    AdHoc::on_liftoff("start report", |rocket| {
        Box::pin(async move {
            let text = format!("Vestibule is ready: open {base_url}");
            // The first line is for scripts. A closed standard output is no reason to stop.
            let _ = print_sentence(text, [("base_url", json!(base_url))]);
            let _ = say_settings(rocket, &database);
            let _ = say_accounts(rocket).await;
        })
    })
}

fn say_settings(rocket: &Rocket<Orbit>, database: &str) -> Done {
    let config = rocket.config();
    let open = rocket.state::<Accounts>().is_some_and(Accounts::registration_open);
    let address = SocketAddr::new(config.address, config.port).to_string();
    let registration = if open { "cli-start-open" } else { "cli-start-closed" };
    let registration = text(registration, &[]);
    let arguments =
        [("address", &*address), ("database", database), ("registration", &registration)];
    say("cli-start-settings", &arguments)
}

async fn say_accounts(rocket: &Rocket<Orbit>) -> Done {
    let Some(administration) = rocket.state::<Administration>() else { return Ok(()) };
    match administration.overview().await {
        Ok(Overview { accounts, administrators, .. }) => {
            let (accounts, administrators) = (accounts.to_string(), administrators.to_string());
            let key = if administrators == "0" {
                "cli-start-no-administrator"
            } else {
                "cli-start-accounts"
            };
            say(key, &[("accounts", &accounts), ("administrators", &administrators)])
        }
        Err(fault) => say("cli-start-uncounted", &[("error", &fault.to_string())]),
    }
}
