//! What people read of it, the answer first.

use crate::analysis::compare::pairs::Difference;
use crate::analysis::compare::sentences::times;
use crate::analysis::sentences::upper_first;
use crate::analysis::words::{hours, join, money, percent, rare, usd, usd_range};
use crate::base::money::group_thousands;
use crate::stats::estimate::Estimate;

use super::growth::{FACTORS, Switch};
use super::judge::{Entry, Standing, Verdict};
use super::past::PastFinding;
use super::ways::Way;
use super::{Hour, PlansFinding};

/// Hours that are worth a word.
const HOURS_LEAST: f64 = 0.05;

/// `Max 5x + extra`: as in tables.
pub fn name(e: &Entry) -> String {
    match e.way {
        Way::With => format!("{} + extra", e.label),
        _ => e.label.clone(),
    }
}

/// `Max 5x with extra usage`: as in sentences.
pub fn said(e: &Entry) -> String {
    match (e.way, e.only) {
        (Way::Paid, _) if e.id == "api" => "an API key at list price".to_owned(),
        (_, true) | (Way::Paid, _) => e.label.clone(),
        (Way::Without, _) => format!("{} without extra usage", e.label),
        (Way::With, _) => format!("{} with extra usage", e.label),
    }
}

/// `Max 5x`, `an API key`: a plan whichever its way.
pub fn plan(e: &Entry) -> &str {
    match e.id.as_str() {
        "api" => "an API key",
        _ => &e.label,
    }
}

/// Words for the time that amounts are shown for and for trials.
#[derive(Clone, Debug)]
pub struct Words {
    /// `month`: what amounts are for.
    pub per: String,
    /// `months`, `draws of the sizes`: what trials are called.
    pub trials: String,
}

/// The sentences, each complete.
pub fn sentences(f: &PlansFinding) -> Vec<String> {
    let words = f.words();
    let mut out = vec![headline(&f.verdict, &words)];
    out.extend(today(&f.verdict, f.today, &words));
    out.extend(switch(&f.verdict, &words));
    out.extend(next(&f.verdict, f.today, &words));
    out.extend(key(&f.verdict, &words));
    out.push(hour(&f.verdict, f.hour));
    out.extend(idle(f));
    out.push(growth(f));
    out
}

/// The sentences for logged requests.
pub fn of_past(p: &PastFinding) -> Vec<String> {
    let (v, words) = (&p.verdict, p.words());
    let mut out = vec![headline(v, &words)];
    out.extend(switch(v, &words));
    out.extend(next(v, None, &words));
    out.extend(key(v, &words));
    out.push(hour(v, p.hour));
    out.push(format!(
        "Your use is worth {} a {} at list price.",
        usd(p.value_usd),
        words.per
    ));
    out
}

/// Which is cheapest, what it costs, how often it is the cheapest.
pub fn headline(v: &Verdict, w: &Words) -> String {
    let best = v.best();
    let subject = match v.is_twin_same() {
        true => format!("{}, with extra usage or without,", best.label),
        false => said(best),
    };
    let share = v.shares.iter().find(|s| s.plan == best.plan);
    let often = share.map_or_else(String::new, |s| {
        format!(
            ". It is the cheapest of all plans in {}",
            of_trials(&s.cheapest, v, w)
        )
    });
    let stopped = match best.stopped_h.mean >= HOURS_LEAST {
        true => format!(", {} of it stopped", hours(best.stopped_h.mean)),
        false => String::new(),
    };
    format!(
        "{} is cheapest for this work: {}{stopped}{often}.{}",
        upper_first(&subject),
        amount(best, w),
        though(v, w)
    )
}

/// The answer in one line, for a title.
pub fn title(v: &Verdict, w: &Words) -> String {
    let best = v.best();
    let often = v.shares.iter().find(|s| s.plan == best.plan);
    let often = often.map_or_else(String::new, |s| {
        format!(", the cheapest plan in {}", of_trials(&s.cheapest, v, w))
    });
    let name = match v.is_twin_same() {
        true => best.label.clone(),
        false => said(best),
    };
    format!(
        "{} costs least on average, {} a {}{often}",
        upper_first(&name),
        usd(best.cost_usd.mean),
        w.per
    )
}

