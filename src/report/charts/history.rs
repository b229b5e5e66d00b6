//! What is left in each window over a history: one panel per plan, stops shaded.

use super::axes::Panel;
use super::canvas::{Anchor, Drawing, Room, Style};
use super::left::{panel_height, panel_title, percent_axis};
use super::place::spread;
use super::theme;
use super::when::Clock;
use super::{ChartError, Rendered, frame, picture, say};
use crate::analysis::history::left::LeftLine;
use crate::analysis::history::{HistoryFindings, PlanFinding};
use crate::base::money::group_thousands;

const NAME: &str = "history";
const ABOUT: &str = "One panel per plan. Lines are what is left in its windows, with each size in \
                     the middle of its band; the ground is shaded where work would have been refused.";

/// Panels, at most.
const PANELS: usize = 6;
/// Lines of a panel, at most.
const LINES: usize = 4;

/// The chart; `None` when no plan has a window.
///
/// # Errors
/// When the drawing backend or the rasteriser fails.
pub fn render(f: &HistoryFindings) -> Result<Option<Rendered>, ChartError> {
    draw(f).map(|d| picture(NAME, NAME, d)).transpose()
}

/// The drawing.
pub fn draw(f: &HistoryFindings) -> Option<Drawing> {
    let plans: Vec<&PlanFinding> = f
        .plans
        .iter()
        .filter(|p| !p.left.is_empty())
        .take(PANELS)
        .collect();
    if plans.is_empty() {
        return None;
    }
    let clock = Clock::of(&f.zone, f.start, f.end);
    let each = panel_height(plans.len());
    let height = 104.0 + each * plans.len() as f64 + 40.0;
    let (mut d, top) = frame::sheet(&title(&plans), &subtitle(f), ABOUT, height);
    for (i, plan) in plans.iter().enumerate() {
        let start = top + each * i as f64;
        let room = Room {
            left: 116.0,
            top: start + 46.0,
            right: d.width - 150.0,
            bottom: start + each - 14.0,
        };
        panel(&mut d, plan, &clock, room, i + 1 == plans.len());
    }
    Some(d)
}

fn subtitle(f: &HistoryFindings) -> String {
    format!(
        "{} · {} requests · each window in the middle of its band, no extra usage",
        f.horizon,
        group_thousands(f.requests)
    )
}

/// `Pro would have stopped this work 31 times, Max 5x 7 times, Max 20x never`.
fn title(plans: &[&PlanFinding]) -> String {
    let often = |p: &PlanFinding| match p.stops.len() {
        0 => "never".to_owned(),
        n => say::times(n as f64),
    };
    let parts: Vec<String> = plans
        .iter()
        .enumerate()
        .map(|(i, p)| match i {
            0 => format!("{} would have stopped this work {}", p.label, often(p)),
            _ => format!("{} {}", p.label, often(p)),
        })
        .collect();
    parts.join(", ")
}

fn finding(p: &PlanFinding) -> String {
    let hours: f64 = union_hours(p);
    match p.stops.len() {
        0 => "never stopped".to_owned(),
        n => format!(
            "stopped {}, {} in all",
            say::times(n as f64),
            say::hours(hours)
        ),
    }
}

fn union_hours(p: &PlanFinding) -> f64 {
    let mut ms = 0;
    let mut reached = i64::MIN;
    for s in &p.stops {
        let from = s.from.0.max(reached);
        if s.until.0 > from {
            ms += s.until.0 - from;
            reached = s.until.0;
        }
    }
    ms as f64 / 3_600_000.0
}

fn panel(d: &mut Drawing, p: &PlanFinding, clock: &Clock<'_>, room: Room, last: bool) {
    let title = panel_title(d, &p.label, &finding(p), room);
    let style = Style::bold(theme::PANEL_TITLE, theme::INK);
    d.text((room.left, room.top - 16.0), Anchor::Start, style, &title);
    let (low, high, marks) = percent_axis();
    let panel = Panel::new(clock, room, low, high);
    for stop in &p.stops {
        // Shorter than a pixel would not be seen at all.
        let from = panel.x(stop.from);
        let to = panel.x(stop.until).max(from + 1.0);
        let corners = vec![
            (from, room.top),
            (to, room.top),
            (to, room.bottom),
            (from, room.bottom),
        ];
        d.area(corners, theme::VERMILLION, 0.18);
    }
    panel.left_axis(d, &marks);
    let time = panel.time_ticks();
    panel.time_axis(d, &time, last);
    let lines: Vec<&LeftLine> = p.left.iter().take(LINES).collect();
    for (i, line) in lines.iter().enumerate() {
        let points = line.points.iter();
        let points = points.map(|(at, left)| panel.point(*at, *left)).collect();
        // The window that changes most is the thinnest, so that the others are seen on top of it.
        let width = if i == 0 { 1.2 } else { 2.6 };
        d.line(points, width, theme::pool(i + 1, false));
    }
    end_labels(d, &lines, &panel);
}

fn end_labels(d: &mut Drawing, lines: &[&LeftLine], panel: &Panel<'_>) {
    let room = panel.room;
    let at = |l: &&LeftLine| l.points.last().map_or(100.0, |(_, left)| *left);
    let wish: Vec<f64> = lines.iter().map(|l| panel.y.at(at(l))).collect();
    let heights = vec![theme::TICK * 1.35; lines.len()];
    let places = spread(&wish, &heights, room.top - 4.0, room.bottom + 6.0);
    for (i, (line, y)) in lines.iter().zip(places).enumerate() {
        let style = Style::plain(theme::TICK, theme::ink(theme::pool(i + 1, false)));
        let left = room.right + 12.0;
        let text = style.fit(&line.label, d.width - left - 6.0);
        d.text_mid((left, y), Anchor::Start, style, &text);
    }
}
