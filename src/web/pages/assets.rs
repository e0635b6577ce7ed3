//! Style sheet and icon, built into the program and named by what they hold, so that they may be cached for ever.

use crate::web::guards::Anyone;
use rocket::http::{ContentType, Header};
use rocket::{Responder, get};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    fingerprinted: String,
    content_type: ContentType,
    bytes: &'static [u8],
}

static ASSETS: LazyLock<[Asset; 2]> = LazyLock::new(|| {
    [
        Asset::new("app.css", ContentType::CSS, include_bytes!("../../../static/app.css")),
        Asset::new("icon.svg", ContentType::SVG, include_bytes!("../../../static/icon.svg")),
    ]
});

impl Asset {
    fn new(name: &'static str, content_type: ContentType, bytes: &'static [u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Self {
            name,
            fingerprinted: format!("{:016x}-{name}", hasher.finish()),
            content_type,
            bytes,
        }
    }
}

/// The path of an asset, for templates.
pub fn path(name: &str) -> Option<String> {
    let asset = ASSETS.iter().find(|asset| asset.name == name)?;
    Some(format!("/static/{}", asset.fingerprinted))
}

#[derive(Responder)]
pub struct Immutable {
    bytes: &'static [u8],
    content_type: ContentType,
    cache: Header<'static>,
}

#[get("/static/<file>")]
pub fn show(_guard: Anyone, file: &str) -> Option<Immutable> {
    let asset = ASSETS.iter().find(|asset| asset.fingerprinted == file)?;
    Some(Immutable {
        bytes: asset.bytes,
        content_type: asset.content_type.clone(),
        cache: Header::new("Cache-Control", "public, max-age=31536000, immutable"),
    })
}
