//! Passwords and secrets, read from the terminal or standard input: other users can see the
//! arguments of a process.

use super::Done;
use super::output::{complain, text};
use super::terminal::{self, Typed};
use std::io::{self, BufRead, IsTerminal, Read};
use zeroize::Zeroizing;

/// Most bytes read from standard input: several times what a password or a secret may have.
const MAX_INPUT: usize = 4096;

/// A password: the first line of standard input, or typed twice on a terminal.
pub async fn new_password() -> Result<Zeroizing<String>, String> {
    if io::stdin().is_terminal() {
        return hidden_twice("cli-prompt-password", "cli-prompt-repeat-password").await;
    }
    let line = read(|input, bytes| input.read_until(b'\n', bytes))?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// A secret: all of standard input, or typed twice on a terminal.
pub async fn new_secret() -> Result<Zeroizing<String>, String> {
    if io::stdin().is_terminal() {
        return hidden_twice("cli-prompt-secret", "cli-prompt-repeat-secret").await;
    }
    read(|input, bytes| input.read_to_end(bytes))
}

/// Asks for a word to be typed before something that cannot be undone.
pub fn type_word(question: &str, word: &str) -> Done {
    complain(question);
    complain(text("cli-prompt-confirm", &[("word", word)]));
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

async fn hidden_twice(prompt: &str, repeat: &str) -> Result<Zeroizing<String>, String> {
    let typed = hidden(prompt).await?;
    if *typed == *hidden(repeat).await? { Ok(typed) } else { Err(text("cli-input-different", &[])) }
}

async fn hidden(key: &str) -> Result<Zeroizing<String>, String> {
    match terminal::ask_hidden(format!("{} ", text(key, &[]))).await.map_err(unreadable)? {
        Typed::Line(line) => Ok(line),
        Typed::Interrupted => Err(format!("\n{}", text("cli-nothing-changed", &[]))),
    }
}

fn unreadable(error: io::Error) -> String {
    text("cli-input-unreadable", &[("error", &error.to_string())])
}