/// Where another plan is the cheapest more often, but not on average.
fn though(v: &Verdict, w: &Words) -> String {
    let best = v.best();
    let share = |plan: usize| {
        let found = v.shares.iter().find(|s| s.plan == plan);
        found.map_or(0.0, |s| s.cheapest.value)
    };
    let most = v.shares.iter().max_by(|a, b| {
        let by_share = a.cheapest.value.total_cmp(&b.cheapest.value);
        by_share.then(b.plan.cmp(&a.plan))
    });
    match most {
        Some(m) if m.plan != best.plan && m.cheapest.value > share(best.plan) => format!(
            " {} is cheapest more often, in {}, but not on average: its dear {} weigh more.",
            m.label,
            of_trials(&m.cheapest, v, w),
            w.trials
        ),
        _ => String::new(),
    }
}

/// `$124 a month on average (10-90 %: $100-$388)`.
fn amount(e: &Entry, w: &Words) -> String {
    let s = &e.cost_usd;
    if (s.p10 - s.p90).abs() < 0.005 && (s.mean - s.p50).abs() < 0.005 {
        return format!("{} a {}", usd(s.mean), w.per);
    }
    let range = match usd(s.p10) == usd(s.p90) {
        true => format!("{} in most {}", usd(s.p50), w.trials),
        false => format!("10-90 %: {}", usd_range(s.p10, s.p90)),
    };
    format!("{} a {} on average ({range})", usd(s.mean), w.per)
}

fn many(v: &Verdict, w: &Words) -> String {
    format!("{} {}", group_thousands(v.trials as u64), w.trials)
}

/// `88 % ± 2 % of months`, `7 of 2,000 months`, `all 2,000 months`.
fn of_trials(e: &Estimate, v: &Verdict, w: &Words) -> String {
    if e.value >= 1.0 {
        return format!("all {}", many(v, w));
    }
    if let Some(rare) = rare(e.value, v.trials) {
        return format!("{rare} {}", w.trials);
    }
    if let Some(rare) = rare(1.0 - e.value, v.trials) {
        return format!("all but {rare} {}", w.trials);
    }
    let half = (e.high - e.value).max(e.value - e.low) * 100.0;
    let half = match half < 0.95 {
        true => format!("{:.1}", half.max(0.1)),
        false => format!("{half:.0}"),
    };
    let share = percent(e.value);
    format!(
        "{} ± {half} % of {}",
        share.trim_end_matches(" %"),
        w.trials
    )
}

/// Whether extra usage should be on with the best plan.
fn switch(v: &Verdict, w: &Words) -> Option<String> {
    let best = v.best();
    let twin = v.of_plan(best.plan).find(|e| e.way != best.way)?;
    let (with, without) = match best.way {
        Way::With => (best, twin),
        _ => (twin, best),
    };
    let per = &w.per;
    if twin.incomplete.is_some() {
        return Some("Some of the work needs extra usage at any time: leave it on.".to_owned());
    }
    if twin.standing == Standing::Same {
        return Some(format!(
            "Its windows suffice in all of {}: extra usage is never charged.",
            many(v, w)
        ));
    }
    // Batches are charged to extra usage where it is on, and elsewhere where it is off.
    let elsewhere = without.elsewhere_usd;
    let (often, paid) = match elsewhere > 0.0 {
        true => (
            without.p_stopped,
            with.extra_usd + with.elsewhere_usd - elsewhere,
        ),
        false => (with.p_extra, with.extra_usd),
    };
    let charged = match rare(often.value, v.trials) {
        Some(rare) => format!("{rare} {}", w.trials),
        None => format!("{} of {}", percent(often.value), w.trials),
    };
    let stopped = format!(
        "you are stopped {} a {per} on average, in {}",
        hours(without.stopped_h.mean),
        match rare(without.p_stopped.value, v.trials) {
            Some(rare) => format!("{rare} {}", w.trials),
            None => format!("{} of {}", percent(without.p_stopped.value), w.trials),
        }
    );
    let open = match twin.standing {
        Standing::CannotTell => ", though these trials cannot tell whether that pays",
        _ => "",
    };
    Some(match best.way {
        Way::With => format!(
            "Leave extra usage on: it is charged in {charged}, {} a {per} on average; without it \
             {stopped}{open}.",
            usd(paid.max(0.0))
        ),
        _ => format!(
            "Leave extra usage off: {stopped}; with it on that would cost {} a {per} instead{open}.",
            usd(with.cost_usd.mean - without.cost_usd.mean)
        ),
    })
}

