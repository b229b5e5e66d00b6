//! What a comparison rests on, said once each.

use crate::account::spec::Provenance;
use crate::analysis::words::{join, model, usd};

use super::sentences::{the, times};
use super::{Comparison, Contender, Entry};

/// Notes for people: assumptions, and what the figures count.
pub(super) fn notes(c: &Comparison, contenders: &[Contender<'_>], said: &[String]) -> Vec<String> {
    let mut out = said.to_vec();
    out.extend(efforts(c));
    out.extend(tokenizers(c));
    out.push(counted(c));
    out.extend(demand(c));
    out.extend(sizes(c));
    let bundles = contenders.iter().any(|x| {
        let bought = &x.experiment.account.wallet.purchases;
        bought.iter().any(|p| p.get > p.pay)
    });
    if bundles {
        out.push("bundles count at their face value: extra usage that was bought for less is dearer here than it was".to_owned());
    }
    out
}

/// How many requests the same work takes on each model, and who says so.
fn efforts(c: &Comparison) -> Vec<String> {
    let models = all_models(&c.entries);
    if models.len() < 2 {
        return Vec::new();
    }
    let (mut given, mut taken) = (Vec::new(), Vec::new());
    for fact in &models {
        if fact.given {
            let output = match (fact.output - 1.0).abs() < 1e-9 {
                true => String::new(),
                false => format!(" and {} the output", times(fact.output)),
            };
            given.push(format!(
                "{} {} the requests{output}",
                model(&fact.model),
                times(fact.requests)
            ));
        } else {
            taken.push(model(&fact.model));
        }
    }
    let mut out = Vec::new();
    if !given.is_empty() {
        out.push(format!(
            "effort, as the scenario gives it: {}",
            join(&given)
        ));
    }
    if !taken.is_empty() {
        out.push(format!(
            "assumed, as the scenario gives no effort for it: the same work takes as many requests of \
             the same size on {}; nobody has measured it for your work (actor.NAME.effort)",
            join(&taken)
        ));
    }
    out
}

/// Every model of every contender, once.
fn all_models(entries: &[Entry]) -> Vec<&super::ModelFact> {
    let mut all: Vec<&super::ModelFact> = Vec::new();
    for fact in entries.iter().flat_map(|e| &e.models) {
        if !all.iter().any(|f| f.model == fact.model) {
            all.push(fact);
        }
    }
    all
}

fn tokenizers(c: &Comparison) -> Option<String> {
    let models = all_models(&c.entries);
    let first = models.first()?;
    if models.len() < 2 {
        return None;
    }
    if models
        .iter()
        .all(|m| (m.tokenizer - first.tokenizer).abs() < 1e-9)
    {
        return Some(format!(
            "tokenizer: the same text is as many tokens on {} ({} the reference tokenizer's)",
            join(&models.iter().map(|m| model(&m.model)).collect::<Vec<_>>()),
            times(first.tokenizer),
        ));
    }
    let each: Vec<String> = models
        .iter()
        .map(|m| format!("{} {}", model(&m.model), times(m.tokenizer)))
        .collect();
    Some(format!(
        "tokenizer: tokens for the same text, of the reference tokenizer's: {}",
        join(&each)
    ))
}

/// What the dollars are.
fn counted(c: &Comparison) -> String {
    let off = |e: &&Entry| (e.cash_usd - e.cost_usd.mean).abs() > 0.5;
    let base = "dollars are the subscription, extra usage when it is used, and tax";
    match c.entries.first().filter(off) {
        Some(e) => format!(
            "{base}; the card pays when money is bought, for {} {} on average",
            e.said,
            usd(e.cash_usd),
        ),
        None => base.to_owned(),
    }
}

/// Where sessions differ, months cannot be paired.
fn demand(c: &Comparison) -> Option<String> {
    let names: Vec<String> = c
        .pairs
        .iter()
        .filter(|p| !p.same_demand)
        .filter_map(|p| c.entries.get(p.other))
        .map(|e| e.said.clone())
        .collect();
    if names.is_empty() {
        return None;
    }
    let (verb, its) = match names.len() {
        1 => ("has", "its"),
        _ => ("have", "their"),
    };
    Some(format!(
        "{} {verb} sessions of {its} own (other actors, hours or habits): differences are then between \
         different work, not between the same work under different rules",
        join(&names)
    ))
}

fn sizes(c: &Comparison) -> Option<String> {
    let mut labels: Vec<String> = Vec::new();
    let pools = c.entries.iter().flat_map(|e| &e.pools);
    for pool in pools.filter(|p| p.provenance == Some(Provenance::Assumed)) {
        let label = the(&pool.label);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    (!labels.is_empty()).then(|| {
        format!(
            "not published, so assumed: the size of {}; shares of them and stopped hours rest on it, \
             list prices do not",
            join(&labels)
        )
    })
}
