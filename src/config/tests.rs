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
    assert_eq!(config.password_min_length, 8);
    assert!(config.secret.is_none() && config.warnings.is_empty());
    assert_eq!(config.metrics_address, None);
}

#[test]
fn environment_variables_take_precedence_and_every_contract_name_is_known() {
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
            ("VESTIBULE_RATE_LIMITS", "on"),
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
    assert_eq!(config.metrics_address, "127.0.0.1:9100".parse().ok());
    let absolute = load(&[("DATABASE_URL", "sqlite:///srv/v.db")]).unwrap();
    assert_eq!(absolute.database, DatabaseUrl::Sqlite("/srv/v.db".into()));
}

#[test]
fn a_secret_of_digits_is_text_and_not_a_number() {
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
fn all_errors_are_in_one_message() {
    let errors = load(&[
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
    ])
    .unwrap_err();
    let message = errors.to_string();
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
            errors.0.iter().any(|error| error.starts_with(name)),
            "{name} is missing in:\n{message}"
        );
    }
    assert_eq!(errors.0.len(), 12, "{message}");
    assert!(!message.contains("changeme"), "a secret must not be printed");
}

#[test]
fn lifetimes_must_fit_into_each_other() {
    for (access, idle, session) in [("7d", "7d", "30d"), ("15m", "8d", "7d")] {
        let set = [
            ("VESTIBULE_ACCESS_TTL", access),
            ("VESTIBULE_IDLE_TTL", idle),
            ("VESTIBULE_SESSION_TTL", session),
        ];
        assert!(load(&set).unwrap_err().0[0].starts_with("VESTIBULE_ACCESS_TTL must be"));
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
fn an_in_memory_database_and_a_vestibule_key_that_is_no_table_are_refused() {
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
fn with_postgresql_the_secret_must_be_given() {
    let url = ("DATABASE_URL", "postgres://u:hidden@h/d");
    let errors = load(&[url]).unwrap_err();
    assert!(errors.0[0].contains("must be set, the same for every server"), "{errors}");
    assert!(!errors.to_string().contains("hidden"), "{errors}");
    let secret =
        ("VESTIBULE_SECRET", "b41f7d0c9ae36258f5d0137cbb9e84a2660f3dd1785ce94b2a907c13ef46d85b");
    assert!(matches!(load(&[url, secret]).unwrap().database, DatabaseUrl::Postgres(_)));
}

#[test]
fn injected_names_are_ignored_and_typos_are_not() {
    let injected = [
        ("VESTIBULE_PORT", "tcp://10.96.0.12:8000"),
        ("VESTIBULE_SERVICE_HOST", "10.96.0.12"),
        ("VESTIBULE_SERVICE_PORT", "8000"),
        ("VESTIBULE_SERVICE_PORT_HTTP", "8000"),
        ("VESTIBULE_PORT_8000_TCP", "tcp://10.96.0.12:8000"),
        ("VESTIBULE_PORT_8000_TCP_ADDR", "10.96.0.12"),
        ("VESTIBULE_NAME", "/web/vestibule"),
        ("VESTIBULE_ENV_VESTIBULE_SECRET", "anything"),
    ];
    assert_eq!(load(&injected).map(|config| config.warnings), Ok(Vec::new()));
    for mistake in [("VESTIBULE_PORT", "8000"), ("VESTIBULE_NAME", "Shop"), ("VESTIBULE_TYPO", "1")]
    {
        assert!(load(&[mistake]).unwrap_err().0[0].starts_with(mistake.0), "{mistake:?}");
    }
}

#[test]
fn an_empty_value_means_unset_and_values_are_trimmed() {
    let toml = "database_url = \"sqlite://from/file.db\"\n[vestibule]\naudience = \"app\"\nbase_url = \"\"";
    let empty = [
        ("DATABASE_URL", ""),
        ("VESTIBULE_AUDIENCE", " "),
        ("VESTIBULE_SECRET", ""),
        ("VESTIBULE_SECRET_FILE", "\n"),
        ("VESTIBULE_ACCESS_TTL", " 5m\n"),
        ("VESTIBULE_REGISTRATION", " closed "),
    ];
    let config = load_with(toml, &empty).unwrap();
    assert_eq!(config.database, DatabaseUrl::Sqlite("from/file.db".into()));
    assert_eq!(
        (config.audience.as_str(), config.base_url.as_str()),
        ("app", "http://localhost:8000")
    );
    assert_eq!(config.lifetimes.access.num_minutes(), 5);
    assert!(config.secret.is_none() && config.registration == Registration::Closed);
}

/// A value of each setting that differs from its default.
fn samples(folder: &str, secret_file: &str) -> Vec<(&'static str, String)> {
    let owned = |samples: &[(&'static str, &str)]| -> Vec<_> {
        samples.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    owned(&[
        ("DATABASE_URL", "sqlite://elsewhere.db"),
        ("VESTIBULE_DATA_DIR", "elsewhere"),
        ("VESTIBULE_BASE_URL", "https://id.example.org"),
        ("VESTIBULE_SECRET", SECRET),
        ("VESTIBULE_SECRET_FILE", secret_file),
        ("VESTIBULE_ACCESS_TTL", "5m"),
        ("VESTIBULE_IDLE_TTL", "8d"),
        ("VESTIBULE_SESSION_TTL", "31d"),
        ("VESTIBULE_ROTATION_GRACE", "21s"),
        ("VESTIBULE_AUDIENCE", "app"),
        ("VESTIBULE_ALGORITHM", "ES256"),
        ("VESTIBULE_TRUSTED_PROXIES", "10.0.0.0/8"),
        ("VESTIBULE_RATE_LIMITS", "off"),
        ("VESTIBULE_REGISTRATION", "closed"),
        ("VESTIBULE_CORS_ORIGINS", "https://app.example.org"),
        ("VESTIBULE_HSTS_SUBDOMAINS", "on"),
        ("VESTIBULE_METRICS_ADDRESS", "127.0.0.1:9100"),
        ("VESTIBULE_TEMPLATE_DIR", folder),
        ("VESTIBULE_DRAIN", "5s"),
        ("VESTIBULE_MAX_SESSIONS", "7"),
        ("VESTIBULE_EVENT_RETENTION", "30d"),
        ("VESTIBULE_PASSWORD_MIN_LENGTH", "15"),
    ])
}

#[test]
fn of_every_name_an_empty_value_means_unset_and_values_are_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, format!("{SECRET}\r\n")).unwrap();
    let samples = samples(folder.path().to_str().unwrap(), secret_file.to_str().unwrap());
    let mut names: Vec<_> =
        samples.iter().filter_map(|(name, _)| name.strip_prefix("VESTIBULE_")).collect();
    let mut known = values::NAMES.map(str::to_uppercase);
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known, "a name is missing here");
    let loaded = |name, value: &str| format!("{:?}", load(&[(name, value)]).unwrap());
    let unset = format!("{:?}", load(&[]).unwrap());
    for (name, value) in samples {
        for empty in ["", " ", "\r\n", "\t \r"] {
            assert_eq!(loaded(name, empty), unset, "{name}={empty:?}");
        }
        let set = loaded(name, &value);
        assert_ne!(set, unset, "{name}: the sample is the default");
        for padded in [format!("{value}\r"), format!("{value}\r\n"), format!("\t{value} ")] {
            assert_eq!(loaded(name, &padded), set, "{name}={padded:?}");
        }
    }
}

#[test]
fn a_rotation_grace_has_an_upper_bound() {
    assert!(load(&[("VESTIBULE_ROTATION_GRACE", "60s")]).is_ok());
    let errors = load(&[("VESTIBULE_ROTATION_GRACE", "61s")]).unwrap_err();
    assert!(errors.0[0].starts_with("VESTIBULE_ROTATION_GRACE"), "{errors}");
}

#[test]
fn a_rotation_grace_below_20_s_is_warned_of() {
    let warnings = |grace| load(&[("VESTIBULE_ROTATION_GRACE", grace)]).unwrap().warnings;
    assert_eq!(warnings("20s"), Vec::<String>::new());
    assert!(warnings("19s").iter().any(|text| text.starts_with("VESTIBULE_ROTATION_GRACE")));
}

#[test]
fn plain_http_off_loopback_is_warned_of() {
    let https = ("VESTIBULE_BASE_URL", "https://id.example.org");
    for (address, base_url, warned) in [
        ("0.0.0.0", None, true),
        ("::", None, true),
        ("192.168.1.7", None, true),
        ("127.0.0.1", None, false),
        ("127.8.0.1", None, false),
        ("::1", None, false),
        ("0.0.0.0", Some(https), false),
    ] {
        let toml = format!("address = \"{address}\"");
        let config = load_with(&toml, &base_url.into_iter().collect::<Vec<_>>()).unwrap();
        let about: Vec<_> =
            config.warnings.iter().filter(|text| text.starts_with("ROCKET_ADDRESS")).collect();
        assert_eq!(about.len(), usize::from(warned), "{address}: {about:?}");
    }
}

/// The rows of docs/CONFIGURATION.md: the names of the first column, and the default.
fn documented() -> Vec<(Vec<&'static str>, &'static str)> {
    let rows = include_str!("../../docs/CONFIGURATION.md").lines();
    rows.filter_map(|row| {
        let [names, default, _] =
            row.strip_prefix("| `")?.strip_suffix(" |")?.split(" | ").collect::<Vec<_>>()[..]
        else {
            panic!("not three columns: {row}")
        };
        Some((names.split(", ").map(|name| name.trim_matches('`')).collect(), default))
    })
    .collect()
}

#[test]
fn the_document_lists_exactly_the_settings() {
    let mut listed: Vec<String> = documented()
        .into_iter()
        .flat_map(|(names, _)| names)
        .filter_map(|name| name.strip_prefix("VESTIBULE_"))
        .map(str::to_lowercase)
        .collect();
    listed.sort_unstable();
    let mut known = values::NAMES.map(str::to_owned);
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn the_documented_defaults_are_those_with_nothing_set() {
    let unset = format!("{:?}", load(&[]).unwrap());
    let mut checked = 0;
    for (names, default) in documented() {
        let Some(value) = default.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) else {
            continue;
        };
        let set = load(&[(names[0], value)]).unwrap();
        assert_eq!(format!("{set:?}"), unset, "{}", names[0]);
        checked += 1;
    }
    assert!(checked > 10);
}
