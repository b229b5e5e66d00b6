//! Sessions of Codex (`sessions/**/rollout-*.jsonl`).
//!
//! `token_count` events carry cumulative totals: a request is the difference to the totals before it.
//! Events without new use repeat the totals. Totals that fall were reset; then the event's own
//! `last_token_usage` counts. A forked session begins with its parent's history, with new times: its
//! events have the parent's totals, so they get the parent's keys, and the merge counts them once.
//! Cached tokens are part of the input, reasoning is part of the output.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{Count, Text, instant};
use super::head::Head;
use super::{Format, NotThisFormat, Origin, Unit, unsplit};
use crate::base::time::Instant;
use crate::logs::merge;
use crate::logs::names::Name;
use crate::logs::receipt::Receipt;
use crate::logs::record::{Compaction, OutputCount, Prompt, Request, Row, Rows, Tokens};

pub const FORMAT: Format = Format {
    name: "codex",
    about: "sessions of Codex (sessions/**/rollout-*.jsonl)",
    unit: Unit::Document,
    recognise: |head| {
        let head = Head::of(head);
        let kinds = [
            "session_meta",
            "turn_context",
            "event_msg",
            "response_item",
            "compacted",
        ];
        let kind = head.text("type").unwrap_or("");
        head.has("payload") && kinds.contains(&kind)
    },
    read,
};

/// A line matters if one of these stands in it.
const NEEDLES: &[&[u8]] = &[
    b"\"session_meta\"",
    b"\"turn_context\"",
    b"\"token_count\"",
    b"\"user_message\"",
    b"\"compacted\"",
];

#[derive(Deserialize, Default)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Payload<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    session_id: Text<'a>,
    #[serde(borrow)]
    forked_from_id: Text<'a>,
    #[serde(borrow)]
    cwd: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    thread_source: Text<'a>,
    #[serde(borrow)]
    source: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    info: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Info<'a> {
    #[serde(borrow)]
    total_token_usage: Option<&'a RawValue>,
    #[serde(borrow)]
    last_token_usage: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Usage {
    input_tokens: Count,
    cached_input_tokens: Count,
    cache_write_input_tokens: Count,
    output_tokens: Count,
}

/// Tokens as Codex counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Total {
    input: u64,
    cached: u64,
    written: u64,
    output: u64,
}

impl Total {
    fn read(raw: Option<&RawValue>, receipt: &mut Receipt) -> Option<Total> {
        let usage: Usage = serde_json::from_str(raw?.get()).ok()?;
        Some(Total {
            input: usage.input_tokens.get(receipt),
            cached: usage.cached_input_tokens.get(receipt),
            written: usage.cache_write_input_tokens.get(receipt),
            output: usage.output_tokens.get(receipt),
        })
    }

    /// What was used since `before`; none if the totals fell.
    fn since(self, before: Total) -> Option<Total> {
        Some(Total {
            input: self.input.checked_sub(before.input)?,
            cached: self.cached.checked_sub(before.cached)?,
            written: self.written.checked_sub(before.written)?,
            output: self.output.checked_sub(before.output)?,
        })
    }

    /// Tokens as we count them, and what was written to the cache.
    fn tokens(self) -> (Tokens, u64) {
        let cached = self.cached.min(self.input);
        let written = self.written.min(self.input - cached);
        let tokens = Tokens {
            input: self.input - cached - written,
            cache_read: cached,
            output: self.output,
            ..Tokens::default()
        };
        (tokens, written)
    }
}

fn read(text: &[u8], origin: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut session = Session::of(text, origin.path, rows);
    let ends = text.ends_with(b"\n");
    let mut lines = text.split(|b| *b == b'\n').peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        rows.receipt.rows += 1;
        if !matters(line) {
            rows.receipt.other_rows += 1;
            continue;
        }
        let is_last = lines.peek().is_none();
        match parse(line) {
            Some((line, payload)) => session.line(&line, &payload, rows),
            None if is_last && !ends => rows.receipt.cut_lines += 1,
            None => rows.receipt.broken_rows += 1,
        }
    }
    Ok(())
}

fn matters(line: &[u8]) -> bool {
    let mut needles = NEEDLES.iter();
    needles.any(|n| memchr::memmem::find(line, n).is_some())
}

fn parse(line: &[u8]) -> Option<(Line<'_>, Payload<'_>)> {
    let line: Line<'_> = serde_json::from_str(std::str::from_utf8(line).ok()?).ok()?;
    let payload = match line.payload {
        Some(raw) => serde_json::from_str(raw.get()).ok()?,
        None => Payload::default(),
    };
    Some((line, payload))
}

/// What is known of the session while its lines are read.
struct Session<'a> {
    /// The session whose history this one begins with, or itself: it makes the keys.
    root: Cow<'a, str>,
    session: Name,
    project: Name,
    model: Name,
    sidechain: bool,
    total: Option<Total>,
    /// How often the totals fell.
    resets: u32,
    /// Events, prompts and compactions so far.
    events: u32,
    prompts: u32,
    compactions: u32,
    /// Time of the line at hand, and whether it is that of the line before.
    last: Instant,
    undated: bool,
}

