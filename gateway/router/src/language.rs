//! From what a browser says to the language that rules read.

use std::sync::Arc;

/// The language of a locale such as `zh-CN` or `en_US.UTF-8`: its first part, and for Chinese in traditional characters `zh-Hant`,
/// so that `language is zh` means what it says. `None` if it is no locale.
pub(crate) fn of_locale(locale: &str) -> Option<Arc<str>> {
    let mut parts = locale.split(['-', '_', '.', '@']);
    let language = parts.next()?.to_ascii_lowercase();
    let is_language = matches!(language.len(), 2 | 3)
        && language.bytes().all(|letter| letter.is_ascii_lowercase());
    if !is_language {
        return None;
    }
    // The script, if it is named, counts more than the place.
    let traditional = parts
        .find_map(|part| match part.to_ascii_lowercase().as_str() {
            "hant" | "tw" | "hk" | "mo" => Some(true),
            "hans" => Some(false),
            _ => None,
        })
        .unwrap_or(false);
    let is_traditional = language == "zh" && traditional;
    Some(if is_traditional {
        "zh-Hant".into()
    } else {
        language.into()
    })
}

#[cfg(test)]
mod tests {
    use super::of_locale;

    #[test]
    fn a_locale_is_reduced_to_what_rules_compare() {
        let cases = [
            ("zh-CN", Some("zh")),
            ("zh", Some("zh")),
            ("zh-Hans-HK", Some("zh")),
            ("zh-Hant-TW", Some("zh-Hant")),
            ("zh_TW.UTF-8", Some("zh-Hant")),
            ("en-US", Some("en")),
            ("EN", Some("en")),
            ("yue-HK", Some("yue")),
            ("", None),
            ("C", None),
            ("<script>", None),
        ];
        for (locale, expected) in cases {
            assert_eq!(of_locale(locale).as_deref(), expected, "{locale}");
        }
    }
}
