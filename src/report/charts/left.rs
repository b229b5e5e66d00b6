//! What is left in each pool over time: one panel per pool, and one for promotional money.

use super::axes::{Panel, thin, ticks};
use super::canvas::{Anchor, Drawing, Room, Style};
use super::place::spread;
use super::theme::{self, Color};
use super::when::Clock;
use super::{frame, say};
use crate::analysis::findings::{Findings, LeftPoint, PoolFinding};
use crate::base::time::Instant;

const ABOUT: &str = "One panel per pool. The line is the median, the dark band holds the middle \
                     half and the light band 5-95 % of trials.";

/// A panel before it has a place.
struct Plot<'f> {
    /// The pool, which gives way when room is short, and what is found about it.
    label: &'f str,
    finding: String,
    color: Color,
    points: &'f [LeftPoint],
    money: bool,
    /// Instants with a dashed line, and what it says at the top.
    marks: Vec<(Instant, String)>,
    /// A dashed level and what it says.
    level: Option<(f64, String)>,
}

pub fn draw(f: &Findings) -> Option<Drawing> {
    let plots = plots(f);
    if plots.is_empty() {
        return None;
    }
    let clock = Clock::new(&f.header);
    let each = panel_height(plots.len());
    let height = 104.0 + each * plots.len() as f64 + 40.0;
    let (mut d, top) = frame::open(f, &title(f), ABOUT, height);
    for (i, plot) in plots.iter().enumerate() {
        let start = top + each * i as f64;
        let room = Room {
            left: 116.0,
            top: start + 46.0,
            right: d.width - 124.0,
            bottom: start + each - 14.0,
        };
        panel(&mut d, plot, &clock, room, i + 1 == plots.len());
    }
    Some(d)
}

/// Height of a panel in a stack of `n`.
pub fn panel_height(n: usize) -> f64 {
    match n {
        1 => 520.0,
        2 => 300.0,
        3 => 240.0,
        4 | 5 => 200.0,
        _ => 170.0,
    }
}

fn plots(f: &Findings) -> Vec<Plot<'_>> {
    let mut out = Vec::new();
    for (i, pool) in f.pools.iter().enumerate() {
        out.push(Plot {
            label: &pool.label,
            finding: panel_finding(pool, f),
            color: theme::pool(i, pool.is_wallet),
            points: &pool.left,
            money: pool.is_wallet,
            marks: pool.resets.iter().map(|at| (*at, String::new())).collect(),
            level: (pool.threshold).map(|at| (at.to_f64(), "reload".to_string())),
        });
        if !pool.grants_left.is_empty() {
            out.push(Plot {
                label: if pool.expiries.len() > 1 {
                    "Promotional grants"
                } else {
                    "Promotional grant"
                },
                finding: grant_finding(pool, f),
                color: theme::GRANT,
                points: &pool.grants_left,
                money: true,
                marks: (pool.expiries.iter())
                    .map(|(at, amount, _)| (*at, format!("{} expires", say::money(*amount))))
                    .collect(),
                level: None,
            });
        }
    }
    out
}

fn panel_finding(pool: &PoolFinding, f: &Findings) -> String {
    let h = &f.header;
    let p = pool.p_drains.value;
    if let (true, Some(rule)) = (pool.is_wallet, &pool.rule) {
        let empty = match p {
            p if p <= 0.0 => "never empty".to_string(),
            p => format!("empty {}", say::in_share(p, h)),
        };
        if pool.threshold.is_none() {
            return format!("{rule}; {empty}");
        }
        let reloads = match f.reloads.p50.max(0.0) as usize {
            0 => "no reload".to_string(),
            n => say::plural(n, "reload"),
        };
        return format!("{rule}; {reloads} (median), {empty}");
    }
    if p <= 0.0 {
        return match pool.peak_use {
            Some(use_) if use_.p50 > 0.0 => format!(
                "never empty; the fullest period uses {} of it (median)",
                say::percent(use_.p50)
            ),
            _ => "never empty".to_string(),
        };
    }
    let often = say::in_share(p, h);
    if pool.drains.p50 >= 1.0 && h.trials > 1 {
        format!(
            "runs dry {often}, {} in the median one",
            say::times(pool.drains.p50)
        )
    } else {
        format!("runs dry {often}")
    }
}

