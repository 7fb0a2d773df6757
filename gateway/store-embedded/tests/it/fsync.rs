//! An fsync that fails: whoever waits hears that the outcome is unknown, nothing is written any more, and after a restart
//! everything acknowledged is there.
//!
//! `strace` lets the system calls of a real writer fail. Not shown here: a disk that loses what it has acknowledged.

use std::process::Command;

use signalbox_store::{Offset, Store};
use tempfile::TempDir;

use crate::{child, samples};

/// From this sync on every one fails: the first belong to opening the store and to taking its partitions.
const FAILS_FROM: &str = "inject=fdatasync,fsync:error=EIO:when=16+";

#[test]
fn a_failed_fsync_ends_all_writing() {
    if !strace_works() {
        eprintln!("SKIPPED: strace cannot trace here, so no fsync can be made to fail");
        return;
    }
    let directory = TempDir::new().expect("a temporary directory");
    let trace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fdatasync,fsync",
        "-e",
        FAILS_FROM,
    ];
    let (mut writer, lines) = child::start(&trace, directory.path(), 0);
    let lines: Vec<String> = lines.map_while(Result::ok).collect();
    writer.wait().expect("the writer is gone");
    let said = |word: &str| lines.iter().find_map(|line| line.strip_prefix(word));
    // Of those whose group it was; who came later is refused.
    let unknown = said("failed Unknown");
    assert!(unknown.is_some(), "{lines:?}");
    let fatal = said("fatal ").expect("the hook was called");
    assert!(fatal.contains("the disk failed"), "{fatal}");
    let again = said("again ").expect("another write was tried");
    assert!(again.starts_with("Err(Unavailable"), "{again}");
    assert!(again.contains("restart the gateway"), "{again}");
    let fatals = lines.iter().filter(|line| line.starts_with("fatal"));
    assert_eq!(fatals.count(), 1, "the hook is called once");

    let kept: Vec<u64> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("kept ")?.parse().ok())
        .collect();
    let store = samples::open(directory.path());
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let mut found = Vec::new();
    for number in 0..3 {
        let inbox = store.inbox(samples::partition(number), Offset(0), 1 << 20);
        found.extend(runtime.block_on(inbox).expect("inbox"));
    }
    for number in kept {
        let is_there = found
            .iter()
            .any(|record| record.message_id == samples::message_id(number));
        assert!(is_there, "message {number} was acknowledged");
    }
}

fn strace_works() -> bool {
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .status();
    traced.is_ok_and(|status| status.success())
}
