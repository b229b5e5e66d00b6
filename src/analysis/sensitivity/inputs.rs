//! What can be varied: one line in [`inputs`] per kind of input.

use std::collections::BTreeMap;

use crate::account::spec::Limit;
use crate::analysis::spend::stem;
use crate::analysis::words::the;
use crate::base::law::{Draw, Law, Level};
use crate::demand::spec::{ActorSpec, CacheSpec, Rhythm};
use crate::engine::experiment::Experiment;

/// An input and how far it is moved.
#[derive(Clone, Debug)]
pub struct Input {
    /// `prompts of a session, me`; `size of the 5-hour window`.
    pub label: String,
    pub range: Range,
    what: What,
}

impl Input {
    /// Whether its range is in dollars.
    pub fn in_dollars(&self) -> bool {
        matches!(self.what, What::Limit(_))
    }
}

/// How far an input is moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// From the 10th to the 90th percentile of its own uncertainty, which the scenario states.
    Stated { low: f64, high: f64 },
    /// By a factor, as nothing says how uncertain it is.
    Factor { low: f64, high: f64 },
}

/// Factors that an input without a stated uncertainty is moved by.
const LOW: f64 = 0.8;
const HIGH: f64 = 1.25;
/// Percentiles of a stated uncertainty.
const P_LOW: f64 = 0.1;
const P_HIGH: f64 = 0.9;

#[derive(Clone, Debug)]
enum What {
    /// Limit of a window.
    Limit(usize),
    /// A draw of some actors (copies of one), by its place in [`DRAWS`].
    Draw(Vec<usize>, usize),
    /// Rate of cache misses of some actors.
    Misses(Vec<usize>),
    /// Probability that a payment is declined.
    Declines,
}

/// A draw of an actor: what people call it, and where it is.
struct Place {
    label: &'static str,
    /// What is drawn are whole numbers.
    counts: bool,
    of: fn(&mut ActorSpec) -> Option<&mut Draw>,
}

const DRAWS: &[Place] = &[
    Place {
        label: "sessions of a day",
        counts: true,
        of: |a| match &mut a.rhythm {
            Rhythm::Calendar {
                sessions_per_day, ..
            } => Some(sessions_per_day),
            Rhythm::Schedule { .. } => None,
        },
    },
    Place {
        label: "volume of the person",
        counts: false,
        of: |a| match &mut a.rhythm {
            Rhythm::Calendar { volume, .. } => Some(volume),
            Rhythm::Schedule { .. } => None,
        },
    },
    Place {
        label: "prompts of a session",
        counts: true,
        of: |a| Some(&mut a.chain.prompts),
    },
    Place {
        label: "requests of a prompt",
        counts: true,
        of: |a| Some(&mut a.chain.requests_per_prompt),
    },
    Place {
        label: "requests of the first prompt",
        counts: true,
        of: |a| a.chain.first_prompt.as_mut(),
    },
    Place {
        label: "time between prompts",
        counts: false,
        of: |a| Some(&mut a.chain.prompt_gap_s),
    },
    Place {
        label: "time between requests",
        counts: false,
        of: |a| Some(&mut a.chain.gap_s),
    },
    Place {
        label: "context at the start",
        counts: false,
        of: |a| Some(&mut a.chain.first_context),
    },
    Place {
        label: "growth of the context",
        counts: false,
        of: |a| Some(&mut a.chain.growth),
    },
    Place {
        label: "context at compaction",
        counts: false,
        of: |a| a.chain.compaction.as_mut().map(|c| &mut c.at),
    },
    Place {
        label: "output of a request",
        counts: false,
        of: |a| Some(&mut a.chain.output),
    },
    Place {
        label: "sub-agents of a session",
        counts: true,
        of: |a| a.sub_agents.as_mut().map(|s| &mut s.per_session),
    },
    Place {
        label: "requests of a sub-agent",
        counts: true,
        of: |a| {
            a.sub_agents
                .as_mut()
                .map(|s| &mut s.chain.requests_per_prompt)
        },
    },
];

/// Where the volume stands in [`DRAWS`].
const VOLUME: usize = 1;

