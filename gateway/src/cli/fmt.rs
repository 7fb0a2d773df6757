//! `fmt RULES [--check]`

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;
use signalbox_dsl::{FileId, Locale, SourceFile, SourceSet, render};

use super::answer::{Answer, Outcome};
use super::arguments::FmtOptions;
use crate::rule_files::RuleFiles;
use crate::words::{Failure, Told, Words, words};

pub(super) fn run(options: &FmtOptions, locale: Locale) -> Result<Answer, Failure> {
    let files = RuleFiles::read(&options.rules.rules)?;
    let mut text = String::new();
    let (mut changed, mut unreadable) = (Vec::new(), Vec::new());
    let prefix = files.prefix();
    let foreign = files.sources.foreign_findings();
    for (id, file) in (0..).zip(files.sources.files()) {
        if file.is_script() {
            continue;
        }
        let shown = format!("{prefix}{}", file.path);
        let not_utf8 = foreign.iter().filter(|found| found.span.file == FileId(id));
        if not_utf8.clone().next().is_some() {
            // Laid out it would become UTF-8 by a guess.
            let not_utf8: Vec<_> = not_utf8.cloned().collect();
            let sources = files.sources.shown_below(&prefix);
            text.push_str(&render::render(&sources, &not_utf8, locale));
            text.push('\n');
            unreadable.push(shown);
            continue;
        }
        match signalbox_dsl::format(&file.text) {
            Ok(formatted) if formatted == *file.text => {}
            Ok(formatted) => {
                if !options.check {
                    overwrite(&files.path_of(file), &formatted)?;
                }
                changed.push(shown);
            }
            Err(findings) => {
                let mut file = SourceFile::clone(file);
                let mut findings = findings;
                // What can be repaired is, so that what is left to be told is what only its author can put right.
                if !options.check
                    && let Some(repaired) = signalbox_dsl::repair_full_width(&file.text)
                {
                    overwrite(&files.path_of(&file), &repaired)?;
                    changed.push(shown.clone());
                    findings = signalbox_dsl::format(&repaired).err().unwrap_or_default();
                    file.text = repaired.into();
                }
                let alone = SourceSet::new(vec![file]).shown_below(&prefix);
                text.push_str(&render::render(&alone, &findings, locale));
                text.push('\n');
                unreadable.push(shown);
            }
        }
    }
    for path in &changed {
        let line = if options.check {
            words!("would change: {path}\n", "需要改动：{path}\n")
        } else {
            words!("changed: {path}\n", "已改动：{path}\n")
        };
        text.push_str(line.told(locale));
    }
    if !unreadable.is_empty() {
        text.push_str(not_laid_out(unreadable.len()).told(locale));
    }
    let found = !unreadable.is_empty() || (options.check && !changed.is_empty());
    Ok(Answer {
        text,
        json: json!({"changed": changed, "unreadable": unreadable, "check": options.check}),
        outcome: Outcome::of_findings(found),
    })
}

fn overwrite(path: &Path, text: &str) -> Result<(), Failure> {
    replace(path, text).map_err(|error| {
        let (path, Words { en, zh }) = (path.display(), error.words());
        words!(
            "`{path}` cannot be written: {en}",
            "无法写入 `{path}`：{zh}"
        )
        .into()
    })
}

fn not_laid_out(count: usize) -> Words {
    if count == 1 {
        words!(
            "1 file is not laid out, since it cannot be read\n",
            "1 个文件无法读取，没有排版\n"
        )
    } else {
        words!(
            "{count} files are not laid out, since they cannot be read\n",
            "{count} 个文件无法读取，没有排版\n"
        )
    }
}

/// Replaces a file in one step, so that a gateway that watches it never reads half of it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?; // a link stays a link
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_draft(&draft, &path, text).and_then(|()| fs::rename(&draft, &path));
    if written.is_err() {
        // What failed is told; that its remains cannot be removed either would only hide it.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn write_draft(draft: &Path, original: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create_new(draft)?;
    file.set_permissions(fs::metadata(original)?.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
