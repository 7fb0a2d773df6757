//! Ordinary mistakes of people who begin: each is told with its place and the next step.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::binary::{command, run, shown};

/// `rules/` in a folder of its own, with these files.
fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join("rules").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn run_in(folder: &Path, arguments: &[&str]) -> String {
    shown(&command(arguments).current_dir(folder).output().unwrap())
}

/// What a Chinese Windows editor saves as ANSI.
const GBK: &[u8] = b"language 1\nmodule gbk\nlist refund\n  \"\xcd\xcb\xbf\xee\"\n";
const BROKEN: &[u8] = b"language 1\nmodule broken\nrulle x\n";

#[test]
fn a_file_in_gbk_is_a_finding_among_others() {
    let folder = folder_with(&[("gbk.rules", GBK), ("broken.rules", BROKEN)]);
    for command in ["check", "test"] {
        let told = run_in(folder.path(), &[command, "rules"]);
        assert!(told.starts_with("exit code 1\n"), "{told}");
        assert!(
            told.contains("error[E0114]: this file is not UTF-8"),
            "{told}"
        );
        assert!(told.contains("--> rules/gbk.rules:4:4"), "{told}");
        assert!(told.contains("save it as UTF-8"), "{told}");
        assert!(told.contains("--> rules/broken.rules:3:1"), "{told}");
    }
    let told = run_in(folder.path(), &["check", "rules", "--lang", "zh"]);
    assert!(told.contains("另存为 UTF-8"), "{told}");
}

/// Nothing that stands in the other files is hidden by it, and no name is called unknown that it may declare.
#[test]
fn a_file_that_cannot_be_read_is_told_behind_the_findings_of_the_others() {
    let folder = folder_with(&[
        ("broken.rules", BROKEN),
        ("user.rules", b"language 1\nmodule user\nuse gone (x)\n"),
    ]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("rules/gone.rules")).unwrap();
    let told = run_in(folder.path(), &["check", "rules"]);
    assert!(told.starts_with("exit code 2\n"), "{told}");
    assert!(told.contains("--> rules/broken.rules:3:1"), "{told}");
    assert!(told.contains("`rules/gone.rules` cannot be read"), "{told}");
    assert!(!told.contains("user.rules"), "{told}");
    let told = run_in(folder.path(), &["check", "rules", "--lang", "zh"]);
    assert!(told.contains("无法读取 `rules/gone.rules`"), "{told}");
}

#[test]
fn fmt_leaves_a_file_in_gbk_as_it_is() {
    let folder = folder_with(&[
        ("a/gbk.rules", GBK),
        ("b.rules", b"language 1\nmodule   b\n"),
    ]);
    let told = run_in(folder.path(), &["fmt", "rules"]);
    assert!(told.starts_with("exit code 1\n"), "{told}");
    assert!(
        told.contains("E0114") && told.contains("rules/a/gbk.rules:4:4"),
        "{told}"
    );
    assert!(told.contains("changed: rules/b.rules\n"), "{told}");
    assert_eq!(
        fs::read(folder.path().join("rules/a/gbk.rules")).unwrap(),
        GBK
    );
}

#[test]
fn places_can_be_opened_from_where_one_stands() {
    let folder = folder_with(&[("sub/broken.rules", BROKEN)]);
    for (typed, place) in [
        ("rules", "--> rules/sub/broken.rules:3:1"),
        ("rules/", "--> rules/sub/broken.rules:3:1"),
        ("./rules", "--> ./rules/sub/broken.rules:3:1"),
        (".", "--> rules/sub/broken.rules:3:1"),
        ("rules/sub/broken.rules", "--> rules/sub/broken.rules:3:1"),
    ] {
        for arguments in [&["check", typed][..], &["fmt", typed], &["test", typed]] {
            let told = run_in(folder.path(), arguments);
            assert!(told.contains(place), "{arguments:?}: {told}");
        }
    }
}

#[test]
fn places_for_programs_can_be_opened_too() {
    let hello = "examples/hello/rules";
    for arguments in [
        &["explain", hello, "--text", "x", "--format", "json"][..],
        &["test", hello, "--format", "json"],
    ] {
        let answer: Value = serde_json::from_slice(&run(arguments).stdout).unwrap();
        let place = answer
            .pointer("/rules/0/place")
            .or(answer.pointer("/cases/0/place"));
        let place = place.unwrap();
        assert_eq!(place["file"], "examples/hello/rules/hello.rules", "{place}");
        assert!(place["line"].as_u64().unwrap() > 1, "{place}");
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_called_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("signalbox.yaml"),
        "router:\n  gahter: 1s\n",
    )
    .unwrap();
    let told = run_in(folder.path(), &["doctor", "--config", "signalbox.yaml"]);
    assert!(told.starts_with("exit code 2\n"), "{told}");
    assert!(told.contains("--> signalbox.yaml:2:3"), "{told}");
    assert!(!told.contains("<input>"), "{told}");
}

