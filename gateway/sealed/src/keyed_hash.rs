//! Names for storage that say nothing about what they name.

/// 128 bits of a keyed hash: stable within a deployment, meaningless outside it.
pub type KeyedHash = [u8; 16];

/// Hashes `parts` under `key`, apart for each `domain`. Parts are length-prefixed, so that `("ab", "c")` and
/// `("a", "bc")` differ.
pub(crate) fn keyed_hash(key: &[u8; 32], domain: &str, parts: &[&[u8]]) -> KeyedHash {
    let mut hasher = blake3::Hasher::new_keyed(key);
    for part in std::iter::once(&domain.as_bytes()).chain(parts) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut short = KeyedHash::default();
    hasher.finalize_xof().fill(&mut short);
    short
}
