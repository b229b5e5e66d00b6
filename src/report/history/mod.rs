//! A history on several plans: the screen, the tables, the document, the chart.

pub mod json;
pub mod screen;
pub mod tables;
#[cfg(test)]
mod tests;

use crate::analysis::history::HistoryFindings;
use crate::report::charts::history;
use crate::report::folder::Written;
use crate::report::output::{Draft, OutputError};

/// The document of the folder.
pub const DOCUMENT: &str = "history.json";

/// Writes all files into a draft of the folder; the document comes last and lists them.
///
/// # Errors
/// When a file cannot be written or the chart cannot be drawn.
pub fn write(draft: &Draft, f: &HistoryFindings, charts: bool) -> Result<Written, OutputError> {
    let mut files = Vec::new();
    for table in tables::TABLES {
        draft.file(table.file, |to| (table.write)(f, to))?;
        files.push(table.file.to_owned());
    }
    let wrong = |e| OutputError::Disk(std::io::Error::other(e));
    let chart = match charts {
        true => history::render(f).map_err(wrong)?,
        false => None,
    };
    if let Some(chart) = &chart {
        for (ending, bytes) in [("svg", chart.svg.as_bytes()), ("png", &chart.png)] {
            let name = format!("charts/{}.{ending}", chart.file);
            draft.file(&name, |to| to.write_all(bytes))?;
            files.push(name);
        }
    }
    files.push(DOCUMENT.to_owned());
    let text = json::document(f, &files)?;
    draft.file(DOCUMENT, |to| to.write_all(text.as_bytes()))?;
    Ok(Written {
        tables: tables::TABLES.len(),
        charts: usize::from(chart.is_some()),
        files,
    })
}

/// `4 tables, 1 chart, history.json`.
pub fn summary(written: &Written) -> String {
    match written.charts {
        0 => format!("{} tables, {DOCUMENT}", written.tables),
        n => format!("{} tables, {n} chart, {DOCUMENT}", written.tables),
    }
}
