//! The one agent who is made at the first start, as long as the configuration has none.
//!
//! The password is written to a file of its own, for the gateway's user only, before anything counts on it: a start that is stopped
//! half-way has lost nobody's password. Whoever has noted it deletes the file; what signing in is checked against is the hash.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use signalbox_router::Environment;

use super::{AgentsError, hash};

/// The file of the hash, in the data directory.
const HASH_FILE: &str = "desk-agent.hash";
/// The file of the password.
const PASSWORD_FILE: &str = "desk-password";
/// The name that this agent signs in with.
pub const MADE_NAME: &str = "agent";
/// More than any password of ours.
const MOST_BYTES: usize = 64;

/// The password as long as it stands in its file.
#[derive(Clone, PartialEq, Eq)]
pub struct FirstPassword {
    /// Where.
    pub path: PathBuf,
    /// What: for people at a terminal only, never for a log.
    pub password: String,
}

/// Without the password: it is not for logs.
impl std::fmt::Debug for FirstPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FirstPassword({})", self.path.display())
    }
}

/// The hash, and the password if it still stands in its file.
pub(super) fn load_or_make(
    data: &Path,
    environment: &dyn Environment,
) -> Result<(String, Option<FirstPassword>), AgentsError> {
    let (hash_path, path) = (data.join(HASH_FILE), data.join(PASSWORD_FILE));
    match fs::read(&hash_path) {
        Ok(bytes) => {
            let hash = kept(bytes, &hash_path)?;
            let password = noted(&path).filter(|it| hash::matches(it, Some(&hash)));
            return Ok((
                hash,
                password.map(|password| FirstPassword { path, password }),
            ));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(reason) => return Err(file_error(&hash_path, reason)),
    }
    let password = new_password(environment);
    let hash = hash::hash_password(&password, environment)?;
    write(&path, &password).map_err(|reason| file_error(&path, reason))?;
    write(&hash_path, &hash).map_err(|reason| file_error(&hash_path, reason))?;
    Ok((hash, Some(FirstPassword { path, password })))
}

fn file_error(path: &Path, reason: io::Error) -> AgentsError {
    AgentsError::File {
        path: path.display().to_string(),
        reason,
    }
}

/// The hash that an earlier start has kept.
fn kept(bytes: Vec<u8>, path: &Path) -> Result<String, AgentsError> {
    let hash = String::from_utf8(bytes).ok();
    let hash = hash.map(|text| text.trim().to_owned());
    hash.filter(|hash| hash::flaw(hash).is_none())
        .ok_or_else(|| AgentsError::Damaged {
            path: path.display().to_string(),
        })
}

/// What stands in the password's file, if it is there and may be ours.
fn noted(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (text.len() <= MOST_BYTES).then(|| text.to_owned())
}

/// Whole or not at all, and for this user only: a torn hash would lock everybody out.
fn write(path: &Path, line: &str) -> io::Result<()> {
    let draft = path.with_extension("new");
    // One that is left over may have been made with other rights.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{line}")?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

/// Four groups of letters and digits that are not mistaken for one another: 79 bits.
fn new_password(environment: &dyn Environment) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789z";
    let mut bytes = [0; 16];
    environment.fill_random(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::environment::RealEnvironment;

    fn load(data: &Path) -> (String, Option<FirstPassword>) {
        load_or_make(data, &RealEnvironment).unwrap()
    }

    #[test]
    fn the_password_stays_in_its_file_for_this_user_until_somebody_deletes_it() {
        let data = tempfile::tempdir().unwrap();
        let (hash, first) = load(data.path());
        let first = first.unwrap();
        assert!(hash::matches(&first.password, Some(&hash)));
        for name in [HASH_FILE, PASSWORD_FILE] {
            let mode = fs::metadata(data.path().join(name)).unwrap();
            assert_eq!(mode.permissions().mode() & 0o777, 0o600, "{name}");
        }
        let (again, second) = load(data.path());
        assert_eq!(again, hash);
        assert!(
            second.is_some_and(|second| second == first),
            "a start that was stopped has lost nothing"
        );
        fs::remove_file(&first.path).unwrap();
        assert_eq!(load(data.path()), (hash.clone(), None));
        fs::remove_file(data.path().join(HASH_FILE)).unwrap();
        let (other, third) = load(data.path());
        assert_ne!(other, hash);
        assert!(third.is_some());
    }

    #[test]
    fn a_password_that_is_not_the_hashs_is_not_told() {
        let data = tempfile::tempdir().unwrap();
        let (hash, first) = load(data.path());
        fs::write(first.unwrap().path, "something else\n").unwrap();
        assert_eq!(load(data.path()), (hash, None));
    }

    #[test]
    fn a_damaged_hash_is_no_start() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join(HASH_FILE), "$argon2id$v=19$m=19456").unwrap();
        let error = load_or_make(data.path(), &RealEnvironment).err().unwrap();
        assert!(matches!(error, AgentsError::Damaged { .. }), "{error}");
    }
}
