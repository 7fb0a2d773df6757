use super::*;
use crate::config::Overrides;
use crate::environment::RealEnvironment;

fn config(data: &Path) -> Config {
    let overrides = Overrides {
        data: Some(data.to_owned()),
        ..Overrides::default()
    };
    Config::load(None, &overrides).unwrap()
}

fn load_again(data: &Path) -> Result<(DeploymentKey, KeyOrigin), DeploymentKeyError> {
    load_or_generate(&config(data), &RealEnvironment)
}

#[test]
fn a_key_is_made_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let (first, origin) = load_again(folder.path()).unwrap();
    assert_eq!(origin, KeyOrigin::Generated(path.clone()));
    let (second, origin) = load_again(folder.path()).unwrap();
    assert_eq!(origin, KeyOrigin::Beside(path));
    assert!(first.hash("test", &[b"x"]) == second.hash("test", &[b"x"]));
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    load_again(folder.path()).unwrap();
    let path = folder.path().join(FILE_NAME);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = load_again(folder.path()).err().unwrap().to_string();
    assert!(
        error.contains("may be read by others (mode 644); run `chmod 600 "),
        "{error}"
    );
}

#[test]
fn a_lost_key_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("store.db"), b"sealed").unwrap();
    let error = load_again(folder.path()).err().unwrap().to_string();
    assert!(error.contains("put the key back from your copy"), "{error}");
    assert!(!folder.path().join(FILE_NAME).exists());
}

#[test]
fn a_damaged_key_is_put_back_and_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    write(&path, &[7; 32]).unwrap();
    for damaged in [&b"abc"[..], &[0xff; 65]] {
        fs::write(&path, damaged).unwrap();
        let error = load_again(folder.path()).err().unwrap().to_string();
        assert!(error.contains("is damaged"), "{error}");
        assert!(error.contains("back from your copy"), "{error}");
    }
}
