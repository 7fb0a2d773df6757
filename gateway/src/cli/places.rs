//! Places in answers for programs: path, line and column instead of a file's number and bytes.

use serde_json::{Value, json};
use signalbox_dsl::place::LineIndex;
use signalbox_dsl::{FileId, SourceSet};

/// What the engine calls a place in its answers.
const KEY: &str = "place";

/// Replaces every place in `answer`, at whatever depth, by one that programs can open.
pub(super) fn resolve(answer: &mut Value, sources: &SourceSet) {
    match answer {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match resolved(value, sources) {
                    Some(place) if key == KEY => *value = place,
                    _ => resolve(value, sources),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, sources)),
        _ => {}
    }
}

fn resolved(place: &Value, sources: &SourceSet) -> Option<Value> {
    let number = |key| usize::try_from(place.get(key)?.as_u64()?).ok();
    let file = sources.file(FileId(u32::try_from(number("file")?).ok()?))?;
    let lines = LineIndex::new(&file.text);
    let (start, end) = (lines.place(number("start")?), lines.place(number("end")?));
    Some(json!({
        "file": file.path,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }))
}

#[cfg(test)]
mod tests {
    use signalbox_dsl::SourceFile;

    use super::*;

    #[test]
    fn places_are_resolved_wherever_they_stand() {
        let sources = SourceSet::new(vec![SourceFile {
            path: "rules/a.rules".into(),
            text: "one\n退款\n".into(),
        }]);
        let mut answer = json!({"rules": [
            {"place": {"file": 0, "start": 7, "end": 10}},
            {"place": "a street", "file": 0},
        ]});
        resolve(&mut answer, &sources);
        let expected = json!({"rules": [
            {"place": {"file": "rules/a.rules", "line": 2, "column": 2, "end_line": 2, "end_column": 3}},
            {"place": "a street", "file": 0},
        ]});
        assert_eq!(answer, expected);
    }
}
