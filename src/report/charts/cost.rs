//! What it costs: the distribution of the total, its quantiles, and a budget.

use super::axes::{Scale, ticks};
use super::canvas::{Anchor, Drawing, Room, Style};
use super::theme::{self, Color};
use super::{frame, say};
use crate::analysis::findings::{CostFinding, Findings};

const ABOUT: &str = "A histogram of what leaves the user's account: subscription, card charges, \
                     tax and what is paid elsewhere.";

/// Height of a row of labels above the bars.
const ROW: f64 = 24.0;

pub fn draw(f: &Findings) -> Option<Drawing> {
    let bins = bins(&f.cost);
    if bins.is_empty() {
        return None;
    }
    let (mut d, top) = frame::open(f, &title(f), ABOUT, theme::HEIGHT);
    let room = Room {
        left: 92.0,
        top: top + 26.0,
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
    subscription(&mut d, f, x, room);
    let bars = Room {
        top: room.top + 5.0 * ROW,
        ..room
    };
    bars_of(&mut d, &bins, x, bars);
    axis(&mut d, f, x, room);
    lines(&mut d, f, x, room);
    parts(&mut d, f);
    Some(d)
}

/// A bar: from, to, trials, and whether it stands for everything above `from`.
struct Bin {
    low: f64,
    high: f64,
    trials: u64,
    open: bool,
}

/// The histogram without empty ends; the open bin gets the width of its neighbour.
fn bins(cost: &CostFinding) -> Vec<Bin> {
    let h = &cost.histogram;
    let first = h.iter().position(|b| b.2 > 0);
    let last = h.iter().rposition(|b| b.2 > 0);
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    let mut out: Vec<Bin> = Vec::new();
    for (low, high, trials) in &h[first..=last] {
        let open = !high.is_finite();
        let width = out
            .last()
            .map_or(low.abs().max(1.0) * 0.1, |b| b.high - b.low);
        let high = if open { low + width } else { *high };
        if low.is_finite() && high >= *low {
            out.push(Bin {
                low: *low,
                high,
                trials: *trials,
                open,
            });
        }
    }
    out
}

/// Whether all trials cost the same, to the cent.
fn is_constant(f: &Findings) -> bool {
    let t = &f.cost.total_usd;
    (t.max - t.p05).abs() < 0.005
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
    let sub = f.cost.subscription_usd;
    if sub > 0.0 && sub <= high {
        low = low.min(sub - 0.12 * (high - sub).max(sub * 0.02));
    }
    if low < 0.35 * high {
        low = bins[0].low.min(0.0);
    }
    (low, high + 0.015 * (high - low))
}

/// The budget or the round number, when it is near enough to the bars to be drawn.
fn over(f: &Findings) -> Option<f64> {
    let at = f.cost.over.0.to_f64();
    let t = &f.cost.total_usd;
    let far = if is_constant(f) {
        t.p50 * 3.0
    } else {
        t.max + 1.5 * (t.max - t.p05)
    };
    (f.header.budget.is_some() || at > 0.0)
        .then_some(at)
        .filter(|v| *v > 0.0 && *v <= far)
}

fn subscription(d: &mut Drawing, f: &Findings, x: Scale, room: Room) {
    let sub = f.cost.subscription_usd;
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
    if right - room.left >= style.width("subscription") + edge + 8.0 {
        d.text((right - edge, y), Anchor::End, style, "subscription");
        d.text((right - edge, y + 18.0), Anchor::End, style, &amount);
    }
}

fn bars_of(d: &mut Drawing, bins: &[Bin], x: Scale, room: Room) {
    let most = bins.iter().map(density).fold(0.0, f64::max);
    if most <= 0.0 {
        return;
    }
    for bin in bins {
        let (mut left, mut right) = (x.at(bin.low), x.at(bin.high));
        let gap = if right - left > 4.0 { 0.6 } else { 0.0 };
        // One value in all trials: a bar that can be seen.
        if right - left < 1.5 {
            let middle = (left + right) / 2.0;
            (left, right) = (middle - 0.75, middle + 0.75);
        }
        if bins.len() == 1 {
            let middle = (left + right) / 2.0;
            let half = ((right - left) / 2.0).clamp(14.0, 40.0);
            (left, right) = (middle - half, middle + half);
        }
        let height = density(bin) / most * (room.bottom - room.top);
        let color = if bin.open {
            theme::mix(theme::SKY, theme::WHITE, 0.5)
        } else {
            theme::SKY
        };
        if height > 0.0 {
            d.rect(
                Room {
                    left: left + gap,
                    right: right - gap,
                    top: room.bottom - height.max(0.8),
                    bottom: room.bottom,
                },
                color,
            );
        }
        if bin.open {
            let style = Style::plain(theme::SMALL, theme::TEXT);
            let text = format!("over {}", say::usd(bin.low));
            let y = room.bottom - height - 8.0;
            let places = [((left + right) / 2.0, Anchor::Middle), (right, Anchor::End)];
            d.text_if_free(&places.map(|(x, a)| ((x, y), a)), style, &text);
        }
    }
}

/// Bars of unequal width are compared by area.
fn density(bin: &Bin) -> f64 {
    bin.trials as f64 / (bin.high - bin.low).max(1e-9)
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

/// Quantiles and the budget: lines, with their labels in rows above the bars.
fn lines(d: &mut Drawing, f: &Findings, x: Scale, room: Room) {
    let t = &f.cost.total_usd;
    let dark = Style::plain(theme::LABEL, theme::INK).haloed();
    let top = room.top + 14.0;
    if is_constant(f) {
        let text = format!("{}, always", say::usd(t.p50));
        let at = (x.at(t.p50), room.top + 5.0 * ROW - 12.0);
        let style = Style::bold(theme::LABEL, theme::INK);
        d.text(at, Anchor::Middle, style, &text);
    }
    // From left to right, so that each label has free room to the right of its line: the lines
    // after it begin a row lower.
    for (row, (v, text, budget)) in marks(f, x).iter().enumerate() {
        let at = x.at(*v);
        let y = top + row as f64 * ROW;
        if *budget {
            let style = Style::bold(theme::LABEL, theme::VERMILLION).haloed();
            d.rule((at, y - 12.0), (at, room.bottom), 2.6, theme::VERMILLION);
            beside(d, at, y, room, style, text);
        } else {
            d.dashed((at, y - 12.0), (at, room.bottom), 1.8, theme::INK);
            beside(d, at, y, room, dark, text);
        }
    }
}

/// Where a line stands, what it says, and whether it is the budget.
fn marks(f: &Findings, x: Scale) -> Vec<(f64, String, bool)> {
    let t = &f.cost.total_usd;
    let mut out: Vec<(f64, String, bool)> = Vec::new();
    for (name, v) in [("P50", t.p50), ("P80", t.p80), ("P95", t.p95)] {
        if is_constant(f) {
            break;
        }
        match out.last_mut() {
            // Quantiles that are one line get one label.
            Some((at, text, _)) if (x.at(*at) - x.at(v)).abs() < 3.0 => {
                *text = text.replacen("  ", &format!(", {name}  "), 1);
            }
            _ => out.push((v, format!("{name}  {}", say::usd(v)), false)),
        }
    }
    if let Some(v) = over(f) {
        out.push((v, over_words(f), true));
    }
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out
}

/// A label to the right of its line, or to the left when the canvas ends.
fn beside(d: &mut Drawing, at: f64, y: f64, room: Room, style: Style, text: &str) {
    let fits = at + 8.0 + style.width(text) < room.right + 60.0;
    if fits {
        d.text((at + 8.0, y), Anchor::Start, style, text);
    } else {
        d.text((at - 8.0, y), Anchor::End, style, text);
    }
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

/// `December`, `the year`, `14 days`, and whether that is a plural.
fn span(f: &Findings) -> (String, bool) {
    let h = &f.header;
    let days = (h.end - h.start).as_hours() / 24.0;
    if let ([month], true) = (f.months.as_slice(), days > 27.0) {
        let name = month.label.split(' ').next().unwrap_or(&month.label);
        return (name.to_string(), false);
    }
    if days < 1.2 {
        ("the day".to_string(), false)
    } else if (27.0..32.5).contains(&days) {
        ("the month".to_string(), false)
    } else if (350.0..380.0).contains(&days) {
        ("the year".to_string(), false)
    } else if days > 80.0 && f.months.len() > 2 {
        (format!("{} months", f.months.len()), true)
    } else {
        (format!("{days:.0} days"), true)
    }
}

fn upper_span(f: &Findings) -> String {
    say::upper_first(&span(f).0)
}

fn title(f: &Findings) -> String {
    let (t, h) = (&f.cost.total_usd, &f.header);
    let (subject, many) = span(f);
    let costs = if many { "cost" } else { "costs" };
    let subject = say::upper_first(&subject);
    if is_constant(f) {
        let amount = say::usd(t.p50);
        return if h.trials == 1 {
            format!("{subject} {costs} {amount}")
        } else {
            let (n, word) = (say::count(h.trials), say::trials(h));
            format!("{subject} {costs} {amount} in every one of {n} {word}")
        };
    }
    let amount = say::money(f.cost.over.0);
    let p = f.cost.over.1.value;
    let tail = if f.cost.over.0.0 <= 0 {
        String::new()
    } else if p <= 0.0 {
        format!(", and never more than {amount}")
    } else if p >= 1.0 {
        format!(", and always more than {amount}")
    } else {
        format!(", and more than {amount} {}", say::in_share(p, h))
    };
    format!("{subject} {costs} {} in the median{tail}", say::usd(t.p50))
}
