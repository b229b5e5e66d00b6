//! What it costs: the distribution of the total, its quantiles, and a budget.

use super::axes::{Scale, ticks};
use super::canvas::{Anchor, Drawing, Room, Style};
use super::cost_bars::{Bin, Heights, SPIKE, bars_of, bins, open_label, spike};
use super::marks::{Mark, ROW, draw_marks};
use super::theme::{self, Color};
use super::{frame, say};
use crate::analysis::findings::{CostFinding, Findings};
use crate::analysis::sentences::costs;
use crate::analysis::words;

const ABOUT: &str = "A histogram of what leaves the user's account: subscription, card charges, \
                     tax and what is paid elsewhere.";

pub fn draw(f: &Findings) -> Option<Drawing> {
    let bins = bins(&f.cost);
    if bins.is_empty() {
        return None;
    }
    let (mut d, top) = frame::open(f, &title(f), ABOUT, theme::HEIGHT);
    let room = Room {
        left: 92.0,
        top: top + 40.0,
        right: d.width - 76.0,
        bottom: d.height - 118.0,
    };
    let (low, high) = range(f, &bins);
    let x = Scale {
        low,
        high,
        from: room.left,
        to: room.right,
    };
    subscription(&mut d, f, &bins, x, room);
    let bars = Room {
        top: room.top + 5.0 * ROW,
        ..room
    };
    let heights = Heights::of(&bins, bars);
    heights.axis(&mut d, f, &bins, bars);
    bars_of(&mut d, &bins, x, &heights);
    axis(&mut d, f, x, room);
    let marks = marks(f, x);
    always(&mut d, f, x, room);
    draw_marks(&mut d, &marks, room);
    spike(&mut d, f, &bins, x, bars, &marks);
    open_label(&mut d, &bins, x, &heights, &marks);
    parts(&mut d, f);
    Some(d)
}

/// Whether all trials cost the same, to the cent.
pub fn is_constant(f: &Findings) -> bool {
    let t = &f.cost.total_usd;
    (t.max - t.p05).abs() < 0.005
}

/// Whether most trials pay the subscription and nothing else.
pub fn alone(f: &Findings) -> bool {
    !is_constant(f) && f.cost.subscription_only >= SPIKE
}

/// `$95.40`, as the screen has it.
pub fn amount(v: f64) -> String {
    if (0.995..999_500.0).contains(&v) {
        words::usd(v)
    } else {
        say::usd(v)
    }
}

/// From where to where the axis goes: all bars and lines, and the end of the subscription.
fn range(f: &Findings, bins: &[Bin]) -> (f64, f64) {
    let t = &f.cost.total_usd;
    if is_constant(f) {
        let about = if t.p50.abs() < 0.005 {
            1.0
        } else {
            t.p50.abs()
        };
        let high = over(f).unwrap_or(0.0).max(t.p50 + about * 0.5);
        // A bar on the very edge would stand half outside.
        let low = if t.p50 < about * 0.1 {
            -0.06 * high
        } else {
            0.0
        };
        return (low.min(t.p50), high + about * 0.1);
    }
    let mut low = bins[0].low;
    let mut high = bins[bins.len() - 1].high.max(t.p95);
    if let Some(o) = over(f) {
        high = high.max(o);
        low = low.min(o);
    }
    let sub = f.cost.fixed_usd;
    if sub > 0.0 && sub <= high {
        low = low.min(sub - 0.12 * (high - sub).max(sub * 0.02));
    }
    if low < 0.35 * high {
        low = bins[0].low.min(0.0);
    }
    let high = high.max(low + 0.05 * high.abs());
    (low, high + 0.015 * (high - low))
}

/// The budget or the round number, when it is near enough to the bars to be drawn.
fn over(f: &Findings) -> Option<f64> {
    let at = f.cost.over.0.to_f64();
    let t = &f.cost.total_usd;
    let named = f.header.budget.is_some();
    // A round number at the only value, or at the subscription, says nothing new.
    if !named && (is_constant(f) || (alone(f) && at <= f.cost.fixed_usd + 0.005)) {
        return None;
    }
    let far = if is_constant(f) {
        t.p50 * 3.0
    } else {
        t.max + 1.5 * (t.max - t.p05)
    };
    (named || at > 0.0)
        .then_some(at)
        .filter(|v| *v > 0.0 && *v <= far)
}

