//! What a command prints. Its result goes to standard output: sentences from `locales` and lists, or
//! with `--json` JSON, one object a line. Refusals and questions go to standard error.

use super::Done;
use super::table;
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;
use vestibule::domain::Time;
use vestibule::texts::{Argument, Texts};

/// How this process prints its results.
static JSON: OnceLock<bool> = OnceLock::new();

/// Called once, before anything is printed.
pub fn choose_json(json: bool) {
    JSON.get_or_init(|| json);
}

pub fn is_json() -> bool {
    JSON.get().copied().unwrap_or(false)
}

/// A sentence, filled in with text.
pub fn text(key: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: Vec<_> =
        arguments.iter().map(|(name, value)| (*name, Argument::Text(value))).collect();
    Texts::built_in().fallback().text_with(key, &arguments)
}

/// Prints a sentence.
pub fn say(key: &str, arguments: &[(&str, &str)]) -> Done {
    let text = text(key, arguments);
    print_sentence(text, arguments.iter().map(|(name, value)| (*name, json!(value))))
}

/// Prints a sentence whose plural depends on a number.
pub fn say_number(key: &str, name: &str, number: usize) -> Done {
    let argument = Argument::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let text = Texts::built_in().fallback().text_with(key, &[(name, argument)]);
    print_sentence(text, [(name, json!(number))])
}

/// Prints a sentence or, as JSON, the facts in it beside it.
pub fn print_sentence<'a>(text: String, facts: impl IntoIterator<Item = (&'a str, Value)>) -> Done {
    if !is_json() {
        return print(text);
    }
    let message = [("message".to_owned(), json!(text))].into_iter();
    let facts = facts.into_iter().map(|(name, fact)| (name.replace('-', "_"), fact));
    print(Value::Object(message.chain(facts).collect()))
}

/// Prints a list: a table, or an object for each item.
pub fn print_list<T, const N: usize>(
    columns: &[table::Column; N],
    items: &[T],
    row: impl Fn(&T) -> [String; N],
    object: impl Fn(&T) -> Value,
) -> Done {
    if is_json() {
        return items.iter().try_for_each(|item| print(object(item)));
    }
    let rows: Vec<_> = items.iter().map(row).collect();
    table::lines(columns, &rows).into_iter().try_for_each(print)
}

/// Prints a line. A reader that closes the pipe has read enough; that is no failure.
pub fn print(line: impl Display) -> Done {
    print_if_open(line).map(drop)
}

/// Prints a line; false if the reader has closed the pipe.
pub fn print_if_open(line: impl Display) -> Result<bool, String> {
    write(|output| writeln!(output, "{line}"))
}

/// Prints what a library writes; false if the reader has closed the pipe.
pub fn write(work: impl FnOnce(&mut io::StdoutLock<'_>) -> io::Result<()>) -> Result<bool, String> {
    let mut output = io::stdout().lock();
    match work(&mut output).and_then(|()| output.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(text("cli-output-failed", &[("error", &error.to_string())])),
    }
}

/// Prints a line for the person who runs the command. If it cannot be written, the exit code still
/// tells.
pub fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A time in UTC; the same in every language, because scripts read it too.
pub fn at(time: Time) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A time as in RFC 3339.
pub fn json_time(time: Time) -> Value {
    json!(time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}
