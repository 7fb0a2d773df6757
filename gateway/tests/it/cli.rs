//! Commands on rule files: what they print and how they end.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::binary::{command, run, shown};
use crate::golden::expect;

const HELLO: &str = "examples/hello/rules";

#[test]
fn what_commands_print() {
    for (name, arguments) in [
        ("help.out", &["--help"][..]),
        ("help_serve.out", &["serve", "--help"]),
        ("help_check.out", &["check", "--help"]),
        ("help_fmt.out", &["fmt", "--help"]),
        ("help_test.out", &["test", "--help"]),
        ("help_explain.out", &["explain", "--help"]),
        ("help_bench.out", &["bench", "--help"]),
        ("help_chat.out", &["chat", "--help"]),
        ("help_doctor.out", &["doctor", "--help"]),
        ("no_command.out", &[]),
        ("unknown_command.out", &["chekc", HELLO]),
        ("check_hello.out", &["check", HELLO]),
        ("check_hello_zh.out", &["check", HELLO, "--lang", "zh"]),
        ("check_missing.out", &["check", "no/such/rules"]),
        ("check_empty.out", &["check", "docs"]),
        ("fmt_check_hello.out", &["fmt", HELLO, "--check"]),
        ("test_hello.out", &["test", HELLO]),
        ("test_hello_zh.out", &["test", HELLO, "--lang", "zh"]),
        (
            "explain_hello.out",
            &[
                "explain",
                HELLO,
                "--text",
                "我要退款",
                "--at",
                "2026-11-11T22:00:00+08:00",
            ],
        ),
        (
            "explain_zh.out",
            &[
                "explain",
                HELLO,
                "--text",
                "我要退款",
                "--lang",
                "zh",
                "--fact",
                "language=zh",
            ],
        ),
        (
            "explain_unknown_fact.out",
            &[
                "explain",
                HELLO,
                "--text",
                "x",
                "--fact",
                "customer.shoe=42",
            ],
        ),
        (
            "explain_fact_without_value.out",
            &["explain", HELLO, "--text", "x", "--fact", "language"],
        ),
        (
            "explain_wrong_time.out",
            &["explain", HELLO, "--text", "x", "--at", "yesterday"],
        ),
        (
            "bench_missing_corpus.out",
            &["bench", HELLO, "--corpus", "no/such/corpus.jsonl"],
        ),
        (
            "serve_missing_config.out",
            &["serve", "--config", "no/such/signalbox.yaml"],
        ),
        ("serve_outside.out", &["serve", "--listen", "0.0.0.0:7777"]),
    ] {
        expect(name, &shown(&run(arguments)));
    }
}

/// Broken rules: what `check`, `test`, `explain`, `bench` and `fmt` say is the same findings, with exit code 1.
#[test]
fn broken_rules_are_findings() {
    let folder = tempfile::tempdir().unwrap();
    let good =
        fs::read_to_string(crate::binary::repository().join(HELLO).join("hello.rules")).unwrap();
    fs::write(
        folder.path().join("hello.rules"),
        good.replace("rank answers\n", "rank anwsers\n")
            .replace("(words: text)\n\n", "(wrods: text)\n\n"),
    )
    .unwrap();
    let corpus = folder.path().join("corpus.jsonl");
    fs::write(&corpus, "{\"id\": 1, \"text\": \"x\"}\n").unwrap();
    let rules = folder.path().to_str().unwrap();
    let checked = run(&["check", rules]);
    let by_name = |text: String| text.replace(rules, "RULES");
    expect("check_broken.out", &by_name(shown(&checked)));
    expect(
        "check_broken_zh.out",
        &by_name(shown(&run(&["check", rules, "--lang", "zh"]))),
    );
    for arguments in [
        &["test", rules][..],
        &["explain", rules, "--text", "x"],
        &["bench", rules, "--corpus", corpus.to_str().unwrap()],
    ] {
        assert_eq!(shown(&run(arguments)), shown(&checked), "{arguments:?}");
    }
}

#[test]
fn findings_are_data_too() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("a.rules"),
        "language 1\nmodule a\nrulle x\n",
    )
    .unwrap();
    let output = run(&["check", folder.path().to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["line"] == 3)
        .unwrap();
    let file = folder.path().join("a.rules");
    assert_eq!(finding["file"], file.to_str().unwrap());
    assert!(
        finding["code"].as_str().unwrap().starts_with('E'),
        "{finding}"
    );
    assert!(answer["errors"].as_u64().unwrap() >= 1);
    assert_eq!(answer["bundle"], Value::Null);
}

