//! One month: a trial near the medians, replayed. What is left, reloads, refusals.

use super::axes::{Panel, thin, widest};
use super::canvas::{Anchor, Drawing, Point, Room, Style};
use super::left::{money_range, panel_height, panel_title, percent_axis};
use super::text::wrap;
use super::theme;
use super::when::Clock;
use super::{frame, say};
use crate::account::reason::Reason;
use crate::analysis::findings::Findings;
use crate::analysis::words::usd;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::engine::replay::{Event, Note, PurchaseKind, What};

const ABOUT: &str = "One trial near the medians, event by event: lines show what is left in each \
                     pool, arrows show money that arrives, ticks show refused requests.";
/// Height of a lane of refusals.
const LANE: f64 = 38.0;
/// Distance of the lines of its label.
const LEADING: f64 = 15.0;
/// Lanes that are shown.
const LANES: usize = 8;

/// Refusals for one reason.
struct Lane {
    label: String,
    at: Vec<Instant>,
}

pub fn draw(f: &Findings) -> Option<Drawing> {
    let series: Vec<usize> = (0..f.pools.len())
        .filter(|i| f.typical.left.get(*i).is_some_and(|s| !s.is_empty()))
        .collect();
    let lanes = lanes(f);
    if series.is_empty() && f.typical.events.is_empty() {
        return None;
    }
    let clock = Clock::new(&f.header);
    let each = panel_height(series.len() + 1);
    let lane_part = 58.0 + LANE * lanes.len().max(1) as f64;
    let height = 104.0 + each * series.len() as f64 + lane_part + 74.0;
    let (mut d, top) = frame::open(f, &title(f, &clock), ABOUT, height);
    let label = Style::plain(theme::SMALL, theme::TEXT);
    let labels: Vec<Vec<String>> = (lanes.iter())
        .map(|l| wrap(&l.label, label.size, label.weight, 130.0, 2).0)
        .collect();
    let left = (widest(&label, labels.iter().flatten().map(String::as_str)) + theme::MARGIN + 10.0)
        .max(116.0);
    let right = d.width - 124.0;
    let room = |top: f64, bottom: f64| Room {
        left,
        top,
        right,
        bottom,
    };
    for (n, i) in series.iter().enumerate() {
        let start = top + each * n as f64;
        pool_panel(
            &mut d,
            f,
            *i,
            &clock,
            room(start + 46.0, start + each - 14.0),
        );
    }
    let start = top + each * series.len() as f64;
    let room = room(start + 44.0, start + lane_part - 8.0);
    refusals(&mut d, &clock, room, &lanes, &labels);
    source(&mut d, f);
    Some(d)
}

/// Which trial this is and why, at the foot.
fn source(d: &mut Drawing, f: &Findings) {
    let note = Style::plain(theme::SMALL, theme::MUTED);
    let mut text = format!("Trial {}", f.typical.trial);
    if !f.typical.why.is_empty() {
        text = format!("{text}: {}", f.typical.why);
    }
    let text = note.fit(&text, d.width - 2.0 * theme::MARGIN);
    let at = (theme::MARGIN, d.height - 24.0);
    d.text(at, Anchor::Start, note, &text);
}

fn pool_panel(d: &mut Drawing, f: &Findings, i: usize, clock: &Clock<'_>, room: Room) {
    let pool = &f.pools[i];
    let series = &f.typical.left[i];
    let color = theme::pool(i, pool.is_wallet);
    let style = Style::bold(theme::PANEL_TITLE, theme::INK);
    let arrivals = if pool.is_wallet {
        arrivals(f)
    } else {
        Vec::new()
    };
    let title = panel_title(d, &pool.label, &finding(f, i, &arrivals), room);
    d.text((room.left, room.top - 16.0), Anchor::Start, style, &title);
    let (low, high, marks) = if pool.is_wallet {
        let low = series.iter().map(|(_, v)| *v).fold(0.0, f64::min);
        let high = series.iter().map(|(_, v)| *v).fold(0.0, f64::max);
        // Room for the amounts above the tops of the jumps.
        money_range(
            low,
            if arrivals.is_empty() {
                high
            } else {
                high * 1.18
            },
            room,
        )
    } else {
        percent_axis()
    };
    let panel = Panel::new(clock, room, low, high);
    panel.left_axis(d, &marks);
    panel.time_axis(d, &panel.time_ticks(), false);
    d.line(steps(series, &panel), 2.0, color);
    if let Some((_, last)) = series.last() {
        let text = if pool.is_wallet {
            format!("{} left", usd(*last))
        } else {
            format!("{} left", say::percent(*last / 100.0))
        };
        let y = panel.point(clock.end, *last).1;
        let style = Style::bold(theme::TICK, theme::ink(color));
        d.text_mid((room.right + 10.0, y), Anchor::Start, style, &text);
    }
    arrows(d, &panel, &arrivals, theme::ink(color));
}

