//! Where the money goes: list-price dollars by actor, model and kind of token.

use super::axes::widest;
use super::canvas::{Anchor, Drawing, Room, Style};
use super::theme::{self, Color};
use super::{frame, say};
use crate::account::rates::Kind;
use crate::analysis::findings::Findings;
use crate::analysis::spend::{Group, grouped};
use crate::analysis::words;

const ABOUT: &str = "Stacked bars, one per actor and model: list-price dollars of input, cache \
                     writes, cache misses, cache reads and output.";
/// Bars that are shown; the rest is summed up in one more.
const ROWS: usize = 14;

/// Segments of a bar, in the order in which they are stacked.
const SEGMENTS: [(&str, Color); 5] = [
    ("input", theme::SKY),
    ("cache writes", theme::BLUE),
    ("cache writes after a miss", theme::VERMILLION),
    ("cache reads", theme::ORANGE),
    ("output", theme::GREEN),
];

/// A bar.
struct Bar {
    name: String,
    actor: String,
    copies: usize,
    under: String,
    parts: [f64; 5],
}

impl Bar {
    fn total(&self) -> f64 {
        self.parts.iter().sum()
    }
}

pub fn draw(f: &Findings) -> Option<Drawing> {
    let bars = bars(f);
    let total: f64 = bars.iter().map(Bar::total).sum();
    if bars.is_empty() || total <= 0.0 {
        return None;
    }
    let step = if bars.len() <= 6 { 66.0 } else { 52.0 };
    let height = (104.0 + 76.0 + step * bars.len() as f64 + 24.0).max(320.0);
    let (mut d, top) = frame::open(f, &title(f, &bars, total), ABOUT, height);
    legend(&mut d, f, &bars, top + 28.0);
    let name = Style::bold(theme::LABEL, theme::INK);
    let under = Style::plain(theme::SMALL, theme::MUTED);
    let left = theme::MARGIN;
    let names: Vec<String> = bars.iter().map(|b| name.fit(&b.name, 230.0)).collect();
    let unders: Vec<String> = bars.iter().map(|b| under.fit(&b.under, 230.0)).collect();
    let column = widest(&name, names.iter().map(String::as_str))
        .max(widest(&under, unders.iter().map(String::as_str)));
    let value = Style::bold(theme::LABEL, theme::INK);
    let values: Vec<String> = bars.iter().map(|b| amount(b, f, total)).collect();
    let right_column = widest(&value, values.iter().map(String::as_str));
    let start = left + column + 20.0;
    let room = d.width - theme::MARGIN - right_column - 14.0 - start;
    let longest = bars.iter().map(Bar::total).fold(0.0, f64::max);
    let first = top + 76.0;
    d.rule(
        (start, first - 6.0),
        (start, first + step * bars.len() as f64 - 10.0),
        1.2,
        theme::AXIS,
    );
    for (i, bar) in bars.iter().enumerate() {
        let y = first + step * i as f64 + (step - 16.0) / 2.0;
        d.text((left, y - 1.0), Anchor::Start, name, &names[i]);
        d.text((left, y + 16.0), Anchor::Start, under, &unders[i]);
        let half = if step > 60.0 { 17.0 } else { 14.0 };
        let end = stack(&mut d, bar, start, room / longest, y + 2.0, half);
        d.text_mid((end + 10.0, y + 2.0), Anchor::Start, value, &values[i]);
    }
    Some(d)
}

/// The segments of one bar, each with its amount when it has room for it; returns its end.
fn stack(d: &mut Drawing, bar: &Bar, start: f64, scale: f64, y: f64, half: f64) -> f64 {
    let mut x = start;
    for (part, (_, color)) in bar.parts.iter().zip(SEGMENTS) {
        let wide = part * scale;
        let piece = Room {
            left: x,
            top: y - half,
            right: x + wide,
            bottom: y + half,
        };
        if wide > 0.3 {
            d.rect(piece, color);
            if x > start {
                d.rule((x, y - half), (x, y + half), 1.0, theme::WHITE);
            }
        }
        let text = say::usd(*part);
        let style = Style::plain(theme::SMALL, theme::on(color));
        if style.width(&text) + 12.0 < wide {
            d.text_mid((x + wide / 2.0, y), Anchor::Middle, style, &text);
        }
        x += wide;
    }
    x.max(start + 1.0)
}

