//! The browser or client that a session was started from.

use super::client_address::ClientAddress;
use super::text;

/// Longest User-Agent kept, in code points.
const MAX_USER_AGENT_LENGTH: usize = 255;

/// A browser or client as it describes itself: shown to the account's owner, never trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    pub user_agent: String,
    pub address: Option<ClientAddress>,
}

impl Device {
    /// Keeps the first 255 code points of the User-Agent without its control and invisible
    /// characters.
    #[must_use]
    pub fn new(user_agent: &str, address: Option<ClientAddress>) -> Self {
        let kept = user_agent.chars().filter(|c| !text::is_control(*c) && !text::is_invisible(*c));
        Self { user_agent: kept.take(MAX_USER_AGENT_LENGTH).collect(), address }
    }
}

#[cfg(test)]
mod tests {
    use super::Device;

    #[test]
    fn a_user_agent_is_bounded_and_free_of_control_and_invisible_characters() {
        let device = Device::new(&format!("a\n\u{202e}\u{200b}b{}", "é".repeat(9_000)), None);
        assert!(device.user_agent.starts_with("abé"));
        assert_eq!(device.user_agent.chars().count(), 255);
    }
}
