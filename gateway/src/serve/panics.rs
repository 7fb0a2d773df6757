//! A panic's message may quote what a customer wrote (a slice that ends inside a character does). Logged is where it
//! happened, and never the message.

use std::panic;

/// For the whole process.
pub(super) fn keep_text_out_of_logs() {
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(
            place,
            "a part of signalbox broke and was contained; please report this place"
        );
    }));
}
