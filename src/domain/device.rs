//! Where a session lives: the browser or client it was started from.

use std::net::IpAddr;

/// Longest User-Agent we keep, in code points.
const LONGEST_USER_AGENT: usize = 255;

/// The browser or client of a session, as it described itself: shown to its owner, never trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    pub user_agent: String,
    pub ip: Option<IpAddr>,
}

impl Device {
    /// Keeps the first 255 code points of the User-Agent and drops its control characters.
    #[must_use]
    pub fn new(user_agent: &str, ip: Option<IpAddr>) -> Self {
        let kept = user_agent.chars().filter(|c| !c.is_control());
        Self { user_agent: kept.take(LONGEST_USER_AGENT).collect(), ip }
    }
}

#[cfg(test)]
mod tests {
    use super::Device;

    #[test]
    fn a_user_agent_is_bounded_and_free_of_controls() {
        let device = Device::new(&format!("a\nb{}", "é".repeat(9_000)), None);
        assert!(device.user_agent.starts_with("abé"));
        assert_eq!(device.user_agent.chars().count(), 255);
    }
}
