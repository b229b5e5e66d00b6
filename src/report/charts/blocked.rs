//! When work is stopped: weekday by hour, and what stops it.

use super::axes::{decimals, ticks, widest};
use super::canvas::{Anchor, Drawing, Room, Style};
use super::theme;
use super::{frame, say};
use crate::analysis::findings::Findings;

const ABOUT: &str = "A heat map of weekday by local hour: the share of hours in which somebody \
                     wanted to work and could not. Below it, the reasons.";
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LONG_DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const LEFT: f64 = 104.0;
const RIGHT: f64 = 1050.0;
/// Height of a row of the map and of a reason.
const CELL: f64 = 48.0;
const REASON: f64 = 30.0;
/// Reasons that are listed.
const REASONS: usize = 5;

pub fn draw(f: &Findings) -> Option<Drawing> {
    let most = f.blocked.heat.iter().flatten().copied().fold(0.0, f64::max);
    let reasons = reasons(f);
    let below = if reasons.is_empty() {
        36.0
    } else {
        64.0 + REASON * reasons.len() as f64
    };
    let height = 104.0 + 34.0 + 7.0 * CELL + 34.0 + below;
    let (mut d, top) = frame::open(f, &title(f), ABOUT, height);
    let caption = format!(
        "Share of hours in which an actor wanted to work and could not · local time{}",
        match f.header.timezone.as_str() {
            "" => String::new(),
            zone => format!(", {zone}"),
        }
    );
    let style = Style::plain(theme::TICK, theme::TEXT);
    let caption = style.fit(&caption, RIGHT - theme::MARGIN);
    d.text((theme::MARGIN, top + 24.0), Anchor::Start, style, &caption);
    let map = Room {
        left: LEFT,
        top: top + 40.0,
        right: RIGHT,
        bottom: top + 40.0 + 7.0 * CELL,
    };
    let high = scale_end(most);
    heat(&mut d, f, map, most, high);
    if most > 0.0 {
        color_bar(&mut d, map, high);
    } else {
        let style = Style::plain(theme::PANEL_TITLE, theme::MUTED);
        let at = ((map.left + map.right) / 2.0, (map.top + map.bottom) / 2.0);
        d.text_mid(
            at,
            Anchor::Middle,
            style,
            "no hour in which anybody was stopped",
        );
    }
    reason_bars(&mut d, f, &reasons, map.bottom + 34.0);
    Some(d)
}

/// The round number at which the ramp ends, per cent.
fn scale_end(most: f64) -> f64 {
    let most = (most * 100.0).clamp(0.0, 100.0);
    if most <= 0.0 {
        return 1.0;
    }
    let (_, step) = ticks(0.0, most, 4.0);
    ((most / step).ceil() * step).min(100.0)
}

fn heat(d: &mut Drawing, f: &Findings, map: Room, most: f64, high: f64) {
    let style = Style::plain(theme::TICK, theme::TEXT);
    let wide = (map.right - map.left) / 24.0;
    // One worst cell is worth its number; when many are the worst none stands out.
    let cells = f.blocked.heat.iter().flatten();
    let ties = cells.filter(|s| **s >= most * 0.999).count();
    let mut worst_done = most <= 0.0 || ties > 3;
    for (day, hours) in f.blocked.heat.iter().enumerate() {
        let y = map.top + CELL * day as f64;
        let middle = y + CELL / 2.0;
        d.text_mid((map.left - 12.0, middle), Anchor::End, style, DAYS[day]);
        for (hour, share) in hours.iter().enumerate() {
            let x = map.left + wide * hour as f64;
            let color = theme::ramp(share * 100.0 / high);
            let cell = Room {
                left: x + 1.0,
                top: y + 1.0,
                right: x + wide - 1.0,
                bottom: y + CELL - 1.0,
            };
            d.rect(cell, color);
            if *share >= most && !worst_done {
                worst_done = true;
                let style = Style::bold(theme::TICK, theme::on(color));
                let number = say::percent(*share).replace(say::NBSP, "");
                let number = number.replace("under", "<").replace("over", ">");
                // A number that does not fit is on the bar of colours.
                if style.width(&number) + 6.0 < wide {
                    d.text_mid((x + wide / 2.0, middle), Anchor::Middle, style, &number);
                }
            }
        }
    }
    for hour in (0..=24).step_by(3) {
        let x = map.left + wide * f64::from(hour);
        d.rule(
            (x, map.bottom + 1.0),
            (x, map.bottom + 6.0),
            1.0,
            theme::AXIS,
        );
        let text = format!("{hour:02}:00");
        d.text((x, map.bottom + 22.0), Anchor::Middle, style, &text);
    }
}

