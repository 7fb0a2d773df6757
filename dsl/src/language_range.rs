//! What `language is zh` means: `zh` itself and every language that begins so, such as `zh-Hant`.
//!
//! Tags are cut at their hyphens only: `zh` holds `zh-Hant-TW`, and neither `zha` nor, the other way round, does `zh-Hant`
//! hold `zh`. This is the basic filtering of RFC 4647, without its ignoring of capitals: tags reach rules as they were written.

/// Whether `tag` is `range` or one of the languages in it.
pub fn is_within(tag: &str, range: &str) -> bool {
    tag.strip_prefix(range)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Everything that holds `tag`, the widest first: `zh`, `zh-Hant`, `zh-Hant-TW`.
pub fn holders(tag: &str) -> impl Iterator<Item = &str> {
    let hyphens = tag.match_indices('-').map(|(place, _)| place);
    hyphens
        .chain(std::iter::once(tag.len()))
        .filter_map(|end| tag.get(..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_holds_what_begins_with_its_whole_parts() {
        for (tag, range, within) in [
            ("zh", "zh", true),
            ("zh-Hant", "zh", true),
            ("zh-Hant-TW", "zh", true),
            ("zh-Hant-TW", "zh-Hant", true),
            ("zh", "zh-Hant", false),
            ("zha", "zh", false),
            ("zh-Hans", "zh-Han", false),
            ("en", "zh", false),
        ] {
            assert_eq!(is_within(tag, range), within, "{tag} in {range}");
            assert_eq!(
                holders(tag).any(|holder| holder == range),
                within,
                "{tag} in {range}"
            );
        }
        let all: Vec<&str> = holders("zh-Hant-TW").collect();
        assert_eq!(all, ["zh", "zh-Hant", "zh-Hant-TW"]);
    }
}
