//! The check of a whole document, and what comes out of it.

use crate::base::text;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::actors::{self, World};
use super::calendar::Calendar;
use super::doc::{self, Entry, Item, Node, Table};
use super::draws::Wanted;
use super::fields::{Cx, Fields};
use super::format::TOP;
use super::load;
use super::models::Registry;
use super::plan::{self, Plan};
use super::presets;
use super::problems::{Place, Problem, Problems};
use super::tune::{self, Precision, TuneSpec};
use super::units::{Length, Moment};
use super::wallet::{self, Wallet};
use crate::account::spec::{AccountSpec, GrantSpec, Provenance};
use crate::base::law::Level;
use crate::base::money::Money;
use crate::base::time::{Instant, Span};
use crate::base::zones;
use crate::engine::experiment::{Experiment, IncidentKind, IncidentSpec, Month};

/// Trials where the scenario does not say.
const TRIALS: u64 = 10_000;
/// Seed where the scenario does not say.
const SEED: u64 = 42;
/// Points of a timeline that still can be drawn.
const STEPS_MAX: usize = 20_000;

/// A scenario without a problem.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    pub title: String,
    pub question: Option<String>,
    /// Addresses of the facts it rests on.
    pub sources: Vec<String>,
    /// The file as read.
    pub text: String,
    /// Settings that were applied.
    pub(super) settings: load::Settings,
    /// The state of a real account from which it starts, in a sentence.
    pub begins: Option<String>,
    /// The file's folder.
    pub(super) folder: Option<PathBuf>,
    /// FNV-1a of all effective values, presets, settings and data files included.
    pub hash: u64,
    /// The plan's name for people.
    pub plan: String,
    /// The plan's identifier in the catalogue.
    pub plan_id: Option<String>,
    pub timezone: String,
    pub run: RunSpec,
    pub experiment: Experiment,
    pub variants: Vec<VariantSpec>,
    pub tune: Option<TuneSpec>,
    /// The day whose prices and plan rules hold.
    pub price_date: Date,
    /// The day on which the plan's entry was last compared with its sources.
    pub plan_date: Option<Date>,
    /// Where each limit comes from.
    pub limits: Vec<LimitNote>,
    /// `1-31 December 2026`.
    pub horizon: String,
    /// What one trial is called: `month`, `week`, `day`, `year` or `run`.
    pub trial_word: String,
    /// What the reader of a result must know.
    pub warnings: Vec<String>,
    /// All values in effect, presets and settings applied.
    pub effective: Json,
}

/// How a scenario is run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSpec {
    /// 1 to 16,777,216.
    pub trials: u64,
    pub seed: u64,
    pub precision: Option<Precision>,
    /// For the horizon.
    pub budget: Option<Money>,
    /// Points of the timeline, the start and the end included.
    pub steps: usize,
}

/// A change that is compared against the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantSpec {
    pub name: String,
    /// `key=value`, as behind `--set`.
    pub sets: Vec<String>,
}

/// Where a limit comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitNote {
    /// The window's name in files.
    pub window: String,
    /// The window's name for people.
    pub label: String,
    pub provenance: Provenance,
}

impl Scenario {
    /// The scenario with more settings on top: a variant, a plan, a policy.
    ///
    /// # Errors
    /// Every problem, as [`super::parse`].
    pub fn with(&self, sets: &[String]) -> Result<Scenario, Problems> {
        let mut settings = self.settings.clone();
        settings.all.extend_from_slice(sets);
        let name = format!("{}.toml", self.name);
        let changed = load::text(&name, &self.text, &settings, self.folder.clone())?;
        Ok(Scenario {
            begins: self.begins.clone(),
            ..changed
        })
    }

    /// The scenario with settings below all others: those of a real account's state. A second call
    /// replaces what the first one brought.
    ///
    /// # Errors
    /// Every problem, as [`super::parse`].
    pub fn starting_with(&self, state: &[String]) -> Result<Scenario, Problems> {
        let typed = self.settings.all.iter().skip(self.settings.from_state);
        let settings = load::Settings {
            all: state.iter().chain(typed).cloned().collect(),
            from_state: state.len(),
        };
        let name = format!("{}.toml", self.name);
        load::text(&name, &self.text, &settings, self.folder.clone())
    }

    /// The `key=value` settings that were applied.
    pub fn sets(&self) -> &[String] {
        &self.settings.all
    }

    /// The hash as it is written into files: 16 hexadecimal digits.
    pub fn hash_text(&self) -> String {
        format!("{:016x}", self.hash)
    }
}

/// What a check leaves, before variants.
pub(super) struct Built {
    pub title: Option<String>,
    pub question: Option<String>,
    pub sources: Vec<String>,
    pub plan: String,
    pub plan_id: Option<String>,
    pub timezone: String,
    pub run: RunSpec,
    pub experiment: Experiment,
    pub tune: Option<TuneSpec>,
    pub price_date: Date,
    pub plan_date: Option<Date>,
    pub limits: Vec<LimitNote>,
    pub horizon: String,
    pub trial_word: String,
    pub effective: Json,
}

