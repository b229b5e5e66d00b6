//! Actors: presets, copies, seats, models, rhythm, and what they do when they are stopped.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;

use super::calendar::Calendar;
use super::chain::{self, Defaults};
use super::doc::{Item, Node, Table};
use super::draws::Wanted;
use super::fields::{At, Cx, Fields};
use super::format::{ACTOR, EFFORT};
use super::hours;
use super::keys;
use super::models::{Mode, Registry};
use super::plan::Plan;
use super::problems::{Place, Problem};
use super::reactions;
use crate::base::law::{Draw, Law, Level};
use crate::base::stream::ACTORS_MAX;
use crate::demand::spec::{ActiveDays, ActorSpec, ModelUse, Rhythm, RunawaySpec};

/// What actors need to know of the rest.
pub(super) struct World<'a> {
    pub cx: &'a Cx,
    pub calendar: &'a Calendar,
    pub plan: &'a Plan,
    pub registry: &'a Registry<'a>,
}

/// The actors and how many seats they use.
pub(super) struct Crew {
    pub actors: Vec<ActorSpec>,
    pub seats: usize,
}

/// Reads every `[[actor]]`; presets are merged in already.
pub(super) fn read(world: &World<'_>, tables: &[Fields<'_>], at: Place) -> Crew {
    let mut actors: Vec<ActorSpec> = Vec::new();
    let mut seats: Vec<String> = Vec::new();
    if tables.is_empty() {
        let mut problem = Problem::new(at, "no actor")
            .expected("somebody has to make requests")
            .help("add [[actor]] with a name, a preset and models (burncast presets)");
        problem.missing = true;
        world.cx.report(problem);
    }
    for f in tables {
        let copies = f.count("count").map_or(1, |n| n.value);
        let Some(one) = actor(world, f) else { continue };
        let seat = seat(world, f);
        for copy in 1..=copies {
            if actors.len() >= ACTORS_MAX {
                let what = format!("more than {ACTORS_MAX} actors");
                f.bad(f.place("count"), what, "", "lower count");
                return Crew {
                    actors,
                    seats: seats.len().max(1),
                };
            }
            let suffix = if copies > 1 {
                format!(" {copy}")
            } else {
                String::new()
            };
            let mut spec = one.clone();
            spec.name = format!("{}{suffix}", one.name);
            if actors.iter().any(|a| a.name == spec.name) {
                let what = format!("two actors are called \"{}\"", spec.name);
                f.bad(
                    f.place("name"),
                    what,
                    "names must differ",
                    "rename one of them",
                );
            }
            spec.seat = if world.plan.per_seat {
                let word = format!("{}{suffix}", seat.as_deref().unwrap_or(&one.name));
                seats.iter().position(|s| *s == word).unwrap_or_else(|| {
                    seats.push(word);
                    seats.len() - 1
                })
            } else {
                0
            };
            actors.push(spec);
        }
    }
    if let Some(paid) = world.plan.seats
        && paid.value < seats.len() as u64
    {
        let what = format!("{} seats are paid, {} are in use", paid.value, seats.len());
        world
            .cx
            .report(Problem::new(paid.at, what).help("raise plan.seats or lower count"));
    }
    Crew {
        actors,
        seats: seats.len().max(1),
    }
}

fn seat(world: &World<'_>, f: &Fields<'_>) -> Option<String> {
    let seat = f.text("seat")?;
    if !world.plan.per_seat {
        let help = "remove seat, or set per_seat = true in [plan]";
        f.bad(
            seat.at,
            "the plan has one seat",
            "seat is for plans with a fee per seat",
            help,
        );
    }
    Some(seat.value.to_owned())
}

fn actor(world: &World<'_>, f: &Fields<'_>) -> Option<ActorSpec> {
    let name = f.text("name");
    if name.is_none() && !f.has("name") {
        f.missing("name", "");
    }
    let client = f.choice("client").map_or("claude-code", |c| c.value);
    let mode = mode(f, client);
    let effort = effort(f);
    let mut models = models(world, f, f.item("models"), client, mode, &effort);
    if !f.has("models") {
        f.missing("models", "");
    }
    let rhythm = rhythm(world, f);
    let defaults = Defaults::main(world.plan);
    let chain = chain::read(f, &defaults);
    let subs = chain::sub_agents(
        f,
        chain.as_ref(),
        |item| {
            let mode = Mode { fast: None, ..mode };
            models_of(world, f, item, client, mode, &effort)
        },
        models.as_deref(),
    );
    if let (Some(models), Some(chain)) = (&models, &chain) {
        for m in models {
            world
                .registry
                .check_context(m.model, m.tokenizer, chain.context_max);
        }
    }
    let runaway = runaway(f);
    let when_blocked = reactions::read(world, f, |name| {
        let known = world.registry.find(name, client, mode)?;
        let list = models.as_mut()?;
        if let Some(i) = list.iter().position(|m| m.model == known.index) {
            return Some(i);
        }
        let (requests, output) = effort_of(&effort, name.value);
        list.push(ModelUse {
            model: known.index,
            weight: 0.0,
            class: known.class,
            tokenizer: known.tokenizer,
            effort_requests: requests,
            effort_output: output,
        });
        Some(list.len() - 1)
    });
    let model_per = match f.choice("model_per").map(|c| c.value) {
        Some("request") => Level::Request,
        Some("prompt") => Level::Prompt,
        _ => Level::Session,
    };
    Some(ActorSpec {
        name: name?.value.to_owned(),
        seat: 0,
        rhythm: rhythm?,
        models: models?,
        model_per,
        chain: chain?,
        sub_agents: subs.ok()?,
        runaway: runaway.ok()?,
        when_blocked,
    })
}

