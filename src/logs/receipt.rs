//! What was read, and what was left out and why: no row is dropped in silence.

/// Counts of a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    pub files: u64,
    pub bytes: u64,
    /// Lines, or entries of a document.
    pub rows: u64,
    /// Rows that carry usage.
    pub usage_rows: u64,
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
}

impl Receipt {
    /// Adds another reading's counts.
    pub fn add(&mut self, o: &Receipt) {
        let pairs = [
            (&mut self.files, o.files),
            (&mut self.bytes, o.bytes),
            (&mut self.rows, o.rows),
            (&mut self.usage_rows, o.usage_rows),
            (&mut self.requests, o.requests),
            (&mut self.duplicates, o.duplicates),
            (&mut self.cut_lines, o.cut_lines),
            (&mut self.broken_rows, o.broken_rows),
            (&mut self.without_id, o.without_id),
            (&mut self.synthetic, o.synthetic),
            (&mut self.errors, o.errors),
            (&mut self.odd_fields, o.odd_fields),
            (&mut self.placeholders, o.placeholders),
            (&mut self.unfinished, o.unfinished),
            (&mut self.unsplit_writes, o.unsplit_writes),
            (&mut self.told_twice, o.told_twice),
            (&mut self.limit_hits, o.limit_hits),
        ];
        for (mine, theirs) in pairs {
            *mine = mine.saturating_add(theirs);
        }
    }
}
