//! Actors: presets, copies, seats, models, rhythm, and what they do when they are stopped.

use crate::base::text;
use rust_decimal::prelude::ToPrimitive;

use super::calendar::Calendar;
use super::chain::{self, Defaults};
use super::doc::{Node, Table};
use super::draws::Wanted;
use super::fields::{Cx, Fields};
use super::format::ACTOR;
use super::keys;
use super::mixes;
use super::models::{Mode, Registry};
use super::plan::Plan;
use super::problems::{Place, Problem};
use super::reactions;
use super::rhythm;
use crate::base::law::Level;
use crate::base::stream::ACTORS_MAX;
use crate::demand::spec::{ActorSpec, ModelUse, RunawaySpec};

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
    let effort = mixes::effort(f);
    let mut models = f
        .item("models")
        .and_then(|item| mixes::read(world, f, item, client, mode, &effort));
    if !f.has("models") {
        f.missing("models", "");
    }
    let rhythm = rhythm::read(world, f);
    let defaults = Defaults::main(world.plan);
    let chain = chain::read(f, &defaults);
    let subs = chain::sub_agents(
        f,
        chain.as_ref(),
        |item| {
            let mode = Mode { fast: None, ..mode };
            mixes::read(world, f, item, client, mode, &effort)
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
        let (requests, output) = mixes::effort_of(&effort, name.value, &known);
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
        let likely = text::suggest(name, presets.iter().map(|(n, _)| *n));
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
