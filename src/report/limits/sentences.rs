//! What was learned of an account's windows, in sentences.

use crate::account::Meter;
use crate::account::meter::METERS;
use crate::analysis::words::{join, percent, the, usd, usd_range};
use crate::base::money::group_thousands;
use crate::fit::limits::check::{Verdict, Why};
use crate::fit::limits::prior::Band;
use crate::fit::limits::{Limits, Window};

/// A meter is named as a rival from this weight on.
const RIVAL: f64 = 0.005;
/// Below this weight the best meter is not clear.
const CLEAR: f64 = 0.75;

/// The sentences of a screen, a document and a scenario's head.
pub fn sentences(l: &Limits) -> Vec<String> {
    let used = l.windows.iter().filter(|w| !w.chains.is_empty());
    let mut out: Vec<String> = used.map(|w| of_window(l, w)).collect();
    out.extend(meters(l));
    out
}

/// `of API value`, or the dollars of another meter.
fn value(meter: Meter) -> &'static str {
    match meter {
        Meter::Price => "of API value (meter price)",
        Meter::ReadsFree => "with cache reads free (meter reads-free)",
        Meter::ReadsFull => "with cache reads as dear as input (meter reads-full)",
        Meter::Weights(_) => "of metered value",
    }
}

/// `$42-$164`.
pub fn range(band: &Band) -> String {
    usd_range(round(band.low), round(band.high))
}

/// Three digits that count, and no cents from 10 dollars on.
pub fn round(x: f64) -> f64 {
    if x <= 0.0 || !x.is_finite() {
        return 0.0;
    }
    let least = if x >= 10.0 { 0.0 } else { -2.0 };
    let unit = libm::pow(10.0, (libm::floor(libm::log10(x)) - 2.0).max(least));
    (x / unit).round() * unit
}

fn before(l: &Limits, w: &Window) -> String {
    let fit = w.fit(l.meter);
    match (&w.known, l.meter) {
        (None, _) => String::new(),
        (Some(_), Meter::Price) => format!("; the catalogue's band was {}", range(&fit.prior)),
        (Some(_), _) => format!(
            "; the catalogue's band, in these dollars, was {}",
            range(&fit.prior)
        ),
    }
}

fn of_window(l: &Limits, w: &Window) -> String {
    let fit = w.fit(l.meter);
    let name = the(&w.label);
    let size = format!(
        "{} (90 %: {}) {}",
        usd(round(fit.band.median)),
        range(&fit.band),
        value(l.meter)
    );
    match w.verdict {
        Verdict::Learned => format!(
            "{} holds {size}{}.{}",
            upper(&name),
            before(l, w),
            far(l, w)
        ),
        Verdict::Loose => format!(
            "{} holds about {size}{}. {}{}",
            upper(&name),
            before(l, w),
            loose(l, w),
            far(l, w)
        ),
        Verdict::Few => few(l, w, &name),
        Verdict::Unexplained(why) => format!(
            "The logged use does not explain the readings of {name}: {}",
            unexplained(l, w, why)
        ),
    }
}

/// A band that lies this far outside the catalogue's is told to be strange.
const STRANGE: f64 = 1.5;

/// What a band far outside the catalogue's may mean.
fn far(l: &Limits, w: &Window) -> &'static str {
    let fit = w.fit(l.meter);
    if w.known.is_none() {
        ""
    } else if fit.band.high * STRANGE < fit.prior.low {
        " That is far below what the catalogue says: see whether this is the account's plan, and \
         whether these logs are all of its use."
    } else if fit.band.low > STRANGE * fit.prior.high {
        " That is far above what the catalogue says: see whether this is the account's plan, and \
         whether these logs are its own."
    } else {
        ""
    }
}

fn loose(l: &Limits, w: &Window) -> String {
    match w.fit(l.meter).checks.explained() {
        Some(share) if share < 0.5 => format!(
            "Only {} of what moved the readings is in the logs: other devices and claude.ai count \
             too, and make the band a guess.",
            percent(share)
        ),
        _ => "The readings stray from the logged use more than rounding does: much of the use is \
              not in these logs, or it is counted in another way."
            .to_owned(),
    }
}

