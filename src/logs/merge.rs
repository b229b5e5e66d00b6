//! One merge for everything that reads logs.
//!
//! A streamed message is logged several times, a forked session repeats its parent's rows, and a
//! sub-agent's file may repeat rows of the main thread. Copies with one key are one request: kind by
//! kind the largest number, the earliest time; if a copy belongs to the main thread, the
//! sub-agents' copies count only for the time. Output is the exception: one request has one output,
//! and where no copy of the main thread knows the final number, a sub-agent's copy that does tells it
//! (a number from the beginning of the stream is certainly too small). Where the copies disagree about
//! session, project or model, the earliest copy decides.
//!
//! The result does not depend on the order of the rows, nor on how they are put together on the way:
//! a file may be merged by itself first, and its copies with other files' copies later.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3;

use crate::base::time::Instant;

use super::names::{Name, Names};
use super::receipt::Receipt;
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

/// The identity of the call with number `index` within the call `whole`.
pub fn part_key(whole: u128, index: u64) -> u128 {
    hash(&["part", &whole.to_string(), &index.to_string()])
}

/// 128 bits of a list of texts; lists that differ have different hashes, for all that matters here.
pub fn hash(parts: &[&str]) -> u128 {
    if let [text] = parts {
        return xxh3::xxh3_128(text.as_bytes());
    }
    let mut state = xxh3::Xxh3::new();
    for part in parts {
        state.update(part.as_bytes());
        state.update(&[0xff]);
    }
    state.digest128()
}

/// The name that Claude Code gives to the folder of a project: its path, with every sign that is
/// neither a letter nor a digit turned into a hyphen.
pub fn folder_of(path: &str) -> String {
    let mut folder = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii_alphanumeric() {
            folder.push(c);
        } else {
            folder.extend(std::iter::repeat_n('-', c.len_utf16()));
        }
    }
    folder
}

/// Makes one request of the copies of each.
pub fn merge(mut rows: Rows) -> Logs {
    let mut all = Merger::default();
    rows.settle(Instant(0));
    all.take(&mut rows);
    all.finish()
}

/// The copies of one request that were met so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Copies {
    pub key: u128,
    /// Of the copies that count: the main thread's, if there is one. Its time is that of the copy
    /// that gave it its names.
    pub best: Request,
    /// Whether the output is a sub-agent's copy's.
    pub aside: bool,
    pub first: Instant,
    pub last: Instant,
}

/// Copies put together so far.
#[derive(Clone, Debug, Default)]
pub struct Merger {
    pub names: Names,
    pub copies: Vec<Copies>,
    /// Rows that the copies were made of.
    pub rows: u64,
    pub prompts: Vec<Prompt>,
    pub compactions: Vec<Compaction>,
    pub limit_hits: Vec<LimitHit>,
    /// Requests and duplicates are filled in at the end.
    pub receipt: Receipt,
    index: HashMap<u128, u32, BuildHasherDefault<Hashed>>,
}

impl Merger {
    /// Takes all rows out of `rows`, except those whose time is not known yet; their names stay.
    pub fn take(&mut self, rows: &mut Rows) {
        let map = self.names.adopt(&rows.names);
        let dated = |at: Instant| at != Rows::UNDATED;
        let taken = rows.rows.extract_if(.., |r| dated(r.request.at));
        for Row { key, request } in taken {
            self.rows += 1;
            self.put(Copies {
                key,
                best: renamed(&map, request),
                aside: request.sidechain,
                first: request.at,
                last: request.until,
            });
        }
        let name = |n: Name| named(&map, n);
        let prompts = rows.prompts.extract_if(.., |p| dated(p.at));
        self.prompts.extend(prompts.map(|p| Prompt {
            session: name(p.session),
            ..p
        }));
        let compactions = rows.compactions.extract_if(.., |c| dated(c.at));
        self.compactions.extend(compactions.map(|c| Compaction {
            session: name(c.session),
            ..c
        }));
        let hits = rows.limit_hits.extract_if(.., |h| dated(h.at));
        self.limit_hits.extend(hits.map(|h| LimitHit {
            session: name(h.session),
            words: name(h.words),
            ..h
        }));
        self.receipt.add(&std::mem::take(&mut rows.receipt));
    }

