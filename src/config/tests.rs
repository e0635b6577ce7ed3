use super::*;
use figment::providers::{Format, Toml};

fn load(environment: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    load_with("", environment)
}

fn load_with(toml: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let environment =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(&Figment::from(Toml::string(toml)), environment)
}

const SECRET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn with_nothing_set_the_defaults_are_those_of_the_contract() {
    let config = load_with("port = 8123", &[("HOME", "/root")]).unwrap();
    assert_eq!(config.base_url.as_str(), "http://localhost:8123");
    assert_eq!(config.audience, "http://localhost:8123");
    assert_eq!(config.database, DatabaseUrl::Sqlite("data/vestibule.db".into()));
    assert_eq!(config.lifetimes.access.num_minutes(), 15);
    assert_eq!((config.lifetimes.idle.num_days(), config.lifetimes.absolute.num_days()), (7, 30));
    assert_eq!(config.lifetimes.grace.num_seconds(), 20);
    assert_eq!(config.registration, Registration::Open);
    assert!(
        config.secret.is_none() && config.without_effect.is_empty() && config.warnings.is_empty()
    );
}

#[test]
fn the_environment_goes_over_the_file_and_every_contract_name_is_known() {
    let toml = "database_url = \"sqlite://from/file.db\"\n[vestibule]\naccess_ttl = \"1m\"\nidle_ttl = \"2d\"";
    let config = load_with(
        toml,
        &[
            ("VESTIBULE_ACCESS_TTL", "3s"),
            ("VESTIBULE_SESSION_TTL", "60d"),
            ("VESTIBULE_ROTATION_GRACE", "5s"),
            ("VESTIBULE_BASE_URL", "https://id.example.org"),
            ("VESTIBULE_AUDIENCE", "app"),
            ("VESTIBULE_SECRET", SECRET),
            ("VESTIBULE_DATA_DIR", "/srv/v"),
            ("VESTIBULE_ALGORITHM", "ES256"),
            ("VESTIBULE_RATE_LIMITS", "off"),
            ("VESTIBULE_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("VESTIBULE_REGISTRATION", "closed"),
            ("VESTIBULE_CORS_ORIGINS", "https://app.example.org, http://localhost:3000/"),
            ("VESTIBULE_METRICS_ADDRESS", "127.0.0.1:9100"),
        ],
    )
    .unwrap();
    assert_eq!((config.lifetimes.access.num_seconds(), config.warnings.len()), (3, 1));
    assert_eq!(config.lifetimes.idle.num_days(), 2);
    assert_eq!(config.database, DatabaseUrl::Sqlite("from/file.db".into()));
    assert_eq!(config.base_url.as_str(), "https://id.example.org");
    assert_eq!(config.algorithm, Algorithm::Es256);
    assert_eq!(
        config.cors_origins.iter().map(BaseUrl::as_str).collect::<Vec<_>>(),
        ["https://app.example.org", "http://localhost:3000"]
    );
    assert_eq!(config.without_effect.len(), 3);
    let absolute = load(&[("DATABASE_URL", "sqlite:///srv/v.db")]).unwrap();
    assert_eq!(absolute.database, DatabaseUrl::Sqlite("/srv/v.db".into()));
}

#[test]
fn a_secret_of_digits_is_a_text_and_not_a_number() {
    let digits = "1029384756".repeat(7)[..64].to_owned();
    assert!(load(&[("VESTIBULE_SECRET", "1234567890")]).is_err());
    // Only its few different bytes may count against it.
    assert!(
        load(&[("VESTIBULE_SECRET", &digits)]).unwrap_err().0[0]
            .contains("VESTIBULE_SECRET is not hex")
    );
    assert!(load(&[("VESTIBULE_SECRET", SECRET)]).is_ok());
}

#[test]
fn all_problems_are_told_in_one_message() {
    let problems = load(&[
        ("VESTIBULE_ACESS_TTL", "15m"),
        ("VESTIBULE_ACCESS_TTL", "soon"),
        ("VESTIBULE_IDLE_TTL", "0s"),
        ("VESTIBULE_BASE_URL", "http://id.example.org"),
        ("VESTIBULE_SECRET", "changeme"),
        ("DATABASE_URL", "mysql://x"),
        ("VESTIBULE_ALGORITHM", "none"),
        ("VESTIBULE_RATE_LIMITS", "maybe"),
        ("VESTIBULE_TRUSTED_PROXIES", "everyone"),
        ("VESTIBULE_REGISTRATION", "ajar"),
        ("VESTIBULE_CORS_ORIGINS", "*"),
        ("VESTIBULE_METRICS_ADDRESS", "9100"),
        ("VESTIBULE_AUDIENCE", " "),
    ])
    .unwrap_err();
    let message = problems.to_string();
    for name in [
        "VESTIBULE_ACESS_TTL",
        "VESTIBULE_ACCESS_TTL",
        "VESTIBULE_IDLE_TTL",
        "VESTIBULE_BASE_URL",
        "VESTIBULE_SECRET",
        "DATABASE_URL",
        "VESTIBULE_ALGORITHM",
        "VESTIBULE_RATE_LIMITS",
        "VESTIBULE_TRUSTED_PROXIES",
        "VESTIBULE_REGISTRATION",
        "VESTIBULE_CORS_ORIGINS",
        "VESTIBULE_METRICS_ADDRESS",
    ] {
        assert!(
            problems.0.iter().any(|problem| problem.starts_with(name)),
            "{name} is missing in:\n{message}"
        );
    }
    assert_eq!(problems.0.len(), 12, "{message}");
    assert!(!message.contains("changeme"), "a secret must not be printed");
}

#[test]
fn lifetimes_must_fit_together() {
    for (access, idle, session) in [("7d", "7d", "30d"), ("15m", "8d", "7d")] {
        let set = [
            ("VESTIBULE_ACCESS_TTL", access),
            ("VESTIBULE_IDLE_TTL", idle),
            ("VESTIBULE_SESSION_TTL", session),
        ];
        assert!(load(&set).unwrap_err().0[0].starts_with("the lifetimes do not fit together"));
    }
    assert!(load(&[("VESTIBULE_IDLE_TTL", "30d"), ("VESTIBULE_SESSION_TTL", "30d")]).is_ok());
}

#[test]
fn a_base_url_is_an_origin_and_plain_http_only_on_loopback() {
    for good in
        ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:9", "https://id.example.org/"]
    {
        assert!(load(&[("VESTIBULE_BASE_URL", good)]).is_ok(), "{good}");
    }
    for bad in [
        "http://10.0.0.1",
        "https://id.example.org/auth",
        "https://a@b.example",
        "ftp://localhost",
        "id.example.org",
        "https://x/?y",
        "https://*.example.org",
    ] {
        assert!(load(&[("VESTIBULE_BASE_URL", bad)]).is_err(), "{bad}");
    }
}

#[test]
fn a_database_in_memory_and_a_table_that_is_none_are_refused() {
    for url in
        ["sqlite://:memory:", "sqlite://file:x", "sqlite://x?mode=memory", "sqlite://", "x.db"]
    {
        assert!(load(&[("DATABASE_URL", url)]).is_err(), "{url}");
    }
    assert!(load_with("vestibule = 3", &[]).is_err());
    assert!(
        load(&[("VESTIBULE_DATABASE_URL", "sqlite://x.db")]).is_err(),
        "not a name of the contract"
    );
}

#[test]
fn postgresql_is_told_to_be_missing_yet() {
    let problems = load(&[("DATABASE_URL", "postgres://u:hidden@h/d")]).unwrap_err();
    assert!(
        problems.0[0].contains("does not support yet") && !problems.to_string().contains("hidden")
    );
}

#[test]
fn an_empty_value_is_unset_and_values_are_trimmed() {
    let config = load(&[
        ("VESTIBULE_ACCESS_TTL", " "),
        ("VESTIBULE_AUDIENCE", ""),
        ("VESTIBULE_IDLE_TTL", " 2d "),
        ("VESTIBULE_TRUSTED_PROXIES", ""),
        ("DATABASE_URL", ""),
    ])
    .unwrap();
    assert_eq!(config.lifetimes.access.num_minutes(), 15);
    assert_eq!(config.lifetimes.idle.num_days(), 2);
    assert_eq!(config.audience, config.base_url.as_str());
    assert_eq!(config.database, DatabaseUrl::Sqlite("data/vestibule.db".into()));
    assert!(config.without_effect.is_empty());
}

#[test]
fn what_a_kubernetes_service_injects_is_ignored_and_a_typing_error_beside_it_is_not() {
    let injected = [
        ("VESTIBULE_PORT", "tcp://10.0.0.1:8000"),
        ("VESTIBULE_SERVICE_HOST", "10.0.0.1"),
        ("VESTIBULE_SERVICE_PORT", "8000"),
        ("VESTIBULE_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
        ("VESTIBULE_PORT_8000_TCP_PROTO", "tcp"),
    ];
    assert!(load(&injected).is_ok());
    let typo = [injected.as_slice(), &[("VESTIBULE_SERVICE", "10.0.0.1")]].concat();
    assert_eq!(load(&typo).unwrap_err().0.len(), 1);
}

#[test]
fn passwords_in_the_clear_are_warned_of_where_other_machines_can_connect() {
    let https = [("VESTIBULE_BASE_URL", "https://id.example.org")];
    for (toml, environment, warnings) in [
        ("address = \"0.0.0.0\"", &[][..], 1),
        ("address = \"::\"", &[], 1),
        ("address = \"0.0.0.0\"", &https, 0),
        ("address = \"127.0.0.1\"", &[], 0),
        ("", &[], 0),
    ] {
        let config = load_with(toml, environment).unwrap();
        assert_eq!(config.warnings.len(), warnings, "{toml} {environment:?}");
    }
}

#[test]
fn numbers_and_durations_out_of_bounds_are_told() {
    for (name, value) in [
        ("VESTIBULE_MAX_SESSIONS", "0"),
        ("VESTIBULE_MAX_SESSIONS", "many"),
        ("VESTIBULE_MAX_SESSIONS", "10001"),
        ("VESTIBULE_ROTATION_GRACE", "3m"),
        ("VESTIBULE_EVENT_RETENTION", "soon"),
    ] {
        let errors = load(&[(name, value)]).unwrap_err();
        assert!(errors.0.len() == 1 && errors.0[0].contains(name), "{errors:?}");
    }
}
