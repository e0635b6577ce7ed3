//! Completions, manual pages and docs/OPERATING.md: no command is missing.

use crate::support::{commands, leaf_commands, run_with};
use std::collections::BTreeSet;
use std::process::{Command, Stdio};

#[test]
fn there_is_a_manual_page_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man/man1");
    let (code, out, error) = run_with(folder.path(), &["man", pages.to_str().unwrap()], "");
    assert_eq!((code, &*out, &*error), (Some(0), "", ""));
    for command in commands() {
        let name = ["vestibule".to_owned()].into_iter().chain(command).collect::<Vec<_>>();
        let page = std::fs::read_to_string(pages.join(format!("{}.1", name.join("-"))));
        assert!(page.unwrap().contains(".SH SYNOPSIS"), "{name:?}");
    }
    let (_, page, _) = run_with(folder.path(), &["man"], "");
    assert!(!page.contains("vestibule\\-help"), "{page}");
    assert!(
        page.contains(".SH SYNOPSIS") && page.contains("sign\\-ups") || page.contains("vestibule")
    );
    let (code, _, error) = run_with(folder.path(), &["man", "/proc/none"], "");
    assert!(code == Some(1) && error.contains("/proc/none"), "{error}");
}

#[test]
fn bash_completes_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let (_, script, _) = run_with(folder.path(), &["completions", "bash"], "");
    let file = folder.path().join("completions");
    std::fs::write(&file, script).unwrap();
    for command in commands().into_iter().filter(|command| !command.is_empty()) {
        let (last, before) = command.split_last().unwrap();
        let words = ["vestibule"].into_iter().chain(before.iter().map(String::as_str));
        let words: Vec<&str> = words.chain([""]).collect();
        let ask = format!(
            "source {}; COMP_WORDS=({} ''); COMP_CWORD={}; _vestibule vestibule '' {}; \
             printf '%s\n' \"${{COMPREPLY[@]}}\"",
            file.display(),
            words[..words.len() - 1].join(" "),
            words.len() - 1,
            words[words.len() - 2],
        );
        let answer = Command::new("bash").args(["-c", &ask]).stderr(Stdio::inherit()).output();
        let answer = String::from_utf8(answer.unwrap().stdout).unwrap();
        assert!(answer.lines().any(|word| word == last), "{command:?}: {answer}");
    }
}

#[test]
fn the_document_lists_exactly_the_commands() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/OPERATING.md");
    let document = std::fs::read_to_string(document).unwrap();
    let (_, section) = document.split_once("\n## Commands\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    // Names are in lower case, arguments are not, and options begin with a hyphen.
    let name = |row: &str| {
        let words = row.split('`').next().unwrap_or_default().split(' ');
        let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
        words.take_while(is_name).collect::<Vec<_>>().join(" ")
    };
    let listed: BTreeSet<String> = rows.map(name).collect();
    assert_eq!(listed, leaf_commands().into_iter().collect());
}

#[test]
fn no_help_is_where_clap_does_not_show_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let code = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = code.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[1] == "#[derive(clap::Args)]") {
            // Of a command, clap shows what is written at its variant in main.rs.
            assert!(!pair[0].starts_with("///"), "{}: {}", path.display(), pair[0]);
        }
    }
}
