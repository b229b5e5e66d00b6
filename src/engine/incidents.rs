//! Incidents of one trial: drawn before it starts, as policy has no part in them.

use super::compiled::Compiled;
use super::experiment::IncidentKind;
use crate::base::stream::{Purpose, Stream};

/// One incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incident {
    pub from: i64,
    pub until: i64,
    pub kind: IncidentKind,
    /// Index into the experiment's list.
    pub index: usize,
}

/// The incidents of a trial, by start.
pub fn draw(c: &Compiled<'_>, trial: u64) -> Vec<Incident> {
    let mut all = Vec::new();
    let length = (c.exp.end.0 - c.exp.start.0).max(1) as u64;
    for (index, k) in c.incidents.iter().enumerate() {
        let mut rng = Stream::open(c.seed, Purpose::Incident, trial, 0, index as u64);
        let count = k.count.sample_int(rng.word()).clamp(0, 10_000);
        for _ in 0..count {
            let from = c.exp.start.0 + rng.below(length) as i64;
            let minutes = k.minutes.sample(rng.word()).max(0.0);
            let until = from + (minutes * 60_000.0) as i64;
            all.push(Incident {
                from,
                until,
                kind: k.kind,
                index,
            });
        }
    }
    all.sort_by_key(|i| (i.from, i.index, i.until));
    all
}
