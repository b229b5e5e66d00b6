//! What each plan costs as use grows, and where another one takes over.

use super::super::canvas::{Anchor, Drawing, Point, Room, Style};
use super::super::near::{Near, pieces};
use super::super::plot::Plot;
use super::super::{frame, place, say, theme};
use crate::analysis::compare::sentences::times;
use crate::analysis::plans::PlansFinding;
use crate::analysis::plans::sentences::plan;
use crate::analysis::words::join;

const ABOUT: &str = "Mean cost of each plan, stopped hours at their price included, the better of with \
                     and without extra usage, over multiples of today's use; both axes grow by \
                     factors. Dots mark where another plan becomes the cheapest.";

/// A plan's curve.
struct Curve<'f> {
    plan: usize,
    label: &'f str,
    points: Vec<(f64, f64)>,
}

pub fn draw(f: &PlansFinding) -> Option<Drawing> {
    let curves: Vec<Curve<'_>> = f
        .verdict
        .shares
        .iter()
        .map(|s| Curve {
            plan: s.plan,
            label: &s.label,
            points: f.plan_curve(s.plan),
        })
        .filter(|c| c.points.len() > 1)
        .collect();
    if curves.len() < 2 {
        return None;
    }
    let (mut d, top) = frame::open_for(&f.header, &title(f), ABOUT, 640.0);
    let label = Style::bold(theme::LABEL, theme::INK);
    let wide = curves
        .iter()
        .map(|c| label.width(&label.fit(c.label, 190.0)))
        .fold(0.0, f64::max);
    let room = Room {
        left: theme::MARGIN + 66.0,
        right: d.width - theme::MARGIN - wide - 14.0,
        top: top + 58.0,
        bottom: d.height - 108.0,
    };
    let all = || curves.iter().flat_map(|c| c.points.iter());
    let (from, to) = all().fold((f64::INFINITY, 0.0f64), |(a, b), p| {
        (a.min(p.0), b.max(p.0))
    });
    let high = all().map(|p| p.1).fold(1.0, f64::max) * 1.15;
    let positive = all().map(|p| p.1).filter(|y| *y > 0.0);
    // A plan that costs nothing has no place on such an axis but its floor.
    let low = (positive.fold(high, f64::min) * 0.8).max(high / 1e4);
    let plot = Plot::new(
        room,
        (from.log10(), to.log10()),
        (low.log10(), high.log10()),
    );
    axes(&mut d, f, &plot, (low, high));
    let at = |x: f64, y: f64| plot.at(x.log10(), y.max(low).log10());
    today(&mut d, &plot);
    let lines: Vec<Vec<Point>> = curves
        .iter()
        .map(|c| fine(&c.points).map(|(x, y)| at(x, y)).collect())
        .collect();
    for (c, line) in curves.iter().zip(&lines) {
        d.line(line.clone(), 3.0, theme::pool(c.plan, false));
    }
    labels(&mut d, &curves, &room, &at);
    marks(&mut d, f, &curves, &lines, &plot);
    Some(d)
}

/// `Pro is cheapest up to 0.42 times today's use, Max 5x up to 2.1 times, Max 20x beyond`.
fn title(f: &PlansFinding) -> String {
    let g = &f.growth;
    let label = |i: usize| f.verdict.entries.get(i).map_or("", plan);
    let Some(last) = g.switches.last() else {
        return format!("{} is the cheapest at any use shown", label(g.first));
    };
    let mut parts: Vec<String> = g
        .switches
        .iter()
        .enumerate()
        .map(|(i, s)| match i {
            0 => format!("{} up to {} today's use", label(s.from), times(s.at)),
            _ => format!("{} up to {}", label(s.from), times(s.at)),
        })
        .collect();
    parts.push(format!("{} beyond", label(last.to)));
    format!("Cheapest is {}", join(&parts))
}

/// Ticks of 1, 2 and 5 times a power of ten inside a range.
fn round_numbers(low: f64, high: f64) -> Vec<f64> {
    let first = low.log10().floor() as i32;
    let last = high.log10().ceil() as i32;
    let all =
        (first..=last).flat_map(|p| [1.0, 2.0, 5.0].map(|m| m * libm::pow(10.0, f64::from(p))));
    all.filter(|v| *v >= low * 0.999 && *v <= high * 1.001)
        .collect()
}

