//! HTTP: the only layer that names Rocket and Tera.

mod api;
mod browser;
mod environment;
mod errors;
mod guards;
mod http;
mod metrics;
mod notice;
mod pages;
mod presentation;
mod requests;
mod routes;
mod texts;

pub use http::running_requests::RunningRequests;
pub use metrics::metrics_server;
pub use routes::{ROUTES, RouteEntry};

use crate::accounts::Services;
use crate::config::{BaseUrl, TrustedProxies};
use api::openapi;
use environment::{variable, with_variables};
use errors::catchers;
use http::cookie_names::CookieNames;
use http::cors::CorsOrigins;
use http::method_not_allowed::Paths;
use http::{checks, headers, original_method, request_log};
pub use presentation::Presentation;
use rocket::config::LogLevel;
use rocket::data::{Limits, ToByteUnit};
use rocket::figment::providers::{Format, Toml};
use rocket::figment::{Figment, Profile};
use rocket::shield::Shield;
use rocket::{Build, Rocket, Route};
use std::sync::Arc;

/// The largest body that is read, in KiB: forms have a few short fields.
const MAX_BODY_KIB: u64 = 16;

/// Rocket's configuration: its defaults, then ours, then `Rocket.toml`, then `ROCKET_*`.
#[must_use]
pub fn figment() -> Figment {
    let body = MAX_BODY_KIB.kibibytes();
    let limits = Limits::new()
        .limit("form", body)
        .limit("data-form", body)
        .limit("json", body)
        .limit("string", body);
    let file = variable("ROCKET_CONFIG");
    let figment = Figment::from(rocket::Config::default())
        .merge(("limits", limits))
        .merge(("ident", false))
        // Anyone can send X-Real-IP.
        .merge(("ip_header", false))
        // Rocket's request log prints query strings; ours does not.
        .merge(("log_level", "off"))
        .merge(Toml::file(file.as_deref().unwrap_or("Rocket.toml")).nested());
    with_variables(figment).select(profile())
}

/// `ROCKET_PROFILE`, or Rocket's default for this build.
fn profile() -> Profile {
    let given = variable("ROCKET_PROFILE");
    given.map_or(rocket::Config::DEFAULT_PROFILE, |name| Profile::new(&name))
}

/// Where requests may come from, and what browsers are told about us.
pub struct WebSettings {
    /// Our own origin.
    pub base_url: BaseUrl,
    /// Other origins whose pages may use the API.
    pub cors_origins: Vec<BaseUrl>,
    /// Whether HSTS includes our subdomains.
    pub hsts_subdomains: bool,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: TrustedProxies,
}

/// The web application, ready to ignite.
#[must_use]
pub fn build(
    figment: Figment,
    services: Services,
    presentation: Presentation,
    settings: WebSettings,
) -> Rocket<Build> {
    let routes = routes::routes();
    let paths = Paths::of(&routes);
    let checked: Vec<Route> =
        routes.into_iter().chain(paths.missing()).map(checks::checked).collect();
    let running = Arc::new(RunningRequests::default());
    rocket::custom(figment)
        .manage(Arc::clone(&running))
        .manage(openapi::Document::new(services.accounts.min_password_length()))
        .manage(services.keys)
        .manage(services.sessions)
        .manage(services.accounts)
        .manage(services.administration)
        .manage(Arc::new(services.monitoring))
        .manage(presentation.texts)
        .manage(presentation.templates)
        .manage(presentation.assets)
        .manage(paths)
        .manage(CookieNames::new(&settings.base_url))
        .manage(headers::Hsts::new(&settings.base_url, settings.hsts_subdomains))
        .manage(settings.base_url)
        .manage(CorsOrigins(settings.cors_origins))
        .manage(settings.trusted_proxies)
        .attach(Shield::new())
        .attach(original_method::RecordOriginalMethod)
        .attach(request_log::RequestLog)
        .attach(running)
        .attach(headers::Headers)
        .mount("/", checked)
        .register("/", catchers::catchers())
        .register("/api", catchers::api_catchers())
        .register("/.well-known", catchers::api_catchers())
        .register("/health", catchers::api_catchers())
}

/// The errors in Rocket's part of the configuration, each with what to do about it.
#[must_use]
pub fn figment_problems(figment: &Figment) -> Vec<String> {
    let mut problems = Vec::new();
    let profile = figment.profile();
    let built_in = [rocket::Config::DEBUG_PROFILE, rocket::Config::RELEASE_PROFILE];
    if !built_in.contains(profile) && !figment.profiles().any(|known| known == profile) {
        problems.push(format!(
            "ROCKET_PROFILE is {profile}: Rocket.toml has no table [{profile}]. Add it, or remove ROCKET_PROFILE"
        ));
    }
    match figment.extract::<rocket::Config>() {
        Err(errors) => {
            problems.extend(errors.into_iter().map(|error| rocket_error(&error)));
        }
        Ok(config) if matches!(config.log_level, LogLevel::Normal | LogLevel::Debug) => problems.push(
            "Rocket's own log prints passwords and tokens (ROCKET_LOG_LEVEL): set it to off or critical".to_owned(),
        ),
        Ok(config) if config.workers == 0 || config.max_blocking == 0 => problems.push(
            "ROCKET_WORKERS and ROCKET_MAX_BLOCKING must be at least 1: correct or remove them"
                .to_owned(),
        ),
        Ok(_) => {}
    }
    if figment.contains("tls") {
        problems.push(
            "TLS is not built in (ROCKET_TLS): remove it, and put a proxy with TLS in front"
                .to_owned(),
        );
    }
    problems
}

/// A syntax error shows the line it is in, which may hold a secret: only its first line is printed,
/// which says where it is.
fn rocket_error(error: &figment::Error) -> String {
    let text = error.to_string();
    format!("{}: check Rocket.toml and ROCKET_*", text.lines().next().unwrap_or_default())
}