/// The best of the other plans.
fn next(v: &Verdict, today: Option<usize>, w: &Words) -> Option<String> {
    let best = v.best();
    let other = v
        .entries
        .iter()
        .filter(|e| e.plan != best.plan && e.incomplete.is_none())
        .min_by(|a, b| a.total_usd.mean.total_cmp(&b.total_usd.mean))?;
    let own = today.and_then(|i| v.entries.get(i));
    if own.is_some_and(|e| e.plan == other.plan && e.way == other.way) {
        return None;
    }
    let share = v.shares.iter().find(|s| s.plan == other.plan)?;
    let often = match share.cheapest.value {
        p if p <= 0.0 => "never the cheapest".to_owned(),
        _ => format!("cheapest in {}", of_trials(&share.cheapest, v, w)),
    };
    Some(match other.standing {
        Standing::Same => format!("{} costs the same in each.", upper_first(&said(other))),
        Standing::CannotTell => format!(
            "{} cannot tell it from {}: the mean difference is {} a {} ({often}). Either is a fair \
             choice.",
            upper_first(&many(v, w)),
            said(other),
            plus_minus(&other.against_best),
            w.per,
        ),
        _ => format!(
            "Next is {}, {} a {} more{} ({often}).",
            said(other),
            plus_minus(&other.against_best),
            w.per,
            dollars_or_hours(other, best)
        ),
    })
}

/// ` with stopped hours at their price`, where hours are a part of the difference.
fn dollars_or_hours(e: &Entry, best: &Entry) -> &'static str {
    let hours = (e.stopped_h.mean - best.stopped_h.mean).abs() >= HOURS_LEAST;
    match hours {
        true => " with stopped hours at their price",
        false => "",
    }
}

/// `$97 ± $4`; the error only where it says something.
fn plus_minus(d: &Difference) -> String {
    let half = d.mean.half_width();
    let value = d.mean.value.abs();
    match half.is_finite() && half >= 0.005 * value.max(1.0) {
        true => format!("{} ± {}", usd(value), usd(half)),
        false => usd(value),
    }
}

/// What an API key costs, unless it was said.
fn key(v: &Verdict, w: &Words) -> Option<String> {
    let api = v.entries.iter().find(|e| e.id == "api")?;
    let best = v.best();
    let others = v
        .entries
        .iter()
        .filter(|e| e.plan != best.plan && e.incomplete.is_none());
    let next = others.min_by(|a, b| a.total_usd.mean.total_cmp(&b.total_usd.mean))?;
    if best.plan == api.plan || next.plan == api.plan {
        return None;
    }
    Some(format!(
        "On an API key the same work costs {}.",
        amount(api, w)
    ))
}

/// What there is today, against the best.
fn today(v: &Verdict, today: Option<usize>, w: &Words) -> Option<String> {
    let e = v.entries.get(today?)?;
    Some(match e.standing {
        Standing::Best => "That is what you have today.".to_owned(),
        Standing::Same => format!("What you have today, {}, costs the same.", said(e)),
        Standing::CannotTell => format!(
            "What you have today, {}, cannot be told from it ({} a {}).",
            said(e),
            plus_minus(&e.against_best),
            w.per
        ),
        Standing::Dearer => format!(
            "What you have today, {}, costs {} a {} more on average{}.",
            said(e),
            plus_minus(&e.against_best),
            w.per,
            dollars_or_hours(e, v.best())
        ),
        Standing::Incomplete => return None,
    })
}