/// Checks a document. Problems go to `cx`; without any there is a result.
pub(super) fn check(cx: &Cx, document: &Table) -> Option<Built> {
    let document = with_presets(cx, document);
    let top = Fields::open(cx, &document, &TOP, Place::new(0, 0..0));
    let (calendar, start, timezone) = calendar_of(&top);
    let models = top.subs("model");
    *cx.own_models.borrow_mut() = models
        .iter()
        .filter_map(|m| m.text("name"))
        .map(|t| t.value.to_owned())
        .collect();
    let plan = plan::read(cx, top.sub("plan"), &calendar, start);
    let wallet = wallet::read(cx, top.sub("wallet"), &plan, &calendar);
    let registry = Registry::new(cx, &plan, &models, wallet.grant_clients.clone());
    let world = World {
        cx,
        calendar: &calendar,
        plan: &plan,
        registry: &registry,
    };
    let crew = actors::read(&world, &top.subs("actor"), top.at);
    let incidents = incidents(&top);
    let pools = pools(&plan);
    let (run, steps) = run(&top, &calendar, &pools);
    let tune = top.sub("tune").and_then(|f| tune::read(&f, &pools));
    top.subs("variant");
    if cx.failed() {
        return None;
    }
    notes(cx, &plan, &wallet);
    let fee = fees(cx, &plan, crew.seats);
    let (models, classes) = registry.into_parts();
    let account = AccountSpec {
        seats: crew.seats,
        month_starts: wallet::month_starts(&wallet, &calendar, plan.billing_day),
        day_starts: wallet::day_starts(&wallet, &calendar),
        wallet: wallet.spec,
        classes,
        windows: plan.windows.iter().map(|w| w.spec.clone()).collect(),
    };
    let limits = limit_notes(&plan);
    Some(Built {
        title: top.text("title").map(|t| t.value.to_owned()),
        question: top.text("question").map(|t| t.value.to_owned()),
        sources: top
            .texts("sources")
            .iter()
            .map(|(s, _)| (*s).to_owned())
            .collect(),
        plan_id: plan.entry.map(|e| e.id.clone()),
        plan: plan.label.clone(),
        timezone,
        experiment: Experiment {
            seed: run.seed,
            start: calendar.start,
            end: calendar.end,
            models,
            actors: crew.actors,
            account,
            incidents,
            months: months(&calendar, plan.billing_day, fee),
            steps,
            zone: calendar.offsets(),
        },
        run,
        tune,
        price_date: plan.price_date,
        plan_date: plan.entry.map(|e| e.as_of),
        limits,
        horizon: calendar.label(),
        trial_word: calendar.trial_word().to_owned(),
        effective: doc::table_json(&document),
    })
}

/// The document with every actor's preset merged in.
fn with_presets(cx: &Cx, document: &Table) -> Table {
    let mut merged = document.clone();
    let tables = presets::tables(1);
    if let Some(Entry {
        item: Item {
            node: Node::List(list),
            ..
        },
        ..
    }) = merged.get_mut("actor")
    {
        for item in list {
            if let Node::Table(table) = &item.node {
                let actor = actors::with_preset(cx, table, &tables);
                item.node = Node::Table(actor);
            }
        }
    }
    merged
}

/// The calendar; where it is wrong, one with which the rest can still be checked.
fn calendar_of(top: &Fields<'_>) -> (Calendar, Date, String) {
    let (zone, name) = time_zone(top, None);
    for key in ["start", "horizon"] {
        if !top.has(key) {
            top.missing(key, "");
        }
    }
    let fallback = Moment::Day(jiff::civil::date(2026, 12, 1));
    let start = top.moment("start").map_or(fallback, |m| m.value);
    let horizon = top.length("horizon");
    let length = horizon.map_or(Length::Months(1), |l| l.value);
    let calendar = Calendar::new(zone.clone(), start, length)
        .map_err(|what| {
            let help = "for instance \"1 month\", \"31d\", \"12 weeks\"";
            top.bad(
                top.place("horizon"),
                what,
                "expected more than nothing and at most 2 years",
                help,
            );
        })
        .or_else(|()| Calendar::new(zone, fallback, Length::Months(1)))
        .unwrap_or_else(|_| Calendar::nothing());
    (calendar, start.date(), name)
}

/// The time zone and its name: one that is asked for, else the scenario's, else UTC.
pub(super) fn time_zone(top: &Fields<'_>, asked: Option<&str>) -> (TimeZone, String) {
    let said = top.text("timezone").map_or("UTC", |t| t.value);
    let name = asked.unwrap_or(said);
    let zone = zones::zone(name).unwrap_or_else(|| {
        let names = zones::zone_names();
        let hint = text::suggest(name, names.iter().map(String::as_str)).map_or_else(
            || "zones are called like Europe/Berlin or America/New_York".to_owned(),
            |s| format!("did you mean \"{s}\"?"),
        );
        let what = format!("unknown time zone \"{name}\"");
        let problem = match asked {
            Some(_) => Problem::nowhere(what),
            None => Problem::new(top.place("timezone"), what),
        };
        top.cx
            .report(problem.expected("expected an IANA name").help(hint));
        TimeZone::UTC
    });
    (zone, name.to_owned())
}

