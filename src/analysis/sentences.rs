//! The findings as sentences, the answer first.

use crate::analysis::findings::{Findings, PoolFinding};
use crate::analysis::numbers::fewer_than_one_in;
use crate::analysis::words::{
    Dates, hours, hours_range, join, money, percent, plus_minus, rare, usd, usd_range,
};
use crate::base::civil::Zone;
use crate::base::money::group_thousands;
use crate::base::time::Instant;
use crate::stats::estimate::Estimate;

mod subject;

use subject::Subject;
pub use subject::{lower_first, upper_first};

/// Other pools that get a clause of their own.
const OTHERS_MAX: usize = 3;

/// The screen's sentences, each complete.
pub fn sentences(findings: &Findings) -> Vec<String> {
    let voice = Voice::new(findings);
    let first = first_pool(&findings.pools);
    let mut out = Vec::new();
    if let (None, false, true) = (first, findings.pools.is_empty(), voice.calm()) {
        out.push(format!(
            "Nothing runs dry and nothing stops you {}.",
            voice.in_none()
        ));
    } else {
        out.push(voice.first(first));
        if first.is_some() {
            out.extend(voice.others(first));
            out.extend(voice.wallet(first));
        }
        out.push(voice.stopped());
    }
    out.push(voice.cost());
    if findings.header.trials == 1 {
        out.push("One trial is an example, not a forecast.".to_owned());
    }
    out
}

/// `December costs`, `The 12 weeks cost`: the horizon as the subject of its cost.
pub fn costs(findings: &Findings) -> String {
    let h = &findings.header;
    let zone = Zone(&h.zone);
    let (a, b) = (zone.local(h.start), zone.local(h.end));
    let midnight = |l: &crate::base::civil::Local| l.hour == 0 && l.minute == 0;
    let months = (b.year - a.year) * 12 + i64::from(b.month) - i64::from(a.month);
    if a.day == b.day && midnight(&a) && midnight(&b) && months > 0 {
        return match months {
            1 if a.day == 1 => format!("{} costs", a.month_name()),
            1 => "The month costs".to_owned(),
            12 if a.day == 1 && a.month == 1 => format!("{} costs", a.year),
            12 => "The year costs".to_owned(),
            n if n % 12 == 0 => format!("The {} years cost", n / 12),
            n => format!("The {n} months cost"),
        };
    }
    match ((h.end - h.start).as_hours() / 24.0).round() as i64 {
        ..=1 => "The day costs".to_owned(),
        7 => "The week costs".to_owned(),
        d if d % 7 == 0 => format!("The {} weeks cost", d / 7),
        d => format!("The {d} days cost"),
    }
}

/// The pool that drains first in the median trial; where none does, the likeliest to drain.
fn first_pool(pools: &[PoolFinding]) -> Option<&PoolFinding> {
    let drained = pools.iter().filter(|pool| pool.p_drains.value > 0.0);
    drained.min_by(|a, b| {
        let when = |pool: &PoolFinding| quantile(pool, 0.5).unwrap_or(Instant::NEVER);
        when(a)
            .cmp(&when(b))
            .then(b.p_drains.value.total_cmp(&a.p_drains.value))
    })
}

/// A first-drain quantile; none when the pool lasts in that share of trials.
pub fn quantile(pool: &PoolFinding, p: f64) -> Option<Instant> {
    let found = pool.first.iter().find(|q| (q.p - p).abs() < 1e-9);
    found.and_then(|q| q.at)
}

/// What all sentences share.
struct Voice<'a> {
    f: &'a Findings,
    dates: Dates<'a>,
    /// `month`, `months`.
    one: &'a str,
    many: String,
}

