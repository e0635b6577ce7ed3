//! Who runs this process.

/// The system user who runs this process or, under `sudo`, who called it; `unknown` if the user has
/// no name, as in some containers.
pub fn system_user() -> String {
    let caller = std::env::var("SUDO_USER").ok().map(|name| name.trim().to_owned());
    let caller = caller.filter(|name| !name.is_empty());
    caller.or_else(|| whoami::username().ok()).unwrap_or_else(|| "unknown".to_owned())
}
