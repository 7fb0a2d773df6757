//! The one place that knows the YAML library: serde-saphyr, under the name of the crate that it succeeds.
//!
//! Budgets are far below the library's own: a configuration is a small file, and an alias bomb in it is a mistake or an
//! attack. Booleans are `true` and `false` only, so that a site called `no` stays a text.

use serde::de::DeserializeOwned;

const MAX_BYTES: usize = 1 << 20;
const MAX_EVENTS: usize = 20_000;
const MAX_NODES: usize = 10_000;
const MAX_DEPTH: usize = 16;
const MAX_ALIASES: usize = 64;

/// How the library calls a text that it was given.
const UNNAMED: &str = "--> <input>:";

/// Reads one document, which is called `name` where something is wrong with it.
///
/// # Errors
/// What is wrong, with the lines around it.
pub(super) fn read<T: DeserializeOwned>(text: &str, name: &str) -> Result<T, String> {
    if text.len() > MAX_BYTES {
        return Err(format!(
            "a configuration has at most {MAX_BYTES} bytes, this one has {}",
            text.len()
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
    };
    serde_yaml::from_str_with_options(text, options)
        .map_err(|error| error.render().replace(UNNAMED, &format!("--> {name}:")))
}