    /// Adds what another one has put together.
    pub fn join(&mut self, other: &Merger) {
        let map = self.names.adopt(&other.names);
        let name = |n: Name| named(&map, n);
        self.rows += other.rows;
        self.copies.reserve(other.copies.len());
        for &copies in &other.copies {
            self.put(Copies {
                best: renamed(&map, copies.best),
                ..copies
            });
        }
        self.prompts.extend(other.prompts.iter().map(|&p| Prompt {
            session: name(p.session),
            ..p
        }));
        self.compactions
            .extend(other.compactions.iter().map(|&c| Compaction {
                session: name(c.session),
                ..c
            }));
        self.limit_hits
            .extend(other.limit_hits.iter().map(|&h| LimitHit {
                session: name(h.session),
                words: name(h.words),
                ..h
            }));
        self.receipt.add(&other.receipt);
    }

    /// Adds the requests of an earlier reading that are no longer there.
    pub fn keep_from(&mut self, before: &Merger) {
        let gone = |c: &&Copies| !self.index.contains_key(&c.key);
        let gone: Vec<Copies> = before.copies.iter().filter(gone).copied().collect();
        if gone.is_empty() {
            return;
        }
        let map = self.names.adopt(&before.names);
        for copies in gone {
            self.rows += 1;
            self.receipt.usage_rows += 1;
            self.receipt.kept_requests += 1;
            self.put(Copies {
                best: renamed(&map, copies.best),
                ..copies
            });
        }
    }

    fn put(&mut self, copies: Copies) {
        let next = u32::try_from(self.copies.len()).unwrap_or(u32::MAX);
        let at = *self.index.entry(copies.key).or_insert(next);
        match self.copies.get_mut(at as usize) {
            Some(known) => *known = known.with(&self.names, copies),
            None => self.copies.push(copies),
        }
    }

    /// Every request once, in order of time; names in the order of their texts.
    pub fn finish(mut self) -> Logs {
        let (names, map) = self.names_in_order();
        let name = |n: Name| named(&map, n);
        self.copies.sort_by_cached_key(|c| (c.first, c.key));
        let one = |c: Copies| Request {
            at: c.first,
            until: c.last,
            ..renamed(&map, c.best)
        };
        let requests: Vec<Request> = self.copies.into_iter().map(one).collect();
        for p in &mut self.prompts {
            p.session = name(p.session);
        }
        for c in &mut self.compactions {
            c.session = name(c.session);
        }
        for h in &mut self.limit_hits {
            (h.session, h.words) = (name(h.session), name(h.words));
        }
        once(&mut self.prompts, |p| p.key, |p| p.at);
        once(&mut self.compactions, |c| c.key, |c| c.at);
        once(&mut self.limit_hits, |h| h.key, |h| h.at);
        let count = |is: fn(&Request) -> bool| requests.iter().filter(|r| is(r)).count() as u64;
        let receipt = &mut self.receipt;
        receipt.requests += requests.len() as u64;
        receipt.duplicates += self.rows - requests.len() as u64;
        receipt.placeholders += count(|r| r.output == OutputCount::Placeholder);
        receipt.unfinished += count(|r| r.output == OutputCount::Unfinished);
        receipt.unsplit_writes += count(|r| r.unsplit);
        receipt.limit_hits = self.limit_hits.len() as u64;
        Logs {
            names,
            requests,
            prompts: self.prompts,
            compactions: self.compactions,
            limit_hits: self.limit_hits,
            receipt: self.receipt,
        }
    }

