//! Advice on the windows in sentences.

use super::{Longer, Start, WindowsFinding};
use crate::account::spec::Provenance;
use crate::analysis::words::{hours, percent, the, usd};
use crate::base::money::group_thousands;
use crate::base::time::Span;

/// What to do, and what it rests on.
pub fn sentences(f: &WindowsFinding) -> Vec<String> {
    let mut all = vec![advice(f)];
    all.extend(f.longer.iter().map(|l| ratio(f, l)));
    all
}

/// `07:00` of minutes of the day, the day before included.
pub fn clock(minutes: i64) -> String {
    let m = minutes.rem_euclid(24 * 60);
    format!("{:02}:{:02}", m / 60, m % 60)
}

/// Hours stopped by the window in the horizon below which no advice is worth following.
const HOURS_THAT_MATTER: f64 = 0.25;

fn advice(f: &WindowsFinding) -> String {
    let window = lower_first(&f.label);
    let (Some(day), Some(base)) = (f.day, f.starts.first()) else {
        return format!(
            "No actor has working hours, so there is no start of the day before which the {window} could be opened."
        );
    };
    if base.stopped_by_it_h < HOURS_THAT_MATTER {
        if base.stopped_by_it_h <= 0.0 {
            return format!("When the {window} opens does not matter here: it never stops you.");
        }
        let short = match base.stopped_by_it_h {
            h if h < 0.05 => "a few minutes".to_owned(),
            h => hours(h),
        };
        return format!(
            "When the {window} opens does not matter here: it stops you {short} in the horizon, of {} in \
             which you are stopped at all.",
            hours(base.stopped_h.max(0.05))
        );
    }
    let better = |s: &&Start| s.stopped_more_h.high < 0.0;
    let best = f
        .starts
        .iter()
        .skip(1)
        .filter(better)
        .min_by(|a, b| a.stopped_more_h.value.total_cmp(&b.stopped_more_h.value));
    let Some(best) = best else {
        return format!(
            "Leave it: no earlier start of the {window} (30 minutes to {} before you begin) stops you less, as far as {} trials can tell; it stops you {} as it is.",
            length(Span(f.starts.len().saturating_sub(1) as i64 * 1_800_000)),
            group_thousands(f.trials as u64),
            hours(base.stopped_by_it_h)
        );
    };
    let more = &best.stopped_more_h;
    let mut text = format!(
        "Open the {window} at {}, {} before you begin: a one-word request is enough. {} windows then touch your working day instead of {}, and you are stopped {} ({}-{}) less, of {}",
        clock(day.begins - best.before.0 / 60_000),
        length(best.before),
        best.touches,
        base.touches,
        hours(-more.value),
        hours(-more.high).trim_end_matches(" h"),
        hours(-more.low),
        hours(base.stopped_h)
    );
    for ((before, after), longer) in base.longer_dry.iter().zip(&best.longer_dry).zip(&f.longer) {
        if (after.value - before.value).abs() >= 0.005 {
            text.push_str(&format!(
                "; {} runs dry in {} of trials instead of {}",
                the(&longer.label),
                percent(after.value),
                percent(before.value)
            ));
        }
    }
    let cost = &best.cost_more_usd;
    if cost.low > 0.0 || cost.high < 0.0 {
        let word = if cost.value > 0.0 { "more" } else { "less" };
        text.push_str(&format!("; you pay {} {word}", usd(cost.value.abs())));
    }
    text.push('.');
    text
}

fn ratio(f: &WindowsFinding, l: &Longer) -> String {
    let whole = |p: f64| {
        if p < 9.95 {
            format!("{p:.1}")
        } else {
            format!("{p:.0}")
        }
    };
    let [low, mid, high] = l.takes;
    let pays = if l.used > 0.0 {
        let left = l.pays.map(|p| p * (1.0 - l.used));
        format!(
            "; {} is left, enough for {} full ones ({}-{})",
            percent(1.0 - l.used),
            whole(left[1]),
            whole(left[0]),
            whole(left[2])
        )
    } else {
        format!(
            ", which pays {} full ones ({}-{})",
            whole(l.pays[1]),
            whole(l.pays[0]),
            whole(l.pays[2])
        )
    };
    let assumed = [f.provenance, l.provenance].contains(&Provenance::Assumed);
    let rests = if assumed {
        "; the sizes are assumed, and your own readings narrow them"
    } else {
        ""
    };
    format!(
        "A full {} takes {} ({}-{}) of {}{pays}{rests}.",
        lower_first(&f.label),
        percent(mid),
        percent(low).trim_end_matches(" %"),
        percent(high),
        the(&l.label)
    )
}

fn lower_first(label: &str) -> String {
    crate::analysis::sentences::lower_first(label)
}

/// `30 minutes`, `2 h`, `2.5 h`.
pub(super) fn length(span: Span) -> String {
    let minutes = span.0 / 60_000;
    match minutes {
        m if m < 60 => format!("{m} minutes"),
        m if m % 60 == 0 => format!("{} h", m / 60),
        m => format!("{:.1} h", m as f64 / 60.0),
    }
}