impl<'a> Session<'a> {
    /// Reads who the session is. Copies of ancestors' beginnings stand behind its own.
    fn of(text: &'a [u8], path: &'a str, rows: &mut Rows) -> Session<'a> {
        let mut parents: BTreeMap<Cow<'a, str>, Cow<'a, str>> = BTreeMap::new();
        let mut own: Option<Payload<'a>> = None;
        for line in text.split(|b| *b == b'\n') {
            if memchr::memmem::find(line, b"\"session_meta\"").is_none() {
                continue;
            }
            let Some((line, payload)) = parse(line) else {
                continue;
            };
            if !line.kind.is("session_meta") {
                continue;
            }
            let (id, parent) = (id(&payload), payload.forked_from_id.0.clone());
            if let Some(parent) = parent {
                parents.entry(id).or_insert(parent);
            }
            own.get_or_insert(payload);
        }
        let own = own.unwrap_or_default();
        let named = id(&own);
        let mut root = if named.is_empty() {
            Cow::Borrowed(path)
        } else {
            named
        };
        let session = rows.names.add(&root);
        // A chain of forks has at most as many links as there are beginnings.
        for _ in 0..parents.len() {
            match parents.get(&root) {
                Some(parent) => root = parent.clone(),
                None => break,
            }
        }
        let from_agent = own
            .source
            .is_some_and(|s| s.get().starts_with('{') && s.get().contains("\"subagent\""));
        Session {
            root,
            session,
            project: rows.names.add(own.cwd.get()),
            model: Name::NONE,
            sidechain: from_agent || own.thread_source.is("subagent"),
            total: None,
            resets: 0,
            events: 0,
            prompts: 0,
            compactions: 0,
            last: Rows::UNDATED,
            undated: true,
        }
    }

    fn line(&mut self, line: &Line<'_>, payload: &Payload<'_>, rows: &mut Rows) {
        let own = instant(line.timestamp.get());
        self.undated = own.is_none();
        self.last = rows.time(own);
        let before = rows.receipt.usage_rows;
        match (line.kind.get(), payload.kind.get()) {
            ("turn_context", _) => {
                if !payload.model.get().is_empty() {
                    self.model = rows.names.add(payload.model.get());
                }
                if self.project.is_none() {
                    self.project = rows.names.add(payload.cwd.get());
                }
            }
            ("event_msg", "token_count") => self.tokens(payload, rows),
            ("event_msg", "user_message") if !self.sidechain => {
                self.prompts += 1;
                let n = self.prompts.to_string();
                let key = merge::hash(&["codex prompt", &self.root, &n, payload.message.get()]);
                rows.prompts.push(Prompt {
                    at: self.last,
                    session: self.session,
                    key,
                });
            }
            ("compacted", _) if !self.sidechain => {
                self.compactions += 1;
                let n = self.compactions.to_string();
                rows.compactions.push(Compaction {
                    at: self.last,
                    session: self.session,
                    key: merge::hash(&["codex compaction", &self.root, &n]),
                    automatic: true,
                    before: 0,
                });
            }
            _ => {}
        }
        rows.receipt.other_rows += u64::from(rows.receipt.usage_rows == before);
    }

    fn tokens(&mut self, payload: &Payload<'_>, rows: &mut Rows) {
        let info = payload
            .info
            .map(|i| serde_json::from_str::<Info<'_>>(i.get()));
        let info = info.and_then(Result::ok).unwrap_or_default();
        let total = Total::read(info.total_token_usage, &mut rows.receipt);
        let last = Total::read(info.last_token_usage, &mut rows.receipt);
        self.events += 1;
        let used = match (total, self.total) {
            (Some(total), Some(before)) => total.since(before).or_else(|| {
                self.resets += 1;
                last.or(Some(total))
            }),
            (Some(total), None) => last.or(Some(total)),
            (None, _) => last,
        };
        self.total = total.or(self.total);
        let Some(used) = used.filter(|u| *u != Total::default()) else {
            return;
        };
        rows.receipt.usage_rows += 1;
        rows.receipt.undated += u64::from(self.undated);
        let (tokens, written) = used.tokens();
        // Totals tell an event of this history from all others; without them its number does.
        let which = match total {
            Some(t) => format!("{t:?} {}", self.resets),
            None => format!("{} {used:?}", self.events),
        };
        let mut request = Request {
            at: self.last,
            until: self.last,
            model: self.model,
            session: self.session,
            project: self.project,
            tokens,
            sidechain: self.sidechain,
            output: OutputCount::Final,
            count: 1,
            ..Request::default()
        };
        unsplit(&mut request, written);
        rows.rows.push(Row {
            key: merge::hash(&["codex", &self.root, &which]),
            request,
        });
    }
}

fn id<'a>(payload: &Payload<'a>) -> Cow<'a, str> {
    let id = payload.id.0.clone();
    id.or_else(|| payload.session_id.0.clone())
        .unwrap_or_default()
}
