//! Passwords and secrets, read from the terminal or standard input: other users can see the
//! arguments of a process.

#![expect(clippy::print_stderr, reason = "a prompt must not end up in a script's output")]

use super::Done;
use super::output::text;
use std::io::{self, BufRead, IsTerminal, Read};
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

/// Most bytes read from standard input: several times what a password or a secret may have.
const MAX_INPUT: usize = 4096;

/// A password: the first line of standard input, or typed twice on a terminal.
pub fn new_password() -> Result<Zeroizing<String>, String> {
    if io::stdin().is_terminal() {
        return hidden_twice("cli-prompt-password", "cli-prompt-repeat-password");
    }
    let line = read(|input, bytes| input.read_until(b'\n', bytes))?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// A secret: all of standard input, or typed twice on a terminal.
pub fn new_secret() -> Result<Zeroizing<String>, String> {
    if io::stdin().is_terminal() {
        return hidden_twice("cli-prompt-secret", "cli-prompt-repeat-secret");
    }
    read(|input, bytes| input.read_to_end(bytes))
}

/// On a terminal, asks for a word to be typed before something that cannot be undone. Scripts are
/// not asked.
pub fn confirm(question: &str, word: &str) -> Done {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    eprint!("{question}\n{} ", text("cli-prompt-confirm", &[("word", word)]));
    let typed = read(|input, bytes| input.read_until(b'\n', bytes))?;
    if typed.trim() == word { Ok(()) } else { Err(text("cli-nothing-changed", &[])) }
}

/// Reads a bounded part of standard input; what is longer is refused, not cut.
fn read(
    read: impl FnOnce(&mut io::Take<io::StdinLock<'_>>, &mut Vec<u8>) -> io::Result<usize>,
) -> Result<Zeroizing<String>, String> {
    // Reserved in full: a vector that grows leaves unwiped copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_INPUT + 1));
    let limit = u64::try_from(MAX_INPUT + 1).unwrap_or(u64::MAX);
    read(&mut io::stdin().lock().take(limit), &mut bytes).map_err(unreadable)?;
    if bytes.len() > MAX_INPUT {
        return Err(text("cli-input-too-long", &[("bytes", &MAX_INPUT.to_string())]));
    }
    let text = str::from_utf8(&bytes).map_err(|error| unreadable(io::Error::other(error)))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn hidden_twice(prompt: &str, repeat: &str) -> Result<Zeroizing<String>, String> {
    // rpassword raises SIGINT on Ctrl-C before it restores the terminal. Handled here, the signal
    // does not end the process, and rpassword returns an error.
    let _handled = signal(SignalKind::interrupt()).map_err(unreadable)?;
    let ask = |key: &str| {
        let prompt = format!("{} ", text(key, &[]));
        rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(unreadable)
    };
    let typed = ask(prompt)?;
    if *typed == *ask(repeat)? { Ok(typed) } else { Err(text("cli-input-different", &[])) }
}

fn unreadable(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => {
            format!("\n{}", text("cli-nothing-changed", &[]))
        }
        _ => text("cli-input-unreadable", &[("error", &error.to_string())]),
    }
}
