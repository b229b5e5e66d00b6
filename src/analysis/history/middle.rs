//! Every stop of one course, with what used the window up.

use std::collections::BTreeMap;

use super::find::name_of;
use super::given::{Requests, Work};
use crate::account::reason::Reason;
use crate::account::spec::{AccountSpec, Opens};
use crate::base::time::{Instant, Span};
use crate::engine::history::{Given, Stop};
use crate::logs::Logs;

/// A stop.
#[derive(Clone, Debug)]
pub struct StopFinding {
    /// The window's name in files and for people; for a stop by the wallet its reason.
    pub window: String,
    pub label: String,
    pub from: Instant,
    pub until: Instant,
    pub refused: i64,
    /// The session whose request was refused first, and its project.
    pub session: String,
    pub project: String,
    /// Sessions of which something was refused.
    pub sessions: usize,
    /// The session that had used the most of the window, its project and its share of what was used.
    pub eater: Option<(String, String, f64)>,
}

/// Describes the stops of a course.
pub(super) fn stops(
    logs: &Logs,
    requests: &Requests,
    given: &[Given],
    specs: &[AccountSpec],
    stops: &[Stop],
) -> Vec<StopFinding> {
    let text = |name| logs.names.text(name).to_owned();
    stops
        .iter()
        .map(|stop| {
            let first = requests.work.get(stop.first);
            let window = match stop.reason {
                Reason::Window(w) => specs[stop.stage].windows.get(usize::from(w)),
                _ => None,
            };
            let reason = stop.reason.name();
            StopFinding {
                window: name_of(specs, stop).unwrap_or(reason).to_owned(),
                label: window.map_or(reason, |w| &w.label).to_owned(),
                from: stop.from,
                until: stop.until,
                refused: stop.refused,
                session: first.map_or_else(String::new, |w| text(w.session)),
                project: first.map_or_else(String::new, |w| text(w.project)),
                sessions: sessions(requests, given, specs, stop),
                eater: eater(requests, given, specs, stop)
                    .map(|(work, share)| (text(work.session), text(work.project), share)),
            }
        })
        .collect()
}

/// Whether a request of that index draws on the window of the stop.
fn draws(given: &[Given], specs: &[AccountSpec], stop: &Stop, i: usize) -> bool {
    let Reason::Window(w) = stop.reason else {
        return false;
    };
    let class = specs[stop.stage].classes[given[i].kind as usize];
    class.plan && class.windows >> w & 1 == 1
}

fn sessions(requests: &Requests, given: &[Given], specs: &[AccountSpec], stop: &Stop) -> usize {
    let mut met: Vec<_> = (stop.first..=stop.last)
        .filter(|i| *i == stop.first || draws(given, specs, stop, *i))
        .filter_map(|i| requests.work.get(i))
        .map(|w| w.session)
        .collect();
    met.sort_unstable();
    met.dedup();
    met.len()
}

/// The session that used the most of the window between its opening and the stop.
fn eater(
    requests: &Requests,
    given: &[Given],
    specs: &[AccountSpec],
    stop: &Stop,
) -> Option<(Work, f64)> {
    let Reason::Window(w) = stop.reason else {
        return None;
    };
    let window = specs[stop.stage].windows.get(usize::from(w))?;
    let opened = match &window.opens {
        Opens::FirstRequest { length, .. } => stop.until + Span(-length.0),
        Opens::Fixed { resets } => {
            let before = resets.partition_point(|r| *r <= stop.from);
            before
                .checked_sub(1)
                .map_or(Instant(i64::MIN), |i| resets[i])
        }
    };
    let from = given.partition_point(|g| g.at < opened);
    let mut sums: BTreeMap<Work, i64> = BTreeMap::new();
    for i in (from..stop.first).filter(|i| draws(given, specs, stop, *i)) {
        *sums.entry(requests.work[i]).or_default() += given[i].units;
    }
    let all: i64 = sums.values().sum();
    let (work, most) = sums.into_iter().max_by_key(|(work, sum)| (*sum, *work))?;
    (all > 0).then(|| (work, most as f64 / all as f64))
}
