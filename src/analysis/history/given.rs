//! From logs to requests that can be played: their times, their price on their day, what each
//! meter counts, and their kind.

use std::collections::BTreeMap;

use crate::account::Meter;
use crate::account::rates::KINDS;
use crate::account::rules::Rules;
use crate::account::spec::Class;
use crate::account::terms::{Sort, Terms};
use crate::analysis::pricing::{CostFrom, Pricer, charge};
use crate::base::time::{Instant, Span};
use crate::catalog::{Catalog, Rates};
use crate::engine::history::Given;
use crate::logs::{Logs, Name, OutputCount, Request};

/// A request that seems to last longer has rows that were written later.
const LONGEST: Span = Span::minutes(60);

/// The logged client: whatever wrote these logs uses the plan as Claude Code does.
const CLIENT: &str = "claude-code";

/// A kind of request, as far as any plan's rules tell them apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    model: String,
    family: String,
    fast: bool,
    prompt: u64,
}

impl Kind {
    /// What the rules of a plan make of it.
    pub fn class(&self, terms: &Terms) -> Class {
        terms.class(&Sort {
            client: CLIENT,
            model: &self.model,
            family: &self.family,
            fast: self.fast,
            prompt: self.prompt,
        })
    }
}

/// A piece of work: a session of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Work {
    pub session: Name,
    pub project: Name,
}

/// The requests of a time.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    /// Per meter, in the order of [`Requests::meters`]; they differ only in their units.
    pub given: Vec<Vec<Given>>,
    pub meters: Vec<Meter>,
    pub kinds: Vec<Kind>,
    /// Whose each given request is.
    pub work: Vec<Work>,
    pub left_out: LeftOut,
}

/// What could not be played, or not well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Requests of models without a price, by the log's name of the model: no plan gets them.
    pub unpriced: BTreeMap<String, u64>,
    /// Requests outside the dates of their model's prices, which took the nearest price.
    pub outside: BTreeMap<String, u64>,
    /// Requests before the rules of a plan are known.
    pub before: u64,
    /// Requests whose logged output is a placeholder: too few tokens.
    pub placeholders: u64,
}

/// Takes the requests of a time out of the logs.
///
/// # Errors
/// When the logs hold sums over a period, which cannot be put into windows of hours, nothing at
/// all, or absurd amounts.
pub fn requests(
    logs: &Logs,
    start: Instant,
    end: Instant,
    rules: &[Rules],
) -> Result<Requests, String> {
    let sums = logs.requests.iter().filter(|r| r.is_aggregate()).count();
    if sums > 0 {
        return Err(format!(
            "{sums} of {} entries are sums over a day or an hour: what fell into which window \
             cannot be known; give the logs of single requests (~/.claude/projects)",
            logs.requests.len()
        ));
    }
    let mut pricer = Pricer::new(Catalog::embedded(), CostFrom::Recompute);
    let mut maker = Maker::new(rules);
    for request in &logs.requests {
        if request.at < start {
            maker.made.left_out.before += 1;
        } else if request.at < end {
            match pricer.list_price(&logs.names, request) {
                Some((cost, rates)) => maker.add(logs, request, cost.0, &rates),
                None => {
                    let model = logs.names.text(request.model).to_owned();
                    *maker.made.left_out.unpriced.entry(model).or_default() += 1;
                }
            }
        }
    }
    maker.made.left_out.outside = pricer.outside;
    maker.end()
}

struct Maker {
    made: Requests,
    /// Prompt lengths at which some rule changes, ascending.
    steps: Vec<u64>,
    index: BTreeMap<Kind, u32>,
    /// Sums of the costs and of each meter's units.
    sums: Vec<i128>,
}

impl Maker {
    fn new(rules: &[Rules]) -> Maker {
        let mut meters: Vec<Meter> = Vec::new();
        let mut steps = Vec::new();
        for r in rules {
            if !meters.contains(&r.meter) {
                meters.push(r.meter);
            }
            let of = r.periods.iter().flat_map(|p| &p.terms.credit_only);
            steps.extend(of.filter_map(|rule| rule.prompt_above));
        }
        steps.sort_unstable();
        steps.dedup();
        Maker {
            sums: vec![0; meters.len() + 1],
            made: Requests {
                given: vec![Vec::new(); meters.len()],
                meters,
                ..Requests::default()
            },
            steps,
            index: BTreeMap::new(),
        }
    }

    fn add(&mut self, logs: &Logs, request: &Request, cost: i64, rates: &Rates) {
        let kind = self.kind(logs, request);
        let until = request.until.min(request.at + LONGEST);
        self.sums[0] += i128::from(cost);
        for (m, meter) in self.made.meters.iter().enumerate() {
            let units = charge(&metered(*meter, rates), &request.tokens);
            self.sums[m + 1] += units;
            self.made.given[m].push(Given {
                at: request.at,
                ends: until.max(request.at),
                cost,
                // An absurd number ends in an error by its sum.
                units: i64::try_from(units).unwrap_or(0),
                kind,
            });
        }
        self.made.work.push(Work {
            session: request.session,
            project: request.project,
        });
        let placeholder = request.output == OutputCount::Placeholder;
        self.made.left_out.placeholders += u64::from(placeholder);
    }

    fn kind(&mut self, logs: &Logs, request: &Request) -> u32 {
        let name = logs.names.text(request.model);
        let found = Catalog::embedded().resolve(name).map(|m| m.model);
        let prompt = request.tokens.context();
        let passed = self.steps.iter().rev().find(|step| prompt > **step);
        let kind = Kind {
            model: found.map_or(name, |m| &m.id).to_owned(),
            family: found.map_or(name, |m| &m.family).to_owned(),
            fast: request.fast,
            prompt: passed.map_or(0, |step| step + 1),
        };
        let next = self.made.kinds.len() as u32;
        *self.index.entry(kind).or_insert_with_key(|kind| {
            self.made.kinds.push(kind.clone());
            next
        })
    }

    fn end(self) -> Result<Requests, String> {
        let most = i128::from(i64::MAX / 4);
        if self.sums.iter().any(|sum| *sum > most) {
            return Err(
                "the requests cost more than two million dollars: play a shorter time \
                        (--since)"
                    .into(),
            );
        }
        if self.made.work.is_empty() {
            let unpriced: u64 = self.made.left_out.unpriced.values().sum();
            let before = self.made.left_out.before;
            return Err(match (unpriced, before) {
                (0, 0) => "no request in this time".into(),
                (0, _) => format!("all {before} requests lie before the plans' records begin"),
                _ => format!("no request whose model has a price ({unpriced} without)"),
            });
        }
        Ok(self.made)
    }
}

/// Rates of a meter per token, as prices.
pub fn metered(meter: Meter, r: &Rates) -> Rates {
    let price: [i64; KINDS] = [r.input, r.write_5m, r.write_1h, r.read, r.output];
    let [input, write_5m, write_1h, read, output] = meter.units(price);
    Rates {
        input,
        write_5m,
        write_1h,
        read,
        output,
    }
}