fn color_bar(d: &mut Drawing, map: Room, high: f64) {
    const PARTS: usize = 64;
    let (left, right) = (map.right + 22.0, map.right + 38.0);
    let (top, bottom) = (map.top + 1.0, map.bottom - 1.0);
    let y = |share: f64| bottom - share * (bottom - top);
    for i in 0..PARTS {
        let (a, b) = (i as f64 / PARTS as f64, (i + 1) as f64 / PARTS as f64);
        let part = Room {
            left,
            right,
            top: y(b),
            // A hair of overlap, or the joints show.
            bottom: (y(a) + 0.4).min(bottom),
        };
        d.rect(part, theme::ramp((a + b) / 2.0));
    }
    let style = Style::plain(theme::TICK, theme::TEXT);
    let (values, step) = ticks(0.0, high, 4.0);
    let decimals = decimals(step);
    for v in values {
        let at = y(v / high);
        d.rule((right, at), (right + 4.0, at), 1.0, theme::AXIS);
        let text = format!("{v:.decimals$}{}%", say::NBSP);
        d.text_mid((right + 9.0, at), Anchor::Start, style, &text);
    }
}

/// A reason, its hours per trial of all actors together, and how likely it is where that is known:
/// of several actors only each one's probability is.
type Stop = (String, f64, Option<f64>);

fn reasons(f: &Findings) -> Vec<Stop> {
    let mut out: Vec<Stop> = Vec::new();
    for row in &f.blocked.rows {
        let p = row.probability.value;
        if row.hours_mean <= 0.0 && p <= 0.0 {
            continue;
        }
        match out.iter_mut().find(|(label, _, _)| *label == row.label) {
            Some((_, hours, most)) => {
                *hours += row.hours_mean;
                *most = None;
            }
            None => out.push((row.label.clone(), row.hours_mean, Some(p))),
        }
    }
    if let [only] = out.as_mut_slice() {
        only.2 = Some(f.p_blocked.value);
    }
    out.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    if out.len() > REASONS {
        let rest: Vec<_> = out.drain(REASONS - 1..).collect();
        let hours = rest.iter().map(|r| r.1).sum();
        out.push((format!("{} other reasons", rest.len()), hours, None));
    }
    out
}

fn reason_bars(d: &mut Drawing, f: &Findings, reasons: &[Stop], top: f64) {
    if reasons.is_empty() {
        return;
    }
    let head = Style::bold(theme::LABEL, theme::INK);
    let per = say::trial(&f.header);
    let caption = format!("What stops it, hours a {per} on average, all actors together");
    d.text((theme::MARGIN, top + 24.0), Anchor::Start, head, &caption);
    let style = Style::plain(theme::TICK, theme::TEXT);
    let labels: Vec<String> = reasons.iter().map(|r| style.fit(&r.0, 320.0)).collect();
    let start = theme::MARGIN + widest(&style, labels.iter().map(String::as_str)) + 16.0;
    let longest = reasons.iter().map(|r| r.1).fold(0.0, f64::max).max(1e-9);
    let room = 720.0 - start.min(420.0) * 0.4;
    for (i, ((name, hours, p), label)) in reasons.iter().zip(&labels).enumerate() {
        let y = top + 52.0 + REASON * i as f64;
        d.text_mid((start - 12.0, y), Anchor::End, style, label);
        let end = start + (hours / longest * room).max(1.5);
        let bar = Room {
            left: start,
            top: y - 8.0,
            right: end,
            bottom: y + 8.0,
        };
        let pool = f.pools.iter().position(|p| p.label == *name);
        let color = pool.map_or(theme::AXIS, |i| theme::pool(i, f.pools[i].is_wallet));
        d.rect(bar, color);
        let share = p.map_or(String::new(), |p| {
            format!(" · {}", say::in_share(p, &f.header))
        });
        let text = format!("{}{share}", say::hours(*hours));
        d.text_mid((end + 10.0, y), Anchor::Start, style, &text);
    }
}

/// The weekday and hour that is worst, when the analysis names no stretch.
fn worst(f: &Findings) -> Option<String> {
    let cells = f.blocked.heat.iter().enumerate();
    let all = cells.flat_map(|(d, hours)| hours.iter().enumerate().map(move |(h, s)| (d, h, *s)));
    all.filter(|(_, _, s)| *s > 0.0)
        .max_by(|a, b| a.2.total_cmp(&b.2).then((b.0, b.1).cmp(&(a.0, a.1))))
        .map(|(d, h, _)| format!("worst on {}s at {h:02}:00", LONG_DAYS[d]))
}

fn title(f: &Findings) -> String {
    let h = &f.header;
    let b = &f.blocked;
    if f.p_blocked.value <= 0.0 && b.hours.max <= 0.0 {
        return format!("Nothing stops you {}", say::in_any(h));
    }
    let by = say::stopper(f).map(|(by, _)| format!("by {by}"));
    let lead = if b.hours.p50 >= 0.05 {
        let typical = say::hours(b.hours.p50);
        format!("You are stopped {typical} in the median {}", say::trial(h))
    } else {
        format!("You are stopped {}", say::in_share(f.p_blocked.value, h))
    };
    match (&b.mostly, by) {
        (Some(when), Some(by)) => format!("{lead}, mostly {when} {by}"),
        (Some(when), None) => format!("{lead}, mostly {when}"),
        (None, Some(by)) => format!("{lead}, mostly {by}"),
        (None, None) => match worst(f) {
            Some(when) => format!("{lead}, {when}"),
            None => lead,
        },
    }
}
