//! Makes Cargo notice new files in the embedded folders: the embedding itself only tracks known
//! files.

fn main() {
    for folder in ["locales", "migrations", "static", "templates"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