/// The price of an hour, and where it changes the answer.
pub fn hour(v: &Verdict, hour: Hour) -> String {
    let price = match (hour.given, hour.price.0) {
        (true, 0) => "A stopped hour costs you nothing here (--hour 0).".to_owned(),
        (true, _) => format!("A stopped hour costs you {} here.", money(hour.price)),
        (false, _) => format!(
            "A stopped hour is taken to cost you {} (assumed; --hour sets yours).",
            money(hour.price)
        ),
    };
    let steps = v.steps();
    let now = steps
        .iter()
        .rposition(|s| s.from.value <= hour.price.to_f64())
        .unwrap_or(0);
    let at = |i: usize| steps.get(i).and_then(|s| v.entries.get(s.entry));
    let Some(same) = at(now) else {
        return price;
    };
    if steps.len() == 1 {
        return format!(
            "{price} Its price does not matter: {} costs least at any.",
            said(same)
        );
    }
    let detail = |e: &Entry| {
        format!(
            "{} ({}, stopped {})",
            said(e),
            usd(e.cost_usd.mean),
            hours(e.stopped_h.mean)
        )
    };
    let mut parts = Vec::new();
    let below = steps[now].from.value;
    let above = steps.get(now + 1).map(|s| s.from.value);
    parts.push(match (below > 0.0, above) {
        (true, None) => format!("the answer is the same at any price above {}", usd(below)),
        (true, Some(above)) => format!(
            "the answer is the same at any price from {} to {}",
            usd(below),
            usd(above)
        ),
        (false, above) => format!(
            "the answer is the same at any price up to {}",
            usd(above.unwrap_or(0.0))
        ),
    });
    for i in (0..now).rev() {
        let upto = steps[i + 1].from.value;
        parts.extend(at(i).map(|e| format!("below {} {} costs least", usd(upto), detail(e))));
    }
    for step in steps.iter().skip(now + 1) {
        let entry = v.entries.get(step.entry);
        parts.extend(
            entry.map(|e| format!("above {} {} costs least", usd(step.from.value), detail(e))),
        );
    }
    format!("{price} {}.", upper_first(&parts.join("; ")))
}

/// Where nothing of the work ever draws on a plan.
fn idle(f: &PlansFinding) -> Option<String> {
    f.never_on_plan.then(|| {
        "Nothing of this work draws on a plan's windows (third-party clients and some models never \
         do): every plan pays list price and adds its fee. In the plan's own client it would: --set \
         actor.NAME.client=claude-code."
            .to_owned()
    })
}

/// Where another plan takes over as use grows.
pub fn growth(f: &PlansFinding) -> String {
    let g = &f.growth;
    let lead = format!(
        "Today's use is worth {} a {} at list price",
        usd(g.value_usd),
        f.per.word
    );
    let label = |i: usize| f.verdict.entries.get(i).map_or("", plan);
    let (least, most) = (FACTORS[0], FACTORS[FACTORS.len() - 1]);
    let Some(last) = g.switches.last() else {
        return format!(
            "{lead}; {} stays the cheapest from {} to {} of it.",
            label(g.first),
            tenth(least),
            times(most)
        );
    };
    let mut parts: Vec<String> = Vec::new();
    for s in &g.switches {
        parts.push(format!("{} up to {}", label(s.from), place(s, g.value_usd)));
    }
    let end = format!("{} beyond", label(last.to));
    parts.push(end);
    let close = g.switches.iter().find(|s| s.low <= 1.0 && 1.0 <= s.high);
    let close = match close {
        Some(_) => {
            " Today's use lies so near to a switch-over that these trials cannot tell which \
                    side it is on."
        }
        None => "",
    };
    format!(
        "{lead}. As use grows, the cheapest is {}.{close}",
        join(&parts)
    )
}

fn tenth(factor: f64) -> String {
    match (factor - 0.1).abs() < 1e-9 {
        true => "a tenth".to_owned(),
        false => times(factor),
    }
}

/// `0.42 times that (0.38-0.45; $131)`.
fn place(s: &Switch, value: f64) -> String {
    let band = match (s.low > 0.0, s.high.is_finite()) {
        (true, true) => format!("{:.2}-{:.2}", s.low, s.high),
        (true, false) => format!("at least {:.2}", s.low),
        (false, true) => format!("at most {:.2}", s.high),
        (false, false) => "not well known".to_owned(),
    };
    format!("{} that ({band}; {})", times(s.at), usd(s.at * value))
}
