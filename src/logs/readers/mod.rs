//! Formats that can be read: one file and one line in [`FORMATS`] each. Every reader ends in
//! [`Rows`]; none of them merges, prices or sums up.

use super::record::{Request, Rows};

pub mod admin;
pub mod ccusage;
pub mod claude_code;
pub mod codex;
pub mod document;
pub mod head;
pub mod litellm;
pub mod otel;
pub mod plain_csv;

/// Where a piece of text comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Path of the file below its root, or `-`.
    pub path: &'a str,
}

impl<'a> Origin<'a> {
    /// The project that the file belongs to: the folder below `projects`, or else the first folder
    /// on the way to it.
    pub fn project(self) -> Option<&'a str> {
        let parts: Vec<&str> = self.path.split(['/', '\\']).collect();
        let folders = parts.split_last().map_or(&[][..], |(_, folders)| folders);
        let below = folders.iter().rposition(|p| *p == "projects");
        let at = below.map_or(0, |i| i + 1);
        folders.get(at).copied().filter(|p| !p.is_empty())
    }

    /// The name of the file without its ending: in transcripts the session, if no row names one.
    pub fn stem(self) -> &'a str {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or("");
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// What a reader can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Any run of whole lines: big files are read in pieces, on all cores.
    Lines,
    /// A whole document.
    Document,
}

/// A format.
pub struct Format {
    /// As in `--format`.
    pub name: &'static str,
    pub about: &'static str,
    pub unit: Unit,
    /// Whether a text looks like this format, from its first bytes.
    pub recognise: fn(head: &[u8]) -> bool,
    /// Adds what the text says to `rows`.
    ///
    /// # Errors
    /// When the text is not of this format at all; rows that cannot be read are counted instead.
    pub read: fn(text: &[u8], origin: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat>,
}

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotThisFormat(pub String);

/// Formats in the order in which they are tried.
pub const FORMATS: &[Format] = &[
    claude_code::FORMAT,
    codex::FORMAT,
    ccusage::FORMAT,
    litellm::FORMAT,
    otel::FORMAT,
    admin::FORMAT,
    plain_csv::FORMAT,
];

/// Adds cache writes whose life a log does not tell. They are put where most of real use belongs:
/// subscriptions write for an hour (78 % of writes and more in published logs).
fn unsplit(request: &mut Request, written: u64) {
    let hour = &mut request.tokens.cache_write_1h;
    *hour = hour.saturating_add(written);
    request.unsplit |= written > 0;
}
