//! From paths to merged logs.

use std::path::{Path, PathBuf};

use crate::base::time::Instant;

use super::readers::{FORMATS, Origin};
use super::record::{Logs, Rows};

/// What to read and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files, folders, or `-` for standard input.
    pub paths: Vec<PathBuf>,
}

/// Why logs could not be read.
#[derive(Debug)]
pub enum SourceError {
    /// The input is wrong.
    Wrong(String),
    /// The machine failed.
    Io(std::io::Error),
}

/// Reads and merges logs.
///
/// # Errors
/// When a path is missing or unreadable, or a file has no known format.
pub fn read(options: &Options) -> Result<Logs, SourceError> {
    let mut rows = Rows::default();
    for path in &options.paths {
        folder(path, &mut rows)?;
    }
    Ok(super::merge(rows))
}

fn folder(path: &Path, rows: &mut Rows) -> Result<(), SourceError> {
    if path.is_dir() {
        for entry in fs_err::read_dir(path).map_err(SourceError::Io)? {
            let path = entry.map_err(SourceError::Io)?.path();
            if path.is_dir() || path.extension().is_some_and(|e| e == "jsonl") {
                folder(&path, rows)?;
            }
        }
        return Ok(());
    }
    let text = fs_err::read(path).map_err(SourceError::Io)?;
    rows.receipt.files += 1;
    rows.receipt.bytes += text.len() as u64;
    let name = path.to_string_lossy();
    let format = FORMATS.iter().find(|f| (f.recognise)(&text));
    let Some(format) = format else {
        return Err(SourceError::Wrong(format!("{name}: no known format")));
    };
    let origin = Origin { path: &name };
    (format.read)(&text, origin, rows)
        .map_err(|e| SourceError::Wrong(format!("{name}: {}", e.0)))?;
    rows.settle(rows.times.map_or(Instant(0), |t| t.0));
    rows.times = None;
    Ok(())
}
