//! Learned limits: the screen, the tables, the document, the chart.

pub mod json;
mod notes;
pub mod screen;
pub mod sentences;
pub mod tables;
#[cfg(test)]
mod tests;

use super::charts::limits;
use super::folder::{Written, pictures};
use super::output::{Draft, MARK, OutputError};
use crate::fit::limits::Limits;

pub use json::document;
pub use screen::screen;

/// Writes all files into a draft of the folder; the document comes last and lists them.
///
/// # Errors
/// When a file cannot be written or the chart cannot be drawn.
pub fn write(draft: &Draft, l: &Limits, charts: bool) -> Result<Written, OutputError> {
    let mut files = Vec::new();
    for table in tables::TABLES {
        draft.file(table.file, |to| (table.write)(l, to))?;
        files.push(table.file.to_owned());
    }
    let wrong = |e| OutputError::Disk(std::io::Error::other(e));
    let chart = match charts {
        true => limits::render(l).map_err(wrong)?,
        false => None,
    };
    let rendered: Vec<_> = chart.into_iter().collect();
    pictures(draft, &rendered, &mut files)?;
    files.push(MARK.to_owned());
    let text = document(l, &files)?;
    draft.file(MARK, |to| to.write_all(text.as_bytes()))?;
    Ok(Written {
        tables: tables::TABLES.len(),
        charts: rendered.len(),
        files,
    })
}
