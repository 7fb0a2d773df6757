//! Finds the binary under test.

use std::env;
use std::path::{Path, PathBuf};

/// The binary: `SIGNALBOX_BIN`, or `signalbox` where cargo put this test.
///
/// # Panics
/// When there is none; the message says how to make it.
pub fn binary() -> PathBuf {
    if let Some(named) = env::var_os("SIGNALBOX_BIN") {
        let named = PathBuf::from(named);
        assert!(
            named.is_file(),
            "SIGNALBOX_BIN names {}, which is no file",
            named.display()
        );
        return named;
    }
    let this = env::current_exe().expect("the path of this program");
    // A test stands in `debug/deps/`, a program in `debug/`.
    let beside = this.ancestors().skip(1).take(2).map(beside);
    let mut found = beside.filter(|path| path.is_file());
    found.next().unwrap_or_else(|| {
        panic!(
            "no signalbox binary near {}: build it first with `cargo build -p signalbox` \
             (`make test` does), or name one in SIGNALBOX_BIN",
            this.display()
        )
    })
}

fn beside(directory: &Path) -> PathBuf {
    directory.join(format!("signalbox{}", env::consts::EXE_SUFFIX))
}