/// What is wrong with how a command was called, or with what it was pointed at: in both languages.
#[test]
fn every_refusal_speaks_both_languages() {
    let folder = folder_with(&[("empty.txt", b""), ("sub/a.rules.txt", b"")]);
    fs::write(
        folder.path().join("bad.yaml"),
        "webchat: {ping_every: 1500ms}\nstop_within: 99d\n",
    )
    .unwrap();
    fs::write(folder.path().join("syntax.yaml"), "nothing: 1\n").unwrap();
    fs::write(
        folder.path().join("corpus.jsonl"),
        "{\"id\": 1, \"txt\": \"x\"}\n",
    )
    .unwrap();
    let hello = crate::binary::repository().join("examples/hello/rules");
    let hello = hello.to_str().unwrap();
    for (arguments, chinese) in [
        (&["check"][..], "缺少参数：<RULES>"),
        (&["chekc", "rules"], "是不是想写：check"),
        (
            &["check", "rules", "--fromat", "json"],
            "是不是想写：--format",
        ),
        (&["check", "rules", "--format", "xml"], "可以是：text、json"),
        (&["serve", "--listen", "nowhere"], "不能是 `nowhere`"),
        (
            &["check", "no/such"],
            "无法读取 `no/such`：没有这个文件或目录",
        ),
        (&["check", "rules/empty.txt"], "请改名"),
        (&["check", "rules"], "`rules` 里没有规则文件"),
        (&["check", "rules/sub"], "不读取 `rules/sub/a.rules.txt`"),
        (
            &["serve", "--config", "none.yaml"],
            "无法读取配置 `none.yaml`",
        ),
        (
            &["serve", "--config", "bad.yaml"],
            "webchat.ping_every 必须是整秒",
        ),
        (&["serve", "--config", "bad.yaml"], "stop_within 最多为"),
        (
            &["doctor", "--config", "syntax.yaml"],
            "配置 `syntax.yaml` 有误",
        ),
        (&["serve", "--listen", "0.0.0.0:1"], "其他机器也能访问"),
        (&["rules", "status", "--data", "data"], "没有网关应答"),
        (
            &["explain", hello, "--text", "x", "--fact", "foo=1"],
            "没有字段 `foo`",
        ),
        (
            &["explain", hello, "--text", "x", "--at", "soon"],
            "不是时刻",
        ),
        (&["bench", hello, "--corpus", "none"], "无法读取语料 `none`"),
        (
            &["bench", hello, "--corpus", "corpus.jsonl"],
            "是不是想写 `text`",
        ),
    ] {
        let mut arguments = arguments.to_vec();
        let english = run_in(folder.path(), &arguments);
        assert!(english.starts_with("exit code 2\n"), "{english}");
        assert!(!english.contains(is_chinese), "{arguments:?}: {english}");
        arguments.extend(["--lang", "zh"]);
        let told = run_in(folder.path(), &arguments);
        assert!(told.starts_with("exit code 2\n"), "{told}");
        assert!(told.contains(chinese), "{arguments:?}: {told}");
    }
}

#[test]
fn doctor_and_help_speak_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let told = run_in(folder.path(), &["doctor", "--data", "data", "--lang", "zh"]);
    for line in told
        .lines()
        .filter(|line| !line.starts_with("exit") && !line.starts_with("---"))
    {
        assert!(line.contains(is_chinese), "{line}");
    }
    let help = run_in(folder.path(), &["check", "--help", "--lang=zh"]);
    assert!(
        help.contains("检查规则文件") && help.contains("用法："),
        "{help}"
    );
}

fn is_chinese(character: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&character)
}

#[test]
fn an_id_that_breaks_the_lines_of_matches_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let hello = crate::binary::repository().join("examples/hello/rules");
    let corpus = "{\"id\": \"a\", \"text\": \"x\"}\n{\"id\": \"b\\tc\", \"text\": \"x\"}\n";
    fs::write(folder.path().join("corpus.jsonl"), corpus).unwrap();
    let bench = ["bench", hello.to_str().unwrap(), "--corpus", "corpus.jsonl"];
    let told = run_in(
        folder.path(),
        &[&bench[..], &["--matches", "out.tsv"]].concat(),
    );
    assert!(told.starts_with("exit code 2\n"), "{told}");
    assert!(told.contains(r"the id `b\tc` of the corpus"), "{told}");
    assert!(!folder.path().join("out.tsv").exists());
}
