//! A table of readings that any program can write: `at` (or `ts`, `time`, `timestamp`) and a column
//! of percentages for each window, as in `at,session_pct,week_pct,week_fable_pct`; a column with
//! `resets` instead of `pct` holds when the window resets. Empty cells say nothing; other columns
//! are left alone.

use csv::StringRecord;

use super::fields::Notes;
use super::{Problem, Reading, WindowKind};
use crate::base::time::Instant;
use crate::logs::when;

/// Names of the column of times.
const TIMES: &[&str] = &["at", "ts", "time", "timestamp"];

/// A window's columns.
struct Column {
    kind: WindowKind,
    name: String,
    percent: usize,
    resets: Option<usize>,
}

/// Whether a text is such a table.
pub(super) fn applies(text: &str) -> bool {
    let header = text.lines().next().unwrap_or("");
    let names: Vec<String> = header.split(',').map(plain).collect();
    names.iter().any(|n| TIMES.contains(&n.as_str()))
        && names.iter().any(|n| window(n, PERCENT).is_some())
}

const PERCENT: &[&str] = &["_pct", "_percent", "_utilization"];
const RESETS: &[&str] = &["_resets", "_resets_at"];

fn plain(name: &str) -> String {
    name.trim().trim_matches('"').to_lowercase()
}

/// The window that a column is about, if its name ends in one of these.
fn window(name: &str, ends: &[&str]) -> Option<WindowKind> {
    let head = ends.iter().find_map(|end| name.strip_suffix(end))?;
    match head {
        "session" | "five_hour" => Some(WindowKind::Session),
        "week" | "weekly" | "weekly_all" | "seven_day" => Some(WindowKind::Week),
        other => {
            let model = ["week_", "weekly_", "seven_day_"]
                .iter()
                .find_map(|start| other.strip_prefix(start))?;
            let mut letters = model.chars();
            let first = letters.next()?;
            let model = first.to_uppercase().collect::<String>() + letters.as_str();
            Some(WindowKind::WeekModel(model))
        }
    }
}

/// Reads the table; everything that is wrong is said at once.
pub(super) fn read(text: &str) -> Result<Vec<Reading>, Vec<Problem>> {
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = match table.headers() {
        Ok(header) => header.clone(),
        Err(e) => {
            return Err(vec![Problem::new(
                e.to_string(),
                "expected a line of names",
            )]);
        }
    };
    let names: Vec<String> = header.iter().map(plain).collect();
    let time = names.iter().position(|n| TIMES.contains(&n.as_str()));
    let columns = columns(&names);
    let mut notes = Notes::default();
    let mut all = Vec::new();
    for record in table.into_records() {
        match record {
            Ok(record) => {
                notes.line = record.position().map(|p| p.line() as usize);
                row(&record, time, &columns, &mut notes, &mut all);
            }
            Err(e) => {
                notes.line = e.position().map(|p| p.line() as usize);
                notes.wrong("the line", "no text", "expected UTF-8", "");
            }
        }
    }
    let shares = std::mem::take(&mut notes.shares);
    notes.problems.extend(shares.problem());
    if !notes.problems.is_empty() {
        return Err(notes.problems);
    }
    all.sort_by(|a: &Reading, b| (a.at, &a.kind).cmp(&(b.at, &b.kind)));
    Ok(all)
}

fn columns(names: &[String]) -> Vec<Column> {
    let resets = |kind: &WindowKind| {
        let of = |n: &String| window(n, RESETS).as_ref() == Some(kind);
        names.iter().position(of)
    };
    let column = |(percent, name): (usize, &String)| {
        let kind = window(name, PERCENT)?;
        Some(Column {
            resets: resets(&kind),
            kind,
            name: name.clone(),
            percent,
        })
    };
    names.iter().enumerate().filter_map(column).collect()
}

fn row(
    record: &StringRecord,
    time: Option<usize>,
    columns: &[Column],
    notes: &mut Notes,
    all: &mut Vec<Reading>,
) {
    let cell = |at: Option<usize>| at.and_then(|i| record.get(i)).filter(|t| !t.is_empty());
    if record.iter().all(str::is_empty) {
        return;
    }
    let Some(at) = cell(time).and_then(instant) else {
        let found = cell(time).map_or("empty".to_owned(), super::fields::short);
        notes.wrong(
            "the time",
            &found,
            "expected a time like 2026-11-20T14:00:00Z",
            "",
        );
        return;
    };
    for column in columns {
        let Some(text) = cell(Some(column.percent)) else {
            continue;
        };
        let Ok(value) = text.trim_end_matches('%').trim().parse::<f64>() else {
            let found = super::fields::short(text);
            notes.wrong(
                &column.name,
                &found,
                "expected a percentage from 0 to 100",
                "",
            );
            continue;
        };
        let resets = cell(column.resets).map(|t| (t, instant(t)));
        if let Some((text, None)) = resets {
            let found = super::fields::short(text);
            let name = format!("the reset of {}", column.name);
            notes.wrong(
                &name,
                &found,
                "expected a time like 2026-11-20T14:00:00Z",
                "",
            );
        }
        if let Some(percent) = notes.percent(&column.name, value) {
            let resets = resets.and_then(|r| r.1);
            all.push(Reading::new(at, column.kind.clone(), percent, resets));
        }
    }
}

fn instant(text: &str) -> Option<Instant> {
    match text.parse::<i64>() {
        Ok(number) => when::epoch(number),
        Err(_) => when::instant(text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::readings;
    use super::*;

    #[test]
    fn a_table_of_readings() {
        let text = "person,ts,session_pct,week_fable_pct,session_resets\n\
                    a,2026-10-05T10:00:00Z,28,,2026-10-05T14:00:00Z\n\
                    a,1791194460,29.5,3,\n";
        let all = readings("r.csv", text).unwrap();
        let said: Vec<(WindowKind, f64, bool)> = all
            .iter()
            .map(|r| (r.kind.clone(), r.percent, r.resets.is_some()))
            .collect();
        let fable = WindowKind::WeekModel("Fable".into());
        let expected = vec![
            (WindowKind::Session, 28.0, true),
            (WindowKind::Session, 29.5, false),
            (fable, 3.0, false),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn all_that_is_wrong_with_a_table() {
        let text =
            "at,session_pct\n2026-10-05T10:00:00Z,128\nyesterday,3\n2026-10-05T11:00:00Z,x\n";
        let problems = readings("r.csv", text).unwrap_err();
        let lines: Vec<Option<usize>> = problems.list.iter().map(|p| p.line).collect();
        assert_eq!(lines, [Some(2), Some(3), Some(4)], "{problems}");
    }
}
