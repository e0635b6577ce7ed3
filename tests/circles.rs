//! No two files depend on each other in a circle, and an owner's methods are in its folder.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module path below the crate, such as `["store", "sessions"]`.
type Module = Vec<String>;

/// The owners of docs/ARCHITECTURE.md, and where their methods are.
const OWNERS: [(&str, &str); 4] = [
    ("SigningKeys", "src/accounts/signing_keys"),
    ("Sessions", "src/accounts/sessions"),
    ("Accounts", "src/accounts"),
    ("Administration", "src/accounts/administration"),
];

struct Source {
    path: PathBuf,
    /// Its code without comments and without unit tests.
    code: String,
}

/// The sources of the library by module.
struct Sources(BTreeMap<Module, Source>);

impl Sources {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = BTreeMap::new();
        collect(&root, &root, &mut found);
        found.retain(|module, source| {
            let command_line = module.first().is_some_and(|first| first == "cli");
            !command_line && !source.path.ends_with("main.rs")
        });
        Self(found)
    }

    /// The file that defines what a path names: re-exports are followed, since they are only names.
    fn definition(&self, path: &[String]) -> Option<Module> {
        let longest = (0..=path.len()).rev().find(|n| self.0.contains_key(&path[..*n]))?;
        let (module, rest) = path.split_at(longest);
        let Some(item) = rest.first() else { return Some(module.to_vec()) };
        for export in uses(&self.0[module].code, true) {
            let (name, target) = (export.last().unwrap(), absolute(module, &export));
            if name == item && target != path {
                return self.definition(&target);
            }
        }
        Some(module.to_vec())
    }

    /// Which files a file takes something from.
    fn dependencies(&self, module: &Module) -> BTreeSet<Module> {
        let mut used = uses(&self.0[module].code, false);
        used.extend(inline_paths(&self.0[module].code));
        let targets = used.iter().filter_map(|path| self.definition(&absolute(module, path)));
        targets.filter(|target| target != module).collect()
    }
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<Module, Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !is_test(&path) {
            let relative = path.strip_prefix(root).unwrap().with_extension("");
            let mut module: Module =
                relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            if ["mod", "lib"].contains(&module.last().unwrap().as_str()) {
                module.pop();
            }
            let code = code(&fs::read_to_string(&path).unwrap());
            found.insert(module, Source { path, code });
        }
    }
}

fn is_test(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_str().unwrap();
    path.ends_with("accounts/samples.rs")
        || ["_tests", "_properties", "tests"].iter().any(|end| name.ends_with(end))
}

fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = text.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths of all `use` items; only those that are re-exported, or only the others.
fn uses(code: &str, exported: bool) -> Vec<Module> {
    let mut found = Vec::new();
    for item in code.split(';') {
        let item =
            item.rsplit(['}', ']']).next().filter(|_| !item.contains("use ")).unwrap_or(item);
        let Some(at) = item.find("use ") else { continue };
        let before = item[..at].trim_end().rsplit('\n').next().unwrap().trim();
        let is_use = before.is_empty() || before.ends_with(']') || before.starts_with("pub");
        if is_use && before.starts_with("pub") == exported {
            flatten(&item[at + 4..], &[], &mut found);
        }
    }
    found
}

/// The paths in expressions and types, such as `crate::a::b(..)`.
fn inline_paths(code: &str) -> Vec<Module> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("use "));
    let text = lines.collect::<Vec<_>>().join("\n");
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = text.split(|c: char| !is_path(c));
    let paths = words.filter(|word| word.starts_with("crate::") || word.starts_with("super::"));
    paths.map(|path| segments(path.trim_end_matches(':')).collect()).collect()
}