/// Everything in an experiment that can be varied.
pub fn inputs(experiment: &Experiment) -> Vec<Input> {
    let mut all = Vec::new();
    for (i, w) in experiment.account.windows.iter().enumerate() {
        if let Limit::Usd(draw) = &w.limit {
            all.extend(range(draw).map(|range| Input {
                label: format!("size of {}", the(&w.label)),
                range,
                what: What::Limit(i),
            }));
        }
    }
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, actor) in experiment.actors.iter().enumerate() {
        groups.entry(stem(&actor.name)).or_default().push(i);
    }
    for (name, actors) in &groups {
        let Some(first) = actors.first() else {
            continue;
        };
        let mut actor = experiment.actors[*first].clone();
        let who = if groups.len() > 1 {
            format!(", {name}")
        } else {
            String::new()
        };
        for (place, draw) in DRAWS.iter().enumerate() {
            let found = (draw.of)(&mut actor);
            // One request stays one request at 0.8 and at 1.25 times.
            let found = found.filter(|d| !(draw.counts && rounds_away(d)));
            let found = found.and_then(|d| range(d));
            // A volume that nobody calls uncertain is a second name for the sessions.
            let found = found.filter(|r| place != VOLUME || matches!(r, Range::Stated { .. }));
            all.extend(found.map(|range| Input {
                label: format!("{}{who}", draw.label),
                range,
                what: What::Draw(actors.clone(), place),
            }));
        }
        if let CacheSpec::Ttl { miss_rate, .. } = actor.chain.cache
            && miss_rate > 0.0
        {
            all.push(Input {
                label: format!("cache misses{who}"),
                range: BY_FACTOR,
                what: What::Misses(actors.clone()),
            });
        }
    }
    let reload = experiment.account.wallet.auto_reload.as_ref();
    if reload.is_some_and(|r| r.decline > 0.0) {
        all.push(Input {
            label: "declined payments".to_owned(),
            range: BY_FACTOR,
            what: What::Declines,
        });
    }
    all
}

const BY_FACTOR: Range = Range::Factor {
    low: LOW,
    high: HIGH,
};

/// How far a draw is moved: through its own percentiles where it is drawn once a trial, which is
/// how a scenario states uncertainty; else by a factor. None where it cannot be moved.
fn range(draw: &Draw) -> Option<Range> {
    let constant = matches!(draw.law, Law::Constant(_));
    if draw.per == Level::Trial && !constant {
        return Some(Range::Stated {
            low: draw.quantile(P_LOW),
            high: draw.quantile(P_HIGH),
        });
    }
    if matches!(draw.law, Law::Constant(x) if x == 0.0) {
        return None;
    }
    let moves = |f| scaled(draw, f).is_some_and(|d| d != *draw);
    (moves(LOW) || moves(HIGH)).then_some(BY_FACTOR)
}

/// Whether a constant number of things is the same at both ends of its range.
fn rounds_away(draw: &Draw) -> bool {
    match draw.law {
        Law::Constant(x) => [LOW, HIGH].iter().all(|f| (x * f).round() == x.round()),
        _ => false,
    }
}

/// A draw times a factor; its bounds stay, they are physical.
fn scaled(draw: &Draw, factor: f64) -> Option<Draw> {
    let new = Draw {
        law: draw.law.times(factor)?,
        ..draw.clone()
    };
    new.check().ok()?;
    Some(new)
}

impl Input {
    /// The experiment with this input at a place of its range: 0 is the low end, 1 the high end.
    /// Between them a factor moves in proportion, a stated range by its logarithm where it can.
    pub fn put(&self, experiment: &mut Experiment, place: f64) {
        let between = |low: f64, high: f64| {
            if low > 0.0 {
                libm::exp(libm::log(low) + place * (libm::log(high) - libm::log(low)))
            } else {
                low + place * (high - low)
            }
        };
        let value = match self.range {
            Range::Stated { low, high } | Range::Factor { low, high } => between(low, high),
        };
        let change = |draw: &mut Draw| match self.range {
            Range::Stated { .. } => {
                draw.law = Law::Constant(value);
                (draw.min, draw.max) = (None, None);
            }
            Range::Factor { .. } => {
                if let Some(new) = scaled(draw, value) {
                    *draw = new;
                }
            }
        };
        match &self.what {
            What::Limit(w) => {
                if let Some(Limit::Usd(draw)) =
                    experiment.account.windows.get_mut(*w).map(|w| &mut w.limit)
                {
                    change(draw);
                }
            }
            What::Draw(actors, place) => {
                for a in actors {
                    if let Some(draw) = (DRAWS[*place].of)(&mut experiment.actors[*a]) {
                        change(draw);
                    }
                }
            }
            What::Misses(actors) => {
                for a in actors {
                    if let CacheSpec::Ttl { miss_rate, .. } = &mut experiment.actors[*a].chain.cache
                    {
                        *miss_rate = (*miss_rate * value).min(1.0);
                    }
                }
            }
            What::Declines => {
                if let Some(reload) = &mut experiment.account.wallet.auto_reload {
                    reload.decline = (reload.decline * value).min(1.0);
                }
            }
        }
    }
}