#[test]
fn a_failing_test_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let good =
        fs::read_to_string(crate::binary::repository().join(HELLO).join("hello.rules")).unwrap();
    fs::write(
        folder.path().join("hello.rules"),
        good.replace("You said: Is", "You said: is"),
    )
    .unwrap();
    let rules = folder.path().to_str().unwrap();
    let told = shown(&run(&["test", rules])).replace(rules, "RULES");
    expect("test_failing.out", &told);
}

#[test]
fn fmt_lays_out_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hello.rules");
    let rules = folder.path().to_str().unwrap();
    let good =
        fs::read_to_string(crate::binary::repository().join(HELLO).join("hello.rules")).unwrap();
    fs::write(&file, good.replace("  on message", "     on   message")).unwrap();

    let output = run(&["fmt", rules, "--check"]);
    assert_eq!(
        shown(&output),
        format!(
            "exit code 1\n--- stdout\nwould change: {}\n",
            file.display()
        )
    );
    assert_ne!(
        fs::read_to_string(&file).unwrap(),
        good,
        "--check changes nothing"
    );

    let output = run(&["fmt", rules]);
    assert_eq!(
        shown(&output),
        format!("exit code 0\n--- stdout\nchanged: {}\n", file.display())
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), good);
    assert_eq!(shown(&run(&["fmt", rules])), "exit code 0\n");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no draft is left behind"
    );
}

#[test]
fn fmt_repairs_full_width_punctuation_in_a_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hello.rules");
    let rules = folder.path().to_str().unwrap();
    let broken = "language 1\nmodule m。\nranks low\nqueue q \"q\"，\n";
    fs::write(&file, broken).unwrap();

    run(&["fmt", rules, "--check"]);
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        broken,
        "--check changes nothing"
    );

    let told = shown(&run(&["fmt", rules]));
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "language 1\nmodule m\nranks low\nqueue q \"q\",\n"
    );
    assert!(told.starts_with("exit code 1\n"), "{told}");
    assert!(
        told.contains(&format!("changed: {}\n", file.display())),
        "{told}"
    );
    assert!(
        told.contains("error[E0201]") && !told.contains("E0101"),
        "{told}"
    );
}

#[test]
fn bench_prints_figures_and_matches() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let corpus = write(
        "corpus.jsonl",
        "{\"id\": \"b\", \"text\": \"你好\"}\n\n{\"id\": 2, \"text\": \"hi\", \"facts\": {\"channel\": \"webchat\", \"now\": \"2026-11-11T22:00:00+08:00\"}}\n",
    );
    let out = folder.path().join("matches.tsv");
    let output = run(&[
        "bench",
        HELLO,
        "--corpus",
        &corpus,
        "--format",
        "json",
        "--matches",
        out.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(figures["rules"], 1);
    assert_eq!(figures["messages"], 2);
    for key in [
        "compile_ms",
        "per_message_ns",
        "p99_ns",
        "reference_per_message_ns",
        "speedup",
    ] {
        assert!(figures[key].as_f64().unwrap() > 0.0, "{key} in {figures}");
    }
    assert_eq!(fs::read_to_string(&out).unwrap(), "b\tanswer\n2\tanswer\n");
}

#[test]
fn a_wrong_corpus_names_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus.jsonl");
    fs::write(&corpus, "{\"id\": 1, \"text\": \"x\"}\n{\"id\": 2}\n").unwrap();
    let output = run(&["bench", HELLO, "--corpus", corpus.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("line 2 of the corpus"), "{error}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = command(&["check", HELLO, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(shown(&output), "exit code 0\n");
}

#[test]
fn doctor_finds_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let config = folder.path().join("signalbox.yaml");
    fs::write(
        &config,
        format!(
            "listen: 127.0.0.1:0\ndata: {}\nrules: {{directory: rules}}\n",
            data.display()
        ),
    )
    .unwrap();
    let doctor = |expected: i32| {
        let output = run(&[
            "doctor",
            "--config",
            config.to_str().unwrap(),
            "--format",
            "json",
        ]);
        assert_eq!(output.status.code(), Some(expected), "{}", shown(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let answer = doctor(1);
    let rules = finding(&answer, "rules");
    assert_eq!(rules["state"], "wrong", "there is no such directory");
    assert!(
        rules["advice"]
            .as_str()
            .unwrap()
            .contains("signalbox check")
    );

    copy_rules(&folder.path().join("rules"));
    assert_eq!(finding(&doctor(0), "rules")["state"], "well");
}

fn finding<'a>(answer: &'a Value, subject: &str) -> &'a Value {
    let findings = answer["findings"].as_array().unwrap();
    findings
        .iter()
        .find(|finding| finding["subject"] == subject)
        .unwrap()
}

fn copy_rules(to: &Path) {
    fs::create_dir_all(to).unwrap();
    let from = crate::binary::repository().join(HELLO).join("hello.rules");
    fs::copy(from, to.join("hello.rules")).unwrap();
}