fn subscription(d: &mut Drawing, f: &Findings, bins: &[Bin], x: Scale, room: Room) {
    let sub = f.cost.fixed_usd;
    if sub <= x.low.max(0.0) {
        return;
    }
    let right = x.at(sub.min(x.high));
    d.rect(Room { right, ..room }, theme::GREY);
    let style = Style::plain(theme::TICK, theme::MUTED);
    let amount = say::usd(sub);
    // The one bar of a constant cost stands on the edge of the block.
    let edge = if is_constant(f) { 56.0 } else { 8.0 };
    let y = room.bottom - 34.0;
    let what = if sub > f.cost.subscription_usd + 0.005 {
        "subscription with tax"
    } else {
        "subscription"
    };
    // A bar that stands across the edge of the block is not written over.
    let across = |b: &&Bin| b.trials > 0 && b.low < sub - 0.005 && sub < b.high;
    let bar = bins.iter().find(across).filter(|_| !is_constant(f));
    let end = bar.map_or(right, |b| right.min(x.at(b.low))) - edge;
    if end - room.left >= style.width(what) + 8.0 {
        d.text((end, y), Anchor::End, style, what);
        d.text((end, y + 18.0), Anchor::End, style, &amount);
    }
}

fn axis(d: &mut Drawing, f: &Findings, x: Scale, room: Room) {
    d.rule(
        (room.left, room.bottom),
        (room.right, room.bottom),
        1.2,
        theme::AXIS,
    );
    let style = Style::plain(theme::TICK, theme::TEXT);
    let (values, step) = ticks(x.low, x.high, 9.0);
    for v in values {
        let at = x.at(v);
        d.rule((at, room.bottom), (at, room.bottom + 5.0), 1.0, theme::AXIS);
        let text = say::axis_usd(v, step);
        d.text((at, room.bottom + 22.0), Anchor::Middle, style, &text);
    }
    let words = format!("{}, USD: {}", upper_span(f), included(&f.cost));
    let middle = (room.left + room.right) / 2.0;
    let style = Style::plain(theme::LABEL, theme::TEXT);
    d.text((middle, room.bottom + 48.0), Anchor::Middle, style, &words);
}

/// The one cost of all trials, over its bar.
fn always(d: &mut Drawing, f: &Findings, x: Scale, room: Room) {
    let t = &f.cost.total_usd;
    if is_constant(f) {
        let text = format!("{}, always", amount(t.p50));
        let at = (x.at(t.p50), room.top + 5.0 * ROW - 12.0);
        let style = Style::bold(theme::LABEL, theme::INK);
        d.text(at, Anchor::Middle, style, &text);
    }
}

/// Quantiles and the budget, from left to right.
fn marks(f: &Findings, x: Scale) -> Vec<Mark> {
    let t = &f.cost.total_usd;
    let mut out: Vec<Mark> = Vec::new();
    for (name, v) in [("P50", t.p50), ("P80", t.p80), ("P95", t.p95)] {
        if is_constant(f) {
            break;
        }
        match out.last_mut() {
            // Quantiles that are one line get one label.
            Some(mark) if (mark.x - x.at(v)).abs() < 3.0 => {
                mark.text = mark.text.replacen("  ", &format!(", {name}  "), 1);
            }
            _ => out.push(Mark {
                x: x.at(v),
                text: format!("{name}  {}", amount(v)),
                strong: false,
            }),
        }
    }
    if let Some(v) = over(f) {
        out.push(Mark {
            x: x.at(v),
            text: over_words(f),
            strong: true,
        });
    }
    out.sort_by(|a, b| a.x.total_cmp(&b.x));
    out
}

