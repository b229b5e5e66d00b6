//! All that was fitted from one person's logs.

use jiff::civil::Date;

use super::keys::agents::Agents;
use super::keys::cache::Cache;
use super::keys::compaction::Compactions;
use super::keys::context;
use super::keys::days::Active;
use super::keys::hours::Starts;
use super::keys::level::{self, Level};
use super::keys::models::{Mix, model_per};
use super::keys::one_off::{self, OneOffs};
use super::keys::tokens::TokensSeen;
use super::keys::turns::Turns;
use super::keys::{Key, bunching, crowding, days, level as levels, pooled};
use super::limits::Limits;
use super::view::{LeftOut, LocalDays, Totals, View, date, weekday};
use super::{FitError, Options, observed, rests, toml};
use crate::base::law::Law;
use crate::catalog::observed::Observed;
use crate::logs::{Logs, Receipt};

/// Contexts above this need a window of a million tokens.
const USUAL_CONTEXT: f64 = 210_000.0;

/// What came out.
#[derive(Clone, Debug)]
pub struct Fitted {
    pub options: Options,
    /// Keys of the actor, in the order of the file.
    pub keys: Vec<Key>,
    pub main: Mix,
    pub sub: Mix,
    /// First day of the scenario.
    pub start: Date,
    pub facts: Facts,
    pub observed: Observed,
    /// Levels of the observed active days relative to the last one.
    pub path: Vec<f64>,
    pub context_max: u64,
    /// Sizes of the plan's windows, where the account's own percentages were given.
    pub limits: Option<Limits>,
}

/// What the logs hold, for the head of the file.
#[derive(Clone, Debug)]
pub struct Facts {
    pub files: u64,
    pub requests: u64,
    /// First and last local day that count, and how many there are.
    pub first: Date,
    pub last: Date,
    pub days: u32,
    pub active_days: u32,
    pub sessions: u64,
    pub thin_from: Option<Date>,
    pub total: Totals,
    pub left_out: LeftOut,
    pub unknown: Vec<(String, u64)>,
    pub prompts_known: bool,
    pub receipt: Receipt,
}

/// Fits a scenario's parameters.
///
/// # Errors
/// When the time zone is unknown or the logs hold nothing to fit.
pub fn fit(logs: &Logs, options: &Options) -> Result<Fitted, FitError> {
    let zone = LocalDays::new(&options.timezone)
        .ok_or_else(|| FitError::Zone(options.timezone.clone()))?;
    let view = View::new(logs, zone).ok_or(FitError::Empty)?;
    let facts = facts(&view);
    let start = options.start.unwrap_or_else(|| month_after(facts.last));
    let main = Mix::of(view.main().map(|(s, t)| (s.day, t)), &logs.names, start);
    let apart = one_off::apart(&view);
    let turns = one_off::told(&view, apart).flat_map(|(s, a)| a.turns.iter().map(|t| (s.day, t)));
    let sub = Mix::of(turns, &logs.names, start);
    let counts = levels::counts(&view);
    let level = Level::of(&counts, facts.days);
    let ahead = start.since(facts.last).map_or(0, |s| s.get_days()).max(1) as u32 - 1;
    let (mut keys, largest) = actor(&view, level.as_ref(), ahead, options, apart);
    keys.extend(model_keys(&view, &main, &sub));
    if apart {
        keys.extend(OneOffs::of(&view).keys());
        keys.extend(one_off::models(&view, &logs.names, start));
    }
    let context_max = if largest > USUAL_CONTEXT {
        1_000_000
    } else {
        200_000
    };
    let source = format!("the logs of {} to {}", facts.first, facts.last);
    let mut observed = observed::observe(&view, source, facts.first);
    for q in &mut observed.quantities {
        q.why = rests::why(&q.id, &keys);
    }
    Ok(Fitted {
        observed,
        path: level.as_ref().map(Level::relative_path).unwrap_or_default(),
        options: options.clone(),
        keys,
        main,
        sub,
        start,
        facts,
        context_max,
        limits: None,
    })
}

impl Fitted {
    /// A key by its name.
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}

fn facts(view: &View) -> Facts {
    let active = days::active(view);
    Facts {
        files: view.receipt.files,
        requests: view.requests,
        first: date(view.period.first),
        last: date(view.period.last),
        days: view.period.len(),
        active_days: active.iter().filter(|a| **a).count() as u32,
        sessions: view.sessions.len() as u64,
        thin_from: view.period.thin_from.map(date),
        total: view.total,
        left_out: view.left_out,
        unknown: view.unknown.clone(),
        prompts_known: view.prompts_known,
        receipt: view.receipt.clone(),
    }
}

