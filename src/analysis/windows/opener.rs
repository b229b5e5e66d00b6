//! An actor whose only work is to open the window.

use std::collections::BTreeMap;

use super::{Workday, minute_of_day};
use crate::base::civil::Zone;
use crate::base::law::{Draw, Level};
use crate::base::time::{Instant, Span};
use crate::demand::spec::{ActorSpec, CacheSpec, ChainSpec, Day, ModelUse, Reaction, Rhythm};
use crate::engine::experiment::Experiment;

/// Tokens of the one-word request: a system prompt's worth of context, a word back.
const CONTEXT: f64 = 500.0;
const OUTPUT: f64 = 10.0;

fn days(experiment: &Experiment, actor: usize) -> &[Day] {
    match &experiment.actors[actor].rhythm {
        Rhythm::Calendar { days, .. } => days,
        Rhythm::Schedule { .. } => &[],
    }
}

/// From the first opening to the last closing of a day; none without hours or around the clock.
fn span(day: &Day) -> Option<(Instant, Span)> {
    let (first, last) = (day.open.first()?, day.open.last()?);
    let lasts = last.1 - first.0;
    (lasts < Span::hours(23)).then_some((first.0, lasts))
}

/// The commonest working day of an actor.
pub(super) fn workday(experiment: &Experiment, actor: usize) -> Option<Workday> {
    let zone = Zone(&experiment.zone);
    let mut seen: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for (begins, lasts) in days(experiment, actor).iter().filter_map(span) {
        *seen
            .entry((minute_of_day(&zone, begins), lasts.0))
            .or_default() += 1;
    }
    let commonest = seen.iter().max_by_key(|(_, n)| **n);
    commonest.map(|((begins, lasts), _)| Workday {
        begins: *begins,
        lasts: Span(*lasts),
    })
}

/// The experiment with a one-word request this long before each working day of an actor begins.
/// Streams are addressed by the actor's place, so an actor behind the others changes none of them.
pub(super) fn with_opener(experiment: &Experiment, actor: usize, before: Span) -> Experiment {
    let starts: Vec<Instant> = days(experiment, actor)
        .iter()
        .filter_map(span)
        .map(|(begins, _)| Instant(begins.0 - before.0))
        .filter(|at| *at >= experiment.start && *at < experiment.end)
        .collect();
    let of = &experiment.actors[actor];
    let models: Vec<ModelUse> = of.models.iter().take(1).cloned().collect();
    let one = || Draw::constant(1.0);
    let none = || Draw::constant(0.0);
    let opener = ActorSpec {
        name: "window opener".to_owned(),
        seat: of.seat,
        rhythm: Rhythm::Schedule { starts },
        models,
        model_per: Level::Session,
        chain: ChainSpec {
            prompts: one(),
            requests_per_prompt: one(),
            first_prompt: None,
            gap_s: one(),
            prompt_gap_s: one(),
            first_context: Draw::constant(CONTEXT),
            growth: none(),
            early_growth: 0.0,
            early_requests: 1.0,
            session_growth: one(),
            input: none(),
            output: Draw::constant(OUTPUT),
            compaction: None,
            cache: CacheSpec::None,
            context_max: of.chain.context_max,
            latency: of.chain.latency,
            output_us_per_token: of.chain.output_us_per_token,
        },
        sub_agents: None,
        runaway: None,
        when_blocked: vec![Reaction::Drop],
    };
    let mut with = experiment.clone();
    with.actors.push(opener);
    with
}
