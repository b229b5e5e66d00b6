//! Where a cheaper model stops paying: cost over the number of requests that the same work takes.

use super::super::canvas::{Anchor, Drawing, Room, Style};
use super::super::plot::{Plot, Unit};
use super::super::{frame, theme};
use crate::analysis::compare::Comparison;
use crate::analysis::compare::break_even::{BreakEven, Meeting, Quantity};
use crate::analysis::compare::sentences::{cheaper, instead_of, the, times};

const ABOUT: &str = "The curve is the cheaper model's mean over the requests it needs for the same \
                     work, with its 95 % band; the line is the dearer model's.";

pub fn draw(c: &Comparison) -> Option<Drawing> {
    let b = c.break_evens.first()?;
    let met = |m: &Meeting| matches!(m, Meeting::At { .. });
    let shown: Vec<usize> = (0..b.quantities.len())
        .filter(|q| b.meetings.get(*q).is_some_and(met))
        .collect();
    if shown.is_empty() {
        return None;
    }
    let (mut d, top) = frame::open_for(&c.header, &title(b)?, ABOUT, 560.0);
    let gap = 96.0;
    let first = theme::MARGIN + 54.0;
    let n = shown.len() as f64;
    let width = (d.width - theme::MARGIN - first - gap * (n - 1.0)) / n;
    for (i, q) in shown.iter().enumerate() {
        let left = first + i as f64 * (width + gap);
        let room = Room {
            left,
            right: left + width,
            top: top + 60.0,
            bottom: d.height - 84.0,
        };
        panel(&mut d, c, b, *q, room);
    }
    let style = Style::plain(theme::TICK, theme::TEXT);
    let at = (d.width / 2.0, d.height - 26.0);
    let names = cheaper(b);
    let text = format!(
        "Requests {names} needs for the same work, relative to {}",
        instead_of(b)
    );
    d.text(
        at,
        Anchor::Middle,
        style,
        &style.fit(&text, d.width - 2.0 * theme::MARGIN),
    );
    Some(d)
}

fn title(b: &BreakEven) -> Option<String> {
    let at = b.meetings.iter().find_map(|m| match m {
        Meeting::At { value, .. } => Some(*value),
        _ => None,
    })?;
    Some(format!(
        "{} pays off only if {} needs more than {} the requests",
        instead_of(b),
        cheaper(b),
        times(at)
    ))
}

fn panel(d: &mut Drawing, c: &Comparison, b: &BreakEven, q: usize, room: Room) {
    let (Some(quantity), Some(Meeting::At { value, low, high })) =
        (b.quantities.get(q), b.meetings.get(q))
    else {
        return;
    };
    let line = b.dearer_means.get(q).copied().unwrap_or(0.0);
    let most = (value * 1.35).max(b.assumed * 1.2);
    let points: Vec<(f64, [f64; 3])> = (b.curve.iter())
        .filter_map(|p| Some((p.factor, p.differences.get(q).copied().flatten()?)))
        .collect();
    let inside = points.iter().filter(|p| p.0 <= most);
    let top = inside.map(|p| line + p.1[2]).fold(line, f64::max) * 1.12;
    let from = b.assumed.min(1.0);
    let plot = Plot::new(room, (from, most), (0.0, top.max(1e-9)));
    let unit = match quantity {
        Quantity::Window(_) => Unit::Share,
        _ => Unit::Usd,
    };
    plot.left_axis(d, unit);
    plot.bottom_axis(d, Unit::Times);
    let at = |x: f64, y: f64| plot.at(x, y);
    let cut = clipped(&points, most);
    let band = |k: usize| cut.iter().map(move |p| (p.0, line + p.1[k]));
    let mut area: Vec<_> = band(2).map(|(x, y)| at(x, y)).collect();
    area.extend(
        band(1)
            .map(|(x, y)| at(x, y))
            .collect::<Vec<_>>()
            .into_iter()
            .rev(),
    );
    d.area(area, theme::BLUE, 0.2);
    d.dashed(at(from, line), at(most, line), 2.0, theme::VERMILLION);
    d.line(band(0).map(|(x, y)| at(x, y)).collect(), 3.0, theme::BLUE);
    for (x, y) in band(0).filter(|p| points.iter().any(|q| q.0 == p.0)) {
        d.dot(at(x, y), 3.0, theme::BLUE);
    }
    let caption = Style::plain(theme::TICK, theme::TEXT);
    let text = match quantity {
        Quantity::Value => format!("List price of the work, mean a {}", c.per.word),
        Quantity::Paid => format!("What you pay, mean a {}", c.per.word),
        Quantity::Window(label) => format!("What the work needs of {}", the(label)),
    };
    let style = caption;
    let fitted = style.fit(&text, room.right - room.left + 40.0);
    d.text(
        (room.left - 50.0, room.top - 24.0),
        Anchor::Start,
        style,
        &fitted,
    );
    let (x, y) = at(*value, line);
    d.dashed((x, y), (x, room.bottom), 1.6, theme::INK);
    d.dot((x, y), 5.0, theme::INK);
    let bold = Style::bold(theme::LABEL, theme::INK).haloed();
    let plain = Style::plain(theme::TICK, theme::INK).haloed();
    let said = times(*value);
    let band = format!("({low:.2}–{high:.2})");
    let wide = bold.width(&said).max(plain.width(&band)) + 10.0;
    // To the left of the line, unless the axis is there.
    let (x, anchor) = match x - wide > room.left + 4.0 {
        true => (x - 10.0, Anchor::End),
        false => (x + 10.0, Anchor::Start),
    };
    d.text_if_free(&[((x, room.bottom - 34.0), anchor)], bold, &said);
    if high.is_finite() {
        d.text_if_free(&[((x, room.bottom - 13.0), anchor)], plain, &band);
    }
    let name = Style::bold(theme::TICK, theme::ink(theme::VERMILLION)).haloed();
    let who = name.fit(&instead_of(b), (room.right - room.left) * 0.7);
    let places = [
        ((room.left + 8.0, y - 9.0), Anchor::Start),
        ((room.right - 8.0, y + 20.0), Anchor::End),
    ];
    d.text_if_free(&places, name, &who);
}

/// The points up to `most`, with one on the border by a straight line.
fn clipped(points: &[(f64, [f64; 3])], most: f64) -> Vec<(f64, [f64; 3])> {
    let mut out: Vec<(f64, [f64; 3])> = points.iter().copied().filter(|p| p.0 <= most).collect();
    let next = points.iter().find(|p| p.0 > most);
    if let (Some(a), Some(b)) = (out.last().copied(), next) {
        let t = (most - a.0) / (b.0 - a.0);
        out.push((
            most,
            std::array::from_fn(|k| a.1[k] + (b.1[k] - a.1[k]) * t),
        ));
    }
    out
}