/// A value holds until the next one.
fn steps(series: &[(Instant, f64)], panel: &Panel<'_>) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    for (at, v) in thin(series, 900, |p| p.1) {
        let (x, y) = panel.point(at, v);
        if let Some((_, before)) = out.last().copied() {
            out.push((x, before));
        }
        out.push((x, y));
    }
    if let Some((x, y)) = out.last().copied()
        && x < panel.room.right
    {
        out.push((panel.room.right, y));
    }
    out
}

/// Money that arrives.
struct Arrival {
    at: Instant,
    get: Money,
    /// The balance after it.
    balance: Money,
    /// Bought, as opposed to granted.
    bought: bool,
}

fn arrivals(f: &Findings) -> Vec<Arrival> {
    let arrives = |e: &Event| {
        let (get, balance, bought) = match e.what {
            What::Account(Note::Purchase { get, balance, .. }) => (get, balance, true),
            What::Account(Note::GrantStarts {
                amount, balance, ..
            }) => (amount, balance, false),
            _ => return None,
        };
        Some(Arrival {
            at: e.at,
            get,
            balance,
            bought,
        })
    };
    f.typical.events.iter().filter_map(arrives).collect()
}

/// An arrow up at each purchase; its amount where there is room.
fn arrows(d: &mut Drawing, panel: &Panel<'_>, arrivals: &[Arrival], ink: theme::Color) {
    let style = Style::bold(theme::SMALL, ink).haloed();
    // Amounts over other arrows could not be read; the panel's title holds their sum.
    let crowded = arrivals.len() as f64 * 64.0 > panel.room.right - panel.room.left;
    for Arrival {
        at, get, balance, ..
    } in arrivals
    {
        let (x, y) = panel.point(*at, balance.to_f64());
        let head = y - 3.0;
        d.area(
            vec![(x - 5.0, head), (x + 5.0, head), (x, head - 9.0)],
            ink,
            1.0,
        );
        if crowded {
            continue;
        }
        let text = format!("+{}", say::money(*get));
        let places = [
            ((x, head - 13.0), Anchor::Middle),
            ((x + 8.0, head), Anchor::Start),
            ((x - 8.0, head - 8.0), Anchor::End),
        ];
        d.text_if_free(&places, style, &text);
    }
}

/// What the pool did in this trial.
fn finding(f: &Findings, i: usize, arrivals: &[Arrival]) -> String {
    let pool = &f.pools[i];
    let empties = (f.typical.events.iter())
        .filter(|e| match e.what {
            What::Account(Note::WalletEmpty) => pool.is_wallet,
            What::Account(Note::WindowEmpty { window, .. }) => !pool.is_wallet && window == i,
            _ => false,
        })
        .count();
    let dry = match empties {
        0 => "never runs dry".to_string(),
        n => format!("runs dry {}", say::times(n as f64)),
    };
    let bought = arrivals.iter().filter(|a| a.bought);
    let payments = bought.clone().count();
    let sum = bought.fold(Money::ZERO, |sum, a| {
        sum.checked_add(a.get).unwrap_or(Money::MAX)
    });
    if payments == 0 {
        return dry;
    }
    let payments = say::plural(payments, "payment");
    format!("{} in {payments}, {dry}", say::money(sum))
}

fn lanes(f: &Findings) -> Vec<Lane> {
    let mut out: Vec<Lane> = Vec::new();
    for e in &f.typical.events {
        let What::Refused { reason, .. } = e.what else {
            continue;
        };
        let label = reason_label(f, reason);
        match out.iter_mut().find(|l| l.label == label) {
            Some(lane) => lane.at.push(e.at),
            None => out.push(Lane {
                label,
                at: vec![e.at],
            }),
        }
    }
    out.sort_by(|a, b| (b.at.len().cmp(&a.at.len())).then_with(|| a.label.cmp(&b.label)));
    out.truncate(LANES);
    out
}

