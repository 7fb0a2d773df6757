//! No statement makes the parser panic or overflow the stack, and reading twice gives the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox_dsl::{FileId, parse};

fuzz_target!(|items: &str| {
    let text = format!("language 1\nmodule fuzz\n{items}");
    let (tree, found) = parse(FileId(0), &text);
    assert_eq!((&tree, &found), (&parse(FileId(0), &text).0, &parse(FileId(0), &text).1));
    let _ = tree.dump();
});
