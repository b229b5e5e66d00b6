//! What is known of one request, whatever logged it.

use serde::{Deserialize, Serialize};

use crate::base::money::Money;
use crate::base::time::{Instant, Span};

use super::names::{Name, Names};
use super::receipt::Receipt;

/// Tokens of a request by kind. Writes are told apart by their time to live; a log that does not
/// know the split says so in its receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tokens {
    /// Input that no cache served.
    pub input: u64,
    pub cache_write_5m: u64,
    pub cache_write_1h: u64,
    pub cache_read: u64,
    pub output: u64,
}

impl Tokens {
    /// Everything the model read: input, cache writes and cache reads.
    pub fn context(&self) -> u64 {
        self.input
            .saturating_add(self.cache_write())
            .saturating_add(self.cache_read)
    }

    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m.saturating_add(self.cache_write_1h)
    }

    pub fn total(&self) -> u64 {
        self.context().saturating_add(self.output)
    }

    /// Kind by kind the larger one. Logs state all writes and, of these, the one-hour ones, so
    /// these two are what is compared: a copy that does not know the split must not add to one
    /// that does.
    #[must_use]
    pub fn max(self, o: Tokens) -> Tokens {
        let hour = self.cache_write_1h.max(o.cache_write_1h);
        let written = self.cache_write().max(o.cache_write());
        Tokens {
            input: self.input.max(o.input),
            cache_write_5m: written.saturating_sub(hour),
            cache_write_1h: hour,
            cache_read: self.cache_read.max(o.cache_read),
            output: self.output.max(o.output),
        }
    }

    /// Kind by kind the sum; it stops at the largest number rather than wrapping.
    #[must_use]
    pub fn plus(self, o: Tokens) -> Tokens {
        Tokens {
            input: self.input.saturating_add(o.input),
            cache_write_5m: self.cache_write_5m.saturating_add(o.cache_write_5m),
            cache_write_1h: self.cache_write_1h.saturating_add(o.cache_write_1h),
            cache_read: self.cache_read.saturating_add(o.cache_read),
            output: self.output.saturating_add(o.output),
        }
    }

    /// Largest count of one kind that is believed; a larger one is a broken field, not usage.
    pub const BELIEVED: u64 = 1 << 40;
}

/// How far the logged number of output tokens can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputCount {
    /// Versions 2.1.8 to 2.1.58 log the number from the beginning of the stream.
    Placeholder,
    /// No row of the message says why it stopped: the last row may be missing.
    #[default]
    Unfinished,
    /// The row that ends the message was logged.
    Final,
}

/// One request, or, in aggregates, the sum of several.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Request {
    /// The earliest time at which a row of it was logged; start of the period in an aggregate.
    pub at: Instant,
    /// The latest time at which a row of it was logged; end of the period in an aggregate.
    pub until: Instant,
    /// As the log names it.
    pub model: Name,
    pub session: Name,
    pub project: Name,
    /// Whose request it is beside the session: a sub-agent's id, a user, a key. Empty for the main
    /// thread.
    pub agent: Name,
    pub tokens: Tokens,
    pub web_searches: u32,
    /// A sub-agent's request.
    pub sidechain: bool,
    pub fast: bool,
    pub batch: bool,
    /// Pinned to the United States.
    pub us_only: bool,
    pub output: OutputCount,
    /// No copy tells its cache writes apart by their life. In transcripts, where only old versions
    /// leave it out, they stand as 5-minute writes; elsewhere as 1-hour writes.
    pub unsplit: bool,
    /// The cost that the log itself states.
    pub logged_cost: Option<Money>,
    /// Requests it stands for: 1 in a log of requests; in an aggregate the number that the source
    /// gives, or 0 if it gives none.
    pub count: u32,
}

impl Request {
    /// From its first to its last logged row.
    pub fn lasted(&self) -> Span {
        self.until - self.at
    }

    /// Whether it sums up a period rather than being one request.
    pub fn is_aggregate(&self) -> bool {
        self.count != 1
    }
}

/// One logged copy of a request. Copies with equal keys are the same request.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// See [`super::merge::key`].
    pub key: u128,
    pub request: Request,
}

/// A person's turn: what follows until the next one was done for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prompt {
    pub at: Instant,
    pub session: Name,
    /// Row's identity, so that copies of forked sessions count once.
    pub key: u128,
}

/// A context that was replaced by its summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Compaction {
    pub at: Instant,
    pub session: Name,
    pub key: u128,
    /// By itself, not by a command.
    pub automatic: bool,
    /// Context before it, tokens; 0 if not logged.
    pub before: u64,
}

/// A request that was refused because an allowance was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LimitHit {
    pub at: Instant,
    pub session: Name,
    pub key: u128,
    /// The words that the person saw; empty if the log left them out.
    pub words: Name,
    /// When the log says that the allowance is back.
    pub resets: Option<Instant>,
}

/// Rows of one or more files before the merge.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub names: Names,
    pub rows: Vec<Row>,
    pub prompts: Vec<Prompt>,
    pub compactions: Vec<Compaction>,
    pub limit_hits: Vec<LimitHit>,
    pub receipt: Receipt,
    /// The first and the last readable time in the file so far.
    pub times: Option<(Instant, Instant)>,
}

impl Rows {
    /// The time of rows that have no readable one while none was met before them in the file.
    pub const UNDATED: Instant = Instant(i64::MIN);

    /// The time to give to the next row of the file: its own, or else that of the row before it.
    pub fn time(&mut self, own: Option<Instant>) -> Instant {
        match own {
            Some(at) => {
                let first = self.times.map_or(at, |t| t.0);
                self.times = Some((first, at));
                at
            }
            None => self.times.map_or(Rows::UNDATED, |t| t.1),
        }
    }

    /// Gives a time to the rows that have none yet.
    pub fn settle(&mut self, at: Instant) {
        let settle = |t: &mut Instant| {
            if *t == Rows::UNDATED {
                *t = at;
            }
        };
        for row in &mut self.rows {
            settle(&mut row.request.at);
            settle(&mut row.request.until);
        }
        self.prompts.iter_mut().for_each(|p| settle(&mut p.at));
        self.compactions.iter_mut().for_each(|c| settle(&mut c.at));
        self.limit_hits.iter_mut().for_each(|h| settle(&mut h.at));
    }
}

/// Merged logs: every request once, in order of time. What happened at one instant stands in an
/// order that does not depend on the order in which files were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Logs {
    pub names: Names,
    pub requests: Vec<Request>,
    pub prompts: Vec<Prompt>,
    pub compactions: Vec<Compaction>,
    pub limit_hits: Vec<LimitHit>,
    pub receipt: Receipt,
}

impl Logs {
    /// Tokens of all requests.
    pub fn total(&self) -> Tokens {
        self.requests
            .iter()
            .fold(Tokens::default(), |sum, r| sum.plus(r.tokens))
    }
}
