//! Whether the client prefers HTML or JSON (RFC 9110 section 12.5.1).
//!
//! Rocket's own parser copies the whole header into every media type: 64 KiB of `a/b,a/b,...` take
//! 1.2 s and 1.3 GB. So only this module reads `Accept`, and clippy.toml forbids the calls that
//! make Rocket parse it.

use crate::web::http::one_header::one_header;
use rocket::Request;

/// Longer headers are ignored, in bytes. Browsers send about 150.
const MAX_LENGTH: usize = 1024;

/// How much a media type is preferred: by quality, then a full name over a wildcard, then by
/// position.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Preference {
    quality: f32,
    named: bool,
    earliness: i32,
}

/// Whether the response should be JSON rather than HTML. A browser's request that names neither,
/// such as a script's `*/*`, gets JSON unless it navigates to a page.
pub fn prefers_json(request: &Request<'_>) -> bool {
    let header = request.headers().get("Accept").collect::<Vec<_>>().join(",");
    let named = if header.len() < MAX_LENGTH { json_over_html(&header) } else { None };
    named.unwrap_or_else(|| {
        one_header(request, "Sec-Fetch-Mode").is_some_and(|mode| mode != "navigate")
    })
}

/// Whether the header prefers JSON over HTML; none if it names neither of them.
fn json_over_html(header: &str) -> Option<bool> {
    let (mut json, mut html) = (None::<Preference>, None::<Preference>);
    for (media_type, quality, earliness) in media_types(header) {
        let preference = |named| Some(Preference { quality, named, earliness });
        match media_type.as_str() {
            "text/html" | "application/xhtml+xml" => html = better(html, preference(true)),
            "text/*" => html = better(html, preference(false)),
            "application/*" => json = better(json, preference(false)),
            "*/*" => {
                html = better(html, preference(false));
                json = better(json, preference(false));
            }
            other if is_json(other) => json = better(json, preference(true)),
            _ => {}
        }
    }
    let is_named = |preference: Option<Preference>| preference.is_some_and(|p| p.named);
    let accepted = |preference: Option<Preference>| preference.filter(|p| p.quality > 0.0);
    (is_named(json) || is_named(html)).then(|| accepted(json) > accepted(html))
}

/// A wildcard does not override the entry of a type that is named in full.
fn better(old: Option<Preference>, new: Option<Preference>) -> Option<Preference> {
    match (old, new) {
        (Some(old), Some(new)) if old.named != new.named => Some(if old.named { old } else { new }),
        (Some(old), Some(new)) => Some(if new > old { new } else { old }),
        (old, new) => old.or(new),
    }
}

/// The media types with their quality and position; entries with an invalid quality are left out.
fn media_types(header: &str) -> impl Iterator<Item = (String, f32, i32)> {
    (0i32..).zip(header.split(',')).filter_map(|(place, entry)| {
        let mut parts = entry.split(';').map(|part| part.trim_matches([' ', '\t']));
        let media_type = parts.next()?.to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
        (0.0..=1.0).contains(&quality).then_some((media_type, quality, -place))
    })
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::json_over_html;

    #[test]
    fn json_is_preferred_by_quality_then_by_name_then_by_order() {
        for (header, json) in [
            ("application/json", Some(true)),
            ("application/problem+json", Some(true)),
            // axios
            ("application/json, text/plain, */*", Some(true)),
            ("application/json,text/html", Some(true)),
            ("Application/JSON;Q=0.9 , text/html ; q=0.8", Some(true)),
            ("*/*, application/json", Some(true)),
            // Firefox, Chromium, Safari
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(false)),
            ("text/html,application/json", Some(false)),
            ("text/html,application/json;q=0.9,*/*;q=0.8", Some(false)),
            ("application/json;q=0.5, text/html;q=0.6", Some(false)),
            ("application/json;q=0.5, */*", Some(false)),
            ("application/json;q=0, */*", Some(false)),
            ("application/json;q=0", Some(false)),
            ("text/html;q=0, */*", Some(true)),
            ("application/json;q=7, text/html", Some(false)),
            ("application/json;q=x, text/html", Some(false)),
            ("application/json;q=nan, text/html", Some(false)),
            ("*/*", None),
            ("text/*, application/*", None),
            ("image/png", None),
            ("json", None),
            (",;,;q=1,", None),
            ("", None),
        ] {
            assert_eq!(json_over_html(header), json, "{header}");
        }
    }
}
