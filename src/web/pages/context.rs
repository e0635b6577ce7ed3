//! The data that templates are rendered with.

use serde::Serialize;

/// The data of one template.
pub trait PageContext: Serialize + Sized {
    /// The template's path below `templates/`, without its extension.
    const TEMPLATE: &'static str;

    /// The page in each of its states. Tests render all of them, and so does the start if the
    /// operator has replaced files.
    fn samples() -> Vec<Self>;
}

/// The data of the layout around every page.
#[derive(Serialize)]
pub struct Frame<'p, C> {
    pub page: &'p C,
    pub language: &'p str,
    /// None on pages that do not authenticate.
    pub signed_in: Option<bool>,
    /// The message key of the notice about the previous request.
    pub notice: Option<String>,
}
