//! What every plan costs: fee, tokens and tax as bars, the range of months as a line.

use super::super::axes::{Scale, ticks, widest};
use super::super::canvas::{Anchor, Drawing, Room, Style};
use super::super::theme::{self, Color};
use super::super::{frame, say};
use crate::analysis::plans::PlansFinding;
use crate::analysis::plans::judge::{Entry, Standing};
use crate::analysis::plans::sentences::{name, title};

const ABOUT: &str = "One bar per plan, with extra usage and without: the mean of fee, tokens and tax; \
                     the thin line holds 80 % of months. To the right the hours stopped and how often \
                     it is the cheapest.";
const STEP: f64 = 46.0;
const HALF: f64 = 12.0;
/// Width of the names, at most.
const NAMES: f64 = 300.0;
/// Width of the two columns on the right.
const STOPPED: f64 = 130.0;
const CHEAPEST: f64 = 110.0;

/// A part of a bar.
struct Part {
    label: &'static str,
    color: Color,
    of: fn(&Entry) -> f64,
}

const PARTS: [Part; 3] = [
    Part {
        label: "fee",
        color: theme::AXIS,
        of: |e| e.fee_usd,
    },
    Part {
        label: "tokens: extra usage, or list price on a key",
        color: theme::ORANGE,
        of: |e| e.extra_usd + e.elsewhere_usd,
    },
    Part {
        label: "tax",
        color: theme::SKY,
        of: |e| e.tax_usd,
    },
];

pub fn draw(f: &PlansFinding) -> Option<Drawing> {
    let mut rows: Vec<&Entry> = f.verdict.entries.iter().collect();
    rows.sort_by(|a, b| {
        let able = a.incomplete.is_some().cmp(&b.incomplete.is_some());
        able.then(a.total_usd.mean.total_cmp(&b.total_usd.mean))
    });
    let height = 104.0 + 78.0 + STEP * rows.len() as f64 + 62.0;
    let (mut d, top) = frame::open_for(&f.header, &title(&f.verdict, &f.words()), ABOUT, height);
    let label = Style::plain(theme::LABEL, theme::INK);
    let bold = Style::bold(theme::LABEL, theme::INK);
    let names: Vec<String> = rows.iter().map(|e| bold.fit(&name(e), NAMES)).collect();
    let column = widest(&bold, names.iter().map(String::as_str));
    let most = rows
        .iter()
        .map(|e| e.cost_usd.p90.max(e.cost_usd.mean))
        .fold(0.0, f64::max);
    let scale = Scale {
        low: 0.0,
        high: most.max(1e-9) * 1.02,
        from: theme::MARGIN + column + 24.0,
        to: d.width - theme::MARGIN - STOPPED - CHEAPEST - 80.0,
    };
    let begin = top + 66.0;
    let end = begin + STEP * rows.len() as f64;
    axis(&mut d, f, &scale, begin, end);
    legend(&mut d, f, begin - 36.0);
    let right = d.width - theme::MARGIN;
    let small = Style::plain(theme::SMALL, theme::MUTED);
    d.text((right, begin - 12.0), Anchor::End, small, "cheapest");
    d.text(
        (right - CHEAPEST, begin - 12.0),
        Anchor::End,
        small,
        "stopped",
    );
    for (i, e) in rows.iter().enumerate() {
        let y = begin + STEP * (i as f64 + 0.5);
        let style = match e.standing {
            Standing::Best | Standing::Same => bold,
            _ => label,
        };
        d.text_mid((theme::MARGIN, y), Anchor::Start, style, &names[i]);
        bar(&mut d, e, &scale, y);
        let often = match e.standing {
            Standing::Incomplete => "not all work".to_owned(),
            _ => say::percent(e.cheapest.value),
        };
        d.text_mid((right, y), Anchor::End, style, &often);
        let hours = say::hours(e.stopped_h.mean);
        d.text_mid((right - CHEAPEST, y), Anchor::End, style, &hours);
    }
    Some(d)
}

fn bar(d: &mut Drawing, e: &Entry, scale: &Scale, y: f64) {
    let mut from = 0.0;
    for part in &PARTS {
        let to = from + (part.of)(e).max(0.0);
        let room = Room {
            left: scale.at(from),
            right: scale.at(to),
            top: y - HALF,
            bottom: y + HALF,
        };
        if room.right - room.left > 0.2 {
            d.rect(room, part.color);
        }
        from = to;
    }
    let (low, high) = (scale.at(e.cost_usd.p10), scale.at(e.cost_usd.p90));
    if high - low > 1.0 {
        d.rule((low, y), (high, y), 2.0, theme::INK);
        for x in [low, high] {
            d.rule((x, y - 5.0), (x, y + 5.0), 2.0, theme::INK);
        }
    }
    let end = scale.at(from).max(high) + 8.0;
    let style = Style::bold(theme::SMALL, theme::INK);
    d.text_mid((end, y), Anchor::Start, style, &say::usd(e.cost_usd.mean));
}

fn axis(d: &mut Drawing, f: &PlansFinding, scale: &Scale, top: f64, bottom: f64) {
    let style = Style::plain(theme::TICK, theme::TEXT);
    let (marks, step) = ticks(scale.low, scale.high, 6.0);
    for v in marks {
        let x = scale.at(v);
        d.rule((x, top), (x, bottom), 1.0, theme::GRID);
        d.text(
            (x, bottom + 22.0),
            Anchor::Middle,
            style,
            &say::axis_usd(v, step),
        );
    }
    d.rule((scale.from, top), (scale.from, bottom), 1.2, theme::AXIS);
    let text = format!("Dollars a {}, mean and 10–90 %", f.per.word);
    d.text((scale.from, bottom + 46.0), Anchor::Start, style, &text);
}

fn legend(d: &mut Drawing, f: &PlansFinding, y: f64) {
    let style = Style::plain(theme::SMALL, theme::TEXT);
    let mut x = theme::MARGIN;
    for part in &PARTS {
        if f.verdict.entries.iter().all(|e| (part.of)(e) <= 0.0) {
            continue;
        }
        let swatch = Room {
            left: x,
            top: y - 11.0,
            right: x + 12.0,
            bottom: y + 1.0,
        };
        d.rect(swatch, part.color);
        d.text((x + 18.0, y), Anchor::Start, style, part.label);
        x += 18.0 + style.width(part.label) + 20.0;
    }
}
