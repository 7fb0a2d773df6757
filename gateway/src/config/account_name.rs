//! What an account of a channel may be called: the name stands in `email:NAME`, in addresses and in metrics.

use crate::words::{Words, words};

/// Longest name.
const MAX_NAME_BYTES: usize = 64;

/// What is wrong with the name of the account that stands under `key`, if anything.
pub(crate) fn flaw(key: &str, name: &str) -> Option<Words> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_name = (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_plain);
    (!is_name).then(|| {
        words!(
            "{key} must be named with at most {MAX_NAME_BYTES} of a-z, A-Z, 0-9, - and _",
            "{key} 的名称只能由 a-z、A-Z、0-9、- 和 _ 组成，最多 {MAX_NAME_BYTES} 个"
        )
    })
}
