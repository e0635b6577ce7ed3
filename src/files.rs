//! The built-in templates, locales and static files, and the operator's overlay.

use aws_lc_rs::digest;
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

#[derive(RustEmbed)]
#[folder = "templates/"]
#[prefix = "templates/"]
struct Templates;

#[derive(RustEmbed)]
#[folder = "locales/"]
#[prefix = "locales/"]
struct Locales;

#[derive(RustEmbed)]
#[folder = "static/"]
#[prefix = "static/"]
struct Static;

/// Every file by its name, such as `templates/home/show.html.tera`.
#[derive(Clone, Debug)]
pub struct Files {
    built_in: BTreeMap<String, File>,
    overlay: BTreeMap<String, File>,
}

/// One file, built in or from the overlay.
#[derive(Clone, Debug)]
pub struct File {
    /// The name of a built-in file, or the path of a file of the overlay.
    pub path: PathBuf,
    pub content: Cow<'static, [u8]>,
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    pub path: PathBuf,
    /// From 1, if it is known.
    pub line: Option<usize>,
    pub what: String,
}

impl Files {
    #[must_use]
    pub fn built_in() -> Self {
        let mut built_in = BTreeMap::new();
        built_in.extend(embedded::<Templates>());
        built_in.extend(embedded::<Locales>());
        built_in.extend(embedded::<Static>());
        Self { built_in, overlay: BTreeMap::new() }
    }

    /// The built-in files with an overlay. Each file of the overlay must replace a built-in file,
    /// or translate one: `locales/<language>/` may contain any file that `locales/en/` contains.
    pub fn overlaid(folder: &Path) -> Result<Self, FileError> {
        let mut files = Self::built_in();
        files.collect(folder, "")?;
        Ok(files)
    }

    /// The file with this name; the overlay takes precedence.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&File> {
        self.overlay.get(name).or_else(|| self.built_in.get(name))
    }

    /// The files whose names begin with the prefix, each once, with the rest of their names.
    pub fn below(&self, prefix: &str) -> impl Iterator<Item = (&str, &File)> {
        let mut all: BTreeMap<&str, &File> = BTreeMap::new();
        for (name, file) in self.built_in.iter().chain(&self.overlay) {
            all.extend(name.strip_prefix(prefix).map(|rest| (rest, file)));
        }
        all.into_iter()
    }

    #[must_use]
    pub fn built_in_file(&self, name: &str) -> Option<&File> {
        self.built_in.get(name)
    }

    #[must_use]
    pub fn overlay_file(&self, name: &str) -> Option<&File> {
        self.overlay.get(name)
    }

    /// The files of the overlay.
    pub fn overlays(&self) -> impl Iterator<Item = &File> {
        self.overlay.values()
    }

    fn collect(&mut self, folder: &Path, prefix: &str) -> Result<(), FileError> {
        let unreadable = |error| FileError::new(folder, format!("it cannot be read: {error}"));
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            // Such as `..data`, which Kubernetes adds to a mounted ConfigMap, and `.DS_Store`.
            if name.starts_with('.') {
                continue;
            }
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                self.collect(&path, &format!("{name}/"))?;
            } else {
                self.add(path, name)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, path: PathBuf, name: String) -> Result<(), FileError> {
        if !self.built_in.contains_key(&name) && !self.is_translation(&name) {
            let what = "no built-in file has this name below templates/, locales/ or static/: \
                        correct or remove it";
            return Err(FileError::new(path, what));
        }
        let content = std::fs::read(&path)
            .map_err(|error| FileError::new(&path, format!("it cannot be read: {error}")))?;
        self.overlay.insert(name, File { path, content: content.into() });
        Ok(())
    }

    fn is_translation(&self, name: &str) -> bool {
        let rest = name.strip_prefix("locales/").and_then(|name| name.split_once('/'));
        rest.is_some_and(|(_, file)| self.built_in.contains_key(&format!("locales/en/{file}")))
    }
}

fn embedded<E: RustEmbed>() -> impl Iterator<Item = (String, File)> {
    E::iter().filter_map(|name| {
        let content = E::get(&name)?.data;
        Some((name.to_string(), File { path: PathBuf::from(name.as_ref()), content }))
    })
}

impl File {
    pub fn text(&self) -> Result<&str, FileError> {
        std::str::from_utf8(&self.content)
            .map_err(|error| FileError::new(&self.path, format!("it is not UTF-8: {error}")))
    }

    /// SHA-256 of the content in hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.content);
        data_encoding::HEXLOWER.encode(hash.as_ref())
    }
}

impl FileError {
    pub fn new(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, what: what.into() }
    }

    #[must_use]
    pub fn at(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{}{line}: {}", self.path.display(), self.what)
    }
}

impl std::error::Error for FileError {}
