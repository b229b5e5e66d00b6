//! Claude Code's transcripts: one JSON object per line.
//!
//! A call is logged as several `assistant` rows with one message id while it streams, again in the
//! copies of a forked session, again by a sub-agent that replays its parent, and by some versions
//! only inside a `progress` row of the parent. Every row with usage becomes a copy; the merge makes
//! requests of them. What decides about a row is always its parsed fields, never a search for text.

use rust_decimal::Decimal;

use super::{Format, NotThisFormat, Origin, Unit};
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::logs::json::Text;
use crate::logs::merge;
use crate::logs::names::{Name, Names};
use crate::logs::record::{Compaction, LimitHit, OutputCount, Prompt, Request, Row, Rows};
use crate::logs::when;

use line::{Line, Message, Usage, When};

mod limits;
mod line;
mod people;

pub const FORMAT: Format = Format {
    name: "claude-code",
    about: "Claude Code transcripts (projects/**/*.jsonl)",
    unit: Unit::Lines,
    recognise: |head| super::head::Head::of(head).is_transcript(),
    read,
};

/// Model of rows that the program made itself.
const SYNTHETIC: &str = "<synthetic>";

fn read(text: &[u8], origin: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = Reader::new(origin, rows);
    let mut rest = text;
    while !rest.is_empty() {
        let (line, whole) = match memchr::memchr(b'\n', rest) {
            Some(end) => {
                let line = rest.get(..end).unwrap_or_default();
                rest = rest.get(end + 1..).unwrap_or_default();
                (line, true)
            }
            None => (std::mem::take(&mut rest), false),
        };
        let line = line.trim_ascii();
        if !line.is_empty() {
            reader.line(line, whole);
        }
    }
    Ok(())
}

/// Where the rows of a piece go, and the names that its last row had: the next row mostly has the
/// same ones.
struct Reader<'a, 'r> {
    rows: &'r mut Rows,
    origin: Origin<'r>,
    folder: Option<&'r str>,
    project: Name,
    session: Recent<'a>,
    agent: Recent<'a>,
    model: Recent<'a>,
    cwd: Recent<'a>,
    version: (Option<Text<'a>>, bool),
}

/// The last text of a field and its name.
#[derive(Clone, Copy, Default)]
struct Recent<'a>(&'a [u8], Name);

impl<'a> Recent<'a> {
    fn name(&mut self, names: &mut Names, text: Option<Text<'a>>) -> Name {
        let Some(text) = text.filter(|t| !t.0.is_empty()) else {
            return Name::NONE;
        };
        if self.0 != text.0 {
            *self = Recent(text.0, names.add(&text.plain()));
        }
        self.1
    }
}

impl<'a, 'r> Reader<'a, 'r> {
    fn new(origin: Origin<'r>, rows: &'r mut Rows) -> Reader<'a, 'r> {
        let folder = origin.project();
        Reader {
            project: folder.map_or(Name::NONE, |f| rows.names.add(f)),
            folder,
            origin,
            rows,
            session: Recent::default(),
            agent: Recent::default(),
            model: Recent::default(),
            cwd: Recent::default(),
            version: (None, false),
        }
    }

    /// `whole`: a line end was found.
    fn line(&mut self, text: &'a [u8], whole: bool) {
        self.rows.receipt.rows += 1;
        let Ok(line) = Line::read(text) else {
            let receipt = &mut self.rows.receipt;
            if whole {
                receipt.broken_rows += 1;
            } else {
                receipt.cut_lines += 1;
            }
            return;
        };
        let odd = line.odd + line.inner.as_ref().map_or(0, |i| i.odd);
        self.rows.receipt.odd_fields += odd;
        let at = self.rows.time(instant(line.at));
        let counted = if line.kind.is("assistant") {
            self.assistant(&line, &line, at, text)
        } else if let Some(inner) = line.inner.as_deref().filter(|_| line.kind.is("progress")) {
            let at = instant(inner.at).unwrap_or(at);
            self.assistant(&line, inner, at, text)
        } else {
            if line.kind.is("user") {
                self.prompt(&line, at, text);
            } else if line.kind.is("system") && line.subtype.is("compact_boundary") {
                self.compaction(&line, at, text);
            }
            false
        };
        self.rows.receipt.other_rows += u64::from(!counted);
    }