impl<'a> Voice<'a> {
    fn new(f: &'a Findings) -> Voice<'a> {
        let one = f.header.trial_word.as_str();
        Voice {
            f,
            dates: Dates::new(&f.header.zone, f.header.start, f.header.end),
            one,
            many: format!("{one}s"),
        }
    }

    fn single(&self) -> bool {
        self.f.header.trials == 1
    }

    /// Whether nobody is ever refused.
    fn calm(&self) -> bool {
        self.f.blocked.hours.mean <= 0.0 && self.f.p_blocked.value <= 0.0
    }

    /// `in any of 10,000 months (under 0.1 %)`: what was not seen, and how often it may still come.
    fn in_none(&self) -> String {
        let n = self.f.header.trials as u64;
        let all = group_thousands(n);
        if n == 1 {
            return format!("in the one {} that was played", self.one);
        }
        let bound = (1000.0 / fewer_than_one_in(n) as f64).ceil() / 10.0;
        if bound >= 50.0 {
            return format!("in any of {all} {}", self.many);
        }
        let digits = usize::from(bound < 0.95);
        format!("in any of {all} {} (under {bound:.digits$} %)", self.many)
    }

    /// `in 34 % ± 1 % of months`, `in 7 of 2,000 months`.
    fn in_share(&self, share: &Estimate) -> String {
        if share.value >= 1.0 {
            return format!("in every {}", self.one);
        }
        if let Some(rare) = rare(share.value, self.f.header.trials) {
            return format!("in {rare} {}", self.many);
        }
        format!(
            "in {} {} of {}",
            percent(share.value),
            plus_minus(share),
            self.many
        )
    }

    fn first(&self, first: Option<&PoolFinding>) -> String {
        if self.f.pools.is_empty() {
            return "Nothing can run dry: no window and no wallet is in use.".to_owned();
        }
        let Some(pool) = first else {
            return if self.single() {
                "Nothing runs dry.".to_owned()
            } else {
                format!("Nothing runs dry {}.", self.in_none())
            };
        };
        let subject = Subject::of(pool);
        let name = upper_first(&subject.name);
        let stops = pool.stopped_h.p50 > 0.0;
        let verb = match (stops, subject.plural) {
            (true, true) => "stop you",
            (true, false) => "stops you",
            (false, true) => "run dry",
            (false, false) => "runs dry",
        };
        let Some(median) = quantile(pool, 0.5) else {
            return self.seldom(pool);
        };
        if quantile(pool, 0.95) == Some(self.f.header.start) {
            let is = if subject.plural { "are" } else { "is" };
            return format!("{name} {is} empty from the start.");
        }
        let alone = self.f.pools.len() == 1;
        let when = self.dates.day(median);
        if self.single() {
            let first = if alone { "" } else { " first" };
            return format!("{name} {verb}{first} on {when}.");
        }
        let link = if alone { " on" } else { " first:" };
        let range = self.dates.range(quantile(pool, 0.1), quantile(pool, 0.9));
        let often = if pool.p_drains.value < 1.0 {
            format!(", {}", self.in_share(&pool.p_drains))
        } else {
            String::new()
        };
        format!(
            "{name} {verb}{link} {when} in the median {} (10-90 %: {range}){often}.",
            self.one
        )
    }

    /// A pool that lasts in most trials.
    fn seldom(&self, pool: &PoolFinding) -> String {
        let subject = Subject::of(pool);
        let early = quantile(pool, 0.1).map_or_else(String::new, |at| {
            format!(", in the earliest tenth by {}", self.dates.day(at))
        });
        format!(
            "{} {} dry {}{early}.",
            upper_first(&subject.name),
            subject.runs(),
            self.in_share(&pool.p_drains)
        )
    }

    /// Windows that are not the first to drain.
    fn others(&self, first: Option<&PoolFinding>) -> Option<String> {
        let mut others: Vec<&PoolFinding> = self
            .f
            .pools
            .iter()
            .filter(|pool| !pool.is_wallet && !same(Some(pool), first))
            .collect();
        others.sort_by(|a, b| b.p_drains.value.total_cmp(&a.p_drains.value));
        others.truncate(OTHERS_MAX);
        let (sometimes, never): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|pool| pool.p_drains.value > 0.0);
        let lead = sometimes.first()?;
        if self.single() {
            let names: Vec<String> = sometimes.iter().map(|p| Subject::of(p).name).collect();
            let verb = if names.len() == 1 { "runs" } else { "run" };
            return Some(format!("{} {verb} dry too.", upper_first(&join(&names))));
        }
        let mut clauses = vec![format!(
            "{} {} dry {}",
            upper_first(&Subject::of(lead).name),
            Subject::of(lead).runs(),
            self.in_share(&lead.p_drains)
        )];
        for pool in &sometimes[1..] {
            let share = pool.p_drains.value;
            let trials = self.f.header.trials;
            let often = match rare(share, trials) {
                Some(rare) => rare,
                None if share >= 1.0 => "every one".to_owned(),
                None => percent(share),
            };
            clauses.push(format!("{} in {often}", Subject::of(pool).name));
        }
        clauses.extend(
            never
                .iter()
                .map(|pool| format!("{} never", Subject::of(pool).name)),
        );
        Some(format!("{}.", clauses.join(", ")))
    }

    /// The wallet, unless it is the first to drain.
    fn wallet(&self, first: Option<&PoolFinding>) -> Option<String> {
        let pool = self.f.pools.iter().find(|pool| pool.is_wallet)?;
        if same(Some(pool), first) {
            return None;
        }
        let subject = Subject::of(pool);
        let name = upper_first(&subject.name);
        let runs = subject.runs();
        if pool.p_drains.value <= 0.0 {
            let does = if subject.plural { "do" } else { "does" };
            return Some(if self.single() {
                format!("{name} {does} not run dry.")
            } else {
                format!("{name} {does} not run dry {}.", self.in_none())
            });
        }
        let Some(median) = quantile(pool, 0.5) else {
            return Some(self.seldom(pool));
        };
        let when = self.dates.day(median);
        if self.single() {
            return Some(format!("{name} {runs} dry on {when}."));
        }
        let range = self.dates.range(quantile(pool, 0.1), quantile(pool, 0.9));
        let often = self.in_share(&pool.p_drains);
        Some(format!(
            "{name} {runs} dry on {when} (10-90 %: {range}), {often}."
        ))
    }

