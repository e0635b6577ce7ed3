//! What templates are shown with.

use serde::Serialize;

/// What a template is shown with.
pub trait PageContext: Serialize + Sized {
    /// The template's path below `templates/`, without its ending.
    const TEMPLATE: &'static str;

    /// The page in each of its states. All are rendered in the tests, and at the start if the operator has replaced files.
    fn samples() -> Vec<Self>;
}

/// What every page has around its content.
#[derive(Serialize)]
pub struct Frame<'p, C> {
    pub page: &'p C,
    pub language: &'p str,
    /// Unknown on pages that do not authenticate.
    pub signed_in: Option<bool>,
    /// The key of what is said of the request before.
    pub notice: Option<String>,
}
