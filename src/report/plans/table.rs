//! Tables of a screen that simulated and logged months have in common.

use crate::analysis::plans::Hour;
use crate::analysis::plans::judge::{Entry, Standing, Verdict};
use crate::analysis::plans::sentences::name;
use crate::analysis::plans::ways::Way;
use crate::analysis::words::{hours as h, money, percent, usd};
use crate::report::lines::shorten;
use crate::report::page::Page;

/// A name that does not stand first in its row has so many characters at most.
pub const NAME: usize = 30;
/// Below this width the table leaves the parts of the cost out.
const WIDE: usize = 96;

/// Every contender, the best first.
pub fn contenders(page: &mut Page<'_>, v: &Verdict, hour: Hour, per: &str, today: Option<usize>) {
    let wide = page.width() >= WIDE;
    let mut order: Vec<(usize, &Entry)> = v.entries.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| {
        let able = a.incomplete.is_some().cmp(&b.incomplete.is_some());
        able.then(a.total_usd.mean.total_cmp(&b.total_usd.mean))
    });
    let priced = hour.price.0 > 0 && v.entries.iter().any(|e| e.stopped_h.mean > 0.0);
    let elsewhere = v.entries.iter().any(|e| e.elsewhere_usd > 0.0);
    let mut head = vec![format!("A {per}")];
    if wide {
        head.extend(["fee", "tokens"].map(str::to_owned));
    }
    head.extend(["mean", "P90", "stopped"].map(str::to_owned));
    if priced {
        head.push(format!("at {}/h", money(hour.price)));
    }
    head.extend(["dearer by", "cheapest"].map(str::to_owned));
    let columns = head.len();
    let mut rows = vec![head];
    for (i, e) in order {
        let mark = if today == Some(i) { " ◂" } else { "" };
        let mut row = vec![format!("{}{mark}", name(e))];
        if wide {
            row.push(whole(e.fee_usd));
            row.push(whole(e.extra_usd + e.elsewhere_usd));
        }
        row.extend([
            whole(e.cost_usd.mean),
            whole(e.cost_usd.p90),
            h(e.stopped_h.mean),
        ]);
        if priced {
            row.push(whole(e.total_usd.mean));
        }
        row.push(apart(e));
        row.push(match e.standing {
            Standing::Incomplete => "–".to_owned(),
            _ => percent(e.cheapest.value),
        });
        rows.push(row);
    }
    let mut right = vec![true; columns];
    right[0] = false;
    page.table(&rows, &right);
    let mut below = Vec::new();
    if today.is_some() {
        below.push("◂ what you have");
    }
    if wide {
        below.push(match elsewhere {
            true => "tokens: extra usage, and list price paid elsewhere",
            false => "tokens: extra usage, or list price on an API key",
        });
    }
    if v.entries.iter().any(|e| e.way == Way::With) {
        below.push("+ extra: extra usage on");
    }
    below.push("cheapest: ties are shared");
    page.wrapped("", &below.join(" · "));
}

fn whole(x: f64) -> String {
    usd(if x.abs() >= 10.0 { x.round() } else { x })
}

/// `$97 ± $4`, with a question mark where the sign is open.
fn apart(e: &Entry) -> String {
    let d = &e.against_best.mean;
    let half = match d.half_width() {
        half if half < 0.005 => String::new(),
        half => format!(" ± {}", whole(half)),
    };
    match e.standing {
        Standing::Best => "–".to_owned(),
        Standing::Same => "the same".to_owned(),
        Standing::CannotTell => format!("{}{half}?", whole(d.value)),
        Standing::Dearer => format!("{}{half}", whole(d.value)),
        Standing::Incomplete => "not all work".to_owned(),
    }
}

/// Who costs least at which price of an hour; nothing where it does not matter.
pub fn hours(page: &mut Page<'_>, v: &Verdict, per: &str) {
    let steps = v.steps();
    if steps.len() < 2 {
        return;
    }
    let mut rows = vec![
        [
            "A stopped hour from",
            "costs least",
            &format!("a {per}"),
            "stopped",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for s in steps {
        let Some(e) = v.entries.get(s.entry) else {
            continue;
        };
        let error = match s.from.half_width() {
            half if half >= 0.005 && half.is_finite() => format!(" ± {}", usd(half)),
            _ => String::new(),
        };
        rows.push(vec![
            format!("{}{error}", usd(s.from.value)),
            shorten(&name(e), NAME),
            whole(e.cost_usd.mean),
            h(e.stopped_h.mean),
        ]);
    }
    page.blank();
    page.table(&rows, &[false, false, true, true]);
}