fn grant_finding(pool: &PoolFinding, f: &Findings) -> String {
    let clock = Clock::new(&f.header);
    match pool.expiries.as_slice() {
        [] => "does not expire in this time".to_string(),
        [(at, amount, unused)] => {
            let amount = say::money(*amount);
            let day = clock.day(*at);
            if *unused < 0.005 {
                format!("{amount}, used up before it expires on {day} (median)")
            } else {
                let unused = say::usd(*unused);
                format!("{amount}, expires on {day} with {unused} unused (median)")
            }
        }
        many => {
            let unused: f64 = many.iter().map(|(_, _, u)| u).sum();
            let n = say::count(many.len());
            format!("{n} expire, {} unused (sum of medians)", say::usd(unused))
        }
    }
}

fn title(f: &Findings) -> String {
    let h = &f.header;
    if let Some((by, hours)) = say::stopper(f) {
        let per = say::trial(h);
        let often = if hours * 60.0 < 1.0 {
            // Too short to be told in minutes: how often says more.
            say::in_share(f.p_blocked.value, h)
        } else {
            format!("{} a {per} on average", say::hours(hours))
        };
        let pool = f.pools.iter().find(|p| say::the_pool(p) == by);
        let stops = pool.map_or("stops", |p| say::verb(p, "stops", "stop"));
        let most = if f.pools.len() == 1 { "" } else { " most" };
        let calm = (f.pools.iter()).find(|p| p.is_wallet && p.p_drains.value <= 0.0);
        let rest = match calm {
            Some(wallet) if h.trials > 1 => format!(
                "; {} never {} dry",
                say::the_pool(wallet),
                say::verb(wallet, "runs", "run")
            ),
            _ => String::new(),
        };
        let by = say::upper_first(&by);
        return format!("{by} {stops} you{most}, {often}{rest}");
    }
    let dry = (f.pools.iter().rev())
        // Of equals the first is named, as on the screen.
        .filter(|p| p.p_drains.value > 0.0)
        .max_by(|a, b| a.p_drains.value.total_cmp(&b.p_drains.value));
    match dry {
        Some(pool) => format!(
            "{} {} dry {}, but that stops nobody",
            say::upper_first(&say::the_pool(pool)),
            say::verb(pool, "runs", "run"),
            say::in_share(pool.p_drains.value, h)
        ),
        None => format!("Something is left in every pool {}", at_all_times(f)),
    }
}

fn at_all_times(f: &Findings) -> String {
    match f.header.trials {
        1 => format!("through the whole {}", say::trial(&f.header)),
        n => format!("in all {} {}", say::count(n), say::trials(&f.header)),
    }
}

fn panel(d: &mut Drawing, plot: &Plot<'_>, clock: &Clock<'_>, room: Room, last: bool) {
    let style = Style::bold(theme::PANEL_TITLE, theme::INK);
    let title = panel_title(d, plot.label, &plot.finding, room);
    d.text((room.left, room.top - 16.0), Anchor::Start, style, &title);
    let (low, high, marks) = if plot.money {
        money_axis(plot, room)
    } else {
        percent_axis()
    };
    let panel = Panel::new(clock, room, low, high);
    panel.left_axis(d, &marks);
    let time = panel.time_ticks();
    panel.time_axis(d, &time, last);
    fan(d, plot, &panel);
    notes(d, plot, &panel);
    end_labels(d, plot, &panel);
}

/// `Pool: finding`; a long name of a pool is cut before the finding is.
pub fn panel_title(d: &Drawing, label: &str, finding: &str, room: Room) -> String {
    let style = Style::bold(theme::PANEL_TITLE, theme::INK);
    let wide = d.width - room.left - theme::MARGIN;
    let rest = format!(": {finding}");
    let label = style.fit(label, (wide - style.width(&rest)).max(160.0));
    style.fit(&format!("{label}{rest}"), wide)
}

pub fn percent_axis() -> (f64, f64, Vec<(f64, String)>) {
    let marks = [0.0, 25.0, 50.0, 75.0, 100.0]
        .map(|v: f64| (v, format!("{v:.0}{}%", say::NBSP)))
        .to_vec();
    (0.0, 103.0, marks)
}

fn money_axis(plot: &Plot<'_>, room: Room) -> (f64, f64, Vec<(f64, String)>) {
    let low = plot.points.iter().map(|p| p.p05).fold(0.0, f64::min);
    let high = plot.points.iter().map(|p| p.p95).fold(0.0, f64::max);
    let high = high.max(plot.level.as_ref().map_or(0.0, |(v, _)| *v));
    money_range(low, high, room)
}

