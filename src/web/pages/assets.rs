//! Style sheet and icon. Their URLs contain a hash of their content, so browsers may cache them for
//! good.

use crate::files::Files;
use crate::web::guards::Anyone;
use rocket::http::{ContentType, Header};
use rocket::{Responder, State, get};
use std::borrow::Cow;
use std::sync::Arc;

const FOLDER: &str = "static/";
/// Characters of the fingerprint in a URL: 64 bits distinguish the versions of a file.
const FINGERPRINT_LENGTH: usize = 16;

/// All static files.
pub struct Assets(Vec<Asset>);

struct Asset {
    name: String,
    fingerprinted: String,
    content_type: ContentType,
    bytes: Cow<'static, [u8]>,
}

impl Assets {
    pub fn load(files: &Files) -> Self {
        let assets = files.below(FOLDER).map(|(name, file)| {
            let fingerprint: String = file.fingerprint().chars().take(FINGERPRINT_LENGTH).collect();
            let extension = name.rsplit('.').next().unwrap_or_default();
            Asset {
                name: name.to_owned(),
                fingerprinted: format!("{fingerprint}-{name}"),
                content_type: ContentType::from_extension(extension).unwrap_or(ContentType::Binary),
                bytes: file.content.clone(),
            }
        });
        Self(assets.collect())
    }

    /// The URL path of a file, for templates.
    pub fn path(&self, name: &str) -> Option<String> {
        let asset = self.0.iter().find(|asset| asset.name == name)?;
        Some(format!("/{FOLDER}{}", asset.fingerprinted))
    }
}

#[derive(Responder)]
pub struct Immutable {
    bytes: Cow<'static, [u8]>,
    content_type: ContentType,
    cache: Header<'static>,
}

#[get("/static/<file>")]
pub fn show(_guard: Anyone, file: &str, assets: &State<Arc<Assets>>) -> Option<Immutable> {
    let asset = assets.0.iter().find(|asset| asset.fingerprinted == file)?;
    Some(Immutable {
        bytes: asset.bytes.clone(),
        content_type: asset.content_type.clone(),
        cache: Header::new("Cache-Control", "public, max-age=31536000, immutable"),
    })
}
