//! The name of a bundle: a hash of its sources.

use crate::bundle::BundleHash;
use crate::source::SourceSet;

/// BLAKE3 over path and text of each file, in order, each behind its length, so that no two sets of files look alike.
pub(super) fn content_hash(sources: &SourceSet) -> BundleHash {
    let mut hasher = blake3::Hasher::new();
    for file in sources.files() {
        for part in [&file.path, &file.text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    BundleHash(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn hash(files: &[(&str, &str)]) -> BundleHash {
        let files = files.iter().map(|(path, text)| SourceFile {
            path: (*path).into(),
            text: (*text).into(),
        });
        content_hash(&SourceSet::new(files.collect()))
    }

    #[test]
    fn is_one_for_one_set_of_files_and_another_for_any_other() {
        let first = hash(&[("a", "x"), ("b", "y")]);
        assert_eq!(first, hash(&[("b", "y"), ("a", "x")]));
        for other in [
            hash(&[("a", "xb"), ("", "y")]),
            hash(&[("a", "x"), ("b", "z")]),
            hash(&[("a", "x")]),
            hash(&[]),
        ] {
            assert_ne!(first, other);
        }
    }
}