fn axes(d: &mut Drawing, f: &PlansFinding, plot: &Plot, cost: (f64, f64)) {
    let style = Style::plain(theme::TICK, theme::TEXT);
    let muted = Style::plain(theme::SMALL, theme::MUTED);
    let room = plot.room;
    let mut levels = round_numbers(cost.0, cost.1);
    if levels.len() > 9 {
        levels.retain(|v| (v.log10() - v.log10().round()).abs() < 1e-9);
    }
    for v in levels {
        let y = plot.y.at(v.log10());
        d.rule((room.left, y), (room.right, y), 1.0, theme::GRID);
        d.text_mid((room.left - 10.0, y), Anchor::End, style, &say::usd(v));
    }
    let (from, to) = (libm::pow(10.0, plot.x.low), libm::pow(10.0, plot.x.high));
    for v in round_numbers(from, to) {
        let x = plot.x.at(v.log10());
        d.rule((x, room.top), (x, room.bottom), 1.0, theme::GRID);
        let multiple = format!("{}{}×", trimmed(v), say::NBSP);
        d.text((x, room.bottom + 22.0), Anchor::Middle, style, &multiple);
        let value = say::usd(v * f.growth.value_usd);
        d.text((x, room.bottom + 42.0), Anchor::Middle, muted, &value);
    }
    d.rule(
        (room.left, room.bottom),
        (room.right, room.bottom),
        1.2,
        theme::AXIS,
    );
    let text = format!("Times today's use; below: its list price a {}", f.per.word);
    d.text((room.left, room.bottom + 74.0), Anchor::Start, style, &text);
    let hour = match f.hour.price.0 {
        0 => String::new(),
        _ => format!(", stopped hours at {}", say::money(f.hour.price)),
    };
    let text = format!("Mean cost a {}{hour}", f.per.word);
    d.text(
        (theme::MARGIN, room.top - 34.0),
        Anchor::Start,
        style,
        &text,
    );
}

fn trimmed(v: f64) -> String {
    let text = format!("{v:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn today(d: &mut Drawing, plot: &Plot) {
    let x = plot.x.at(0.0);
    let room = plot.room;
    d.dashed((x, room.top - 6.0), (x, room.bottom), 1.6, theme::INK);
    let style = Style::bold(theme::SMALL, theme::INK);
    d.text((x, room.top - 14.0), Anchor::Middle, style, "today");
}

fn labels(d: &mut Drawing, curves: &[Curve<'_>], room: &Room, at: &dyn Fn(f64, f64) -> Point) {
    let last = |c: &Curve<'_>| c.points.last().map_or(room.bottom, |(x, y)| at(*x, *y).1);
    let wish: Vec<f64> = curves.iter().map(last).collect();
    let heights = vec![21.0; curves.len()];
    let spots = place::spread(&wish, &heights, room.top - 10.0, room.bottom + 10.0);
    for (c, y) in curves.iter().zip(spots) {
        let style = Style::bold(theme::LABEL, theme::ink(theme::pool(c.plan, false)));
        let text = style.fit(c.label, 190.0);
        d.text_mid((room.right + 10.0, y), Anchor::Start, style, &text);
    }
}

/// Where another plan takes over: a dot, and the multiple where it covers no line.
fn marks(
    d: &mut Drawing,
    f: &PlansFinding,
    curves: &[Curve<'_>],
    lines: &[Vec<Point>],
    plot: &Plot,
) {
    let style = Style::bold(theme::SMALL, theme::INK).haloed();
    let room = plot.room;
    let floor = libm::pow(10.0, plot.y.low);
    let spots: Vec<(Point, String)> = f
        .growth
        .switches
        .iter()
        .filter_map(|s| {
            let plan = f.verdict.entries.get(s.to)?.plan;
            let curve = curves.iter().find(|c| c.plan == plan)?;
            let y = between(&curve.points, s.at).max(floor);
            let band = match s.low > 0.0 && s.high.is_finite() {
                true => format!(" ({:.2}–{:.2})", s.low, s.high),
                false => String::new(),
            };
            let text = format!("{}{}×{band}", trimmed(s.at), say::NBSP);
            Some((plot.at(s.at.log10(), y.log10()), text))
        })
        .collect();
    let x = plot.x.at(0.0);
    let today = ((x, room.top - 6.0), (x, room.bottom));
    let own = |(at, _): &(Point, String)| Room {
        left: at.0 - 6.0,
        top: at.1 - 6.0,
        right: at.0 + 6.0,
        bottom: at.1 + 6.0,
    };
    let mut near = Near {
        bounds: Room {
            bottom: room.bottom - 4.0,
            ..room
        },
        rooms: spots.iter().map(own).collect(),
        lines: lines.iter().flat_map(|l| pieces(l)).collect(),
    };
    near.lines.push(today);
    for (at, text) in &spots {
        d.dot(*at, 5.0, theme::INK);
        if !near.put(d, *at, style, text) {
            let across = Near {
                lines: vec![today],
                ..near.clone()
            };
            across.put(d, *at, style, text);
        }
    }
}

/// Parts of a stretch between two multiples that were played: straight in dollars, it is curved on
/// axes that grow by factors.
const PARTS: u32 = 12;

/// A curve as [`between`] has it, so that the dots lie on the lines.
fn fine(points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let inside = points.windows(2).flat_map(move |pair| {
        let (from, ratio) = (pair[0].0, pair[1].0 / pair[0].0);
        (0..PARTS).map(move |k| {
            let x = from * libm::pow(ratio, f64::from(k) / f64::from(PARTS));
            (x, between(points, x))
        })
    });
    inside.chain(points.last().copied())
}

fn between(points: &[(f64, f64)], x: f64) -> f64 {
    let next = points.partition_point(|p| p.0 < x);
    let (Some(b), a) = (
        points.get(next).or(points.last()),
        points.get(next.saturating_sub(1)),
    ) else {
        return 0.0;
    };
    let a = a.unwrap_or(b);
    if b.0 <= a.0 {
        return b.1;
    }
    a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0)
}
