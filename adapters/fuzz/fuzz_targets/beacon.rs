//! No body makes the reader panic, and what is read keeps its bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox_adapters::webchat::{beacon, limits};

fuzz_target!(|body: &[u8]| {
    if let Ok(read) = beacon::parse(body) {
        assert!(read.events.len() <= limits::MAX_BEACON_EVENTS);
        assert!(read.visitor.len() <= limits::MAX_VISITOR_TOKEN_BYTES);
    }
});
