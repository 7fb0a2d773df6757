//! No text makes the reader of characters panic; its findings lie in the text, and their fixes leave text.
//!
//! The lexer is not public: what it finds comes out of `parse`, with a header in front so that nothing else is said
//! about the file's beginning.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox_dsl::{FileId, parse};

fuzz_target!(|text: &str| {
    let (_, found) = parse(FileId(0), text);
    for finding in found {
        let span = finding.span.start as usize..finding.span.end as usize;
        assert!(text.get(span).is_some(), "no place in the text: {finding:?}");
        let Some(fix) = finding.fix else { continue };
        let mut fixed = text.to_owned();
        for edit in fix.edits.into_iter().rev() {
            fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
        }
    }
});
