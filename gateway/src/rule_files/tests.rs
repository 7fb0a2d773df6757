use super::*;

fn write(folder: &Path, path: &str, text: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_directory_is_read_with_all_below_it() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        "b.rules",
        "a/z.rules",
        "a/a.rules",
        "README.md",
        ".git/x.rules",
        ".#b.rules",
        "c.rules~",
    ] {
        write(folder.path(), path, path.as_bytes());
    }
    let files = RuleFiles::read(folder.path()).unwrap();
    let paths: Vec<_> = files
        .sources
        .files()
        .iter()
        .map(|file| &*file.path)
        .collect();
    assert_eq!(paths, ["a/a.rules", "a/z.rules", "b.rules"]);
    assert_eq!(
        files.path_of(&files.sources.files()[0]),
        folder.path().join("a/a.rules")
    );
}

#[test]
fn one_file_is_read_alone() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "one.rules", b"x");
    write(folder.path(), "two.rules", b"y");
    let files = RuleFiles::read(&folder.path().join("one.rules")).unwrap();
    assert_eq!(files.sources.files().len(), 1);
    assert_eq!(&*files.sources.files()[0].path, "one.rules");
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let missing = RuleFiles::read(&folder.path().join("none")).unwrap_err();
    assert!(
        missing.to_string().contains("none` cannot be read: "),
        "{missing}"
    );
    let empty = RuleFiles::read(folder.path()).unwrap_err();
    assert!(
        empty
            .to_string()
            .ends_with("holds no rule files; their names end in .rules"),
        "{empty}"
    );
    write(folder.path(), "gbk.rules", b"\xcd\xcb\xbf\xee");
    let foreign = RuleFiles::read(folder.path()).unwrap_err();
    assert!(
        foreign
            .to_string()
            .ends_with("it is not UTF-8; save it as UTF-8"),
        "{foreign}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_a_directory_is_no_way_in_circles() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "one.rules", b"x");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    assert_eq!(
        RuleFiles::read(folder.path())
            .unwrap()
            .sources
            .files()
            .len(),
        1
    );
}
