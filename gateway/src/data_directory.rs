//! The directory of everything that is kept, private to the gateway's user. The store locks it.

use std::fs;
use std::io;
use std::path::Path;

use crate::words::Told;

/// The unix socket for commands.
pub const SOCKET_NAME: &str = "admin.sock";

/// The directory cannot be made.
#[derive(Debug, thiserror::Error)]
#[error(
    "the data directory `{path}` cannot be made: {reason}; choose another with --data, or give this user the right to it"
)]
pub struct DataDirectoryError {
    path: String,
    reason: io::Error,
}

impl Told for DataDirectoryError {
    fn chinese(&self) -> String {
        format!(
            "无法建立数据目录 `{}`：{}；请用 --data 另选一个，或给当前用户相应的权限",
            self.path,
            self.reason.chinese()
        )
    }
}

/// Makes the directory, for this user only, if it is not there.
///
/// # Errors
/// [`DataDirectoryError`]
pub fn create(path: &Path) -> Result<(), DataDirectoryError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|reason| DataDirectoryError {
        path: path.display().to_string(),
        reason,
    })
}

/// Whether the directory holds anything that was sealed with a key.
pub fn has_data(path: &Path) -> bool {
    [
        signalbox_store_embedded::DATABASE,
        signalbox_store_embedded::ARCHIVE,
    ]
    .iter()
    .any(|name| path.join(name).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn it_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/data");
        create(&path).unwrap();
        create(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(!has_data(&path));
    }

    #[test]
    fn a_fresh_volume_holds_no_data() {
        let volume = tempfile::tempdir().unwrap();
        fs::create_dir(volume.path().join("lost+found")).unwrap();
        assert!(!has_data(volume.path()));
        fs::write(volume.path().join("archive.db"), "sealed").unwrap();
        assert!(has_data(volume.path()));
    }

    #[test]
    fn a_file_in_its_place_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        fs::write(&path, "x").unwrap();
        let error = create(&path).unwrap_err().to_string();
        assert!(error.contains("cannot be made: "), "{error}");
    }
}
