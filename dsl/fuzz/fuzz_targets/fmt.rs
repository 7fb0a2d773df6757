//! What can be laid out keeps its tree, and laying out once more changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox_dsl::{FileId, format, parse};

fuzz_target!(|items: &str| {
    let text = format!("language 1\nmodule fuzz\n{items}");
    let Ok(laid_out) = format(&text) else { return };
    let (tree, found) = parse(FileId(0), &laid_out);
    assert!(found.is_empty(), "{found:?}\n{laid_out}");
    assert_eq!(tree.dump(), parse(FileId(0), &text).0.dump());
    assert_eq!(format(&laid_out).as_deref(), Ok(laid_out.as_str()));
});
