//! The files of a run: every table, every chart, and the document.

use crate::report::charts::{Rendered, render_all};
use crate::report::json::document;
use crate::report::output::{Draft, MARK, OutputError};
use crate::report::tables::{Sheet, TABLES};

/// What was written, for the screen's last line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub tables: usize,
    pub charts: usize,
    /// Every file, as listed in the document.
    pub files: Vec<String>,
}

/// Writes all files of a run into a draft of its folder; the document comes last and lists them.
///
/// # Errors
/// When a file cannot be written or a chart cannot be drawn.
pub fn write(draft: &Draft, sheet: &Sheet<'_>, charts: bool) -> Result<Written, OutputError> {
    let mut files = Vec::new();
    for table in TABLES {
        draft.file(table.file, |to| (table.write)(sheet, to))?;
        files.push(table.file.to_owned());
    }
    let rendered = if charts {
        render_all(sheet.findings).map_err(|e| OutputError::Disk(std::io::Error::other(e)))?
    } else {
        Vec::new()
    };
    pictures(draft, &rendered, &mut files)?;
    files.push(MARK.to_owned());
    let text = document(sheet.findings, &files).to_text()?;
    draft.file(MARK, |to| to.write_all(text.as_bytes()))?;
    Ok(Written {
        tables: TABLES.len(),
        charts: rendered.len(),
        files,
    })
}

/// Writes charts as SVG and PNG, and adds their names to a list.
///
/// # Errors
/// When a file cannot be written.
pub fn pictures(
    draft: &Draft,
    rendered: &[Rendered],
    files: &mut Vec<String>,
) -> Result<(), OutputError> {
    for chart in rendered {
        for (ending, bytes) in [("svg", chart.svg.as_bytes()), ("png", &chart.png)] {
            let name = format!("charts/{}.{ending}", chart.file);
            draft.file(&name, |to| to.write_all(bytes))?;
            files.push(name);
        }
    }
    Ok(())
}

impl Written {
    /// `10 tables, 6 charts, run.json`.
    pub fn summary(&self) -> String {
        let many = |n: usize, one: &str| match n {
            0 => String::new(),
            1 => format!("1 {one}, "),
            n => format!("{n} {one}s, "),
        };
        let (tables, charts) = (many(self.tables, "table"), many(self.charts, "chart"));
        format!("{tables}{charts}{MARK}")
    }
}