fn over_words(f: &Findings) -> String {
    let (amount, p) = (say::money(f.cost.over.0), f.cost.over.1.value);
    let share = say::in_share(p, &f.header);
    match (f.header.budget.is_some(), p <= 0.0) {
        (true, true) => format!("your budget {amount}, never passed"),
        (true, false) => format!("your budget {amount}, passed {share}"),
        (false, true) => format!("never more than {amount}"),
        (false, false) => format!("more than {amount} {share}"),
    }
}

/// The means of the parts, in words with a swatch each.
fn parts(d: &mut Drawing, f: &Findings) {
    let c = &f.cost;
    let all: [(&str, f64, Color); 4] = [
        ("subscription", c.subscription_usd, theme::AXIS),
        ("extra usage", c.extra_mean_usd, theme::ORANGE),
        ("tax", c.tax_mean_usd, theme::PURPLE),
        ("paid elsewhere", c.api_mean_usd, theme::GREEN),
    ];
    let shown: Vec<_> = all.into_iter().filter(|(_, v, _)| *v >= 0.005).collect();
    let total: f64 = shown.iter().map(|(_, v, _)| v).sum();
    if shown.is_empty() || total <= 0.0 {
        return;
    }
    let style = Style::plain(theme::TICK, theme::TEXT);
    let y = d.height - 32.0;
    let lead = format!("On average {} =", say::usd(total));
    d.text((92.0, y), Anchor::Start, style, &lead);
    let mut x = 92.0 + style.width(&lead) + 14.0;
    for (i, (name, v, color)) in shown.iter().enumerate() {
        if i > 0 {
            d.text((x, y), Anchor::Start, style, "+");
            x += style.width("+") + 10.0;
        }
        let swatch = Room {
            left: x,
            top: y - 11.0,
            right: x + 12.0,
            bottom: y + 1.0,
        };
        d.rect(swatch, *color);
        let text = format!("{name} {}", say::usd(*v));
        d.text((x + 18.0, y), Anchor::Start, style, &text);
        x += 18.0 + style.width(&text) + 10.0;
    }
}

fn included(c: &CostFinding) -> String {
    let mut parts = Vec::new();
    for (name, v) in [
        ("subscription", c.subscription_usd),
        ("extra usage", c.extra_mean_usd),
        ("tax", c.tax_mean_usd),
        ("paid elsewhere", c.api_mean_usd),
    ] {
        if v > 0.0 {
            parts.push(name);
        }
    }
    match parts.split_last() {
        None => "nothing is charged".to_string(),
        Some((only, [])) => format!("{only} only"),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// `December`, `The 12 weeks`.
fn upper_span(f: &Findings) -> String {
    let words = costs(f);
    words
        .rsplit_once(' ')
        .map_or(words.clone(), |(span, _)| span.to_string())
}

fn title(f: &Findings) -> String {
    let (t, h) = (&f.cost.total_usd, &f.header);
    let subject = costs(f);
    if is_constant(f) {
        let amount = amount(t.p50);
        return if h.trials == 1 {
            format!("{subject} {amount}")
        } else {
            let (n, word) = (say::count(h.trials), say::trials(h));
            format!("{subject} {amount} in every one of {n} {word}")
        };
    }
    let limit = say::money(f.cost.over.0);
    let p = f.cost.over.1.value;
    let tail = if f.cost.over.0.0 <= 0 {
        String::new()
    } else if p <= 0.0 {
        format!(", and never more than {limit}")
    } else if p >= 1.0 {
        format!(", and always more than {limit}")
    } else {
        format!(", and more than {limit} {}", say::in_share(p, h))
    };
    if alone(f) {
        let fee = amount(f.cost.fixed_usd);
        let often = say::in_share(f.cost.subscription_only, h);
        let tail = match over(f) {
            None if h.budget.is_none() => format!(", and at most {}", amount(t.max)),
            _ => tail,
        };
        return format!("{subject} {fee}, the subscription alone, {often}{tail}");
    }
    format!("{subject} {} in the median{tail}", amount(t.p50))
}
