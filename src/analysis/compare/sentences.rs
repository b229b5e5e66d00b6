//! What people read of a comparison, the answer first.

use crate::analysis::sentences::{lower_first, upper_first};
use crate::analysis::words::{hours, join, model, percent, rare, usd};
use crate::base::money::group_thousands;
use crate::stats::estimate::Estimate;

use super::break_even::{BreakEven, MOST, Meeting, Quantity};
use super::pairs::Difference;
use super::{Comparison, Pair};

/// A mean whose interval is wider than this share of it is shown with its interval.
const LOOSE: f64 = 0.1;
/// Hours that are worth a sentence.
const HOURS_LEAST: f64 = 0.05;

/// The sentences, each complete.
pub fn sentences(c: &Comparison) -> Vec<String> {
    let mut out = Vec::new();
    if c.entries.len() > 2 {
        out.push(least(c));
    }
    let calm = c.entries.iter().all(|e| e.p_stopped.value <= 0.0);
    for pair in &c.pairs {
        let parts = [
            Some(dollars(c, pair)),
            (!calm).then(|| stopped(c, pair)).flatten(),
            window(c, pair),
        ];
        out.push(parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    if calm {
        let n = group_thousands(c.header.trials as u64);
        out.push(format!(
            "Nothing stops you in any of them, in {n} {}.",
            many(c)
        ));
    }
    out.extend(c.break_evens.iter().map(|b| break_even(c, b)));
    out
}

/// `months`: what trials are called.
fn many(c: &Comparison) -> String {
    format!("{}s", c.header.trial_word)
}

/// Which costs least on average.
fn least(c: &Comparison) -> String {
    let means = c.entries.iter().map(|e| e.cost_usd.mean);
    let best = means.fold(f64::INFINITY, f64::min);
    let names: Vec<String> = c
        .entries
        .iter()
        .filter(|e| e.cost_usd.mean - best < 0.005)
        .map(|e| e.said.clone())
        .collect();
    let amount = usd(best / c.per.number);
    if names.len() == c.entries.len() {
        return format!("All cost the same on average, {amount} a {}.", c.per.word);
    }
    let (verb, each) = match names.len() {
        1 => ("costs", ""),
        _ => ("cost", " each"),
    };
    let subject = upper_first(&join(&names));
    format!(
        "{subject} {verb} least on average, {amount} a {}{each}.",
        c.per.word
    )
}

fn names<'c>(c: &'c Comparison, pair: &Pair) -> (&'c str, &'c str) {
    let said = |i: usize| c.entries.get(i).map_or("", |e| e.said.as_str());
    (said(pair.base), said(pair.other))
}

fn dollars(c: &Comparison, pair: &Pair) -> String {
    let (base, other) = names(c, pair);
    let d = &pair.cost_usd;
    let subject = upper_first(other);
    if d.is_nothing() {
        return format!(
            "{subject} costs the same as {base} in every {}.",
            c.header.trial_word
        );
    }
    if d.is_open() {
        return format!(
            "{} {} cannot tell {other} from {base} in dollars: the mean difference is {} a {}, ± {} \
             ({other} is cheaper {}, dearer in {}).",
            group_thousands(c.header.trials as u64),
            many(c),
            usd(d.mean.value.abs()),
            c.per.word,
            usd(d.mean.half_width()),
            in_share(c, &d.less),
            percent(d.more.value),
        );
    }
    let saves = d.mean.value < 0.0;
    let amount = usd(d.mean.value.abs());
    let (low, high) = match saves {
        true => (-d.spread.p90, -d.spread.p10),
        false => (d.spread.p10, d.spread.p90),
    };
    let loose = match d.mean.half_width() > LOOSE * d.mean.value.abs() {
        true => format!(" ± {}", usd(d.mean.half_width())),
        false => String::new(),
    };
    let range = range(low, high);
    let verb = match saves {
        true => format!("saves {amount}{loose} a {}", c.per.word),
        false => format!("costs {amount}{loose} a {} more", c.per.word),
    };
    format!(
        "{subject} instead of {base} {verb} on average (10-90 %: {range}){}.",
        how_often(c, d, saves)
    )
}

/// `$12-$88`; a range that begins below zero is spelled out.
fn range(low: f64, high: f64) -> String {
    let (a, b) = (usd(low), usd(high));
    match (a == b, low < 0.0) {
        (true, _) => a,
        (_, true) => format!("{a} to {b}"),
        _ => format!("{a}-{b}"),
    }
}

/// `, is cheaper in 40 % of months and as dear in the others`.
fn how_often(c: &Comparison, d: &Difference, saves: bool) -> String {
    let (win, lose) = match saves {
        true => (&d.less, &d.more),
        false => (&d.more, &d.less),
    };
    let (better, worse) = match saves {
        true => ("cheaper", "dearer"),
        false => ("dearer", "cheaper"),
    };
    if win.value >= 1.0 {
        return format!(" and is {better} in every {}", c.header.trial_word);
    }
    let tied = d.same.value;
    let rest = match (tied > 0.0, lose.value > 0.0) {
        (true, false) => ", the same in the others".to_owned(),
        (true, true) => format!(
            ", the same in {}, {worse} in {}",
            percent(tied),
            seldom(c, lose)
        ),
        (false, true) if lose.value < 0.01 => String::new(),
        (false, _) => format!(", {worse} in {}", seldom(c, lose)),
    };
    format!(" and is {better} {}{rest}", in_share(c, win))
}

fn in_share(c: &Comparison, share: &Estimate) -> String {
    match rare(share.value, c.header.trials) {
        Some(rare) => format!("in {rare} {}", many(c)),
        None => format!("in {} of {}", percent(share.value), many(c)),
    }
}

/// `5 %`, `3 of 10,000`.
fn seldom(c: &Comparison, share: &Estimate) -> String {
    rare(share.value, c.header.trials).unwrap_or_else(|| percent(share.value))
}

fn stopped(c: &Comparison, pair: &Pair) -> Option<String> {
    let d = &pair.stopped_h;
    let mean = |i: usize| {
        c.entries
            .get(i)
            .map_or(0.0, |e| e.stopped_h.mean / c.per.number)
    };
    let (base, other) = (mean(pair.base), mean(pair.other));
    if base <= 0.0 && other <= 0.0 {
        return None;
    }
    let word = &c.per.word;
    if d.is_nothing() {
        return Some(format!(
            "You are stopped as long, {} a {word}.",
            hours(base)
        ));
    }
    if d.is_open() {
        let open = "Stopped hours differ by less than these trials can tell";
        return Some(format!(
            "{open} ({} and {} a {word}).",
            hours(base),
            hours(other)
        ));
    }
    let change = d.mean.value.abs();
    let size = match change < HOURS_LEAST {
        true => "a few minutes".to_owned(),
        false => hours(change),
    };
    let direction = if d.mean.value < 0.0 { "less" } else { "longer" };
    Some(format!(
        "You are stopped {size} a {word} {direction} ({} instead of {}).",
        hours(other),
        hours(base)
    ))
}

/// The window of which a share matters most: the week where there is one.
pub fn main_window(c: &Comparison) -> Option<&str> {
    let labels = |e: &super::Entry| -> Vec<(String, bool)> {
        e.windows
            .iter()
            .map(|w| (w.label.clone(), w.fixed))
            .collect()
    };
    let all = labels(c.entries.first()?);
    let best = all.iter().find(|w| w.1).or(all.first())?;
    let windows = &c.entries.first()?.windows;
    windows
        .iter()
        .find(|w| w.label == best.0)
        .map(|w| w.label.as_str())
}

fn window(c: &Comparison, pair: &Pair) -> Option<String> {
    let label = main_window(c)?;
    let (_, d) = pair.needed.iter().find(|(l, _)| l == label)?;
    if d.is_nothing() {
        return None;
    }
    let need = |i: usize| {
        let found = c
            .entries
            .get(i)?
            .windows
            .iter()
            .find(|w| w.label == label)?;
        Some(found.needed.mean)
    };
    let (base, other) = (need(pair.base)?, need(pair.other)?);
    Some(format!(
        "The work then needs {} of {} instead of {}.",
        percent_any(other),
        the(label),
        percent_any(base)
    ))
}

/// A share that may be above one: `112 %`.
pub fn percent_any(share: f64) -> String {
    if share > 1.0 {
        format!("{:.0} %", share * 100.0)
    } else {
        percent(share)
    }
}

/// `the week`, `the week (Fable)`: a window of all models needs no more words.
pub fn the(label: &str) -> String {
    match label.split_once(", ") {
        Some((head, "all models")) => format!("the {}", lower_first(head)),
        Some((head, tail)) => format!("the {} ({tail})", lower_first(head)),
        None => format!("the {}", lower_first(label)),
    }
}

/// `Opus 5.5`: what the cheaper model stands for; with other words where models have no name of
/// their own in the comparison.
pub fn instead_of(b: &BreakEven) -> String {
    join(&b.instead_of.iter().map(|m| model(m)).collect::<Vec<_>>())
}

/// `Sonnet 5.5`.
pub fn cheaper(b: &BreakEven) -> String {
    join(&b.models.iter().map(|m| model(m)).collect::<Vec<_>>())
}

fn break_even(c: &Comparison, b: &BreakEven) -> String {
    let (cheaper, dearer) = (cheaper(b), instead_of(b));
    let given = |e: &super::Entry| {
        let mut facts = e.models.iter().filter(|f| b.models.contains(&f.model));
        facts.all(|f| f.given)
    };
    let source = match c.entries.get(b.cheaper).is_some_and(given) {
        true => "as the scenario says",
        false => "which is an assumption",
    };
    let assumed = match (b.assumed - 1.0).abs() < 0.005 {
        true => format!("Here it is taken to need as many, {source}."),
        false => format!("Here it is taken to need {}, {source}.", times(b.assumed)),
    };
    let verb = if b.instead_of.len() == 1 {
        "pays"
    } else {
        "pay"
    };
    let lead = match b.meetings.first() {
        Some(Meeting::At { value, low, high }) => format!(
            "{dearer} {verb} off only if {cheaper} needs more than {} the requests for the same work \
             at list price ({})",
            times(*value),
            interval(*low, *high)
        ),
        Some(Meeting::Beyond) => format!(
            "Even with {MOST:.0} times the requests of {dearer}, {cheaper} costs less at list price"
        ),
        _ => return format!("{cheaper} is not cheaper than {dearer} at list price. {assumed}"),
    };
    let others = b.quantities.iter().zip(&b.meetings).skip(1);
    let mut parts = vec![lead];
    parts.extend(others.map(|(q, m)| part(q, *m)));
    format!("{}. {assumed}", join(&parts))
}

fn part(quantity: &Quantity, meeting: Meeting) -> String {
    let what = match quantity {
        Quantity::Value => "at list price".to_owned(),
        Quantity::Paid => "in what you pay".to_owned(),
        Quantity::Window(label) => format!("in its share of {}", the(label)),
    };
    match meeting {
        Meeting::At { value, low, high } => {
            format!("{} {what} ({})", times(value), interval(low, high))
        }
        Meeting::Beyond => format!("more than {MOST:.0} times {what}"),
        Meeting::Same => format!("{what} both are the same anyway"),
        Meeting::NotCheaper => format!("{what} it saves nothing"),
    }
}

/// `1.9 times`, `12 times`.
pub fn times(factor: f64) -> String {
    let shown = match factor < 9.95 {
        true => format!("{factor:.2}"),
        false => format!("{factor:.1}"),
    };
    let shown = shown.trim_end_matches('0').trim_end_matches('.');
    format!("{shown} times")
}

fn interval(low: f64, high: f64) -> String {
    match high.is_finite() {
        true => format!("{low:.2}-{high:.2}"),
        false => format!("at least {low:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::compare::fixture;

    #[test]
    fn models_in_words() {
        insta::assert_snapshot!(sentences(&fixture::models()).join("\n"));
    }

    #[test]
    fn variants_in_words() {
        insta::assert_snapshot!(sentences(&fixture::variants()).join("\n"));
    }

    #[test]
    fn nothing_differs() {
        insta::assert_snapshot!(sentences(&fixture::calm()).join("\n"));
    }

    #[test]
    fn break_evens_that_are_not_there() {
        let mut c = fixture::models();
        c.break_evens[0].assumed = 1.0;
        c.break_evens[0].meetings = vec![Meeting::Beyond, Meeting::Same, Meeting::NotCheaper];
        let never = sentences(&c).pop().unwrap();
        c.break_evens[0].meetings[0] = Meeting::NotCheaper;
        let dearer = sentences(&c).pop().unwrap();
        insta::assert_snapshot!(format!("{never}\n{dearer}"));
    }
}
