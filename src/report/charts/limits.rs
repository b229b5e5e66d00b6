//! Readings against the logged use: one panel per window, the line that the limit makes of it.

use super::canvas::{Anchor, Drawing, Room, Style};
use super::left::{panel_height, panel_title};
use super::plot::{Plot, Unit};
use super::{ChartError, Rendered, frame, picture, say, theme};
use crate::account::Meter;
use crate::analysis::words::the;
use crate::fit::limits::check::Verdict;
use crate::fit::limits::{Fit, Limits, Window};

const NAME: &str = "limits";
const ABOUT: &str = "One panel per window. Dots are readings against what was logged since the \
                     window began; the line is what the logged use alone makes of the window, the \
                     band its 90 % interval. Dots above it hold use that is not in the logs.";
/// Panels, at most.
const PANELS: usize = 4;

/// The chart; `None` when no window has readings.
///
/// # Errors
/// When the drawing backend or the rasteriser fails.
pub fn render(l: &Limits) -> Result<Option<Rendered>, ChartError> {
    draw(l).map(|d| picture(NAME, NAME, d)).transpose()
}

/// The drawing.
pub fn draw(l: &Limits) -> Option<Drawing> {
    let windows: Vec<&Window> = l
        .windows
        .iter()
        .filter(|w| !w.chains.is_empty())
        .take(PANELS)
        .collect();
    if windows.is_empty() {
        return None;
    }
    let each = panel_height(windows.len()) + 40.0;
    let height = 110.0 + each * windows.len() as f64 + 16.0;
    let (mut d, top) = frame::sheet(&title(l, &windows), &subtitle(l, &windows), ABOUT, height);
    for (i, w) in windows.iter().enumerate() {
        let start = top + each * i as f64;
        let room = Room {
            left: 116.0,
            top: start + 64.0,
            right: d.width - 76.0,
            bottom: start + each - 42.0,
        };
        panel(&mut d, l, w, room);
    }
    Some(d)
}

/// `The 5-hour window holds $41 (90 %: $37-$46)`.
fn title(l: &Limits, windows: &[&Window]) -> String {
    let holds: Vec<String> = windows
        .iter()
        .filter(|w| w.verdict.holds())
        .map(|w| format!("{} holds {}", the(&w.label), size(w.fit(l.meter))))
        .collect();
    match holds.split_first() {
        Some((first, rest)) => {
            let mut text = say::upper_first(first);
            for other in rest {
                text.push_str(&format!(", {other}"));
            }
            text
        }
        None if windows
            .iter()
            .any(|w| matches!(w.verdict, Verdict::Unexplained(_))) =>
        {
            "The logged use does not explain the readings".to_owned()
        }
        None => "Too few readings to say more than the catalogue".to_owned(),
    }
}

fn size(fit: &Fit) -> String {
    let b = &fit.band;
    format!(
        "{} (90{}%: {}-{})",
        say::usd(b.median),
        say::NBSP,
        say::usd(b.low),
        say::usd(b.high)
    )
}

fn subtitle(l: &Limits, windows: &[&Window]) -> String {
    let n: usize = windows.iter().map(|w| w.used()).sum();
    let plan = l
        .plan
        .as_ref()
        .map_or_else(String::new, |p| format!("{p} · "));
    let band = if windows.iter().any(|w| drawn(w)) {
        " · dots above the band hold use that is not in the logs"
    } else {
        ""
    };
    format!(
        "{plan}{} · meter {}{band}",
        say::plural(n, "reading"),
        l.meter.name()
    )
}

/// Whether a line and a band are drawn.
fn drawn(w: &Window) -> bool {
    w.verdict.holds() || w.verdict == Verdict::Few
}

/// Readings of a period as points: dollars since its beginning, per cent.
fn points(l: &Limits, w: &Window) -> Vec<Vec<(f64, f64)>> {
    let place = l.place();
    let limit = w.fit(l.meter).band.median;
    w.chains
        .iter()
        .map(|c| {
            // Where the beginning is not known, the first reading stands on the line, if there is one.
            let first = c.links.first().map_or(0.0, |r| r.percent);
            let first = if drawn(w) { first } else { 0.0 };
            let mut sum = if c.start.is_some() {
                0.0
            } else {
                first * limit / 100.0
            };
            c.links
                .iter()
                .map(|r| {
                    sum += r.spent[place];
                    (sum, r.percent)
                })
                .collect()
        })
        .collect()
}

