//! `vestibule account`.

use crate::support::{PASSWORD, run_with, serve, sign_in_by_api};

#[test]
fn an_operator_creates_an_account_with_a_password_from_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let account = |arguments: &[&str], input: &str| {
        run_with(folder.path(), &[&["account"], arguments].concat(), input)
    };
    let create = ["create", "Grace@example.org", "--name", "Grace Hopper", "--role", "admin"];
    for (input, problem) in [
        ("", "new database at"),
        ("", "Enter your password"),
        ("short\n", "8 characters"),
        ("password\n", "too easy to guess"),
    ] {
        let (code, _, error) = account(&create, input);
        assert!(code == Some(1) && error.contains(problem), "{input}: {error}");
    }
    let (code, out, error) = account(&create, &format!("{PASSWORD}\n"));
    assert!(
        code == Some(0) && out.contains("grace@example.org") && !out.contains(PASSWORD),
        "{out}{error}"
    );
    let (code, _, error) = account(&create, PASSWORD);
    assert!(
        code == Some(1) && error.contains("already") && !error.contains("new database"),
        "{error}"
    );
}

#[test]
fn an_operator_changes_and_deletes_accounts_under_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let account = |arguments: &[&str], input: &str| {
        run_with(folder.path(), &[&["account"], arguments].concat(), input)
    };
    account(
        &["create", "grace@example.org", "--name", "Grace Hopper", "--role", "admin"],
        PASSWORD,
    );
    let served = serve(folder.path());
    let sign_in = || sign_in_by_api(&served, "grace@example.org");
    assert!(sign_in().starts_with("http/1.1 200"));
    let (_, out, _) = account(&["show", "grace@example.org"], "");
    for part in ["Grace Hopper", "admin", "enabled", "127.0.0.1"] {
        assert!(out.contains(part), "{part} is missing in {out}");
    }
    let (code, _, error) = account(&["disable", "grace@example.org"], "");
    assert!(
        code == Some(1) && error.contains("last administrator") && error.contains("account role"),
        "{error}"
    );
    assert!(error.contains("account enable"), "{error}");
    account(&["create", "joan@example.org", "--name", "Joan"], PASSWORD);
    for (arguments, told) in [
        (&["role", "joan@example.org", "admin"][..], "role admin"),
        (&["sign-out", "grace@example.org"], "Signed out grace@example.org"),
        (&["disable", "grace@example.org"], "Disabled grace@example.org"),
    ] {
        let (code, out, error) = account(arguments, "");
        assert!(code == Some(0) && out.contains(told), "{arguments:?}: {out}{error}");
    }
    assert!(sign_in().starts_with("http/1.1 401"));
    assert!(account(&["list"], "").1.contains("disabled 20"));
    assert_eq!(account(&["enable", "grace@example.org"], "").0, Some(0));
    assert!(sign_in().starts_with("http/1.1 200"));
    let (code, out, _) = account(&["delete", "grace@example.org", "--yes"], "");
    assert!(code == Some(0) && out.contains("Deleted grace@example.org"), "{out}");
    let (_, events, _) = run_with(folder.path(), &["events"], "");
    assert!(events.contains("account_deleted") && !events.contains("grace@"), "{events}");
    let (code, _, error) = account(&["show", "grace@example.org"], "");
    assert!(code == Some(1) && error.contains("account list"), "{error}");
}

#[test]
fn what_is_refused_says_what_to_do_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run_with(folder.path(), arguments, input);
    run(&["account", "create", "grace@example.org", "--name", "Grace"], PASSWORD);
    run(&["account", "create", "joan@example.org", "--name", "Joan"], PASSWORD);
    let shown = run(&["account", "list"], "").1;
    let none = "00000000-0000-0000-0000-000000000000";
    for (arguments, input, expected, advice) in [
        (
            &["account", "email", "joan@example.org", "Grace@Example.org"][..],
            "",
            1,
            "another address",
        ),
        (&["account", "email", "joan@example.org", "joan"], "", 2, "name@example.org"),
        (&["account", "rename", "joan@example.org", " "], "", 2, "1 to 100 characters"),
        (&["account", "rename", none, "Joan"], "", 1, "account list"),
        (&["account", "password", "joan@example.org"], "short", 1, "8 characters"),
        (&["account", "password", "joan@example.org"], "password", 1, "too easy to guess"),
        (&["account", "password", "nobody@example.org"], "", 1, "account list"),
        (&["account", "sign-out"], "", 2, "--all"),
        (&["account", "sign-out", "joan@example.org", "--all"], "", 2, "cannot be used with"),
        (&["session", "end", none], "", 1, "session list"),
        (&["session", "end", "7"], "", 2, "--help"),
        (&["session", "list", "nobody@example.org"], "", 1, "account list"),
    ] {
        let (code, out, error) = run(arguments, input);
        assert_eq!((code, &*out), (Some(expected), ""), "{arguments:?}: {error}");
        assert!(error.contains(advice), "{arguments:?}: {error}");
    }
    assert_eq!(run(&["account", "list"], "").1, shown);
}

#[test]
fn a_session_that_has_ended_cannot_be_ended_again() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_with(folder.path(), arguments, PASSWORD);
    run(&["account", "create", "grace@example.org", "--name", "Grace"]);
    let served = serve(folder.path());
    assert!(sign_in_by_api(&served, "grace@example.org").starts_with("http/1.1 200"));
    let listed = run(&["session", "list", "grace@example.org"]).1;
    let id = listed.lines().nth(1).and_then(|line| line.split(' ').next()).unwrap();
    let (code, out, _) = run(&["session", "end", id]);
    assert!(code == Some(0) && out.contains(id), "{out}");
    let (code, _, error) = run(&["session", "end", id]);
    assert!(code == Some(1) && error.contains("has ended before"), "{error}");
    let (code, out, _) = run(&["session", "list", "grace@example.org"]);
    assert!(code == Some(0) && out.lines().count() == 1, "{out}");
}