/// The first of the month after a day.
fn month_after(day: Date) -> Date {
    day.last_of_month().tomorrow().unwrap_or(day)
}

/// Keys of the actor but for models, and the largest context.
fn actor(
    view: &View,
    level: Option<&Level>,
    ahead: u32,
    options: &Options,
    apart: bool,
) -> (Vec<Key>, f64) {
    let days = days::active(view);
    let active = Active::of(&days, weekday(view.period.first));
    let mut keys = vec![Starts::of(view).key()];
    keys.push(active.map_or_else(|| Active::preset(days.len() as u32), |a| a.key()));
    match level {
        Some(level) => {
            keys.extend(level.keys());
            keys.push(volume(view, level, ahead));
            keys.push(crowding::key(view, level));
            keys.extend(bunching::keys(view));
        }
        None => keys.extend(level::preset_keys(levels::counts(view).len())),
    }
    keys.extend(Turns::of(view).keys());
    keys.push(context::first_key(&context::first(view)));
    let growth = context::growth(view);
    keys.extend(growth.keys);
    let mut tokens = TokensSeen::default();
    view.main().for_each(|(s, t)| tokens.add(s.day, t));
    keys.push(tokens.input_key("input"));
    keys.push(tokens.output_key("output"));
    let compactions = Compactions::of(view, growth.late_mean);
    keys.extend(compactions.keys());
    let cache = Cache::main(view);
    let unused = cache.unused();
    keys.extend(cache.keys());
    let agents = if unused {
        Cache::default()
    } else {
        Cache::agents(view, apart)
    };
    let usual = pooled::of_preset(&options.preset);
    keys.extend(Agents::of(view, apart).keys(&agents, usual.as_ref()));
    (keys, compactions.largest)
}

fn model_keys(view: &View, main: &Mix, sub: &Mix) -> Vec<Key> {
    let mut keys = Vec::new();
    keys.extend(main.key("models"));
    keys.push(model_per(view));
    keys.extend(sub.key("sub_agents.models"));
    keys
}

/// The factor that each trial draws: what is not known of the person's mean.
fn volume(view: &View, level: &Level, ahead: u32) -> Key {
    let cost = cost_doubt(view);
    let now = level.doubt(ahead);
    let sigma = libm::sqrt(now * now + cost * cost);
    let law = Law::LogNormal { mu: 0.0, sigma };
    let percent = |s: f64| format!("{:.0} %", 100.0 * (libm::exp(s) - 1.0));
    Key {
        name: "volume",
        about: "What is not known of the mean, drawn once per trial",
        value: Some(toml::draw(&law, None)),
        shown: Vec::new(),
        n: level.active_days as u64,
        of: "active days",
        words: format!(
            "carries the level and its drift until the start (one standard error {}) and what a session takes ({})",
            percent(now),
            percent(cost)
        ),
    }
}

/// Standard error of the logarithm of what a session takes on average: dollars where prices are
/// known, tokens elsewhere; sessions of one day belong together.
fn cost_doubt(view: &View) -> f64 {
    let priced = 2 * view.total.unpriced < view.total.requests.max(1);
    let mut days: std::collections::BTreeMap<u32, (f64, f64)> = std::collections::BTreeMap::new();
    for s in &view.sessions {
        let turns = s.main.iter().chain(s.agents.iter().flat_map(|a| &a.turns));
        let takes: f64 = turns
            .map(|t| {
                if priced {
                    t.usd.map_or(0.0, |u| u.0)
                } else {
                    t.tokens.total() as f64
                }
            })
            .sum();
        let day = days.entry(s.day).or_default();
        day.0 += takes;
        day.1 += 1.0;
    }
    let (sum, n) = days
        .values()
        .fold((0.0, 0.0), |a, d| (a.0 + d.0, a.1 + d.1));
    let d = days.len() as f64;
    if d < 2.0 || sum <= 0.0 {
        return 0.5;
    }
    let mean = sum / n;
    let squares: f64 = days
        .values()
        .map(|x| (x.0 - mean * x.1) * (x.0 - mean * x.1))
        .sum();
    libm::sqrt(d / (d - 1.0) * squares) / sum
}
