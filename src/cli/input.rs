//! What is typed but never given as an argument, where others could read it: passwords and secrets.

#![expect(clippy::print_stderr, reason = "a question goes where no script reads")]

use std::io::{self, IsTerminal, Read};
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

/// A password: the first line of standard input; asked for twice on a terminal.
pub fn new_password() -> Result<Zeroizing<String>, String> {
    if io::stdin().is_terminal() {
        return hidden_twice("Password: ");
    }
    let mut line = Zeroizing::new(String::new());
    io::stdin().read_line(&mut line).map_err(unreadable)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// A secret: all of standard input; asked for twice on a terminal.
pub fn new_secret() -> Result<Zeroizing<String>, String> {
    if io::stdin().is_terminal() {
        return hidden_twice("New secret: ");
    }
    let mut text = Zeroizing::new(String::new());
    io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// On a terminal, asks for a word to be typed before something that cannot be undone; scripts are taken at their word.
pub fn confirm(question: &str, word: &str) -> Result<(), String> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    eprint!("{question}\nType {word} to go on: ");
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
    if *typed == *ask("The same again: ")? {
        Ok(typed)
    } else {
        Err("The two differ. Run it again.".to_owned())
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
