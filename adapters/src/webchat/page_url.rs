//! Page addresses without what they may give away: queries carry tokens, names and search words.

use crate::webchat::limits::{MAX_URL_BYTES, cut};

/// `url` without fragment, user and password, and with only those query parameters that are named in `allowed`.
/// Addresses that are not `http` or `https` come out empty. Cut to [`MAX_URL_BYTES`].
pub fn strip(url: &str, allowed: &[String]) -> String {
    let Some((scheme, rest)) = url.trim().split_once("://") else {
        return String::new();
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return String::new();
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    // Browsers read a backslash as a slash.
    let (authority, path) = match address.find(['/', '\\']) {
        Some(slash) => address.split_at(slash),
        None => (address, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    let kept: Vec<&str> = query
        .split('&')
        .filter(|parameter| {
            let name = parameter.split('=').next().unwrap_or_default();
            !name.is_empty() && allowed.iter().any(|allowed| allowed == name)
        })
        .collect();
    let question = if kept.is_empty() { "" } else { "?" };
    let stripped = format!(
        "{}://{host}{path}{question}{}",
        scheme.to_ascii_lowercase(),
        kept.join("&")
    );
    // A control character has no business in an address, and would have some in a log.
    let stripped: String = stripped
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    cut(&stripped, MAX_URL_BYTES).to_owned()
}