    /// A row of a call: `line` itself, or the one that a `progress` row reports. Whether it counts
    /// as one.
    fn assistant(
        &mut self,
        outer: &Line<'a>,
        line: &Line<'a>,
        at: Instant,
        text: &'a [u8],
    ) -> bool {
        let message = &line.message;
        let synthetic = message.model.is_some_and(|m| m.is(SYNTHETIC));
        if line.error || synthetic {
            let receipt = &mut self.rows.receipt;
            if line.error {
                receipt.errors += 1;
            } else {
                receipt.synthetic += 1;
            }
            self.limit_hit(line, at, text);
            return true;
        }
        let Some(usage) = &message.usage else {
            return false;
        };
        let reported = !std::ptr::eq(outer, line);
        let request = Request {
            at,
            until: at,
            model: self.model.name(&mut self.rows.names, message.model),
            session: self.session(outer),
            project: self.project(outer.cwd),
            agent: self.agent.name(&mut self.rows.names, outer.agent),
            sidechain: outer.sidechain || reported,
            logged_cost: self.cost(line.cost),
            output: self.output(outer, message),
            count: 1,
            ..of(usage)
        };
        self.rows.receipt.without_id += u64::from(message.id.is_none());
        let key = self.key(outer, line, text);
        self.push(key, request);
        for part in &usage.parts {
            let model = part.model.or(message.model);
            let request = Request {
                model: self.model.name(&mut self.rows.names, model),
                logged_cost: None,
                ..request
            };
            let request = Request {
                unsplit: part.usage.written > 0 && !part.usage.split,
                tokens: part.usage.tokens(),
                web_searches: part.usage.web_searches,
                ..request
            };
            self.rows.receipt.parts += 1;
            self.push(merge::part_key(key, part.index), request);
        }
        true
    }

    /// The identity of the call that a row is a copy of.
    fn key(&self, outer: &Line<'a>, line: &Line<'a>, text: &[u8]) -> u128 {
        let plain = |t: Option<Text<'a>>| t.map(Text::plain).unwrap_or_default();
        let message = plain(line.message.id);
        if message.starts_with("msg_") {
            return merge::key(&message, "", "", ""); // Nothing else counts.
        }
        let session = match outer.session {
            Some(session) => session.plain(),
            None => self.origin.stem().into(),
        };
        let row = row_id(line.uuid.or(outer.uuid), text);
        merge::key(&message, &plain(line.request), &session, &row)
    }

    fn push(&mut self, key: u128, request: Request) {
        self.rows.receipt.usage_rows += 1;
        self.rows.receipt.undated += u64::from(request.at == Rows::UNDATED);
        self.rows.rows.push(Row { key, request });
    }

    fn prompt(&mut self, line: &Line<'a>, at: Instant, text: &'a [u8]) {
        if line.sidechain || line.meta || line.unseen || line.tool_result {
            return;
        }
        let human = match line.user_kind {
            Some(kind) => kind.is("prompt"),
            None => line.message.content.is_some_and(people::said_it),
        };
        if human {
            let key = self.moment(at, line.uuid, text);
            let session = self.session(line);
            self.rows.prompts.push(Prompt { at, session, key });
        }
    }

    fn compaction(&mut self, line: &Line<'a>, at: Instant, text: &'a [u8]) {
        if line.sidechain {
            return;
        }
        let compaction = Compaction {
            at,
            session: self.session(line),
            key: self.moment(at, line.uuid, text),
            automatic: line.compact.trigger.is_none_or(|t| t.is("auto")),
            before: line.compact.before,
        };
        self.rows.compactions.push(compaction);
    }

    fn limit_hit(&mut self, line: &Line<'a>, at: Instant, text: &'a [u8]) {
        let words = line.message.content.and_then(people::first_text);
        let kind = line.error_kind.map(Text::plain);
        let words = match (&words, &kind) {
            (Some(words), _) if limits::refused(words) => limits::notice(words),
            (_, Some(kind)) if limits::kind(kind) => kind,
            _ => return,
        };
        let hit = LimitHit {
            at,
            session: self.session(line),
            key: self.moment(at, line.uuid, text),
            resets: limits::resets(words, at),
            words: self.rows.names.add(words),
        };
        self.rows.limit_hits.push(hit);
    }

