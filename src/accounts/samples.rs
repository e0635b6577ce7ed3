//! Sample services and data for unit tests.

use super::sessions::SessionPolicy;
use super::signing_keys::KeySettings;
use super::{NewAccount, PasswordPolicy, Services, Settings};
use crate::clock::Clock;
use crate::config::DatabaseUrl;
use crate::domain::account::Registration;
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::key::Algorithm;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::name::DisplayName;
use crate::domain::password::{DEFAULT_MIN_LENGTH, Password};
use crate::domain::{Span, Time};
use crate::token::{Secret, TokenIssuer};
use std::path::Path;

/// A clock that tests move.
pub fn clock() -> Clock {
    Clock::by_hand(Time::from_timestamp(1_800_000_000, 0).unwrap())
}

/// Services on the database in this folder.
pub async fn start(folder: &Path, clock: &Clock) -> Services {
    let issuer = "http://localhost:8000".to_owned();
    let lifetimes = Lifetimes::DEFAULT;
    let settings = Settings {
        database: DatabaseUrl::Sqlite(folder.join("test.db")),
        keys: KeySettings {
            secret: Secret::new((0..32).collect()),
            issuer: TokenIssuer { audience: issuer.clone(), issuer: issuer.clone() },
            algorithm: Algorithm::EdDsa,
        },
        sessions: SessionPolicy { lifetimes, max_sessions: 100 },
        registration: Registration::Open,
        rate_limits: true,
        passwords: PasswordPolicy::new(DEFAULT_MIN_LENGTH, &issuer, None),
        keep_events: Span::days(365),
        system_user: "root".to_owned(),
    };
    let services = Services::start(settings, clock.clone()).await.unwrap();
    services.run_in_background();
    services
}

/// Ada, who has not signed up yet.
pub fn ada() -> NewAccount {
    NewAccount {
        name: DisplayName::parse("Ada").unwrap(),
        email: EmailAddress::parse("ada@example.org").unwrap(),
        password: Password::parse("three unrelated words").unwrap(),
        device: Device::default(),
        device_token: None,
        persistent: false,
        replaces: None,
    }
}
