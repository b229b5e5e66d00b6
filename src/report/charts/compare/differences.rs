//! Paired differences: how much less or more each contender costs than the first, month by month.

use super::super::canvas::{Anchor, Drawing, Room, Style};
use super::super::plot::{Plot, Unit};
use super::super::theme::{self, Color};
use super::super::{frame, say};
use crate::analysis::compare::pairs::Difference;
use crate::analysis::compare::sentences::sentences;
use crate::analysis::compare::{Comparison, Pair};

const ABOUT: &str = "Differences trial by trial: the wide bar holds the middle half of them, the thin \
                     one 90 %, the line is the median, the dot the mean.";
/// Height of a row: its words and its bars.
const ROW: f64 = 74.0;
/// Width of the names, at most.
const NAMES: f64 = 230.0;

/// One panel: what is compared, and where.
struct Panel {
    unit: Unit,
    caption: String,
    of: fn(&Pair) -> &Difference,
    better: &'static str,
    worse: &'static str,
}

pub fn draw(c: &Comparison) -> Option<Drawing> {
    let base = c.entries.first()?;
    if c.pairs.is_empty() {
        return None;
    }
    let title = sentences(c).into_iter().next()?;
    let height = 244.0 + ROW * c.pairs.len() as f64;
    let (mut d, top) = frame::open_for(&c.header, &title_of(&title), ABOUT, height);
    let against = format!("against {}", base.said);
    let mut panels = vec![Panel {
        unit: Unit::Usd,
        caption: format!("Dollars a {}", c.per.word),
        of: |p| &p.cost_usd,
        better: "cheaper",
        worse: "dearer",
    }];
    if c.entries.iter().any(|e| e.stopped_h.mean > 0.0) {
        panels.push(Panel {
            unit: Unit::Hours,
            caption: format!("Hours stopped a {}", c.per.word),
            of: |p| &p.stopped_h,
            better: "shorter",
            worse: "longer",
        });
    }
    let bold = Style::bold(theme::LABEL, theme::INK);
    let names: Vec<String> = (c.pairs.iter())
        .map(|p| c.entries.get(p.other).map_or("", |e| e.name.as_str()))
        .map(|name| bold.fit(name, NAMES))
        .collect();
    let wide = names.iter().map(|n| bold.width(n)).fold(0.0, f64::max);
    let first = theme::MARGIN + wide + 26.0;
    let gap = 48.0;
    let n = panels.len() as f64;
    let width = (d.width - theme::MARGIN - first - gap * (n - 1.0)) / n;
    let (top, bottom) = (top + 52.0, top + 52.0 + ROW * c.pairs.len() as f64);
    for (i, name) in names.iter().enumerate() {
        let y = top + ROW * (i as f64 + 0.5) + 8.0;
        d.text_mid((theme::MARGIN, y), Anchor::Start, bold, name);
    }
    for (i, panel) in panels.iter().enumerate() {
        let left = first + i as f64 * (width + gap);
        let room = Room {
            left,
            right: left + width,
            top,
            bottom,
        };
        let style = Style::plain(theme::TICK, theme::TEXT);
        let caption = style.fit(&format!("{} {against}", panel.caption), width);
        d.text((left, top - 18.0), Anchor::Start, style, &caption);
        draw_panel(&mut d, c, panel, room);
    }
    let small = Style::plain(theme::SMALL, theme::MUTED);
    let key = format!(
        "wide bar: the middle half of {0}s · thin bar: 90{1}% of them · stroke: median · dot: mean",
        c.header.trial_word,
        say::NBSP
    );
    d.text((first, bottom + 58.0), Anchor::Start, small, &key);
    Some(d)
}

/// The sentence without its full stop, as titles are.
fn title_of(sentence: &str) -> String {
    let first = sentence
        .split_once(". ")
        .map_or(sentence, |(first, _)| first);
    first.trim_end_matches('.').replace(" - ", "–")
}

fn draw_panel(d: &mut Drawing, c: &Comparison, panel: &Panel, room: Room) {
    let all: Vec<&Difference> = c.pairs.iter().map(panel.of).collect();
    let low = all
        .iter()
        .map(|x| x.spread.p05.min(x.mean.low))
        .fold(0.0, f64::min);
    let high = all
        .iter()
        .map(|x| x.spread.p95.max(x.mean.high))
        .fold(0.0, f64::max);
    let air = ((high - low) * 0.04).max(1e-9);
    let plot = Plot::new(room, (low - air, high + air), (0.0, 1.0));
    plot.bottom_axis(d, panel.unit);
    let zero = plot.x.at(0.0);
    d.rule((zero, room.top), (zero, room.bottom), 2.0, theme::INK);
    for (i, x) in all.iter().enumerate() {
        let top = room.top + ROW * i as f64;
        let style = Style::plain(theme::TICK, theme::INK).haloed();
        let text = style.fit(&words(c, panel, x), room.right - room.left);
        let at = (room.left, top + 22.0);
        let behind = Drawing::room(at, Anchor::Start, &style, &text).grown(3.0);
        d.rect(behind, theme::WHITE);
        d.text(at, Anchor::Start, style, &text);
        let y = top + 46.0;
        let s = &x.spread;
        bar(d, &plot, (s.p05, s.p95), (y, 3.0), 0.55);
        bar(d, &plot, (s.p25, s.p75), (y, 11.0), 1.0);
        let median = plot.x.at(s.p50);
        d.rule((median, y - 13.0), (median, y + 13.0), 3.0, theme::INK);
        d.dot((plot.x.at(x.mean.value), y), 4.5, theme::INK);
    }
}

/// A bar in two colours: less is green, more is red.
fn bar(d: &mut Drawing, plot: &Plot, range: (f64, f64), (y, half): (f64, f64), strength: f64) {
    let parts = [
        (range.0.min(0.0), range.1.min(0.0), theme::GREEN),
        (range.0.max(0.0), range.1.max(0.0), theme::VERMILLION),
    ];
    for (low, high, color) in parts {
        if high <= low {
            continue;
        }
        let shade: Color = theme::mix(theme::WHITE, color, strength);
        let room = Room {
            left: plot.x.at(low),
            right: plot.x.at(high),
            top: y - half,
            bottom: y + half,
        };
        d.rect(room, shade);
    }
}

/// `$41 less on average, cheaper in 97 % of months`.
fn words(c: &Comparison, panel: &Panel, x: &Difference) -> String {
    let many = format!("{}s", c.header.trial_word);
    if x.is_nothing() {
        return format!("the same in every {}", c.header.trial_word);
    }
    let amount = match panel.unit {
        Unit::Hours => say::hours(x.mean.value.abs()),
        _ => say::usd(x.mean.value.abs()),
    };
    let (word, share, how) = match x.mean.value < 0.0 {
        true => ("less", &x.less, panel.better),
        false => ("more", &x.more, panel.worse),
    };
    let open = match x.is_open() {
        true => " (not certain)",
        false => "",
    };
    format!(
        "{amount} {word} on average{open}, {how} in {} of {many}",
        say::percent(share.value)
    )
}
