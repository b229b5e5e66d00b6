//! Tornado: what each input does to the answer, largest swing first, with the simulation's own
//! noise as a bar.

use super::axes::{Scale, ticks, widest};
use super::canvas::{Anchor, Drawing, Room, Style};
use super::{frame, theme};
use crate::analysis::sensitivity::{Bar, SensitivityFinding, amount, name, range_text};

const ABOUT: &str = "Horizontal bars, one per input: the metric with the input at its low and at \
                     its high end, everything else as the scenario has it; the last bar is the \
                     simulation's own noise.";
/// Bars that are shown; the others swing less.
const ROWS: usize = 14;
const STEP: f64 = 40.0;
const HALF: f64 = 11.0;

pub fn draw(f: &SensitivityFinding, subtitle: &str) -> Option<Drawing> {
    let bars: Vec<&Bar> = f
        .bars
        .iter()
        .filter(|b| b.swing() > 0.0)
        .take(ROWS)
        .collect();
    let first = bars.first()?;
    let height = 104.0 + 70.0 + STEP * (bars.len() + 1) as f64 + 60.0;
    let (mut d, top) = frame::sheet(&title(f, first), subtitle, ABOUT, height);
    let label = Style::plain(theme::LABEL, theme::INK);
    let value = Style::plain(theme::SMALL, theme::TEXT);
    let labels: Vec<String> = bars.iter().map(|b| label.fit(&b.label, 300.0)).collect();
    let column = widest(
        &label,
        labels
            .iter()
            .map(String::as_str)
            .chain(["simulation noise"]),
    );
    let show = |x: f64| amount(&f.metric, x);
    let side = bars
        .iter()
        .flat_map(|b| [show(b.low), show(b.high)])
        .map(|t| value.width(&t))
        .fold(0.0, f64::max)
        + 14.0;
    let ends = bars.iter().flat_map(|b| [b.low, b.high]);
    let (low, high) = ends.fold((f.base - f.noise, f.base + f.noise), |(l, h), x| {
        (l.min(x), h.max(x))
    });
    let scale = Scale {
        low,
        high,
        from: theme::MARGIN + column + 20.0 + side,
        to: d.width - theme::MARGIN - side,
    };
    let begin = top + 46.0;
    let end = begin + STEP * (bars.len() + 1) as f64;
    axis(&mut d, f, &scale, begin, end);
    for (i, bar) in bars.iter().enumerate() {
        let y = begin + STEP * (i as f64 + 0.5);
        d.text_mid((theme::MARGIN, y), Anchor::Start, label, &labels[i]);
        for (x, color) in [(bar.low, theme::SKY), (bar.high, theme::BLUE)] {
            let (from, to) = (scale.at(f.base), scale.at(x));
            let room = Room {
                left: from.min(to),
                right: from.max(to),
                top: y - HALF,
                bottom: y + HALF,
            };
            d.rect(room, color);
        }
        let (left, right) = if bar.low <= bar.high {
            (bar.low, bar.high)
        } else {
            (bar.high, bar.low)
        };
        let at = |x: f64| scale.at(x);
        let (l, r) = (at(left.min(f.base)) - 8.0, at(right.max(f.base)) + 8.0);
        d.text_mid((l, y), Anchor::End, value, &show(left));
        d.text_mid((r, y), Anchor::Start, value, &show(right));
    }
    noise(&mut d, f, &scale, end - STEP / 2.0, label);
    Some(d)
}

/// The base as a line with its value, ticks below.
fn axis(d: &mut Drawing, f: &SensitivityFinding, scale: &Scale, top: f64, bottom: f64) {
    let tick = Style::plain(theme::TICK, theme::TEXT);
    let (marks, _) = ticks(scale.low, scale.high, 6.0);
    for v in marks {
        let x = scale.at(v);
        d.rule((x, top), (x, bottom), 1.0, theme::GRID);
        d.text(
            (x, bottom + 22.0),
            Anchor::Middle,
            tick,
            &amount(&f.metric, v),
        );
    }
    let x = scale.at(f.base);
    d.rule((x, top - 6.0), (x, bottom), 1.4, theme::AXIS);
    let bold = Style::bold(theme::SMALL, theme::INK);
    let text = format!("as it stands: {}", amount(&f.metric, f.base));
    let wide = bold.width(&text) / 2.0;
    let x = x.clamp(theme::MARGIN + wide, d.width - theme::MARGIN - wide);
    d.text((x, top - 14.0), Anchor::Middle, bold, &text);
    legend(d, top - 14.0);
}

/// Which colour is which end, at the left of the line above the bars.
fn legend(d: &mut Drawing, y: f64) {
    let style = Style::plain(theme::SMALL, theme::TEXT);
    let mut x = theme::MARGIN;
    for (text, color) in [("input low", theme::SKY), ("input high", theme::BLUE)] {
        let swatch = Room {
            left: x,
            top: y - 11.0,
            right: x + 12.0,
            bottom: y + 1.0,
        };
        d.rect(swatch, color);
        d.text((x + 18.0, y), Anchor::Start, style, text);
        x += 18.0 + style.width(text) + 16.0;
    }
}

fn noise(d: &mut Drawing, f: &SensitivityFinding, scale: &Scale, y: f64, label: Style) {
    let muted = Style {
        color: theme::MUTED,
        ..label
    };
    d.text_mid((theme::MARGIN, y), Anchor::Start, muted, "simulation noise");
    let room = Room {
        left: scale.at(f.base - f.noise),
        right: scale.at(f.base + f.noise),
        top: y - HALF,
        bottom: y + HALF,
    };
    d.rect(room, theme::AXIS);
    let style = Style::plain(theme::SMALL, theme::MUTED);
    let text = format!("± {}", amount(&f.metric, f.noise));
    d.text_mid((room.right + 8.0, y), Anchor::Start, style, &text);
}

fn title(f: &SensitivityFinding, first: &Bar) -> String {
    if !first.is_certain(f.base) {
        return format!("{}: no input moves it by more than chance", name(&f.metric));
    }
    format!(
        "{} depends most on the {}: {} to {} as that goes {}",
        name(&f.metric),
        first.label,
        amount(&f.metric, first.low),
        amount(&f.metric, first.high),
        range_text(first)
    )
}
