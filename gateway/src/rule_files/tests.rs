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
fn scripts_are_read_with_the_rules_that_may_call_them() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "one.rules",
        "language 1\nmodule one\n# script other\nfact 分: score = script 评分 () otherwise 0%\n"
            .as_bytes(),
    );
    write(folder.path(), "评分.rhai", b"fn x() { 1 }");
    // Named in a comment only, and like the beginning of one that is called.
    write(folder.path(), "other.rhai", b"");
    write(folder.path(), "评.rhai", b"");
    let paths = |path: &Path| {
        let files = RuleFiles::read(path).unwrap();
        let files = files.sources.files().iter();
        files.map(|file| file.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        paths(folder.path()),
        ["one.rules", "other.rhai", "评.rhai", "评分.rhai"]
    );
    assert_eq!(
        paths(&folder.path().join("one.rules")),
        ["one.rules", "评分.rhai"]
    );
}

/// The watch looks at names only: what a file says is not read for it.
#[test]
fn a_file_alone_is_watched_with_all_scripts_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["one.rules", "two.rules", "f.rhai", "g.rhai"] {
        write(folder.path(), name, b"");
    }
    let one = folder.path().join("one.rules");
    let names = |path: &Path| {
        let paths = watched(path).unwrap().into_iter();
        let names = paths.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&one), ["one.rules", "f.rhai", "g.rhai"]);
    assert_eq!(
        names(folder.path()),
        ["f.rhai", "g.rhai", "one.rules", "two.rules"]
    );
}

#[test]
fn a_file_of_all_end_and_no_name_is_told_to_be_hidden() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), ".rules", b"");
    let wrong = RuleFiles::read(&folder.path().join(".rules")).unwrap_err();
    assert!(wrong.to_string().contains("hidden file"), "{wrong}");
}

#[test]
fn scripts_alone_are_no_rules_and_must_be_utf_8() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "f.rhai", b"fn f() { 1 }");
    let empty = RuleFiles::read(folder.path()).unwrap_err();
    assert!(empty.to_string().contains("holds no rule files"), "{empty}");
    write(folder.path(), "one.rules", b"x");
    write(folder.path(), "f.rhai", &[b'f', 0xff, 0xfe]);
    let read = RuleFiles::read(folder.path()).unwrap();
    assert_eq!(read.sources.foreign_findings().len(), 1);
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
}

#[test]
fn a_file_that_is_not_utf_8_is_read_and_noted() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "gbk.rules", b"# \xcd\xcb\xbf\xee");
    write(folder.path(), "utf8.rules", "# 退款".as_bytes());
    let sources = RuleFiles::read(folder.path()).unwrap().sources;
    let texts: Vec<_> = sources.files().iter().map(|file| &*file.text).collect();
    assert_eq!(texts, ["# 退款", "# 退款"]);
    let foreign: Vec<_> = sources.foreign().iter().map(|file| &*file.path).collect();
    assert_eq!(foreign, ["gbk.rules"]);

    // Saved as UTF-8 its text stays; a watch must see the difference all the same.
    write(folder.path(), "gbk.rules", "# 退款".as_bytes());
    assert_ne!(RuleFiles::read(folder.path()).unwrap().sources, sources);
}

#[test]
fn paths_are_shown_so_that_they_can_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/one.rules", b"x");
    let top = folder.path().display().to_string();
    for (typed, prefix) in [
        (top.clone(), format!("{top}/")),
        (format!("{top}/"), format!("{top}/")),
        (format!("{top}/a/one.rules"), format!("{top}/a/")),
    ] {
        assert_eq!(RuleFiles::read(Path::new(&typed)).unwrap().prefix(), prefix);
    }
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

#[cfg(unix)]
#[test]
fn what_might_never_end_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("a.rules")).unwrap();
    let refused = RuleFiles::read(folder.path()).unwrap_err();
    assert!(
        matches!(refused, RuleFilesError::NoFile { .. }),
        "{refused}"
    );
}

#[test]
fn a_directory_named_like_a_file_is_no_misnamed_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("a.rules")).unwrap();
    let refused = RuleFiles::read(folder.path()).unwrap_err();
    assert!(matches!(refused, RuleFilesError::Empty { .. }), "{refused}");
}

#[test]
fn a_hidden_file_is_no_misnamed_file() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), ".rules", b"x");
    write(folder.path(), ".a.rules.swp", b"x");
    let refused = RuleFiles::read(folder.path()).unwrap_err();
    assert!(matches!(refused, RuleFilesError::Empty { .. }), "{refused}");
}