/// Windows by the label of the pool, other reasons by what the findings call them.
fn reason_label(f: &Findings, reason: Reason) -> String {
    if let Reason::Window(w) = reason {
        let mut windows = f.pools.iter().filter(|p| !p.is_wallet);
        if let Some(pool) = windows.nth(usize::from(w)) {
            return pool.label.clone();
        }
    }
    let known = f.blocked.rows.iter().find(|r| r.reason == reason.name());
    known.map_or_else(
        || say::upper_first(&reason.name().replace('_', " ")),
        |row| row.label.clone(),
    )
}

fn refusals(
    d: &mut Drawing,
    clock: &Clock<'_>,
    room: Room,
    lanes: &[Lane],
    labels: &[Vec<String>],
) {
    let head = Style::bold(theme::PANEL_TITLE, theme::INK);
    let total: usize = lanes.iter().map(|l| l.at.len()).sum();
    let title = match total {
        0 => "Refusals: none".to_string(),
        _ => "Refusals, by what refused".to_string(),
    };
    d.text((room.left, room.top - 14.0), Anchor::Start, head, &title);
    let panel = Panel::new(clock, room, 0.0, 1.0);
    panel.time_axis(d, &panel.time_ticks(), true);
    let label = Style::plain(theme::SMALL, theme::TEXT);
    for (i, lane) in lanes.iter().enumerate() {
        let y = room.top + LANE * (i as f64 + 0.5) + 2.0;
        d.rule((room.left, y), (room.right, y), 1.0, theme::GRID);
        for (n, line) in labels[i].iter().enumerate() {
            let up = (labels[i].len() as f64 - 1.0) / 2.0 - n as f64;
            let at = (room.left - 10.0, y - up * LEADING);
            d.text_mid(at, Anchor::End, label, line);
        }
        // Many refusals in one place are one tick on a screen.
        let mut last = f64::NEG_INFINITY;
        for at in &lane.at {
            let x = panel.x(*at);
            if x - last >= 1.0 {
                d.rule((x, y - 9.0), (x, y + 9.0), 1.4, theme::VERMILLION);
                last = x;
            }
        }
        let count = Style::bold(theme::TICK, theme::VERMILLION);
        let text = format!("{}×", say::count(lane.at.len()));
        d.text_mid((room.right + 10.0, y), Anchor::Start, count, &text);
    }
}

/// `7 reloads`, `2 top-ups`, `1 payment`: what put money in, without what did not happen.
fn paid(events: &[Event]) -> Vec<String> {
    let count = |kinds: &[PurchaseKind]| {
        let made = |e: &&Event| matches!(e.what, What::Account(Note::Purchase { kind, .. }) if kinds.contains(&kind));
        events.iter().filter(made).count()
    };
    [
        (count(&[PurchaseKind::Reload]), "reload"),
        (count(&[PurchaseKind::TopUp]), "top-up"),
        (
            count(&[PurchaseKind::Scheduled, PurchaseKind::Invoice]),
            "payment",
        ),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| say::plural(n, word))
    .collect()
}

fn title(f: &Findings, clock: &Clock<'_>) -> String {
    let events = &f.typical.events;
    let refused: Vec<Instant> = (events.iter())
        .filter(|e| matches!(e.what, What::Refused { .. }))
        .map(|e| e.at)
        .collect();
    let mut days: Vec<_> = refused.iter().map(|at| clock.local(*at).date()).collect();
    days.dedup();
    let mut parts = paid(events);
    let stopped = f.typical.stopped_h;
    if refused.is_empty() {
        parts.push("nothing is refused".to_string());
    } else {
        let times = say::plural(refused.len(), "refusal");
        let on = if clock.days() <= 1.1 {
            String::new()
        } else {
            format!(" on {}", say::plural(days.len(), "day"))
        };
        parts.push(format!("{times}{on}"));
        if stopped > 0.0 {
            parts.push(format!("stopped for {}", say::hours(stopped)));
        }
    }
    format!("A typical {}: {}", say::trial(&f.header), parts.join(", "))
}
