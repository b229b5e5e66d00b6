//! Groupings: one entry in [`By::ALL`] and one arm in each match.

use std::collections::BTreeMap;

use crate::base::civil::{Local, Zone};
use crate::base::time::{Instant, Span};
use crate::logs::{Logs, Request};

use super::{Group, Sum};

/// What requests are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Day,
    Week,
    Month,
    Session,
    Window,
    Model,
    Actor,
    Project,
}

impl By {
    pub const ALL: [By; 8] = [
        By::Day,
        By::Week,
        By::Month,
        By::Session,
        By::Window,
        By::Model,
        By::Actor,
        By::Project,
    ];

    /// As on the command line, in headers and in documents.
    pub fn name(self) -> &'static str {
        match self {
            By::Day => "day",
            By::Week => "week",
            By::Month => "month",
            By::Session => "session",
            By::Window => "window",
            By::Model => "model",
            By::Actor => "actor",
            By::Project => "project",
        }
    }

    /// Whether its groups follow one another in time.
    fn in_time(self) -> bool {
        !matches!(self, By::Model | By::Actor | By::Project)
    }
}

/// A group of one grouping: a day number, an instant, or a name's number.
pub(super) type Key = i64;
/// One key for each grouping, the rest 0.
pub(super) type Keys = [Key; GROUPINGS_MAX];
/// Most groupings in one another.
pub const GROUPINGS_MAX: usize = 4;

/// A 5-hour window opens with the first request after the last one closed, at the ten-minute mark
/// before it.
const WINDOW: Span = Span::hours(5);
const MARK: Span = Span::minutes(10);
const DAY_MS: i64 = 86_400_000;

const MAIN: Key = -1;
const SUB_AGENTS: Key = -2;

/// What keys of requests need.
pub(super) struct Grouping<'a> {
    logs: &'a Logs,
    zone: Zone<'a>,
    /// Beginning of each request's window.
    windows: Vec<Instant>,
}

impl<'a> Grouping<'a> {
    /// For requests in order of time.
    pub fn new(logs: &'a Logs, zone: Zone<'a>, requests: &[Request]) -> Grouping<'a> {
        let mut open: Option<Instant> = None;
        let windows = requests.iter().map(|r| {
            let begin = match open {
                Some(begin) if r.at < begin + WINDOW => begin,
                _ => Instant(r.at.0 - r.at.0.rem_euclid(MARK.0)),
            };
            open = Some(begin);
            begin
        });
        Grouping {
            windows: windows.collect(),
            logs,
            zone,
        }
    }

    /// The group of the request at a place of the list.
    pub fn key(&self, by: By, place: usize, r: &Request) -> Key {
        let day = || (r.at.0.saturating_add(self.zone.offset(r.at))).div_euclid(DAY_MS);
        match by {
            By::Day => day(),
            // 1970-01-01 was a Thursday: weeks begin on Mondays.
            By::Week => day() - (day() + 3).rem_euclid(7),
            By::Month => {
                let local = self.zone.local(r.at);
                day() - i64::from(local.day) + 1
            }
            By::Session => r.session.index() as Key,
            By::Window => self.windows.get(place).map_or(0, |w| w.0),
            By::Model => r.model.index() as Key,
            By::Actor if r.sidechain => SUB_AGENTS,
            By::Actor if r.agent.is_none() => MAIN,
            By::Actor => r.agent.index() as Key,
            By::Project => r.project.index() as Key,
        }
    }

    /// The text of a group.
    fn text(&self, by: By, key: Key) -> String {
        let name = |key: Key| {
            let text = self.logs.names.text_at(key);
            if text.is_empty() { "-" } else { text }.to_owned()
        };
        match by {
            By::Day | By::Week => date(&day(key)),
            By::Month => date(&day(key))[..7].to_owned(),
            By::Window => {
                let l = self.zone.local(Instant(key));
                format!("{} {}", date(&l), l.clock())
            }
            By::Actor if key == MAIN => "main".to_owned(),
            By::Actor if key == SUB_AGENTS => "sub-agents".to_owned(),
            By::Session | By::Model | By::Actor | By::Project => name(key),
        }
    }

    /// Groups in order: time where the grouping has one, else dollars, tokens, name.
    pub fn in_order(&self, by: &[By], sums: Vec<(Keys, Sum)>) -> Vec<Group> {
        let mut ranks: Vec<BTreeMap<Key, Sum>> = vec![BTreeMap::new(); by.len()];
        for (keys, sum) in &sums {
            for (rank, key) in ranks.iter_mut().zip(keys) {
                rank.entry(*key).or_default().join(sum);
            }
        }
        let mut all: Vec<(Vec<Rank>, Group)> = sums
            .into_iter()
            .map(|(keys, sum)| {
                let texts: Vec<String> = by
                    .iter()
                    .zip(&keys)
                    .map(|(b, key)| self.text(*b, *key))
                    .collect();
                let parts = by.iter().zip(&keys).zip(&ranks).zip(&texts);
                let order = parts.map(|(((b, key), rank), text)| {
                    Rank::of(*b, rank.get(key).copied().unwrap_or_default(), *key, text)
                });
                (order.collect(), Group { keys: texts, sum })
            })
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.into_iter().map(|(_, group)| group).collect()
    }
}

/// Where a group stands among the others of its grouping.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank(i128, i128, String, Key);

impl Rank {
    fn of(by: By, sum: Sum, key: Key, text: &str) -> Rank {
        let (a, b) = if by == By::Session {
            (i128::from(sum.first.map_or(0, |f| f.0)), 0)
        } else if by.in_time() {
            (i128::from(key), 0)
        } else {
            (-sum.cost, -i128::from(sum.tokens.total()))
        };
        Rank(a, b, text.to_owned(), key)
    }
}

/// Midnight of a day number as a local date.
fn day(number: i64) -> Local {
    Zone(&[]).local(Instant(number.saturating_mul(DAY_MS)))
}

/// `2026-10-05`.
fn date(l: &Local) -> String {
    format!("{:04}-{:02}-{:02}", l.year, l.month, l.day)
}

/// The head of a grouping's column for people.
pub fn label(by: By) -> &'static str {
    match by {
        By::Day => "Day",
        By::Week => "Week from",
        By::Month => "Month",
        By::Session => "Session",
        By::Window => "5-hour window from",
        By::Model => "Model",
        By::Actor => "Actor",
        By::Project => "Project",
    }
}