/// Writes `a::{b, c::d as e}` out as `a::b` and `a::c::d`.
fn flatten(tree: &str, prefix: &[String], found: &mut Vec<Module>) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once("::{") {
        let mut prefix = prefix.to_vec();
        prefix.extend(segments(head));
        for part in split_group(group.trim_end().trim_end_matches('}')) {
            flatten(&part, &prefix, found);
        }
    } else if !tree.is_empty() {
        let mut path = prefix.to_vec();
        path.extend(segments(tree.split(" as ").next().unwrap()));
        path.retain(|segment| segment != "self" || path_is_self(prefix));
        found.push(path);
    }
}

fn path_is_self(prefix: &[String]) -> bool {
    prefix.is_empty()
}

fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split("::").map(|segment| segment.trim().to_owned())
}

/// Splits at the commas that are not inside inner braces.
fn split_group(group: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(c);
        }
    }
    parts
}

/// A path as seen from the root of the crate; what does not begin there is another crate's or a
/// child's.
fn absolute(module: &[String], path: &[String]) -> Module {
    let first = path.first().map(String::as_str);
    match first {
        Some("crate") => path[1..].to_vec(),
        Some("super") => {
            let ups = path.iter().take_while(|segment| *segment == "super").count();
            let kept = module.len().saturating_sub(ups);
            module[..kept].iter().chain(&path[ups..]).cloned().collect()
        }
        _ => module.iter().chain(path).cloned().collect(),
    }
}

/// A way from a module back to itself.
fn circle(
    graph: &BTreeMap<Module, BTreeSet<Module>>,
    way: &mut Vec<Module>,
    done: &mut BTreeSet<Module>,
) -> Option<Vec<Module>> {
    let here = way.last().unwrap().clone();
    for next in &graph[&here] {
        if let Some(at) = way.iter().position(|module| module == next) {
            return Some(way[at..].to_vec());
        }
        if done.contains(next) {
            continue;
        }
        way.push(next.clone());
        if let Some(found) = circle(graph, way, done) {
            return Some(found);
        }
        way.pop();
    }
    done.insert(here);
    None
}

#[test]
fn no_two_files_depend_on_each_other_in_a_circle() {
    let sources = Sources::read();
    let graph: BTreeMap<Module, BTreeSet<Module>> =
        sources.0.keys().map(|module| (module.clone(), sources.dependencies(module))).collect();
    let arrows: usize = graph.values().map(BTreeSet::len).sum();
    assert!(arrows > 300, "only {arrows} arrows were found");
    let mut done = BTreeSet::new();
    for module in graph.keys() {
        let found = circle(&graph, &mut vec![module.clone()], &mut done);
        let names = found.map(|way| way.iter().map(|m| m.join("::")).collect::<Vec<_>>());
        assert_eq!(names, None, "these files depend on each other in a circle");
    }
}

#[test]
fn the_reader_of_use_items_knows_groups_aliases_and_re_exports() {
    let code = "use crate::a::{b, c::{self, d as e}};\npub use x::Y;\nuse super::Z;\nfn f() {}";
    let paths = |exported| -> Vec<String> {
        uses(code, exported).iter().map(|path| path.join("::")).collect()
    };
    assert_eq!(paths(false), ["crate::a::b", "crate::a::c", "crate::a::c::d", "super::Z"]);
    assert_eq!(paths(true), ["x::Y"]);
}

#[test]
fn the_methods_of_an_owner_are_in_its_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (owner, folder) in OWNERS {
        let mut count = 0;
        for source in Sources::read().0.values() {
            let implements = source.code.lines().filter(|line| line.starts_with("impl"));
            let of_owner = |line: &&str| {
                let target = line.rsplit(" for ").next().unwrap().trim_start_matches("impl");
                target.trim().trim_end_matches(['{', ' ']) == owner
            };
            if implements.filter(of_owner).count() > 0 {
                let home = source.path.parent().unwrap();
                assert_eq!(
                    home,
                    root.join(folder),
                    "{} has methods of {owner}",
                    source.path.display()
                );
                count += 1;
            }
        }
        assert!(count > 1, "the methods of {owner} were not found");
    }
}