fn few(l: &Limits, w: &Window, name: &str) -> String {
    let n = readings(w.used());
    let fit = w.fit(l.meter);
    let say = "Readings of one period that lie 20 points or more apart say most";
    let rise = format!("they rise by {:.0} points in all", fit.checks.moved);
    if w.known.is_some() {
        format!(
            "The {n} of {name} say too little ({rise}): {} instead of the catalogue's {}. {say}.",
            range(&fit.band),
            range(&fit.prior)
        )
    } else {
        format!(
            "The {n} of {name} say too little ({rise}): {} {}. {say}, and --plan brings in the \
             catalogue's band.",
            range(&fit.band),
            value(l.meter)
        )
    }
}

/// Where log and readings do not go together.
fn facts(w: &Window) -> Vec<String> {
    let a = &w.apart;
    let mut facts = Vec::new();
    if a.silent_times > 0 && a.silent_points >= 1.0 {
        facts.push(format!(
            "they rose by {:.0} points in {} between which the log holds no request",
            a.silent_points,
            times(a.silent_times, "step")
        ));
    }
    if a.still_times > 0 {
        facts.push(format!(
            "they stood still in {} in which {} was logged",
            times(a.still_times, "step"),
            usd(a.still_usd)
        ));
    }
    facts
}

/// Why, and what to look for.
fn unexplained(l: &Limits, w: &Window, why: Why) -> String {
    match why {
        Why::Unrelated => {
            let mut facts = facts(w);
            if facts.is_empty() {
                facts.push("they move at other times than the logged use".to_owned());
            }
            format!(
                "{}. They look like those of another account, or the logs like those of another \
                 person or machine. No size is given.",
                facts.join("; ")
            )
        }
        Why::Elsewhere => {
            let checks = &w.fit(l.meter).checks;
            let mut facts = facts(w);
            facts.insert(
                0,
                format!(
                    "they rose by {:.0} points in all, and at most {} of that is in the log",
                    checks.moved,
                    percent(checks.explained().unwrap_or(0.0))
                ),
            );
            format!(
                "{}. The rest comes from somewhere else: another machine, claude.ai, or another \
                 person. No size is given.",
                facts.join("; ")
            )
        }
        Why::Scatter => format!(
            "under the meter {} they stray by about {:.0} points in a fifth of the window. Either \
             tokens are counted in another way, or much of the use is not in these logs. No size \
             is given.",
            l.meter.name(),
            libm::sqrt(20.0 * w.fit(l.meter).posterior.phi * w.scale)
        ),
        Why::OtherMeter(other) => {
            let fit = w.fit(other);
            format!(
                "not under the meter {}, while {} explains them ({}): {} (90 %: {}) {}. No size is \
                 given under {}.",
                l.meter.name(),
                other.name(),
                percent(l.weights.iter().copied().fold(0.0, f64::max)),
                usd(round(fit.band.median)),
                range(&fit.band),
                value(other),
                l.meter.name()
            )
        }
    }
}

/// Which meter explains the readings best.
fn meters(l: &Limits) -> Option<String> {
    let strange = |w: &Window| {
        let why = [Why::Unrelated, Why::Elsewhere, Why::Scatter].map(Verdict::Unexplained);
        w.chains.is_empty() || why.contains(&w.verdict)
    };
    if l.windows.iter().all(strange) {
        return None;
    }
    let mut all: Vec<(usize, f64)> = l.weights.iter().copied().enumerate().collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (best, weight) = *all.first()?;
    let name = |i: usize| METERS.get(i).map_or("", |m| m.name());
    let others: Vec<String> = all
        .iter()
        .skip(1)
        .filter(|o| o.1 >= RIVAL)
        .map(|(i, w)| format!("{} {}", name(*i), percent(*w)))
        .collect();
    let rest = if others.is_empty() {
        String::new()
    } else {
        format!(", {}", join(&others))
    };
    if weight >= CLEAR {
        return Some(format!(
            "The meter {} explains the readings best ({}{rest}).",
            name(best),
            percent(weight)
        ));
    }
    let kept = if l.asked.is_some() {
        ""
    } else if l.meter == Meter::Price {
        "; price is kept, in whose dollars the catalogue is"
    } else {
        ""
    };
    Some(format!(
        "The readings do not tell the meters apart: {} {}{rest}{kept}.",
        name(best),
        percent(weight)
    ))
}

/// `1 reading`, `12 readings`.
pub fn readings(n: usize) -> String {
    times(n, "reading")
}

/// `1 step`, `12 steps`.
pub fn times(n: usize, one: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {one}{plural}", group_thousands(n as u64))
}

fn upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| {
        c.to_uppercase().collect::<String>() + chars.as_str()
    })
}