fn panel(d: &mut Drawing, l: &Limits, w: &Window, room: Room) {
    let fit = w.fit(l.meter);
    let holds = w.verdict.holds();
    let finding = match w.verdict {
        Verdict::Learned | Verdict::Loose => size(fit),
        Verdict::Few => "the readings hardly narrow it".to_owned(),
        Verdict::Unexplained(_) => "not explained by the logged use".to_owned(),
    };
    let head = Style::bold(theme::PANEL_TITLE, theme::INK);
    let text = panel_title(d, &w.label, &finding, room);
    d.text((room.left, room.top - 30.0), Anchor::Start, head, &text);
    let periods = points(l, w);
    let all = || periods.iter().flatten();
    let farthest = all().map(|p| p.0).fold(0.0, f64::max);
    let highest = all().map(|p| p.1 / 100.0).fold(0.0, f64::max);
    // As much of the window as its readings need, in steps of a fifth.
    let top = (libm::ceil(highest * 1.15 * 5.0) / 5.0).clamp(0.2, 1.0);
    let end = if holds {
        1.12 * top * fit.band.high
    } else {
        0.0
    };
    let end = end
        .max(1.06 * farthest)
        .max(fit.band.median * 0.02)
        .max(1e-6);
    let plot = Plot::new(room, (0.0, end), (0.0, top));
    plot.left_axis(d, Unit::Share);
    plot.bottom_axis(d, Unit::Usd);
    if drawn(w) {
        cone(d, &plot, fit);
    }
    for period in &periods {
        let line: Vec<_> = period.iter().map(|p| plot.at(p.0, p.1 / 100.0)).collect();
        d.line(line.clone(), 1.0, theme::AXIS);
        for at in line {
            d.dot(at, 2.4, theme::INK);
        }
    }
    let small = Style::plain(theme::SMALL, theme::MUTED);
    let below = match l.meter {
        Meter::Price => "logged since the window began, list price".to_owned(),
        other => format!(
            "logged since the window began, dollars of the meter {}",
            other.name()
        ),
    };
    d.text(
        ((room.left + room.right) / 2.0, room.bottom + 40.0),
        Anchor::Middle,
        small,
        &below,
    );
    if holds {
        label(d, &plot, fit, room);
    }
}

/// The band of what the logged use makes of the window.
fn cone(d: &mut Drawing, plot: &Plot, fit: &Fit) {
    let b = &fit.band;
    let (end, top) = (plot.x.high, plot.y.high);
    // Where a line of that limit leaves the panel.
    let leaves = |limit: f64| {
        let x = (top * limit).min(end);
        (x, x / limit)
    };
    let (low, high) = (leaves(b.low), leaves(b.high));
    let corner = plot.at(end, top);
    let mut area = vec![plot.at(0.0, 0.0), plot.at(low.0, low.1)];
    if low.0 < end && high.0 >= end {
        area.push(corner);
    }
    area.push(plot.at(high.0, high.1));
    d.area(area, theme::BLUE, 0.16);
    let to = leaves(b.median);
    d.line(
        vec![plot.at(0.0, 0.0), plot.at(to.0, to.1)],
        2.4,
        theme::BLUE,
    );
}

fn label(d: &mut Drawing, plot: &Plot, fit: &Fit, room: Room) {
    let style = Style::bold(theme::SMALL, theme::ink(theme::BLUE)).haloed();
    let median = fit.band.median;
    let x = (plot.y.high * median).min(plot.x.high);
    let at = plot.at(x, x / median);
    let text = format!("the line reaches 100{}% at {}", say::NBSP, say::usd(median));
    let above = room.top - 8.0;
    let places = [
        ((at.0, above), Anchor::Middle),
        ((at.0, above), Anchor::End),
        ((at.0 - 12.0, at.1 + 4.0), Anchor::End),
    ];
    d.text_if_free(&places, style, &text);
}
