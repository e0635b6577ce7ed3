//! `vestibule keys`, and the secret.

use crate::support::{access_key, ask, run, run_with, serve, start, until, vestibule};
use std::net::TcpListener;
use std::process::Stdio;

#[test]
fn another_secret_than_the_one_the_keys_were_sealed_with_is_refused_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let other = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let (code, message) =
        run(vestibule(folder.path()).env("VESTIBULE_SECRET", other).env("ROCKET_PORT", "0"));
    assert!(code == Some(1) && message.contains("sealed under another secret"), "{message}");
    assert!(!message.contains(other));
}

#[test]
fn no_secret_is_created_if_a_database_has_lost_its_own() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let secret = folder.path().join("data/secret");
    std::fs::remove_file(&secret).unwrap();
    for arguments in
        [&["serve"][..], &["keys", "list"], &["keys", "rotate", "--emergency", "--yes"]]
    {
        let (code, _, error) = run_with(folder.path(), arguments, "");
        assert!(
            code == Some(1) && error.contains("restore the file from a backup"),
            "{arguments:?}: {error}"
        );
        assert!(
            error.contains("VESTIBULE_SECRET and VESTIBULE_SECRET_FILE are not set"),
            "{arguments:?}: {error}"
        );
    }
    assert!(!secret.exists());
}

#[test]
fn an_operator_changes_the_keys_under_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    let keys = |arguments: &[&str], input: &str| {
        run_with(folder.path(), &[&["keys"], arguments].concat(), input)
    };
    let id = |state: &str| access_key(folder.path(), state).unwrap();
    let published = |id: &str| {
        let set = ask(
            &served,
            "GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        );
        set.contains(&id.to_lowercase())
    };
    let first = id("active");
    assert!(published(&first) && published(&id("next")));
    let (code, _, error) = keys(&["retire", &first], "");
    assert!(code == Some(1) && error.contains("keys rotate"), "{error}");
    let events = || run_with(folder.path(), &["events"], "").1;
    assert_eq!(keys(&["rotate"], "").0, Some(0));
    assert!(events().contains("keys_rotated"), "{}", events());
    assert_eq!(id("retiring"), first);
    until(|| published(&id("next")));
    assert_eq!(keys(&["retire", &first], "").0, Some(0));
    assert!(events().contains(&format!("key={first}")), "{}", events());
    until(|| !published(&first));
    let (code, _, error) = keys(&["retire", &first], "");
    assert!(code == Some(1) && error.contains("keys list"), "{error}");
    let second = id("active");
    let (_, out, _) = keys(&["rotate", "--emergency", "--yes"], "");
    assert!(out.contains("sign in again") && events().contains("keys_replaced"), "{out}");
    until(|| !published(&second));
    assert_eq!(access_key(folder.path(), "retiring"), None);
}

#[test]
fn only_a_retiring_key_can_be_retired() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let next = access_key(folder.path(), "next").unwrap();
    // One ID in 64 begins with a hyphen.
    for (arguments, told) in
        [(&["retire", "--", &*next][..], "twice"), (&["retire", "-Gone_h-k"], "-Gone_h-k")]
    {
        let (code, _, error) = run_with(folder.path(), &[&["keys"], arguments].concat(), "");
        assert!(code == Some(1) && error.contains(told), "{error}");
    }
}

#[test]
fn a_rotation_to_another_algorithm_says_what_other_services_must_do() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    for (algorithm, told) in
        [("ES256", "must accept ES256"), ("HS256", "No other service can verify")]
    {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = vestibule(folder.path());
        command.env("ROCKET_PORT", port.to_string()).env("VESTIBULE_ALGORITHM", algorithm);
        drop(start(&mut command, Stdio::null()));
        let (code, out, error) = run_with(folder.path(), &["keys", "rotate"], "");
        assert!(code == Some(0) && out.contains(told), "{out}{error}");
    }
    assert!(
        !run_with(folder.path(), &["keys", "rotate"], "").1.contains("instead of"),
        "nothing changed"
    );
}

#[test]
fn reseal_changes_the_secret() {
    const NEW: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let reseal = |input: &str| run_with(folder.path(), &["keys", "reseal"], input);
    let (code, _, error) = reseal("changeme");
    assert!(code == Some(1) && error.contains("openssl rand"), "{error}");
    let (code, out, error) = reseal(&format!("{NEW}\n"));
    assert!(
        code == Some(0) && out.contains("VESTIBULE_SECRET") && !out.contains(NEW),
        "{out}{error}"
    );
    let (code, message) = run(vestibule(folder.path()).args(["keys", "list"]));
    assert!(code == Some(1) && message.contains("another secret"), "{message}");
    let (code, message) =
        run(vestibule(folder.path()).args(["keys", "list"]).env("VESTIBULE_SECRET", NEW));
    assert!(code == Some(0) && message.contains("active"), "{message}");
}
