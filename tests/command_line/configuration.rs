//! What is wrong with the settings, and what is ignored.

use crate::support::{run, serve, start, vestibule};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use std::process::Stdio;

#[test]
fn an_invalid_configuration_is_reported_in_one_message_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vestibule(folder.path());
    command
        .env("VESTIBULE_ACCESS_TTL", "soon")
        .env("VESTIBULE_SECRET", "changeme")
        .env("VESTIBULE_TYPO", "1");
    let (code, message) = run(command.env("ROCKET_PORT", "many"));
    assert_eq!(code, Some(2), "{message}");
    for part in
        ["VESTIBULE_ACCESS_TTL", "VESTIBULE_SECRET", "VESTIBULE_TYPO", "did not start", "ROCKET_"]
    {
        assert!(message.contains(part), "{part} is missing in {message}");
    }
    assert!(!folder.path().join("data").exists() && !message.contains("changeme"));
}

#[test]
fn an_invalid_overlay_is_reported_with_file_line_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("overlay");
    let mut command = vestibule(folder.path());
    command.env("VESTIBULE_TEMPLATE_DIR", &overlay);
    let (code, message) = run(&mut command);
    assert!(code == Some(2) && message.contains("no such folder"), "{message}");
    std::fs::create_dir_all(overlay.join("templates")).unwrap();
    let base = overlay.join("templates/base.html.tera");
    std::fs::write(&base, "<!DOCTYPE html>\n{{ text(key=common) }}\n").unwrap();
    let (code, message) = run(&mut command);
    let place = format!("VESTIBULE_TEMPLATE_DIR: {}:2: ", base.display());
    assert!(code == Some(2) && message.contains(&place), "{message}");
    assert!(!folder.path().join("data").exists(), "something was started");
}

#[test]
fn an_environment_that_is_not_utf8_is_reported() {
    use std::os::unix::ffi::OsStringExt;
    let folder = tempfile::tempdir().unwrap();
    let odd = std::ffi::OsString::from_vec(vec![0xff]);
    let (code, message) =
        run(vestibule(folder.path()).env("FOO", &odd).env("VESTIBULE_ACCESS_TTL", &odd));
    assert!(code == Some(2) && message.contains("VESTIBULE_ACCESS_TTL"), "{message}");
}

#[test]
fn tls_which_is_not_built_in_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let tls = r#"{certs="/nowhere.pem",key="/nowhere.pem"}"#;
    let (code, message) = run(vestibule(folder.path()).env("ROCKET_TLS", tls));
    assert!(code == Some(2) && message.contains("proxy"), "{message}");
}

#[test]
fn the_log_that_prints_passwords_cannot_be_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    for level in ["normal", "debug"] {
        let (code, message) = run(vestibule(folder.path()).env("ROCKET_LOG_LEVEL", level));
        assert!(code == Some(2) && message.contains("ROCKET_LOG_LEVEL"), "{level}: {message}");
    }
}

#[test]
fn a_wrong_rocket_setting_is_exit_code_2_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let create = ["account", "create", "ada@example.org", "--name", "Ada"];
    for (name, value) in [
        ("ROCKET_WORKERS", "many"),
        ("ROCKET_MAX_BLOCKING", "-1"),
        ("ROCKET_SHUTDOWN", "{force=7}"),
        ("ROCKET_PORT", "70000"),
        ("ROCKET_PROFILE", "staging"),
    ] {
        for arguments in [&["serve"][..], &["keys", "list"], &["account", "list"], &create] {
            let (code, message) = run(vestibule(folder.path()).args(arguments).env(name, value));
            assert!(
                code == Some(2) && message.contains("ROCKET_"),
                "{name} {arguments:?}: {message}"
            );
            assert!(!message.contains("panicked"), "{name} {arguments:?}: {message}");
        }
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_profile_selects_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Rocket.toml");
    std::fs::write(&file, "[staging.vestibule]\naccess_ttl = \"soon\"").unwrap();
    let with = |profile: &str| {
        let mut command = vestibule(folder.path());
        run(command
            .args(["keys", "list"])
            .env("ROCKET_CONFIG", &file)
            .env("ROCKET_PROFILE", profile))
    };
    let (code, message) = with("staging");
    assert!(code == Some(2) && message.contains("VESTIBULE_ACCESS_TTL"), "{message}");
    assert_eq!(with("release").0, Some(1), "no database: the table of another profile is not read");
    assert_eq!(with("").0, Some(1), "empty means unset");
}

