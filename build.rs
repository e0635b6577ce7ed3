//! Files that are embedded: a new one must be noticed, which `include_bytes!` of the known ones does not do.

fn main() {
    for folder in ["locales", "migrations", "static", "templates"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
