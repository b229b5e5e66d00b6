//! One merge for everything that reads logs.
//!
//! A streamed message is logged several times, a forked session repeats its parent's rows, and a
//! sub-agent's file may repeat rows of the main thread. Copies with one key are one request: kind by
//! kind the largest number, the earliest time; if a copy belongs to the main thread, the
//! sub-agents' copies count only for the time. Where the copies disagree about the session, the
//! earliest copy decides. The result does not depend on the order of the rows.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::base::time::Instant;

use super::names::{Name, Names};
use super::record::{Compaction, LimitHit, Logs, OutputCount, Prompt, Request, Row, Rows};

/// The identity of a request, from what a row knows of it. Ids of the vendor's interface (`msg_…`)
/// are unique by themselves; other ids are unique within their session; without a message id the
/// request id counts, and without that the row itself.
pub fn key(message: &str, request: &str, session: &str, row: &str) -> u128 {
    match (message, request) {
        (m, _) if m.starts_with("msg_") => hash(&[m]),
        ("", "") => hash(&["row", row]),
        ("", r) => hash(&["request", session, r]),
        (m, _) => hash(&["message", session, m]),
    }
}

/// 128 bits of a list of texts; lists that differ have different hashes, for all that matters here.
pub fn hash(parts: &[&str]) -> u128 {
    let mut state = xxhash_rust::xxh3::Xxh3::new();
    for part in parts {
        state.update(part.as_bytes());
        state.update(&[0xff]);
    }
    state.digest128()
}

/// Makes one request of the copies of each.
pub fn merge(rows: Rows) -> Logs {
    let Rows {
        names,
        rows,
        mut prompts,
        mut compactions,
        mut limit_hits,
        mut receipt,
    } = rows;
    let mut found: HashMap<u128, Copies> = HashMap::with_capacity(rows.len() / 2);
    for row in &rows {
        found
            .entry(row.key)
            .and_modify(|c| c.add(&names, row.request))
            .or_insert_with(|| Copies::of(row.request));
    }
    receipt.duplicates += (rows.len() - found.len()) as u64;
    receipt.requests += found.len() as u64;
    let mut keyed: Vec<Row> = found
        .into_iter()
        .map(|(key, copies)| Row {
            key,
            request: copies.one(),
        })
        .collect();
    keyed.sort_unstable_by_key(|r| (r.request.at, r.key));
    let requests: Vec<Request> = keyed.into_iter().map(|r| r.request).collect();
    receipt.placeholders += count(&requests, OutputCount::Placeholder);
    receipt.unfinished += count(&requests, OutputCount::Unfinished);
    once(&mut prompts, |p: &Prompt| (p.at, p.key), |p| p.key);
    once(&mut compactions, |c: &Compaction| (c.at, c.key), |c| c.key);
    once(&mut limit_hits, |h: &LimitHit| (h.at, h.key), |h| h.key);
    receipt.limit_hits = limit_hits.len() as u64;
    Logs {
        names,
        requests,
        prompts,
        compactions,
        limit_hits,
        receipt,
    }
}

fn count(requests: &[Request], what: OutputCount) -> u64 {
    requests.iter().filter(|r| r.output == what).count() as u64
}

/// Sorts, and keeps the first of each key.
fn once<T, S: Ord>(list: &mut Vec<T>, order: impl Fn(&T) -> S, key: impl Fn(&T) -> u128) {
    list.sort_unstable_by_key(|t| order(t));
    let mut seen = std::collections::HashSet::with_capacity(list.len());
    list.retain(|t| seen.insert(key(t)));
}

/// The copies of one request that were met so far.
#[derive(Clone, Copy)]
struct Copies {
    /// Of the copies that count: the main thread's, if there is one.
    best: Request,
    first: Instant,
    last: Instant,
}

impl Copies {
    fn of(request: Request) -> Copies {
        Copies {
            best: request,
            first: request.at,
            last: request.until,
        }
    }

    fn add(&mut self, names: &Names, other: Request) {
        self.first = self.first.min(other.at);
        self.last = self.last.max(other.until);
        match (self.best.sidechain, other.sidechain) {
            (false, true) => {}
            (true, false) => self.best = other,
            _ => self.best = joined(names, self.best, other),
        }
    }

    fn one(self) -> Request {
        Request {
            at: self.first,
            until: self.last,
            ..self.best
        }
    }
}

/// One request of two copies of it that count alike, in either order.
fn joined(names: &Names, a: Request, b: Request) -> Request {
    let (first, other) = if order(names, &a, &b).is_le() {
        (a, b)
    } else {
        (b, a)
    };
    Request {
        tokens: first.tokens.max(other.tokens),
        web_searches: first.web_searches.max(other.web_searches),
        fast: first.fast || other.fast,
        batch: first.batch || other.batch,
        us_only: first.us_only || other.us_only,
        output: first.output.max(other.output),
        logged_cost: first.logged_cost.max(other.logged_cost),
        count: first.count.max(other.count),
        ..first
    }
}

/// Which copy tells session, project and model: the earliest; of copies at one instant, the one
/// whose names come first.
fn order(names: &Names, a: &Request, b: &Request) -> Ordering {
    let text = |n: Name| names.text(n);
    a.at.cmp(&b.at)
        .then_with(|| text(a.session).cmp(text(b.session)))
        .then_with(|| text(a.project).cmp(text(b.project)))
        .then_with(|| text(a.agent).cmp(text(b.agent)))
        .then_with(|| text(a.model).cmp(text(b.model)))
}
