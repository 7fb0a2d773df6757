//! The standard modules, `use std.…`: rule files that come with the program and are part of the bundle like any other, but only
//! those that some file uses.

use std::collections::BTreeSet;

use signalbox_dsl::{SourceFile, SourceSet};

/// Path behind `std:`, and text.
const FILES: [(&str, &str); 7] = [
    ("abuse.rules", include_str!("../std/abuse.rules")),
    ("complaint.rules", include_str!("../std/complaint.rules")),
    (
        "holidays/china.rules",
        include_str!("../std/holidays/china.rules"),
    ),
    ("human.rules", include_str!("../std/human.rules")),
    ("legal.rules", include_str!("../std/legal.rules")),
    ("opt_out.rules", include_str!("../std/opt_out.rules")),
    ("thanks.rules", include_str!("../std/thanks.rules")),
];

/// Adds the standard modules that `sources` use, directly or through each other, unless they are in it already: a bundle that was
/// stored with its standard modules keeps them as they were.
pub fn with_standard(sources: SourceSet) -> SourceSet {
    let mut files: Vec<SourceFile> = sources.files().to_vec();
    let mut looked_at = 0;
    let mut there: BTreeSet<String> = files.iter().map(|file| file.path.to_string()).collect();
    while let Some(file) = files.get(looked_at).cloned() {
        looked_at += 1;
        for path in used(&file.text) {
            let known = FILES.iter().find(|(known, _)| *known == path);
            let path = format!("{}{path}", SourceFile::STANDARD);
            if let Some((_, text)) = known
                && there.insert(path.clone())
            {
                files.push(SourceFile {
                    path: path.into(),
                    text: (*text).into(),
                });
            }
        }
    }
    SourceSet::new(files).with_foreign(sources.foreign().to_vec())
}

/// The paths of the standard modules that a file uses. Reads no more than the beginnings of lines; whatever else is wrong with a `use`
/// is for `check` to say.
fn used(text: &str) -> impl Iterator<Item = String> {
    let modules = text.lines().filter_map(|line| {
        let used = line.trim_start().strip_prefix("use")?;
        let module = used.trim_start().strip_prefix("std.")?;
        let end = module.find(|it: char| it.is_whitespace() || "(（#".contains(it));
        Some(module.get(..end.unwrap_or(module.len()))?.to_owned())
    });
    modules.map(|module| format!("{}.rules", module.replace('.', "/")))
}

#[cfg(test)]
mod tests;