/// A money axis from zero, or from what is owed, to a bit above the highest value.
pub fn money_range(low: f64, high: f64, room: Room) -> (f64, f64, Vec<(f64, String)>) {
    let high = if high > low { high } else { low + 1.0 };
    let n = ((room.bottom - room.top) / 38.0).clamp(2.0, 6.0);
    let (values, step) = ticks(low, high * 1.04, n);
    let marks = values.iter().map(|v| (*v, say::axis_usd(*v, step)));
    let room_above = (high - low) * 0.04;
    (low, high + room_above, marks.collect())
}

fn fan(d: &mut Drawing, plot: &Plot<'_>, panel: &Panel<'_>) {
    let points = thin(plot.points, 480, |p| p.p50);
    let mut band = |low: fn(&LeftPoint) -> f64, high: fn(&LeftPoint) -> f64, alpha: f64| {
        let up = points.iter().map(|p| panel.point(p.at, high(p)));
        let down = points.iter().rev().map(|p| panel.point(p.at, low(p)));
        d.area(up.chain(down).collect(), plot.color, alpha);
    };
    band(|p| p.p05, |p| p.p95, 0.2);
    band(|p| p.p25, |p| p.p75, 0.35);
    let line = points.iter().map(|p| panel.point(p.at, p.p50)).collect();
    d.line(line, 2.6, plot.color);
}

/// Resets, expiries and the reload threshold: dashed lines.
fn notes(d: &mut Drawing, plot: &Plot<'_>, panel: &Panel<'_>) {
    let room = panel.room;
    let ink = theme::ink(plot.color);
    let inside = |at: Instant| at > panel.clock.start && at < panel.clock.end;
    let shown = plot.marks.iter().filter(|(at, _)| inside(*at)).count();
    // A reset every few pixels is a pattern, not a mark.
    let dense = shown as f64 * 28.0 > room.right - room.left;
    for (at, text) in plot.marks.iter().filter(|(at, _)| inside(*at) && !dense) {
        let x = panel.x(*at);
        d.dashed((x, room.top), (x, room.bottom), 1.1, ink);
        let style = Style::plain(theme::SMALL, ink).haloed();
        let places = [
            ((x + 6.0, room.top + 12.0), Anchor::Start),
            ((x - 6.0, room.top + 12.0), Anchor::End),
            ((x + 6.0, room.top + 30.0), Anchor::Start),
        ];
        d.text_if_free(&places, style, text);
    }
    if let Some((level, _)) = &plot.level {
        let y = panel.y.at(*level);
        d.dashed((room.left, y), (room.right, y), 1.1, ink);
    }
}

/// What the bands are, at their right ends; `reload` at the threshold.
fn end_labels(d: &mut Drawing, plot: &Plot<'_>, panel: &Panel<'_>) {
    let Some(end) = plot.points.last() else {
        return;
    };
    let y = |v: f64| panel.point(end.at, v).1;
    let (top, mid, low) = (y(end.p95), y(end.p50), y(end.p05));
    let gone = plot.money && end.p95 <= 0.0 && !plot.marks.is_empty();
    let median = if gone { "expired" } else { "median" };
    let mut labels = vec![(mid, median.to_string(), true)];
    if (low - top).abs() > 6.0 {
        // On the side of the median that has more room.
        let outer = if mid - top >= low - mid {
            (top + y(end.p75)) / 2.0
        } else {
            (low + y(end.p25)) / 2.0
        };
        labels.push((outer, format!("5–95{}%", say::NBSP), false));
        let inner = if mid - top >= low - mid {
            (mid + y(end.p75)) / 2.0
        } else {
            (mid + y(end.p25)) / 2.0
        };
        if (y(end.p25) - y(end.p75)).abs() > 6.0 {
            labels.push((inner, format!("25–75{}%", say::NBSP), false));
        }
    }
    if let Some((level, text)) = &plot.level {
        labels.push((panel.y.at(*level), text.clone(), false));
    }
    let wish: Vec<f64> = labels.iter().map(|l| l.0).collect();
    let at = spread(
        &wish,
        &vec![19.0; wish.len()],
        panel.room.top - 10.0,
        panel.room.bottom + 6.0,
    );
    for ((_, text, strong), y) in labels.iter().zip(at) {
        let ink = theme::ink(plot.color);
        let style = if *strong {
            Style::bold(theme::TICK, ink)
        } else {
            Style::plain(theme::TICK, ink)
        };
        d.text_mid((panel.room.right + 12.0, y), Anchor::Start, style, text);
    }
}
