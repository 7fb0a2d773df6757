//! The scripts, one a step. Each is sent by its hash; the server is told its text only where it does not know it.

use std::sync::LazyLock;

use deadpool_redis::redis::Script;

/// A script.
pub(crate) type Step = LazyLock<Script>;

// The first line lets the server refuse a script before its first step: when memory or disk are full, and on a replica.
macro_rules! writes {
    ($name:literal) => {
        LazyLock::new(|| {
            Script::new(concat!(
                "#!lua\n",
                include_str!("scripts/common.lua"),
                include_str!(concat!("scripts/", $name, ".lua"))
            ))
        })
    };
}

macro_rules! reads {
    ($name:literal) => {
        LazyLock::new(|| {
            Script::new(concat!(
                "#!lua flags=no-writes\n",
                include_str!("scripts/common.lua"),
                include_str!(concat!("scripts/", $name, ".lua"))
            ))
        })
    };
}

pub(crate) static APPEND: Step = writes!("append");
pub(crate) static COMMIT: Step = writes!("commit");
pub(crate) static DATA_KEY: Step = writes!("data_key");
pub(crate) static DUE_OUTBOX: Step = reads!("due_outbox");
pub(crate) static FIRE_TIMERS: Step = writes!("fire_timers");
pub(crate) static HOME: Step = writes!("home");
pub(crate) static INBOX: Step = reads!("inbox");
pub(crate) static LEASE: Step = writes!("lease");
pub(crate) static NOTE_TRY: Step = writes!("note_try");
pub(crate) static OUTBOX: Step = reads!("outbox");
pub(crate) static RECORD: Step = reads!("record");
pub(crate) static RELEASE: Step = writes!("release");
pub(crate) static RENEW: Step = writes!("renew");
pub(crate) static REPLACE_RECORD: Step = writes!("replace_record");
pub(crate) static SETTLE: Step = writes!("settle");
pub(crate) static SETTLE_LETTER: Step = writes!("settle_letter");
pub(crate) static TRANSCRIPT: Step = reads!("transcript");
pub(crate) static TRIM: Step = writes!("trim");
pub(crate) static TRIM_LETTERS: Step = writes!("trim_letters");
