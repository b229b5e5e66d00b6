//! What was read, and what was left out and why: no row is dropped in silence.

use serde::{Deserialize, Serialize};

/// Counts of a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub files: u64,
    pub bytes: u64,
    /// Lines, or entries of a document.
    pub rows: u64,
    /// Rows that carry usage, and the parts of rows that are calls of their own. They are copies of
    /// one request or another: `usage_rows` = `requests` + `duplicates`.
    pub usage_rows: u64,
    /// Of these, the parts of rows: an advisor's calls, compactions on the server.
    pub parts: u64,
    /// Requests after the merge.
    pub requests: u64,
    /// Rows that were copies of a request already counted.
    pub duplicates: u64,
    /// Last lines without an end: a write that was cut.
    pub cut_lines: u64,
    /// Whole lines or entries that could not be read.
    pub broken_rows: u64,
    /// Usage rows without a message id.
    pub without_id: u64,
    /// Rows that were made on the machine, not by a model: no usage.
    pub synthetic: u64,
    /// Error rows of the program: no usage.
    pub errors: u64,
    /// Rows of other kinds: prompts, results, titles, settings.
    pub other_rows: u64,
    /// Usage rows without a readable time: they stand at the time of the row before.
    pub undated: u64,
    /// Fields of a wrong type or beyond belief, read as their default.
    pub odd_fields: u64,
    /// Requests with a placeholder as output.
    pub placeholders: u64,
    /// Requests of which no row says why they stopped.
    pub unfinished: u64,
    /// Requests whose cache writes are not told apart by time to live.
    pub unsplit_writes: u64,
    /// Usage that the same file tells again, less finely, and that is therefore not counted.
    pub told_twice: u64,
    pub limit_hits: u64,
    /// Files in folders that have no known format.
    pub unknown_files: u64,
    /// Files and folders that could not be read.
    pub unreadable: u64,
    /// Of the files, those that had not changed and were taken from the store.
    pub unchanged_files: u64,
    /// Files that are gone, or cannot be read, of which the store has the requests.
    pub kept_files: u64,
    /// Requests of these files, and those that changed files have lost.
    pub kept_requests: u64,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

impl Receipt {
    /// Adds another reading's counts and notes.
    pub fn add(&mut self, other: &Receipt) {
        let theirs = other.clone().counts_mut().map(|n| *n);
        for (mine, theirs) in self.counts_mut().into_iter().zip(theirs) {
            *mine = mine.saturating_add(theirs);
        }
        self.notes.extend_from_slice(&other.notes);
    }

    /// Every count. The store keeps them in this order: new ones go to the end.
    pub fn counts_mut(&mut self) -> [&mut u64; 25] {
        [
            &mut self.files,
            &mut self.bytes,
            &mut self.rows,
            &mut self.usage_rows,
            &mut self.parts,
            &mut self.requests,
            &mut self.duplicates,
            &mut self.cut_lines,
            &mut self.broken_rows,
            &mut self.without_id,
            &mut self.synthetic,
            &mut self.errors,
            &mut self.other_rows,
            &mut self.undated,
            &mut self.odd_fields,
            &mut self.placeholders,
            &mut self.unfinished,
            &mut self.unsplit_writes,
            &mut self.limit_hits,
            &mut self.unknown_files,
            &mut self.unreadable,
            &mut self.unchanged_files,
            &mut self.kept_files,
            &mut self.kept_requests,
            &mut self.told_twice,
        ]
    }
}