    /// The names in use, sorted, and for each old one its new one. The folder of a project is
    /// called by the path that it stands for, where a session says so.
    fn names_in_order(&mut self) -> (Names, Vec<Name>) {
        let mut paths: Vec<(Name, Name)> = Vec::new();
        for path in self.names.all() {
            let text = self.names.text(path);
            if text.starts_with('/') || text.get(1..3) == Some(":\\") {
                paths.extend(self.names.find(&folder_of(text)).map(|f| (f, path)));
            }
        }
        let names = &self.names;
        paths.sort_by_key(|&(folder, path)| (folder, names.text(path)));
        paths.dedup_by_key(|p| p.0);
        let mut used = vec![false; self.names.len()];
        let mut use_it = |n: Name| {
            if let Some(used) = used.get_mut(n.index()) {
                *used = true;
            }
        };
        for Copies { best, .. } in &mut self.copies {
            if let Ok(at) = paths.binary_search_by_key(&best.project, |p| p.0) {
                best.project = paths.get(at).map_or(best.project, |p| p.1);
            }
            for name in [best.model, best.session, best.project, best.agent] {
                use_it(name);
            }
        }
        self.prompts.iter().for_each(|p| use_it(p.session));
        self.compactions.iter().for_each(|c| use_it(c.session));
        let hits = self.limit_hits.iter();
        hits.for_each(|h| [h.session, h.words].into_iter().for_each(&mut use_it));
        let mut sorted: Vec<Name> = names
            .all()
            .filter(|n| used.get(n.index()) == Some(&true))
            .collect();
        sorted.sort_by_key(|&n| names.text(n));
        let mut in_order = Names::default();
        let mut map = vec![Name::NONE; names.len()];
        for name in sorted {
            if let Some(new) = map.get_mut(name.index()) {
                *new = in_order.add(names.text(name));
            }
        }
        (in_order, map)
    }
}

impl Copies {
    /// The copies of both.
    fn with(self, names: &Names, other: Copies) -> Copies {
        let mut best = match (self.best.sidechain, other.best.sidechain) {
            (false, true) => self.best,
            (true, false) => other.best,
            _ => joined(names, self.best, other.best),
        };
        let (a, b) = (self.output_counts(), other.output_counts());
        let aside = if a < b { other.aside } else { self.aside };
        if a != b {
            let telling = if a < b { other.best } else { self.best };
            (best.output, best.tokens.output) = (telling.output, telling.tokens.output);
        } else if self.best.sidechain != other.best.sidechain {
            // Both outputs are sub-agents', though one of the requests is the main thread's.
            best.output = self.best.output.max(other.best.output);
            best.tokens.output = self.best.tokens.output.max(other.best.tokens.output);
        }
        Copies {
            key: self.key,
            best,
            aside,
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }

    /// Which output counts: a final one before any other, then the main thread's before a sub-agent's.
    /// Of outputs that count alike the largest is taken, so that no order matters.
    fn output_counts(&self) -> (bool, bool) {
        (self.best.output == OutputCount::Final, !self.aside)
    }
}

/// One request of two copies of it that count alike, in either order.
fn joined(names: &Names, a: Request, b: Request) -> Request {
    let first = if order(names, &a, &b).is_le() { a } else { b };
    Request {
        until: a.until.max(b.until),
        tokens: a.tokens.max(b.tokens),
        web_searches: a.web_searches.max(b.web_searches),
        fast: a.fast || b.fast,
        batch: a.batch || b.batch,
        us_only: a.us_only || b.us_only,
        output: a.output.max(b.output),
        unsplit: split(&a).max(split(&b)) == Split::Unknown,
        logged_cost: a.logged_cost.max(b.logged_cost),
        count: a.count.max(b.count),
        ..first
    }
}

/// What a copy knows of the life of its cache writes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Split {
    NoWrites,
    Unknown,
    Known,
}

fn split(r: &Request) -> Split {
    match (r.tokens.cache_write(), r.unsplit) {
        (0, _) => Split::NoWrites,
        (_, true) => Split::Unknown,
        (_, false) => Split::Known,
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

fn named(map: &[Name], name: Name) -> Name {
    map.get(name.index()).copied().unwrap_or(Name::NONE)
}

fn renamed(map: &[Name], r: Request) -> Request {
    Request {
        model: named(map, r.model),
        session: named(map, r.session),
        project: named(map, r.project),
        agent: named(map, r.agent),
        ..r
    }
}

/// Keeps the first of each key, in order of time.
fn once<T: Ord>(list: &mut Vec<T>, key: impl Fn(&T) -> u128, at: impl Fn(&T) -> Instant) {
    list.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.cmp(b)));
    list.dedup_by_key(|t| key(t));
    list.sort_unstable_by_key(|t| (at(t), key(t)));
}

/// Keys are hashes already.
#[derive(Clone, Copy, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3::xxh3_64(bytes);
    }
    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
