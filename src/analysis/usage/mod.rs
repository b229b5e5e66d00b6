//! What logs say: sums of requests by day, week, month, session, 5-hour window, model, actor and
//! project. Every grouping sums up the same merged requests, so all of them agree to the token.

mod by;
mod imputed;
mod sentences;
mod sums;
#[cfg(test)]
mod tests;

pub use by::{By, GROUPINGS_MAX, label};
pub use imputed::Imputed;
pub use sentences::{notes, sentences};
pub use sums::Sum;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::civil::Zone;
use crate::base::time::{Instant, Span};
use crate::base::zones;
use crate::catalog::Catalog;
use crate::logs::{Logs, Receipt, Request};

use super::pricing::{CostFrom, Pricer};
use by::{Grouping, Keys};

/// What is asked of logs.
#[derive(Clone, Debug)]
pub struct Question {
    /// Groups, coarse to fine; 1 to [`GROUPINGS_MAX`] of them.
    pub by: Vec<By>,
    pub zone: TimeZone,
    pub zone_name: String,
    /// First instant that counts.
    pub since: Option<Instant>,
    /// First instant that no longer counts.
    pub until: Option<Instant>,
    pub cost: CostFrom,
}

/// One row of the answer.
#[derive(Clone, Debug)]
pub struct Group {
    /// One text for each of the groupings.
    pub keys: Vec<String>,
    pub sum: Sum,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Usage {
    pub by: Vec<By>,
    pub zone: Vec<(Instant, i64)>,
    pub zone_name: String,
    pub groups: Vec<Group>,
    pub total: Sum,
    /// Days, sessions, 5-hour windows and models, whatever was asked for: for sentences.
    pub days: Vec<Group>,
    pub windows: Vec<Group>,
    pub models: Vec<Group>,
    pub actors: Vec<Group>,
    pub receipt: Receipt,
    pub unpriced: BTreeMap<String, u64>,
    pub outside: BTreeMap<String, u64>,
    pub limit_hits: u64,
    /// Requests with a placeholder as output, and with no row that ends them, among those shown.
    pub placeholders: u64,
    pub unfinished: u64,
    /// What the placeholders hide.
    pub imputed: Option<Imputed>,
    /// Sums over more than a day, which stand on their first day.
    pub long_aggregates: u64,
}

/// Sums logs up.
pub fn usage(logs: &Logs, catalog: &Catalog, question: &Question) -> Usage {
    let counts = |at: Instant| {
        question.since.is_none_or(|s| at >= s) && question.until.is_none_or(|u| at < u)
    };
    // Requests stand in order of time.
    let before = |t: Instant| logs.requests.partition_point(|r| r.at < t);
    let begin = question.since.map_or(0, before);
    let end = question.until.map_or(logs.requests.len(), before);
    let requests = logs.requests.get(begin..end).unwrap_or_default();
    let first = requests.first().map_or(Instant(0), |r| r.at);
    let last = requests.last().map_or(first, |r| r.at);
    let offsets = zones::offsets(&question.zone, first, last + Span::days(1));
    let mut pricer = Pricer::new(catalog, question.cost);
    let costs: Vec<_> = requests
        .iter()
        .map(|r| pricer.cost(&logs.names, r))
        .collect();
    let grouping = Grouping::new(logs, Zone(&offsets), requests);
    let wanted: [&[By]; 5] = [
        &question.by,
        &[By::Day],
        &[By::Window],
        &[By::Model],
        &[By::Actor],
    ];
    let [groups, days, windows, models, actors] =
        at_once(wanted, |by| groups(&grouping, by, requests, &costs));
    let mut total = Sum::default();
    let mut sessions = FxHashSet::default();
    for (request, cost) in requests.iter().zip(&costs) {
        total.add(request, *cost);
        sessions.insert(request.session);
    }
    total.sessions = sessions.len() as u64;
    let hits = logs.limit_hits.iter().filter(|h| counts(h.at)).count();
    let trust = |what| requests.iter().filter(|r| r.output == what).count() as u64;
    Usage {
        groups,
        days,
        windows,
        models,
        actors,
        by: question.by.clone(),
        total,
        receipt: logs.receipt.clone(),
        imputed: imputed::imputed(&logs.names, requests, &mut pricer),
        unpriced: std::mem::take(&mut pricer.unpriced),
        outside: std::mem::take(&mut pricer.outside),
        limit_hits: hits as u64,
        placeholders: trust(crate::logs::OutputCount::Placeholder),
        unfinished: trust(crate::logs::OutputCount::Unfinished),
        long_aggregates: requests
            .iter()
            .filter(|r| r.is_aggregate() && r.lasted() > Span::hours(25))
            .count() as u64,
        zone_name: question.zone_name.clone(),
        zone: offsets,
    }
}

/// The results of a function of several things, each on a thread of its own.
fn at_once<A: Send, B: Send, const N: usize>(of: [A; N], make: impl Fn(A) -> B + Sync) -> [B; N] {
    let make = &make;
    std::thread::scope(|scope| {
        let started = of.map(|a| scope.spawn(move || make(a)));
        started.map(|thread| match thread.join() {
            Ok(made) => made,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn groups(
    grouping: &Grouping<'_>,
    by: &[By],
    requests: &[Request],
    costs: &[Option<crate::base::money::Money>],
) -> Vec<Group> {
    let mut places: FxHashMap<Keys, usize> = FxHashMap::default();
    let mut sums: Vec<(Keys, Sum)> = Vec::new();
    let mut sessions = FxHashSet::default();
    // Requests that follow one another mostly fall into one group and one session.
    let mut last = None;
    for (i, (request, cost)) in requests.iter().zip(costs).enumerate() {
        let mut keys = Keys::default();
        for (key, b) in keys.iter_mut().zip(by) {
            *key = grouping.key(*b, i, request);
        }
        let (place, new) = match last {
            Some((k, place, session)) if k == keys && session == request.session => (place, false),
            _ => {
                let place = *places.entry(keys).or_insert_with(|| {
                    sums.push((keys, Sum::default()));
                    sums.len() - 1
                });
                (place, sessions.insert((place, request.session)))
            }
        };
        last = Some((keys, place, request.session));
        if let Some((_, sum)) = sums.get_mut(place) {
            sum.add(request, *cost);
            sum.sessions += u64::from(new);
        }
    }
    grouping.in_order(by, sums)
}