    /// The identity of something that happened at a moment. A fork may give new ids to the rows it
    /// copies but leaves their times, which are to the millisecond; times on a whole second may have
    /// been rounded, so there the id tells.
    fn moment(&self, at: Instant, uuid: Option<Text<'a>>, text: &[u8]) -> u128 {
        if at != Rows::UNDATED && at.0 % 1000 != 0 {
            return merge::hash(&["moment", &at.0.to_string()]);
        }
        merge::hash(&["row", &row_id(uuid, text)])
    }

    fn session(&mut self, line: &Line<'a>) -> Name {
        let named = self.session.name(&mut self.rows.names, line.session);
        if named.is_none() {
            return self.rows.names.add(self.origin.stem());
        }
        named
    }

    /// The folder below `projects/`, which stays the same when a session changes into another
    /// folder; if the file does not lie in one, the row's working folder. Where the two are the
    /// same place the working folder's name is kept as well, because it can be read better.
    fn project(&mut self, cwd: Option<Text<'a>>) -> Name {
        let Some(folder) = self.folder else {
            return self.cwd.name(&mut self.rows.names, cwd);
        };
        if let Some(cwd) = cwd
            && self.cwd.0 != cwd.0
        {
            let plain = cwd.plain();
            let same = merge::folder_of(&plain) == folder;
            let name = if same {
                self.rows.names.add(&plain)
            } else {
                Name::NONE
            };
            self.cwd = Recent(cwd.0, name);
        }
        self.project
    }

    fn cost(&mut self, cost: Option<&[u8]>) -> Option<Money> {
        let found = money(cost?);
        self.rows.receipt.odd_fields += u64::from(found.is_none());
        found
    }

    fn output(&mut self, line: &Line<'a>, message: &Message<'a>) -> OutputCount {
        if message.stopped {
            return OutputCount::Final;
        }
        if self.version.0 != line.version {
            self.version = (line.version, line.version.is_some_and(placeholder));
        }
        if self.version.1 {
            OutputCount::Placeholder
        } else {
            OutputCount::Unfinished
        }
    }
}

/// What the usage of a call says by itself.
fn of(usage: &Usage<'_>) -> Request {
    Request {
        tokens: usage.tokens(),
        web_searches: usage.web_searches,
        fast: usage.fast,
        batch: usage.batch,
        us_only: usage.us_only,
        unsplit: usage.written > 0 && !usage.split,
        ..Request::default()
    }
}

/// What tells a row from others if nothing else does: its id, or all that stands in it.
fn row_id(uuid: Option<Text<'_>>, line: &[u8]) -> String {
    match uuid.filter(|u| !u.0.is_empty()) {
        Some(uuid) => uuid.plain().into_owned(),
        None => format!("{:032x}", xxhash_rust::xxh3::xxh3_128(line)),
    }
}

fn instant(at: When<'_>) -> Option<Instant> {
    match at {
        When::Missing => None,
        When::Text(text) => {
            when::instant(text.0).or_else(|| when::instant(text.plain().as_bytes()))
        }
        When::Number(n) => when::epoch(n),
    }
}

/// Versions 2.1.8 to 2.1.58 log the output of the beginning of the stream, unless the row says why
/// the message stopped.
fn placeholder(version: Text<'_>) -> bool {
    let version = version.plain();
    let mut parts = version.splitn(3, '.');
    let (major, minor, patch) = (parts.next(), parts.next(), parts.next());
    let digits = |p: &str| {
        p.split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or("")
            .parse::<u32>()
    };
    major == Some("2")
        && minor == Some("1")
        && patch.is_some_and(|p| digits(p).is_ok_and(|n| (8..=58).contains(&n)))
}

fn decimal(number: &[u8]) -> Option<Decimal> {
    let text = std::str::from_utf8(number).ok()?;
    Decimal::from_str_exact(text)
        .or_else(|_| Decimal::from_scientific(text))
        .ok()
}

/// An amount in dollars. Programs that calculate with binary fractions write up to seventeen digits;
/// what is finer than a pico-dollar is rounded, halves to even.
fn money(number: &[u8]) -> Option<Money> {
    let usd = decimal(number).filter(|d| !d.is_sign_negative())?;
    Money::from_decimal(usd.round_dp(12))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
