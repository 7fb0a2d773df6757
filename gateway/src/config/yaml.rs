//! The one place that knows the YAML library: serde-saphyr, under the name of the crate that it succeeds.
//!
//! Budgets are far below the library's own: a configuration is a small file, and an alias bomb in it is a mistake or an
//! attack. Booleans are `true` and `false` only, so that a site called `no` stays a text. What the library says of a mistake is
//! told in words of our own ([`misread`]).

mod misread;

use serde::de::DeserializeOwned;

use crate::words::{Told, Words, words};

const MAX_BYTES: usize = 1 << 20;
const MAX_EVENTS: usize = 20_000;
const MAX_NODES: usize = 10_000;
const MAX_DEPTH: usize = 16;
const MAX_ALIASES: usize = 64;

/// Between English and Chinese in an error that a value of ours gives to the library, which knows one text only.
const BETWEEN_LANGUAGES: char = '\u{1f}';

/// What a value of ours says to the library when it cannot be read; [`misread`] takes it apart again.
pub(super) fn in_both_languages(wrong: &dyn Told) -> String {
    let Words { en, zh } = wrong.words();
    format!("{en}{BETWEEN_LANGUAGES}{zh}")
}

/// Reads one document, which is called `name` where something is wrong with it.
///
/// # Errors
/// What is wrong, where, and what to write.
pub(super) fn read<T: DeserializeOwned>(text: &str, name: &str) -> Result<T, Words> {
    if text.len() > MAX_BYTES {
        let bytes = text.len();
        return Err(words!(
            "a configuration has at most {MAX_BYTES} bytes, this one has {bytes}; is it the right file?",
            "配置最多 {MAX_BYTES} 字节，这个文件有 {bytes} 字节；文件是否写错了？"
        ));
    }
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_events: MAX_EVENTS,
            max_nodes: MAX_NODES,
            max_depth: MAX_DEPTH,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
            max_documents: 1,
            max_total_scalar_bytes: MAX_BYTES,
        },
        strict_booleans: true,
        merge_keys: serde_yaml::MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_yaml::from_str_with_options(text, options)
        .map_err(|error| misread::told(&error, text, name))
}
