//! Where the tokens and the money go.

use std::collections::BTreeMap;

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
