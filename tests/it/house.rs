//! The house keeps its shape: dependencies go one way, what the docs name exists, nothing names a machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use signalbox_tests::deployment::repository;

/// Which crates of the house each crate may use. A new crate gets a line here, and an arrow in `docs/ARCHITECTURE.md`.
const ARROWS: &[(&str, &[&str])] = &[
    ("signalbox-dsl", &[]),
    (
        "signalbox-rules",
        &[
            "signalbox-dsl",
            "signalbox-script",
            "signalbox-understanding",
        ],
    ),
    ("signalbox-script", &["signalbox-dsl"]),
    ("signalbox-understanding", &["signalbox-dsl"]),
    ("signalbox-adapters", &[]),
    ("signalbox-email", &["signalbox-adapters"]),
    ("signalbox-webhook", &["signalbox-adapters"]),
    ("signalbox-sealed", &[]),
    ("signalbox-store", &["signalbox-sealed"]),
    (
        "signalbox-store-embedded",
        &["signalbox-store", "signalbox-sealed"],
    ),
    (
        "signalbox-store-redis",
        &["signalbox-store", "signalbox-sealed"],
    ),
    (
        "signalbox-router",
        &[
            "signalbox-dsl",
            "signalbox-rules",
            "signalbox-adapters",
            "signalbox-store",
            "signalbox-sealed",
        ],
    ),
    ("signalbox-telemetry", &[]),
    (
        "signalbox",
        &[
            "signalbox-dsl",
            "signalbox-rules",
            "signalbox-adapters",
            "signalbox-email",
            "signalbox-webhook",
            "signalbox-sealed",
            "signalbox-store",
            "signalbox-store-embedded",
            "signalbox-store-redis",
            "signalbox-router",
            "signalbox-telemetry",
        ],
    ),
    // From outside only; the load generator's ceiling writes to the store itself.
    (
        "signalbox-tests",
        &[
            "signalbox-sealed",
            "signalbox-store",
            "signalbox-store-embedded",
        ],
    ),
];

/// What a path in the docs ends with, besides `/`.
const EXTENSIONS: &[&str] = &[
    "rs", "md", "toml", "yaml", "yml", "rules", "js", "mjs", "html", "css", "json", "sh",
];

#[test]
fn dependencies_go_one_way() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ARROWS
        .iter()
        .map(|(name, uses)| (*name, uses.iter().copied().collect()))
        .collect();
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let house: BTreeSet<&str> = packages
        .iter()
        .map(|package| text(&package["name"]))
        .collect();
    let known: BTreeSet<&str> = allowed.keys().copied().collect();
    assert_eq!(
        house, known,
        "a crate came or went: say here what it may use"
    );
    for package in packages {
        let name = text(&package["name"]);
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = text(&dependency["name"]);
            // A crate's tests may use more of the house than the crate; they are nobody's foundation.
            let is_for_tests = dependency["kind"] == "dev";
            if house.contains(used) && !is_for_tests {
                assert!(
                    allowed[name].contains(used),
                    "{name} uses {used}, against the direction in docs/ARCHITECTURE.md"
                );
            }
        }
    }
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo's metadata")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn paths_named_in_docs_exist() {
    let pages = documents();
    assert!(pages.len() >= 3, "the docs were found: {pages:?}");
    let mut missing = Vec::new();
    let mut count = 0;
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for path in quoted(&text).filter(|quoted| is_path(quoted)) {
            count += 1;
            let beside = page.parent().unwrap().join(path);
            if !repository().join(path).exists() && !beside.exists() {
                missing.push(format!("{}: `{path}`", page.display()));
            }
        }
    }
    assert!(count > 20, "paths were found in the docs: {count}");
    assert!(
        missing.is_empty(),
        "named and not there:\n{}",
        missing.join("\n")
    );
}

#[test]
fn chinese_pages_link_chinese_pages() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in documents() {
        let name = page.file_name().unwrap().to_string_lossy();
        let Some(itself) = name.strip_suffix(".zh.md") else {
            continue;
        };
        let text = fs::read_to_string(&page).unwrap();
        for target in links(&text).filter(|target| target.ends_with(".md")) {
            count += 1;
            // Each page names its own English one.
            let is_counterpart = target == format!("{itself}.md");
            let chinese = page.parent().unwrap().join(target.replace(".md", ".zh.md"));
            if !target.ends_with(".zh.md") && !is_counterpart && chinese.exists() {
                wrong.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(count > 20, "links were found in the Chinese pages: {count}");
    assert!(
        wrong.is_empty(),
        "there is a Chinese page instead:\n{}",
        wrong.join("\n")
    );
}

/// Where the links of a page lead, without the place on the page.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let openings = text.split("](").skip(1);
    openings.filter_map(|rest| rest.split([')', '#']).next())
}

/// `docs/` with what is below it, and the README in every language.
fn documents() -> Vec<PathBuf> {
    let of_docs = files().into_iter().filter(|file| {
        let is_page = file.extension().is_some_and(|extension| extension == "md");
        let name = file.file_name().unwrap().to_string_lossy();
        let is_top = file.parent() == Some(Path::new(""));
        is_page && (file.starts_with("docs") || is_top && name.starts_with("README"))
    });
    of_docs.map(|file| repository().join(file)).collect()
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    // Between backticks; a line at a time, so that one backtick too many spoils no more than its line.
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

fn is_path(quoted: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    let (Some(first), true) = (quoted.chars().next(), quoted.contains('/')) else {
        return false;
    };
    let extension = Path::new(quoted)
        .extension()
        .and_then(|extension| extension.to_str());
    // `/metrics` is a page of the gateway, and `a.example/` a site.
    first != '/'
        && quoted.chars().all(plain)
        && !quoted.contains("example/")
        && !quoted.starts_with("target/")
        && (quoted.ends_with('/') || extension.is_some_and(|found| EXTENSIONS.contains(&found)))
}

#[test]
fn no_file_names_a_machine() {
    // In pieces, so that this file does not find itself.
    let places = [
        ["/ho", "me/"].concat(),
        ["/Us", "ers/"].concat(),
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
    ];
    let mut found = Vec::new();
    for file in files() {
        let Ok(text) = fs::read_to_string(repository().join(&file)) else {
            continue; // Not text.
        };
        for (number, line) in text.lines().enumerate() {
            if places.iter().any(|place| names(line, place)) {
                found.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    assert!(
        found.is_empty(),
        "paths of a machine:\n{}",
        found.join("\n")
    );
}

/// Whether a path in this line begins with `place`: a URL's path does not count.
fn names(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|before| !before.is_alphanumeric() && !"./-_}".contains(before))
    })
}

/// Every file that git keeps or would keep.
fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(repository())
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let names = String::from_utf8(output.stdout).expect("file names in UTF-8");
    let files: Vec<PathBuf> = names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .filter(|file| repository().join(file).is_file())
        .collect();
    assert!(
        files.len() > 50,
        "git lists the repository's files: {}",
        files.len()
    );
    files
}
