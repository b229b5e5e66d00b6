//! Files of percentages.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::exit::Failure;
use super::state;
use crate::logs::state::{self as forms, Context, Reading};

/// All readings of some files, in order of time: files that grow, saved answers, screens. A single
/// answer without a time was read when its file was written.
pub fn readings(option: &str, files: &[PathBuf], zone: &TimeZone) -> Result<Vec<Reading>, Failure> {
    let mut all = Vec::new();
    for file in files {
        all.extend(of(option, file, zone)?);
    }
    all.sort_by(|a, b| (a.at, &a.kind).cmp(&(b.at, &b.kind)));
    all.dedup();
    Ok(all)
}

fn of(option: &str, file: &Path, zone: &TimeZone) -> Result<Vec<Reading>, Failure> {
    let (text, written, _) = state::read(option, file)?;
    let name = file.display().to_string();
    let wrong = |e: crate::logs::problems::Problems| Failure::Wrong(e.to_string());
    let grown = forms::readings(&name, &text);
    if !single(&text) || grown.as_ref().is_ok_and(|all| !all.is_empty()) {
        return grown.map_err(wrong);
    }
    let context = Context {
        at: written,
        zone: zone.clone(),
    };
    let found = forms::state(&name, &text, &context).map_err(wrong)?;
    let at = found.at.unwrap_or(written);
    let windows = found.windows.into_iter();
    Ok(windows.map(|w| Reading::of(at, w)).collect())
}

/// Whether a text is one answer or one screen, and not a file that grows.
fn single(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['{', '[']) {
        return serde_json::from_str::<serde_json::Value>(text).is_ok();
    }
    !text.lines().next().is_some_and(|line| line.contains(','))
}
