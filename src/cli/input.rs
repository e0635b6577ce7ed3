//! What is typed but never given as an argument, where others could read it: passwords and secrets.

#![expect(clippy::print_stderr, reason = "a question goes where no script reads")]

use std::io::{self, IsTerminal, Read};
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

/// Longest piped input in bytes: several times the longest password.
const LONGEST: u64 = 8 * 1024;

/// A password: the first line of standard input; asked for twice on a terminal.
pub fn new_password() -> Result<Zeroizing<String>, String> {
    if io::stdin().is_terminal() {
        return hidden_twice("Password: ");
    }
    let text = read_all()?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// A secret: all of standard input; asked for twice on a terminal.
pub fn new_secret() -> Result<Zeroizing<String>, String> {
    if io::stdin().is_terminal() {
        return hidden_twice("New secret: ");
    }
    read_all()
}

/// All of standard input, as long as it may be a password or a secret.
fn read_all() -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::new());
    io::stdin().take(LONGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= LONGEST) {
        return Ok(text);
    }
    Err(format!("The input is longer than {LONGEST} bytes. Pipe in the password or secret alone."))
}

/// On a terminal, asks for a word to be typed before something that cannot be undone; scripts are taken at their word.
pub fn confirm(question: &str, word: &str) -> Result<(), String> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    eprint!("{question}\nType {word} to continue: ");
    let mut typed = String::new();
    io::stdin().read_line(&mut typed).map_err(unreadable)?;
    if typed.trim() == word { Ok(()) } else { Err("Nothing was changed.".to_owned()) }
}

fn hidden_twice(prompt: &str) -> Result<Zeroizing<String>, String> {
    // The prompt raises the interrupt it reads as Ctrl-C before it has made the terminal show again what is typed; caught, it goes on
    // and does.
    let _caught = signal(SignalKind::interrupt()).map_err(unreadable)?;
    let ask =
        |prompt: &str| rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(unreadable);
    let typed = ask(prompt)?;
    if *typed == *ask("Repeat password: ")? {
        Ok(typed)
    } else {
        Err("The two do not match. Run the command again.".to_owned())
    }
}

fn unreadable(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => {
            "\nNothing was changed.".to_owned()
        }
        _ => format!("The input could not be read: {error}. Type it on a terminal, or pipe it in."),
    }
}