    fn stopped(&self) -> String {
        let b = &self.f.blocked;
        let h = &b.hours;
        if h.mean <= 0.0 {
            if self.f.p_blocked.value > 0.0 {
                let often = self.in_share(&self.f.p_blocked);
                return format!("Requests are refused {often}, but nobody waits for them.");
            }
            return if self.single() {
                "You are never stopped.".to_owned()
            } else {
                format!("You are not stopped {}.", self.in_none())
            };
        }
        let why = self.mostly(true);
        if self.single() {
            return format!("You are stopped for {}{why}.", hours(h.mean));
        }
        if h.p50 < 0.05 {
            let often = self.in_share(&self.f.p_blocked);
            let hits = self.f.p_blocked.value * self.f.header.trials as f64;
            // What a handful of trials do on a weekday is chance.
            if h.mean < 0.05 && hits < 9.5 {
                return format!("You are stopped {often}{}.", self.mostly(false));
            }
            let mean = if h.mean < 0.05 {
                "under 0.1 h".to_owned()
            } else {
                hours(h.mean)
            };
            return format!(
                "You are stopped {often}, {mean} a {} on average{why}.",
                self.one
            );
        }
        let range = hours_range(h.p10, h.p90);
        format!(
            "You are stopped {} a {} (median; 10-90 %: {range}){why}.",
            hours(h.p50),
            self.one
        )
    }

    /// `, mostly Tuesdays 15:00-18:00 by the 5-hour window`.
    fn mostly(&self, times: bool) -> String {
        let b = &self.f.blocked;
        let when = b.mostly.as_ref().filter(|_| times);
        let by = b.by.as_ref().map(|label| {
            let pool = self
                .f
                .pools
                .iter()
                .find(|p| !p.is_wallet && p.label == *label);
            let (head, tail) = label.split_once(", ").unwrap_or((label, ""));
            match (pool, tail) {
                (Some(_), "") => format!("by the {}", lower_first(head)),
                (Some(_), tail) => format!("by the {} ({tail})", lower_first(head)),
                (None, _) => format!("by the {label}"),
            }
        });
        match (when, by) {
            (Some(when), Some(by)) => format!(", mostly {when} {by}"),
            (Some(when), None) => format!(", mostly {when}"),
            (None, Some(by)) => format!(", mostly {by}"),
            (None, None) => String::new(),
        }
    }

    fn cost(&self) -> String {
        let c = &self.f.cost;
        let subject = costs(self.f);
        let total = &c.total_usd;
        let (limit, over) = &c.over;
        if self.single() {
            return format!("{subject} {}.", usd(total.p50));
        }
        if total.se == 0.0 {
            let only = if (total.p50 - c.fixed_usd).abs() < 0.005 && total.p50 > 0.0 {
                ", the subscription alone"
            } else {
                ""
            };
            let n = group_thousands(self.f.header.trials as u64);
            let all = format!("in every one of {n} {}", self.many);
            return format!("{subject} {} {all}{only}.", usd(total.p50));
        }
        let budget = self.f.header.budget.is_some();
        let alone = c.subscription_only >= 0.5;
        let lead = if alone {
            let often = percent(c.subscription_only);
            let amount = usd(c.fixed_usd);
            format!(
                "{subject} {amount}, the subscription alone, in {often} of {}",
                self.many
            )
        } else if usd(total.p10) == usd(total.p90) {
            format!("{subject} {} in most {}", usd(total.p50), self.many)
        } else {
            let range = usd_range(total.p10, total.p90);
            format!("{subject} {} (10-90 %: {range})", usd(total.p50))
        };
        // More than the subscription is what the first half has just said.
        if alone && !budget && limit.to_f64() <= c.fixed_usd + 0.005 {
            return format!("{lead}; at most {}.", usd(total.max));
        }
        let what = if budget {
            format!("over the budget of {}", money(*limit))
        } else {
            format!("more than {}", money(*limit))
        };
        let tail = if over.value <= 0.0 {
            format!("not {what} {}", self.in_none())
        } else if budget {
            format!("{what} {}", self.in_share(over))
        } else {
            match rare(over.value, self.f.header.trials) {
                Some(rare) => format!("{what} in {rare} {}", self.many),
                None => format!("{what} in {} of {}", percent(over.value), self.many),
            }
        };
        format!("{lead}; {tail}.")
    }
}

fn same(a: Option<&PoolFinding>, b: Option<&PoolFinding>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.name == b.name)
}

#[cfg(test)]
mod tests;