fn pools(plan: &Plan) -> Vec<String> {
    let mut all: Vec<String> = plan.windows.iter().map(|w| w.spec.name.clone()).collect();
    all.push("wallet".into());
    all
}

fn incidents(top: &Fields<'_>) -> Vec<IncidentSpec> {
    top.subs("incident")
        .iter()
        .filter_map(|f| {
            for key in ["kind", "per_month", "minutes"] {
                if !f.has(key) {
                    f.missing(key, "");
                }
            }
            let kind = f.choice("kind").map(|c| match c.value {
                "false-refusal" => IncidentKind::FalseRefusal,
                "wrong-bucket" => IncidentKind::WrongBucket,
                _ => IncidentKind::DeclinedPayments,
            });
            let per_month = f.number("per_month");
            let minutes = f.draw("minutes", Wanted::each().positive());
            Some(IncidentSpec {
                kind: kind?,
                per_month: per_month?.value,
                minutes: minutes?,
            })
        })
        .collect()
}

fn run(top: &Fields<'_>, calendar: &Calendar, pools: &[String]) -> (RunSpec, Vec<Instant>) {
    let f = top.sub("run");
    let f = f.as_ref();
    let step = f.and_then(|f| {
        let step = f.length("steps")?;
        if step.value.span() < Span::minutes(1) {
            f.bad(
                step.at,
                "steps is below a minute",
                "",
                "write \"5m\", \"3h\" or \"1d\"",
            );
            return None;
        }
        Some(step)
    });
    let steps = calendar.steps(step.map_or_else(|| calendar.natural_step(), |s| s.value.span()));
    if let (Some(f), Some(step)) = (f, step)
        && steps.len() > STEPS_MAX
    {
        let what = format!("steps gives {} points", steps.len());
        f.bad(
            step.at,
            what,
            &format!("at most {STEPS_MAX} are possible"),
            "make the step longer",
        );
    }
    let count = |name| f.and_then(|f| f.count(name)).map(|n| n.value);
    let budget = f.and_then(|f| f.money("budget"));
    if let (Some(f), Some(b)) = (f, budget)
        && b.value == Money::ZERO
    {
        f.bad(b.at, "budget is 0", "expected more than 0", "remove it");
    }
    let run = RunSpec {
        trials: count("trials").unwrap_or(TRIALS),
        seed: count("seed").unwrap_or(SEED),
        precision: f.and_then(|f| tune::precision(f, pools)),
        budget: budget.map(|b| b.value),
        steps: steps.len(),
    };
    (run, steps)
}

/// What the catalogue's numbers rest on, said once.
fn notes(cx: &Cx, plan: &Plan, wallet: &Wallet) {
    let assumed = plan
        .windows
        .iter()
        .any(|w| w.spec.provenance == Provenance::Assumed);
    if assumed {
        cx.warn(crate::account::spec::ASSUMED_SIZES);
    }
    let endless = |g: &GrantSpec| g.promotional && g.expires.is_none();
    if wallet.spec.grants.iter().any(endless) {
        cx.warn("A promotional grant has no expiry; such money usually has one.");
    }
}

/// The fee of a month for all seats.
fn fees(cx: &Cx, plan: &Plan, used: usize) -> Money {
    let least = plan.entry.map_or(1, |e| u64::from(e.seats.0));
    let seats = match (&plan.seats, plan.per_seat) {
        (Some(paid), _) => paid.value,
        (None, true) => least.max(used as u64),
        (None, false) => 1,
    };
    let total = i64::try_from(seats)
        .ok()
        .and_then(|n| plan.fee.0.checked_mul(n));
    if total.is_none() {
        cx.report(Problem::nowhere(
            "the fee of all seats is beyond what money can be",
        ));
    }
    Money(total.unwrap_or(0))
}

fn months(calendar: &Calendar, billing_day: i8, fee: Money) -> Vec<Month> {
    let due: Vec<String> = calendar
        .due_dates(billing_day)
        .iter()
        .map(|d| format!("{:04}-{:02}", d.year(), d.month()))
        .collect();
    calendar
        .months()
        .into_iter()
        .map(|(name, start, end)| Month {
            fee: if due.contains(&name) {
                fee
            } else {
                Money::ZERO
            },
            name,
            start,
            end,
        })
        .collect()
}

fn limit_notes(plan: &Plan) -> Vec<LimitNote> {
    plan.windows
        .iter()
        .map(|w| LimitNote {
            window: w.spec.name.clone(),
            label: w.spec.label.clone(),
            provenance: w.spec.provenance,
        })
        .collect()
}

/// The levels at which distributions are drawn, in the order of their names.
const _: () = assert!(Level::Trial as usize == 0 && Level::Request as usize == 4);
