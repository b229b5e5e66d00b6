//! Usage as a screen, as CSV and as a document.

use std::io::{self, Write};

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::analysis::usage::{Group, Sum, Usage, label, notes, sentences};
use crate::analysis::words::usd;
use crate::base::civil::Zone;
use crate::base::money::group_thousands;
use crate::base::time::Instant;
use crate::logs::Receipt;

use super::page::{Look, Page};
use super::tables::cell::Rows;

/// The version of the document.
const FORMAT: u32 = 1;

/// The screen: sentences, the table, what was read.
pub fn screen(u: &Usage, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    for sentence in sentences(u) {
        page.wrapped("", &sentence);
    }
    page.blank();
    page.table(
        &table(u),
        &[vec![false; u.by.len()], vec![true; 8]].concat(),
    );
    page.blank();
    for (kind, note) in notes(u) {
        page.wrapped(kind, &note);
    }
    page.end()
}

fn table(u: &Usage) -> Vec<Vec<String>> {
    let mut head: Vec<String> = u.by.iter().map(|b| label(*b).to_owned()).collect();
    head.extend(["requests", "input", "written", "read", "output", "dollars"].map(str::to_owned));
    let mut rows = vec![head];
    let row = |keys: &[String], s: &Sum| {
        let mut cells = keys.to_vec();
        cells.extend(
            [
                s.requests,
                s.tokens.input,
                s.tokens.cache_write(),
                s.tokens.cache_read,
                s.tokens.output,
            ]
            .map(group_thousands),
        );
        cells.push(match (s.dollars(), s.unpriced) {
            (None, _) => "no price".to_owned(),
            (Some(_), 0) => usd(s.usd()),
            (Some(_), _) => format!("{}+", usd(s.usd())),
        });
        cells
    };
    rows.extend(u.groups.iter().map(|g| row(&g.keys, &g.sum)));
    if u.groups.len() > 1 {
        let mut keys = vec![String::new(); u.by.len()];
        if let Some(first) = keys.first_mut() {
            "All".clone_into(first);
        }
        rows.push(row(&keys, &u.total));
    }
    rows
}

/// The table as CSV. Sums of groups with a request that has no price leave those requests out and
/// say how many they are.
///
/// # Errors
/// When it cannot be written.
pub fn csv(u: &Usage, to: &mut dyn Write) -> io::Result<()> {
    let mut header: Vec<&str> = u.by.iter().map(|b| b.name()).collect();
    header.extend([
        "first",
        "last",
        "requests",
        "sessions",
        "input_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "cache_read_tokens",
        "output_tokens",
        "total_tokens",
        "web_searches",
        "cost_usd",
        "unpriced_requests",
    ]);
    let mut rows = Rows::start(to, &header)?;
    for g in &u.groups {
        let s = &g.sum;
        let mut cells = g.keys.clone();
        cells.extend([at(u, s.first), at(u, s.last)]);
        cells.extend(numbers(s).map(|n| n.to_string()));
        cells.push(s.dollars().map_or_else(String::new, |d| d.to_string()));
        cells.push(s.unpriced.to_string());
        rows.row(cells)?;
    }
    rows.end()
}

/// Counts in the order of the CSV.
fn numbers(s: &Sum) -> [u64; 9] {
    let t = &s.tokens;
    [
        s.requests,
        s.sessions,
        t.input,
        t.cache_write_5m,
        t.cache_write_1h,
        t.cache_read,
        t.output,
        t.total(),
        s.web_searches,
    ]
}

fn at(u: &Usage, at: Option<Instant>) -> String {
    at.map_or_else(String::new, |at| Zone(&u.zone).local(at).iso())
}

/// The document.
///
/// # Errors
/// Never in practice: it holds only text, numbers and lists.
pub fn json(u: &Usage) -> io::Result<String> {
    let by: Vec<&str> = u.by.iter().map(|b| b.name()).collect();
    let document = json!({
        "format": FORMAT,
        "burncast": env!("CARGO_PKG_VERSION"),
        "by": by,
        "timezone": u.zone_name,
        "sentences": sentences(u),
        "groups": u.groups.iter().map(|g| group(u, g)).collect::<Vec<_>>(),
        "total": sum(u, &u.total),
        "read": receipt(&u.receipt),
        "limit_hits": u.limit_hits,
        "unpriced_requests": u.unpriced,
        "nearest_price_requests": u.outside,
        "placeholder_output_requests": u.placeholders,
        "placeholder_output_missing": u.imputed.map(|i| json!({
            "tokens": i.tokens.round(),
            "usd": (i.usd * 1e4).round() / 1e4,
            "from_own_requests": i.own,
        })),
        "unfinished_requests": u.unfinished,
    });
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

fn group(u: &Usage, g: &Group) -> Value {
    let mut all = Map::new();
    for (by, key) in u.by.iter().zip(&g.keys) {
        all.insert(by.name().to_owned(), json!(key));
    }
    if let Value::Object(rest) = sum(u, &g.sum) {
        all.extend(rest);
    }
    Value::Object(all)
}

fn sum(u: &Usage, s: &Sum) -> Value {
    let t = &s.tokens;
    json!({
        "first": at(u, s.first),
        "last": at(u, s.last),
        "requests": s.requests,
        "sessions": s.sessions,
        "input_tokens": t.input,
        "cache_write_5m_tokens": t.cache_write_5m,
        "cache_write_1h_tokens": t.cache_write_1h,
        "cache_read_tokens": t.cache_read,
        "output_tokens": t.output,
        "total_tokens": t.total(),
        "web_searches": s.web_searches,
        "cost_usd": s.dollars().map(|d: Decimal| d.to_string()),
        "unpriced_requests": s.unpriced,
    })
}

/// Every count of a receipt.
pub fn receipt(r: &Receipt) -> Value {
    json!({
        "files": r.files,
        "bytes": r.bytes,
        "rows": r.rows,
        "usage_rows": r.usage_rows,
        "requests": r.requests,
        "duplicates": r.duplicates,
        "cut_lines": r.cut_lines,
        "broken_rows": r.broken_rows,
        "without_id": r.without_id,
        "synthetic": r.synthetic,
        "errors": r.errors,
        "odd_fields": r.odd_fields,
        "placeholders": r.placeholders,
        "unfinished": r.unfinished,
        "unsplit_writes": r.unsplit_writes,
        "limit_hits": r.limit_hits,
    })
}
