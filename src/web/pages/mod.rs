//! The HTML pages, one file each, and the types that render them.

pub mod admin;
pub mod assets;
pub mod context;
pub mod form;
pub mod home;
pub mod page;
pub mod password;
pub mod profile;
pub mod response;
pub mod samples;
pub mod sessions;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
pub mod template_error;
pub mod templates;
pub mod whoami;