fn mode(f: &Fields<'_>, client: &str) -> Mode {
    let on = |name: &'static str| f.flag(name).filter(|b| *b).map(|_| f.place(name));
    let mode = Mode {
        fast: on("fast"),
        batch: on("batch"),
        us_only: on("us_only"),
    };
    if let Some(at) = mode.batch
        && client != "api"
    {
        let what = format!("batch with client \"{client}\"");
        f.bad(
            at,
            what,
            "batches exist on the API only",
            "set client = \"api\"",
        );
    }
    if let (Some(_), Some(at)) = (mode.fast, mode.batch) {
        f.bad(
            at,
            "fast and batch do not go together",
            "",
            "keep one of the two",
        );
    }
    mode
}

/// Requests and output of a model, relative.
type Effort = BTreeMap<String, (f64, f64)>;

fn effort(f: &Fields<'_>) -> Effort {
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

fn effort_of(effort: &Effort, model: &str) -> (f64, f64) {
    effort.get(model).copied().unwrap_or((1.0, 1.0))
}

fn models(
    world: &World<'_>,
    f: &Fields<'_>,
    item: Option<&Item>,
    client: &str,
    mode: Mode,
    effort: &Effort,
) -> Option<Vec<ModelUse>> {
    models_of(world, f, item?, client, mode, effort)
}

fn models_of(
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
        let (requests, output) = effort_of(effort, name.value);
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

fn rhythm(world: &World<'_>, f: &Fields<'_>) -> Option<Rhythm> {
    if let Some(every) = f.text("every") {
        return schedule(world, f, every);
    }
    let Some(item) = f.item("hours") else {
        f.missing(
            "hours",
            "give hours and sessions_per_day, or every = \"day 02:00\", or a preset",
        );
        return None;
    };
    let hours = f.text("hours");
    let week = hours.and_then(|text| match hours::week(text.value) {
        Ok(week) => Some(week),
        Err(wrong) => {
            for w in wrong {
                f.bad(item.part(w.range), w.what, "", &w.help);
            }
            None
        }
    });
    let sessions = sessions(f);
    let active = active(f);
    let volume = f.draw_or(
        "volume",
        Wanted::per(Level::Trial).positive(),
        Draw::constant(1.0),
    );
    let drift = f.number("drift").map_or(0.0, |n| n.value);
    let (sessions_per_day, poisson) = sessions?;
    Some(Rhythm::Calendar {
        days: world.calendar.days(&week?),
        active: active?,
        sessions_per_day,
        allow_none: f.flag("allow_none").unwrap_or(poisson),
        volume: volume?,
        drift_per_day: drift,
    })
}

fn schedule(world: &World<'_>, f: &Fields<'_>, every: At<&str>) -> Option<Rhythm> {
    let Some(parsed) = hours::every(every.value) else {
        let what = format!("every is \"{}\"", every.value);
        let expected =
            "expected \"day 02:00\", \"weekday 07:30\", \"mon 02:00\", \"hour\" or \"30m\"";
        f.bad(every.at, what, expected, "");
        return None;
    };
    let starts = world.calendar.starts(&parsed);
    if starts.is_empty() {
        let help = "lengthen the horizon or change every";
        f.bad(
            every.at,
            "no start falls into the horizon",
            "this actor would do nothing",
            help,
        );
    }
    Some(Rhythm::Schedule { starts })
}

/// Sessions of an active day, and whether they are a Poisson number that may be none.
fn sessions(f: &Fields<'_>) -> Option<(Draw, bool)> {
    let Some(item) = f.item("sessions_per_day") else {
        f.missing("sessions_per_day", "");
        return None;
    };
    if let Node::Text(text) = &item.node
        && let Some(number) = text.trim().strip_suffix("/day")
    {
        let mean = number
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|m| *m > 0.0 && *m <= 1e5);
        if mean.is_none() {
            let what = format!("sessions_per_day is \"{text}\"");
            f.bad(item.at, what, "expected a number above 0 before /day", "");
        }
        return mean.map(|mean| (Draw::of(Law::Poisson { mean }), true));
    }
    f.draw("sessions_per_day", Wanted::each().positive())
        .map(|draw| (draw, false))
}

fn active(f: &Fields<'_>) -> Option<ActiveDays> {
    let always = ActiveDays {
        after_active: 1.0,
        after_idle: 1.0,
        weekday: [1.0; 7],
    };
    let Some(item) = f.item("active") else {
        return Some(always);
    };
    if let Node::Text(_) = item.node {
        return f.choice("active").map(|_| always);
    }
    let a = f.sub("active")?;
    let share = |name| a.share(name).map(|s| s.value.to_f64().unwrap_or(1.0));
    let after_active = share("after_active").unwrap_or(1.0);
    let after_idle = share("after_idle").unwrap_or(after_active);
    let mut weekday = [1.0; 7];
    if let Some(list) = a.item("weekday") {
        weekday = seven(&a, list)?;
    }
    if after_active == 0.0 && after_idle == 0.0 {
        a.bad(
            item.at,
            "never active",
            "one probability must be above 0",
            "",
        );
    }
    Some(ActiveDays {
        after_active,
        after_idle,
        weekday,
    })
}

fn seven(a: &Fields<'_>, item: &Item) -> Option<[f64; 7]> {
    let Node::List(all) = &item.node else {
        a.wrong("weekday", item);
        return None;
    };
    let mut factors = [1.0; 7];
    if all.len() != 7 {
        let what = format!("weekday has {} numbers", all.len());
        a.bad(item.at, what, "expected 7, Monday first", "");
        return None;
    }
    for (slot, one) in factors.iter_mut().zip(all) {
        match &one.node {
            Node::Number(text) => match text.parse::<f64>() {
                Ok(x) if (0.0..=100.0).contains(&x) => *slot = x,
                _ => {
                    a.bad(
                        one.at,
                        format!("a weekday factor of {text}"),
                        "expected 0 to 100",
                        "",
                    );
                    return None;
                }
            },
            _ => {
                a.wrong("weekday", one);
                return None;
            }
        }
    }
    if factors.iter().all(|x| *x == 0.0) {
        a.bad(
            item.at,
            "all weekday factors are 0",
            "one must be above 0",
            "",
        );
        return None;
    }
    Some(factors)
}

/// Nothing where none is wanted, an error where it is wrong.
fn runaway(f: &Fields<'_>) -> Result<Option<RunawaySpec>, ()> {
    let Some(r) = f.sub_or_off("runaway") else {
        return Ok(None);
    };
    let probability = r.share("probability");
    if !r.has("probability") {
        r.missing("probability", "");
    }
    if !r.has("hours") {
        r.missing("hours", "");
    }
    let hours = r.draw("hours", Wanted::per(Level::Session).positive());
    let spec = probability.zip(hours).map(|(p, hours)| RunawaySpec {
        probability: p.value.to_f64().unwrap_or(0.0),
        hours,
    });
    spec.map(Some).ok_or(())
}

/// Puts the preset of an actor under what it says itself.
pub(super) fn with_preset(cx: &Cx, table: &Table, presets: &[(&'static str, Table)]) -> Table {
    let Some(entry) = table.get("preset") else {
        return table.clone();
    };
    let Node::Text(name) = &entry.item.node else {
        return table.clone();
    };
    let Some((_, preset)) = presets.iter().find(|(n, _)| n == name) else {
        let known: Vec<&str> = presets.iter().map(|(n, _)| *n).collect();
        cx.report(
            Problem::new(entry.item.at, format!("unknown preset \"{name}\""))
                .expected("burncast presets lists them")
                .help(keys::hint(name, known)),
        );
        // The rest is checked as with the likely one, lest all its keys seem to be missing.
        let likely = keys::suggest(name, presets.iter().map(|(n, _)| *n));
        let stand_in = presets
            .iter()
            .find(|(n, _)| Some(*n) == likely)
            .or(presets.first());
        return stand_in.map_or_else(|| table.clone(), |(_, preset)| over(preset, table));
    };
    over(preset, table)
}

/// A preset with what an actor says itself on top.
fn over(preset: &Table, table: &Table) -> Table {
    let mut base = preset.clone();
    // One rhythm takes the place of the other.
    if table.get("every").is_some() {
        base.entries.retain(|e| {
            !["hours", "sessions_per_day", "active", "allow_none"].contains(&e.key.as_str())
        });
    } else if table.get("hours").is_some() || table.get("sessions_per_day").is_some() {
        base.entries.retain(|e| e.key != "every");
    }
    super::sets::merge(&mut base, table.clone(), &ACTOR);
    base
}
