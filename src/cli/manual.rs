//! `vestibule completions` and `vestibule man`: both are made of the help texts.

use super::output::{text, write};
use super::{Done, finish};
use clap::Command;
use clap_complete::Shell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(clap::Args)]
pub struct Man {
    /// Where to write a page for each command, such as /usr/local/share/man/man1
    directory: Option<PathBuf>,
}

pub fn complete(command: &Completions, mut program: Command) -> ExitCode {
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut program, name, &mut script);
    finish(write(|output| io::Write::write_all(output, &script)).map(drop))
}

pub fn describe(command: &Man, program: Command) -> ExitCode {
    // `help` has no page.
    let program = program.disable_help_subcommand(true);
    finish(match &command.directory {
        Some(directory) => write_pages(directory, program),
        None => write(|output| clap_mangen::Man::new(program).render(output)).map(drop),
    })
}

fn write_pages(directory: &Path, program: Command) -> Done {
    let written =
        fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(program, directory));
    written.map_err(|error| {
        let (path, error) = (directory.display().to_string(), error.to_string());
        text("cli-man-not-written", &[("path", &path), ("error", &error)])
    })
}
