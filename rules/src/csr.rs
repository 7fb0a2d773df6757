//! Rows of different lengths in two flat tables (compressed sparse rows): what the index keeps its postings in.

use crate::prepared::CompileError;

/// `rows` rows; row `n` is `entries[starts[n]..starts[n + 1]]`.
#[derive(Debug)]
pub(crate) struct Csr<T> {
    starts: Vec<u32>,
    entries: Vec<T>,
}

impl<T: Copy> Csr<T> {
    /// Sorts `(row, entry)` pairs into rows; the order inside a row stays. Pairs of rows past the end are left out.
    pub(crate) fn new(rows: usize, pairs: &[(u32, T)]) -> Self {
        let mut sorted: Vec<_> = pairs
            .iter()
            .filter(|(row, _)| (*row as usize) < rows)
            .collect();
        sorted.sort_by_key(|(row, _)| *row);
        let mut starts = vec![0; rows + 1];
        for (row, _) in &sorted {
            if let Some(count) = starts.get_mut(*row as usize + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        Self {
            starts,
            entries: sorted.into_iter().map(|(_, entry)| *entry).collect(),
        }
    }

    /// One row; empty past the end.
    pub(crate) fn row(&self, row: u32) -> &[T] {
        let row = row as usize;
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(start), Some(end)) => self
                .entries
                .get(*start as usize..*end as usize)
                .unwrap_or_default(),
            _ => &[],
        }
    }
}

/// A 32-bit id for the next of `things`.
pub(crate) fn id32(next: usize, things: &'static str) -> Result<u32, CompileError> {
    u32::try_from(next).map_err(|_| CompileError::TooLarge {
        things,
        most: u32::MAX,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_entries_and_empty_rows_are_empty() {
        let csr = Csr::new(4, &[(2, 'a'), (0, 'b'), (2, 'c'), (9, 'x')]);
        let rows: Vec<String> = (0..6).map(|row| csr.row(row).iter().collect()).collect();
        assert_eq!(rows, ["b", "", "ac", "", "", ""]);
    }
}