/// `$123 a month · 62 %`.
fn amount(bar: &Bar, f: &Findings, total: f64) -> String {
    format!(
        "{} a {} · {}",
        say::usd(bar.total()),
        say::trial(&f.header),
        say::percent(bar.total() / total)
    )
}

/// Swatches with the total of each kind: a legend that is also a finding.
fn legend(d: &mut Drawing, f: &Findings, bars: &[Bar], y: f64) {
    let style = Style::plain(theme::TICK, theme::TEXT);
    let caption = format!(
        "List price of all tokens, a {} on average:",
        say::trial(&f.header)
    );
    d.text((theme::MARGIN, y), Anchor::Start, style, &caption);
    let mut x = theme::MARGIN;
    let y = y + 25.0;
    for (i, (name, color)) in SEGMENTS.into_iter().enumerate() {
        let sum: f64 = bars.iter().map(|b| b.parts[i]).sum();
        if sum <= 0.0 {
            continue;
        }
        let swatch = Room {
            left: x,
            top: y - 11.0,
            right: x + 12.0,
            bottom: y + 1.0,
        };
        d.rect(swatch, color);
        let text = format!("{name} {}", say::usd(sum));
        d.text((x + 18.0, y), Anchor::Start, style, &text);
        x += 18.0 + style.width(&text) + 24.0;
    }
}

fn bars(f: &Findings) -> Vec<Bar> {
    let mut out: Vec<Bar> = (grouped(&f.spend).iter())
        .map(bar)
        .filter(|b| b.total() > 0.0)
        .collect();
    out.sort_by(|a, b| {
        (b.total().total_cmp(&a.total()))
            .then_with(|| (&a.name, &a.under).cmp(&(&b.name, &b.under)))
    });
    if out.len() > ROWS {
        let rest = out.split_off(ROWS - 1);
        let mut parts = [0.0; 5];
        for bar in &rest {
            for (sum, part) in parts.iter_mut().zip(bar.parts) {
                *sum += part;
            }
        }
        out.push(Bar {
            name: format!("{} more", rest.len()),
            actor: String::new(),
            copies: 1,
            under: "all that is smaller".to_string(),
            parts,
        });
    }
    out
}

fn bar(row: &Group) -> Bar {
    let usd = |kind: Kind| row.usd[kind as usize].max(0.0);
    let writes = usd(Kind::Write5m) + usd(Kind::Write1h);
    let misses = row.miss_usd.clamp(0.0, writes);
    let model = words::model(&row.model);
    Bar {
        name: row.who(),
        actor: row.actor.clone(),
        copies: row.copies,
        under: if row.sub_agent {
            format!("{model}, sub-agents")
        } else {
            model
        },
        parts: [
            usd(Kind::Input),
            writes - misses,
            misses,
            usd(Kind::Read),
            usd(Kind::Output),
        ],
    }
}

fn title(f: &Findings, bars: &[Bar], total: f64) -> String {
    let top = &bars[0];
    let by_kind: Vec<f64> = (0..5)
        .map(|i| bars.iter().map(|b| b.parts[i]).sum())
        .collect();
    let misses = by_kind[2] / total;
    let second = if misses >= 0.1 {
        format!("cache misses cost {} of all", say::percent(misses))
    } else {
        let most = (0..5).max_by(|a, b| by_kind[*a].total_cmp(&by_kind[*b]));
        let most = most.unwrap_or(0);
        let (name, share) = (SEGMENTS[most].0, by_kind[most] / total);
        let cost = if name == "input" || name == "output" {
            "is"
        } else {
            "are"
        };
        format!("{name} {cost} {} of it", say::percent(share))
    };
    let name = Style::bold(theme::TITLE, theme::INK).fit(&top.actor, 420.0);
    let who = match top.copies {
        1 => format!("“{name}”"),
        n => format!("the {n} copies of “{name}”"),
    };
    let model = top.under.replace(", sub-agents", " in sub-agents");
    let user = format!("{model} for {who}");
    if bars.len() == 1 {
        let (sum, per) = (say::usd(total), say::trial(&f.header));
        return format!("{user} uses {sum} a {per} at list price; {second}");
    }
    let share = say::percent(top.total() / total);
    format!("{user} takes {share} of the money; {second}")
}
