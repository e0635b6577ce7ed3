//! The browser and operating system in a User-Agent header, by names that users recognise.

use crate::domain::device::Device;
use serde::Serialize;
use utoipa::ToSchema;
use woothee::parser::Parser;
use woothee::woothee::VALUE_UNKNOWN;

/// Browser and operating system, as far as the User-Agent says
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Browser {
    pub name: Option<String>,
    pub system: Option<String>,
}

impl Browser {
    pub fn of(device: &Device) -> Self {
        let known =
            |text: &str| (text != VALUE_UNKNOWN && !text.is_empty()).then(|| text.to_owned());
        match Parser::new().parse(&device.user_agent) {
            Some(found) => Self { name: known(found.name), system: known(found.os) },
            None => Self { name: None, system: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_recognised_and_others_are_unknown() {
        for (user_agent, name, system) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Some("Firefox"),
                Some("Linux"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                Some("Safari"),
                Some("iPhone"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                Some("Chrome"),
                Some("Windows 10"),
            ),
            ("", None, None),
            ("<script>alert(1)</script>", None, None),
        ] {
            let browser = Browser::of(&Device::new(user_agent, None));
            assert_eq!(
                (browser.name.as_deref(), browser.system.as_deref()),
                (name, system),
                "{user_agent}"
            );
        }
    }
}
