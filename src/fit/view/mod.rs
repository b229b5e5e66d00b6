//! Logs as the engine would tell them: sessions of prompts of requests, with sub-agents.

mod period;
mod sessions;

pub use period::{LocalDays, Period, date, weekday};
pub use sessions::{Agent, Session, Turn};

use std::collections::BTreeMap;

use crate::base::time::Instant;
use crate::logs::{Logs, Name, Receipt, Request, Tokens};

use super::prices::Prices;

/// What a fit looks at.
pub struct View {
    pub days: LocalDays,
    pub period: Period,
    /// Sessions with a main chain that started within the period, by start.
    pub sessions: Vec<Session>,
    pub left_out: LeftOut,
    /// Models of the main chains and of sub-agents without a known price, by requests.
    pub unknown: Vec<(String, u64)>,
    /// All requests of one each, sub-agents and left-out sessions included.
    pub requests: u64,
    pub first: Instant,
    pub last: Instant,
    pub total: Totals,
    /// Whether the logs say when a person's turn began.
    pub prompts_known: bool,
    pub receipt: Receipt,
}

/// What was not used, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Sessions of which only sub-agents' requests are left, and these requests.
    pub headless: u64,
    pub headless_requests: u64,
    /// Sessions from before the period.
    pub early: u64,
    /// Requests that belong to no session.
    pub homeless: u64,
    /// Rows that sum up a period.
    pub aggregates: u64,
}

/// What the period's requests amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub tokens: Tokens,
    /// Pico-dollars at list price, of requests with a known price.
    pub cost: i128,
    pub unpriced: u64,
    pub requests: u64,
}

impl View {
    /// Looks at logs in a time zone; `None` when there is no session with a main chain.
    pub fn new(logs: &Logs, days: LocalDays) -> Option<View> {
        let mut prices = Prices::new(&logs.names);
        let (mut by_session, mut left_out) = grouped(logs);
        let headless = |rs: &Vec<&Request>| rs.iter().all(|r| r.sidechain);
        by_session.retain(|_, rs| {
            let lost = headless(rs);
            if lost {
                left_out.headless += 1;
                left_out.headless_requests += rs.len() as u64;
            }
            !lost
        });
        let prompts = sessions::prompts(logs);
        let drops = sessions::compactions(logs);
        let mut sessions: Vec<Session> = by_session
            .into_iter()
            .map(|(name, rs)| {
                let prompts = prompts.get(&name).map(Vec::as_slice);
                let drops = drops.get(&name).map_or(&[][..], Vec::as_slice);
                sessions::session(&rs, prompts, drops, &mut prices)
            })
            .collect();
        sessions.sort_by_key(|s| (s.at, s.until, s.main.len()));
        let period = Period::of(&sessions, &days)?;
        let before = sessions.len();
        sessions.retain(|s| days.of(s.at) >= period.first);
        left_out.early = (before - sessions.len()) as u64;
        for s in &mut sessions {
            s.day = (days.of(s.at) - period.first) as u32;
        }
        let single: Vec<&Request> = logs.requests.iter().filter(|r| !r.is_aggregate()).collect();
        Some(View {
            total: totals(&single, &days, &period, &mut prices),
            unknown: unknown(logs, &single, &mut prices),
            requests: single.len() as u64,
            first: single.first().map_or(Instant(0), |r| r.at),
            last: single.last().map_or(Instant(0), |r| r.at),
            prompts_known: !logs.prompts.is_empty(),
            receipt: logs.receipt.clone(),
            days,
            period,
            sessions,
            left_out,
        })
    }

    /// Every request of main chains, with its session.
    pub fn main(&self) -> impl Iterator<Item = (&Session, &Turn)> {
        self.sessions
            .iter()
            .flat_map(|s| s.main.iter().map(move |t| (s, t)))
    }

    /// Every sub-agent, with its session.
    pub fn agents(&self) -> impl Iterator<Item = (&Session, &Agent)> {
        self.sessions
            .iter()
            .flat_map(|s| s.agents.iter().map(move |a| (s, a)))
    }
}

type BySession<'l> = BTreeMap<Name, Vec<&'l Request>>;

fn grouped(logs: &Logs) -> (BySession<'_>, LeftOut) {
    let mut all = BySession::new();
    let mut left_out = LeftOut::default();
    for r in &logs.requests {
        if r.is_aggregate() {
            left_out.aggregates += 1;
        } else if r.session.is_none() {
            left_out.homeless += 1;
        } else {
            all.entry(r.session).or_default().push(r);
        }
    }
    (all, left_out)
}

fn totals(all: &[&Request], days: &LocalDays, period: &Period, prices: &mut Prices<'_>) -> Totals {
    let mut sum = Totals::default();
    for r in all.iter().filter(|r| period.holds(days.of(r.at.0))) {
        sum.requests += 1;
        sum.tokens = sum.tokens.plus(r.tokens);
        match prices.cost(r) {
            Some(cost) => sum.cost = sum.cost.saturating_add(cost.all),
            None => sum.unpriced += 1,
        }
    }
    sum
}

/// Names without a price, with their requests, the most frequent first.
fn unknown(logs: &Logs, all: &[&Request], prices: &mut Prices<'_>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for r in all {
        if prices.find(r.model, super::prices::utc_day(r.at)).is_none() {
            *counts.entry(logs.names.text(r.model)).or_default() += 1;
        }
    }
    let mut list: Vec<(String, u64)> = counts.into_iter().map(|(n, c)| (n.to_owned(), c)).collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list
}
