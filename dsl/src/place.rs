//! Where a byte of a text is for people: line and column.

/// The lines of one text.
#[derive(Debug, Clone)]
pub struct LineIndex<'a> {
    text: &'a str,
    /// First byte of each line; never empty.
    starts: Vec<usize>,
}

/// A place in a text, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of `text`.
    pub fn new(text: &'a str) -> Self {
        let behind_newlines = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(behind_newlines).collect(),
        }
    }

    /// The place of `byte`. A byte inside a character counts as that character, one past the end as the end.
    pub fn place(&self, byte: usize) -> Place {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.starts.partition_point(|&start| start <= byte);
        let before = self.text.get(self.line_start(line)..byte);
        Place {
            line,
            column: before.unwrap_or_default().chars().count() + 1,
        }
    }

    /// The lines from `first` to `last` (counted from 1, both included) without the last line's newline, and the byte at which they begin.
    pub fn lines(&self, first: usize, last: usize) -> (usize, &'a str) {
        let start = self.line_start(first);
        let end = match self.starts.get(last) {
            Some(next) => next - 1,
            None => self.text.len(),
        };
        (start, self.text.get(start..end).unwrap_or_default())
    }

    fn line_start(&self, line: usize) -> usize {
        let start = self.starts.get(line.saturating_sub(1)).copied();
        start.unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters() {
        let index = LineIndex::new("规则 a\n  退款\n");
        for (byte, line, column) in [
            (0, 1, 1),
            (3, 1, 2),
            (4, 1, 2),
            (7, 1, 4),
            (9, 2, 1),
            (14, 2, 4),
            (18, 3, 1),
            (99, 3, 1),
        ] {
            assert_eq!(index.place(byte), Place { line, column }, "byte {byte}");
        }
        assert_eq!(index.lines(2, 2), (9, "  退款"));
        assert_eq!(index.lines(1, 2), (0, "规则 a\n  退款"));
        assert_eq!(index.lines(7, 8), (18, ""));
    }

    #[test]
    fn an_empty_text_has_one_line() {
        assert_eq!(LineIndex::new("").place(0), Place { line: 1, column: 1 });
        assert_eq!(LineIndex::new("").lines(1, 1), (0, ""));
    }
}
