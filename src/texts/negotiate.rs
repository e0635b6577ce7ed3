//! The choice of a language from an `Accept-Language` header.

use fluent_langneg::{LanguageIdentifier, NegotiationStrategy, negotiate_languages};

/// Longer headers are ignored, in bytes, to bound the cost. Browsers send about 50.
const MAX_HEADER_LENGTH: usize = 1024;

/// The available tag that fits best; none if none is requested.
pub fn best<'a>(header: &str, available: &[&'a str]) -> Option<&'a str> {
    if header.len() > MAX_HEADER_LENGTH {
        return None;
    }
    let known: Vec<(LanguageIdentifier, &str)> =
        available.iter().filter_map(|tag| Some((tag.parse().ok()?, *tag))).collect();
    let languages: Vec<&LanguageIdentifier> = known.iter().map(|(language, _)| language).collect();
    let requested = requested(header);
    let chosen = negotiate_languages(&requested, &languages, None, NegotiationStrategy::Filtering);
    let first = chosen.first()?;
    known.iter().find(|(language, _)| language == **first).map(|(_, tag)| *tag)
}

/// The requested languages, best first. The library's own parser ignores the weights.
fn requested(header: &str) -> Vec<LanguageIdentifier> {
    let mut weighted: Vec<(f32, LanguageIdentifier)> =
        header.split(',').filter_map(range).filter(|(weight, _)| *weight > 0.0).collect();
    weighted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    weighted.into_iter().map(|(_, language)| language).collect()
}

fn range(item: &str) -> Option<(f32, LanguageIdentifier)> {
    let mut parts = item.split(';').map(str::trim);
    let language = parts.next()?.parse().ok()?;
    let weight = parts.find_map(|part| part.strip_prefix("q="));
    Some((weight.map_or(Some(1.0), |weight| weight.parse().ok())?, language))
}