#[test]
fn names_injected_for_a_service_called_vestibule_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let mut command = vestibule(folder.path());
    command
        .env("VESTIBULE_PORT", "tcp://10.96.0.12:8000")
        .env("VESTIBULE_SERVICE_HOST", "10.96.0.12");
    let (code, message) = run(command.args(["keys", "list"]));
    assert!(code == Some(0), "{message}");
}

#[test]
fn a_public_address_with_an_http_base_url_is_warned_about() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let file = || std::fs::File::create(&log).unwrap();
    let read = || std::fs::read_to_string(&log).unwrap();
    drop(start(vestibule(folder.path()).env("ROCKET_PORT", "0"), file().into()));
    assert!(!read().contains("ROCKET_ADDRESS"), "{}", read());
    let mut command = vestibule(folder.path());
    command.env("ROCKET_PORT", "0").env("ROCKET_ADDRESS", "0.0.0.0");
    drop(start(&mut command, file().into()));
    assert!(read().contains("ROCKET_ADDRESS is 0.0.0.0"), "{}", read());
}

#[test]
fn settings_of_zero_a_syntax_error_and_an_older_database_are_told_and_no_secret_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ROCKET_WORKERS", "ROCKET_MAX_BLOCKING"] {
        let (code, message) = run(vestibule(folder.path()).env(name, "0"));
        assert!(code == Some(2) && message.contains("at least 1"), "{name}: {message}");
    }
    let file = folder.path().join("Rocket.toml");
    std::fs::write(&file, "[default.vestibule]\nsecret = \"9f86d081\" x\n").unwrap();
    let (code, message) = run(vestibule(folder.path()).env("ROCKET_CONFIG", &file));
    assert!(code == Some(2) && message.contains("line 2"), "{message}");
    assert!(!message.contains("9f86d081"), "{message}");
    let database = folder.path().join("old.db");
    let old = "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
        run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
        INSERT INTO __diesel_schema_migrations (version) VALUES ('20261121000000')";
    let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    connection.batch_execute(old).unwrap();
    let url = format!("sqlite://{}", database.display());
    let (code, message) = run(vestibule(folder.path()).env("DATABASE_URL", url).env(
        "VESTIBULE_SECRET",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ));
    assert!(code == Some(1) && message.contains("start with a new one.\""), "{message}");
}

#[test]
fn of_rockets_names_too_an_empty_value_means_unset_and_values_are_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let list = |name: &str, value: &str| {
        run(vestibule(folder.path()).args(["keys", "list"]).env(name, value))
    };
    let config = figment::Figment::from(rocket::Config::default());
    let settings: figment::value::Dict = config.extract().unwrap();
    let names = settings.into_keys().map(|name| format!("ROCKET_{}", name.to_uppercase()));
    let names: Vec<String> =
        names.chain(["PROFILE", "CONFIG", "TLS"].map(|name| format!("ROCKET_{name}"))).collect();
    assert!(names.len() > 12, "{names:?}");
    for name in names {
        for empty in ["", "  ", "\r\n"] {
            let (code, message) = list(&name, empty);
            assert_eq!(code, Some(0), "{name}={empty:?}: {message}");
        }
    }
    for (name, value) in [
        ("ROCKET_ADDRESS", "127.0.0.2\r\n"),
        ("ROCKET_WORKERS", " 2\r"),
        ("ROCKET_LOG_LEVEL", "critical\r\n"),
        ("ROCKET_SHUTDOWN", "{grace=1}\r\n"),
        ("ROCKET_SHUTDOWN.GRACE", "1\r\n"),
        ("ROCKET_IDENT", "false\r"),
        ("ROCKET_PROFILE", "debug\r\n"),
        ("ROCKET_CONFIG", "Rocket.toml\r\n"),
    ] {
        let (code, message) = list(name, value);
        assert_eq!(code, Some(0), "{name}={value:?}: {message}");
    }
    let mut command = vestibule(folder.path());
    let served = start(
        command
            .env("ROCKET_PORT", " 0\r\n")
            .env("ROCKET_ADDRESS", "\r")
            .env("DATABASE_URL", "\r\n"),
        Stdio::null(),
    );
    assert_ne!(served.1, 0);
    let (code, message) = list("ROCKET_PORT", "many\r\n");
    assert!(code == Some(2) && message.contains("PORT") && message.contains("many"), "{message}");
}
