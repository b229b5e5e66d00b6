//! Model mixes: names with weights, and what the same work takes on each.

use std::collections::BTreeMap;

use super::actors::World;
use super::doc::{Item, Node, Table};
use super::fields::{At, Fields};
use super::format::EFFORT;
use super::models::{Known, Mode};
use crate::demand::spec::ModelUse;

/// Requests and output of a model, relative.
pub(super) type Effort = BTreeMap<String, (f64, f64)>;

pub(super) fn effort(f: &Fields<'_>) -> Effort {
    let mut all = Effort::new();
    let Some(item) = f.item("effort") else {
        return all;
    };
    let Some(table) = item.table() else {
        f.wrong("effort", item);
        return all;
    };
    for entry in &table.entries {
        let Some(below) = entry.item.table() else {
            let what = format!("effort of {} is {}", entry.key, entry.item.kind());
            f.bad(
                entry.item.at,
                what,
                "expected { requests = …, output = … }",
                "",
            );
            continue;
        };
        let e = Fields::open(f.cx, below, &EFFORT, entry.item.at);
        let value = |name| e.number(name).map_or(1.0, |n| n.value);
        all.insert(entry.key.clone(), (value("requests"), value("output")));
    }
    all
}

/// What the same work takes on a model: by the name that the scenario uses, its full name, or its
/// family.
pub(super) fn effort_of(effort: &Effort, typed: &str, known: &Known) -> (f64, f64) {
    let names = [typed, &known.name, &known.family];
    let found = names.into_iter().find_map(|name| effort.get(name));
    found.copied().unwrap_or((1.0, 1.0))
}

pub(super) fn read(
    world: &World<'_>,
    f: &Fields<'_>,
    item: &Item,
    client: &str,
    mode: Mode,
    effort: &Effort,
) -> Option<Vec<ModelUse>> {
    let weights = weights(f, "models", item)?;
    let mut all: Vec<ModelUse> = Vec::with_capacity(weights.len());
    let mut complete = true;
    for (name, weight) in weights {
        let Some(known) = world.registry.find(name, client, mode) else {
            complete = false;
            continue;
        };
        let (requests, output) = effort_of(effort, name.value, &known);
        if let Some(twin) = all.iter_mut().find(|m| m.model == known.index) {
            twin.weight += weight;
            continue;
        }
        all.push(ModelUse {
            model: known.index,
            weight,
            class: known.class,
            tokenizer: known.tokenizer,
            effort_requests: requests,
            effort_output: output,
        });
    }
    complete.then_some(all)
}

/// One name, or names with weights that are not all zero.
pub(super) fn weights<'d>(
    f: &Fields<'_>,
    what: &'static str,
    item: &'d Item,
) -> Option<Vec<(At<&'d str>, f64)>> {
    match &item.node {
        Node::Text(name) => Some(vec![(
            At {
                value: name.as_str(),
                at: item.at,
            },
            1.0,
        )]),
        Node::Table(table) => table_weights(f, what, item, table),
        _ => {
            f.wrong(what, item);
            None
        }
    }
}

fn table_weights<'d>(
    f: &Fields<'_>,
    what: &'static str,
    item: &Item,
    table: &'d Table,
) -> Option<Vec<(At<&'d str>, f64)>> {
    let mut all = Vec::with_capacity(table.entries.len());
    let mut complete = true;
    for entry in &table.entries {
        let name = At {
            value: entry.key.as_str(),
            at: entry.key_at,
        };
        let weight = match &entry.item.node {
            Node::Number(text) => text.parse::<f64>().ok().filter(|w| (0.0..1e12).contains(w)),
            Node::Table(_) => {
                let help = format!(
                    "a name with a dot needs quotes: {{ \"{}.5\" = 1 }}",
                    entry.key
                );
                f.bad(
                    entry.key_at,
                    format!("{what}: {} is a table", entry.key),
                    "expected a weight",
                    &help,
                );
                complete = false;
                continue;
            }
            _ => None,
        };
        match weight {
            Some(weight) => all.push((name, weight)),
            None => {
                let what = format!(
                    "the weight of \"{}\" is not a number of at least 0",
                    entry.key
                );
                f.bad(entry.item.at, what, "expected a weight", "");
                complete = false;
            }
        }
    }
    if complete && all.iter().map(|(_, w)| w).sum::<f64>() <= 0.0 {
        let what = format!("all weights of {what} are 0");
        f.bad(item.at, what, "one must be above 0", "");
        return None;
    }
    complete.then_some(all)
}
