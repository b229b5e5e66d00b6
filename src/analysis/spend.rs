//! Where the tokens and the money go.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::rates::KINDS;
use crate::analysis::findings::SpendRow;
use crate::analysis::numbers::USD;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Outcome, SpendSum};

/// Exact totals of one row over all trials.
#[derive(Default)]
struct Totals {
    requests: u64,
    misses: u64,
    tokens: [u64; KINDS],
    value: [i128; KINDS],
    miss_value: i128,
    paid: [i128; 3],
}

/// By actor, main or sub-agent, and model: means per trial, dearest first.
pub fn rows(experiment: &Experiment, outcome: &Outcome) -> Vec<SpendRow> {
    let mut merged: BTreeMap<(usize, bool, usize), Totals> = BTreeMap::new();
    for sum in outcome.sums.spend.iter().filter(|s| s.requests > 0) {
        let row = merged.entry((sum.actor, sum.sub_agent, sum.model));
        add(row.or_default(), sum, experiment);
    }
    let n = outcome.trials as f64;
    let usd = |pico: i128| pico as f64 / USD / n;
    let all: i128 = merged.values().flat_map(|t| t.value).sum();
    let mut rows: Vec<(i128, SpendRow)> = merged
        .iter()
        .map(|((actor, sub_agent, model), t)| {
            let value: i128 = t.value.iter().sum();
            let row = SpendRow {
                actor: experiment
                    .actors
                    .get(*actor)
                    .map_or_else(String::new, |a| a.name.clone()),
                sub_agent: *sub_agent,
                model: experiment
                    .models
                    .get(*model)
                    .map_or_else(String::new, |m| m.name.clone()),
                requests: t.requests as f64 / n,
                tokens: t.tokens.map(|tokens| tokens as f64 / n),
                usd: t.value.map(usd),
                miss_usd: usd(t.miss_value),
                misses: t.misses as f64 / n,
                paid_usd: t.paid.map(usd),
                share: if all == 0 {
                    0.0
                } else {
                    value as f64 / all as f64
                },
            };
            (value, row)
        })
        .collect();
    rows.sort_by_key(|(value, _)| std::cmp::Reverse(*value));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn add(total: &mut Totals, sum: &SpendSum, experiment: &Experiment) {
    total.requests += sum.requests;
    total.misses += sum.misses;
    for (into, paid) in total.paid.iter_mut().zip(sum.paid) {
        *into += paid;
    }
    let Some(model) = experiment.models.get(sum.model) else {
        return;
    };
    let rate = if sum.tier {
        &model.rates.tier
    } else {
        &model.rates.base
    };
    for kind in 0..KINDS {
        let price = i128::from(rate.price[kind]);
        total.tokens[kind] += sum.tokens[kind];
        total.value[kind] += i128::from(sum.tokens[kind]) * price;
        total.miss_value += i128::from(sum.miss_tokens[kind]) * price;
    }
}

/// The work of one actor, or of all its copies, on one model.
#[derive(Clone, Debug)]
pub struct Group {
    /// `developer`, without the number of a copy.
    pub actor: String,
    /// Actors in it: `developer 1` to `developer 10` are ten.
    pub copies: usize,
    pub sub_agent: bool,
    pub model: String,
    pub usd: [f64; KINDS],
    pub miss_usd: f64,
    pub share: f64,
}

impl Group {
    /// `me`, `10 × developer`.
    pub fn who(&self) -> String {
        match self.copies {
            1 => self.actor.clone(),
            n => format!("{n} × {}", self.actor),
        }
    }
}

/// Rows with the copies of one actor summed up, dearest first: ten lines of a tenth each say
/// nothing.
pub fn grouped(rows: &[SpendRow]) -> Vec<Group> {
    let mut actors: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        actors
            .entry(stem(&row.actor))
            .or_default()
            .insert(&row.actor);
    }
    let mut out: Vec<Group> = Vec::new();
    for row in rows {
        let copies = actors.get(stem(&row.actor)).map_or(1, BTreeSet::len);
        let actor = match copies {
            1 => &row.actor,
            _ => stem(&row.actor),
        };
        let same = |g: &&mut Group| {
            g.actor == actor && g.sub_agent == row.sub_agent && g.model == row.model
        };
        let Some(group) = out.iter_mut().find(same) else {
            out.push(Group {
                actor: actor.to_owned(),
                copies,
                sub_agent: row.sub_agent,
                model: row.model.clone(),
                usd: row.usd,
                miss_usd: row.miss_usd,
                share: row.share,
            });
            continue;
        };
        group.share += row.share;
        group.miss_usd += row.miss_usd;
        for (sum, usd) in group.usd.iter_mut().zip(row.usd) {
            *sum += usd;
        }
    }
    out.sort_by(|a, b| b.share.total_cmp(&a.share));
    out
}

/// The name without the number that tells copies apart.
pub fn stem(name: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    match name.rsplit_once(' ') {
        Some((stem, number)) if digits(number) && !stem.is_empty() => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(actor: &str, model: &str, share: f64) -> SpendRow {
        SpendRow {
            actor: actor.to_owned(),
            sub_agent: false,
            model: model.to_owned(),
            requests: 0.0,
            tokens: [0.0; KINDS],
            usd: [share; KINDS],
            miss_usd: share,
            misses: 0.0,
            paid_usd: [0.0; 3],
            share,
        }
    }

    #[test]
    fn copies_are_one_group() {
        let rows = [
            row("me", "opus-5.5", 0.35),
            row("dev 1", "opus-5.5", 0.25),
            row("dev 2", "opus-5.5", 0.2),
            row("dev 2", "sonnet-5.5", 0.1),
            row("agent 7", "opus-5.5", 0.1),
        ];
        let who: Vec<String> = grouped(&rows).iter().map(Group::who).collect();
        assert_eq!(who, ["2 × dev", "me", "2 × dev", "agent 7"]);
    }
}
