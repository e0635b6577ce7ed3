//! Hidden input on the terminal.

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, ErrorKind};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// What came of a question.
pub enum Typed {
    Line(Zeroizing<String>),
    /// A signal came, or the end of the input.
    Interrupted,
}

/// Asks for a line that is not shown. Whatever ends it, the terminal shows again what is typed.
pub async fn ask_hidden(prompt: String) -> io::Result<Typed> {
    // A handled signal does not end the process; otherwise Ctrl-C would before rpassword has
    // restored the terminal, and SIGTERM while it waits.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let terminal = Terminal::open()?;
    let (answer, answered) = oneshot::channel();
    // A thread of its own, which the end of the process does not wait for.
    std::thread::spawn(move || answer.send(rpassword::prompt_password(prompt).map(Zeroizing::new)));
    tokio::select! {
        typed = answered => line(typed.unwrap_or_else(|lost| Err(io::Error::other(lost)))),
        _ = interrupt.recv() => terminal.interrupted(),
        _ = terminate.recv() => terminal.interrupted(),
        _ = hangup.recv() => terminal.interrupted(),
    }
}

fn line(typed: io::Result<Zeroizing<String>>) -> io::Result<Typed> {
    match typed {
        Ok(line) => Ok(Typed::Line(line)),
        Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::UnexpectedEof) => {
            Ok(Typed::Interrupted)
        }
        Err(error) => Err(error),
    }
}

/// The terminal, and its settings as they were found.
struct Terminal {
    device: File,
    settings: Termios,
}

impl Terminal {
    fn open() -> io::Result<Self> {
        let device = File::open("/dev/tty")?;
        let settings = tcgetattr(&device)?;
        Ok(Self { device, settings })
    }

    fn interrupted(&self) -> io::Result<Typed> {
        tcsetattr(&self.device, OptionalActions::Now, &self.settings)?;
        Ok(Typed::Interrupted)
    }
}
