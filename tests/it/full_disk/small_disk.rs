//! A small file system of its own, so that it can be filled without harm.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A mounted tmpfs. Dropped, it is unmounted.
pub(super) struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts one; the reason if that is not possible, which it is for root only.
    pub(super) fn mount(mebibytes: u64) -> Result<Self, String> {
        let place = TempDir::new().map_err(|error| error.to_string())?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"])
            .arg(place.path())
            .output()
            .map_err(|error| format!("mount: {error}"))?;
        if mounted.status.success() {
            Ok(Self(place))
        } else {
            Err(String::from_utf8_lossy(&mounted.stderr).trim().to_owned())
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a gateway that a failed test left behind may still hold it for a moment.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
