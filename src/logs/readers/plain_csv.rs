//! A table that any program can write: one line per request, with the header
//! `timestamp, model, input, cache_write_5m, cache_write_1h, cache_read, output` and, as they are
//! known, `session, agent, project, sidechain, count`. Columns may stand in any order.
//!
//! The reader is strict: whoever writes such a table can write it right. Everything that is wrong is
//! said at once.

use csv::StringRecord;
use jiff::Timestamp;

use super::{Format, NotThisFormat, Origin, Unit};
use crate::base::text::suggest;
use crate::base::time::Instant;
use crate::logs::merge;
use crate::logs::problems::{Problem, Problems};
use crate::logs::record::{OutputCount, Request, Row, Rows, Tokens};

use std::collections::BTreeMap;

pub const FORMAT: Format = Format {
    name: "csv",
    about: "CSV: timestamp, model, input, cache_write_5m, cache_write_1h, cache_read, output, …",
    unit: Unit::Document,
    recognise,
    read,
};

/// Columns that must be there.
const NEEDED: &[&str] = &[
    "timestamp",
    "model",
    "input",
    "cache_write_5m",
    "cache_write_1h",
    "cache_read",
    "output",
];
/// Columns that may be there.
const OPTIONAL: &[&str] = &["session", "agent", "project", "sidechain", "count"];

fn recognise(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let line = head.split(|b| *b == b'\n').next().unwrap_or(head);
    let names: Vec<&[u8]> = line
        .split(|b| *b == b',')
        .map(|name| name.trim_ascii().trim_ascii_end())
        .map(|name| name.strip_prefix(b"\"").unwrap_or(name))
        .map(|name| name.strip_suffix(b"\"").unwrap_or(name))
        .collect();
    ["timestamp", "model"]
        .iter()
        .all(|n| names.contains(&n.as_bytes()))
}

/// Where the columns stand.
struct Columns<'a> {
    at: BTreeMap<&'a str, usize>,
}

impl Columns<'_> {
    fn get<'r>(&self, name: &str, record: &'r StringRecord) -> &'r str {
        let at = self.at.get(name);
        at.and_then(|i| record.get(*i)).unwrap_or("")
    }
}

fn read(text: &[u8], origin: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text);
    let mut problems = Vec::new();
    let header = match table.headers() {
        Ok(header) => header.clone(),
        Err(e) => return Err(NotThisFormat(e.to_string())),
    };
    let columns = columns(&header, &mut problems);
    let mut seen: BTreeMap<u128, u32> = BTreeMap::new();
    let mut record = StringRecord::new();
    let mut new = Vec::new();
    loop {
        match table.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(e) => {
                let line = e.position().map_or(0, |p| p.line() as usize);
                let problem = Problem::new("the line is not text", "expected UTF-8");
                problems.push(problem.line(line));
                continue;
            }
        }
        rows.receipt.rows += 1;
        let line = record.position().map_or(0, |p| p.line() as usize);
        if record.len() != header.len() {
            let what = format!("{} fields", record.len());
            let expected = format!("expected {}, as the header has", header.len());
            problems.push(Problem::new(what, expected).line(line));
            continue;
        }
        let before = problems.len();
        let request = request(&columns, &record, line, rows, &mut problems);
        if problems.len() == before {
            new.push(Row {
                key: key(&record, &mut seen),
                request,
            });
        }
    }
    if problems.is_empty() {
        rows.receipt.usage_rows += new.len() as u64;
        rows.rows.append(&mut new);
        return Ok(());
    }
    let problems = Problems::new(origin.path, problems);
    Err(NotThisFormat(problems.nameless()))
}

fn columns<'a>(header: &'a StringRecord, problems: &mut Vec<Problem>) -> Columns<'a> {
    let mut at = BTreeMap::new();
    let all = || NEEDED.iter().chain(OPTIONAL).copied();
    for (i, name) in header.iter().enumerate() {
        if !all().any(|known| known == name) {
            let help = match suggest(name, all()) {
                Some(known) => format!("did you mean {known}?"),
                None => format!("known are {}", all().collect::<Vec<_>>().join(", ")),
            };
            let problem = Problem::new(format!("unknown column \"{name}\""), "").help(help);
            problems.push(problem.line(1));
        } else if at.insert(name, i).is_some() {
            let problem = Problem::new(format!("the column {name} is there twice"), "");
            problems.push(problem.line(1));
        }
    }
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|n| !at.contains_key(*n))
        .copied()
        .collect();
    if !missing.is_empty() {
        let what = format!("the header has no {}", missing.join(", "));
        let expected = format!("expected {}", NEEDED.join(", "));
        problems.push(Problem::new(what, expected).line(1));
    }
    Columns { at }
}

fn request(
    columns: &Columns<'_>,
    record: &StringRecord,
    line: usize,
    rows: &mut Rows,
    problems: &mut Vec<Problem>,
) -> Request {
    let mut wrong = |name: &str, expected: &str| {
        let what = format!("{name} is \"{}\"", columns.get(name, record));
        problems.push(Problem::new(what, expected).line(line));
    };
    let mut count = |name: &'static str| {
        let text = columns.get(name, record);
        let n = text.parse::<u64>().ok().filter(|n| *n <= Tokens::BELIEVED);
        if n.is_none() && columns.at.contains_key(name) {
            wrong(name, "expected a whole number of tokens, at least 0");
        }
        n.unwrap_or(0)
    };
    let tokens = Tokens {
        input: count("input"),
        cache_write_5m: count("cache_write_5m"),
        cache_write_1h: count("cache_write_1h"),
        cache_read: count("cache_read"),
        output: count("output"),
    };
    let at = columns.get("timestamp", record).parse::<Timestamp>();
    if at.is_err() && columns.at.contains_key("timestamp") {
        wrong(
            "timestamp",
            "expected a time with its zone, like 2026-11-20T14:00:00Z",
        );
    }
    let at = at.map_or(Instant(0), |t| Instant(t.as_millisecond()));
    let model = columns.get("model", record);
    if model.is_empty() && columns.at.contains_key("model") {
        wrong("model", "expected the name of a model");
    }
    let sidechain = match columns.get("sidechain", record) {
        "true" | "1" => true,
        "false" | "0" | "" => false,
        _ => {
            wrong("sidechain", "expected true or false");
            false
        }
    };
    let count = match columns.get("count", record) {
        "" => 1,
        text => text.parse().unwrap_or_else(|_| {
            wrong("count", "expected the number of requests, 0 if not known");
            1
        }),
    };
    Request {
        at,
        until: at,
        model: rows.names.add(model),
        session: rows.names.add(columns.get("session", record)),
        project: rows.names.add(columns.get("project", record)),
        agent: rows.names.add(columns.get("agent", record)),
        tokens,
        sidechain,
        output: OutputCount::Final,
        count,
        ..Request::default()
    }
}

/// Lines of the same content are different requests in one file, and the same when the file is read
/// twice: so a line is known by its content and by how many such lines stand before it.
fn key(record: &StringRecord, seen: &mut BTreeMap<u128, u32>) -> u128 {
    let fields: Vec<&str> = record.iter().collect();
    let content = merge::hash(&fields);
    let number = seen.entry(content).and_modify(|n| *n += 1).or_insert(0);
    merge::hash(&["csv", &content.to_string(), &number.to_string()])
}
