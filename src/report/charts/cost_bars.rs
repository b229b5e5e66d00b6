//! The bars of the cost chart: a histogram whose spike does not hide the rest.

use super::axes::{Scale, decimals, ticks};
use super::canvas::{Anchor, Drawing, Room, Style};
use super::cost::{alone, amount, is_constant};
use super::marks::{Mark, ROW, crossed};
use super::{say, theme};
use crate::analysis::findings::{CostFinding, Findings};

/// A bar that holds this share of the trials is named.
pub const SPIKE: f64 = 0.5;
/// A spike this much higher than all other bars is cut off, so that they can be seen.
pub const CUT: f64 = 3.0;

/// A bar: from, to, trials, and whether it stands for everything above `from`.
pub struct Bin {
    pub low: f64,
    pub high: f64,
    pub trials: u64,
    pub open: bool,
}

/// The histogram without empty ends; the open bin gets the width of its neighbour.
pub fn bins(cost: &CostFinding) -> Vec<Bin> {
    let h = &cost.histogram;
    let first = h.iter().position(|b| b.2 > 0);
    let last = h.iter().rposition(|b| b.2 > 0);
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    let mut out: Vec<Bin> = Vec::new();
    for (low, high, trials) in &h[first..=last] {
        let open = !high.is_finite();
        let width = out
            .last()
            .map_or(low.abs().max(1.0) * 0.1, |b| b.high - b.low);
        let high = if open { low + width } else { *high };
        if low.is_finite() && high >= *low {
            out.push(Bin {
                low: *low,
                high,
                trials: *trials,
                open,
            });
        }
    }
    out
}

/// How high bars are: shares of all trials, with a spike cut off where it would hide the rest.
pub struct Heights {
    all: f64,
    /// The share at the top of the room.
    top: f64,
    cut: bool,
    room: Room,
}

impl Heights {
    pub fn of(bins: &[Bin], room: Room) -> Heights {
        let all: f64 = bins.iter().map(|b| b.trials as f64).sum::<f64>().max(1.0);
        let mut shares: Vec<f64> = bins.iter().map(|b| b.trials as f64 / all).collect();
        shares.sort_by(|a, b| b.total_cmp(a));
        let (most, next) = (shares[0], shares.get(1).copied().unwrap_or(0.0));
        let cut = most >= SPIKE && next > 0.0 && most > CUT * next;
        Heights {
            all,
            top: if cut {
                (2.0 * next).min(0.8 * most)
            } else {
                most
            }
            .max(1e-9),
            cut,
            room,
        }
    }

    fn share(&self, bin: &Bin) -> f64 {
        bin.trials as f64 / self.all
    }

    fn is_cut(&self, bin: &Bin) -> bool {
        self.cut && self.share(bin) > self.top
    }

    fn y(&self, share: f64) -> f64 {
        let Room { top, bottom, .. } = self.room;
        bottom - (share / self.top).min(1.0) * (bottom - top)
    }

    /// Shares on the left, and what they are shares of.
    pub fn axis(&self, d: &mut Drawing, f: &Findings, bins: &[Bin], room: Room) {
        let style = Style::plain(theme::TICK, theme::TEXT);
        let (values, step) = ticks(0.0, self.top * 100.0, 4.0);
        let decimals = decimals(step);
        for v in values.into_iter().filter(|v| *v > 0.0) {
            let y = self.y(v / 100.0);
            d.rule((room.left, y), (room.right, y), 1.0, theme::GRID);
            let text = format!("{v:.decimals$}{}%", say::NBSP);
            d.text_mid((room.left - 8.0, y), Anchor::End, style, &text);
        }
        let trials = say::trials(&f.header);
        let wide = bins[0].high - bins[0].low;
        let text = if bins.len() == 1 || wide <= 0.0 {
            format!("Share of {trials}")
        } else {
            format!("Share of {trials} in each bar of {}", say::usd(wide))
        };
        d.text(
            (theme::MARGIN, room.top - 5.0 * ROW - 16.0),
            Anchor::Start,
            style,
            &text,
        );
    }
}

pub fn bars_of(d: &mut Drawing, bins: &[Bin], x: Scale, heights: &Heights) {
    for bin in bins.iter().filter(|b| b.trials > 0) {
        let (mut left, mut right) = (x.at(bin.low), x.at(bin.high));
        let gap = if right - left > 4.0 { 0.6 } else { 0.0 };
        // A bar that can be seen, however narrow: one value in most trials.
        let least = if bins.len() == 1 {
            28.0
        } else if heights.share(bin) >= SPIKE {
            8.0
        } else {
            2.0
        };
        if right - left < least {
            let middle = (left + right) / 2.0;
            (left, right) = (middle - least / 2.0, middle + least / 2.0);
        }
        if bins.len() == 1 {
            let (middle, half) = ((left + right) / 2.0, ((right - left) / 2.0).min(40.0));
            (left, right) = (middle - half, middle + half);
        }
        let color = if bin.open {
            theme::mix(theme::SKY, theme::WHITE, 0.5)
        } else {
            theme::SKY
        };
        let bottom = heights.room.bottom;
        let (left, right) = (left + gap, right - gap);
        let top = heights.y(heights.share(bin)).min(bottom - 0.8);
        d.rect(
            Room {
                left,
                right,
                top,
                bottom,
            },
            color,
        );
        if heights.is_cut(bin) {
            torn(d, left, right, top + 26.0);
        }
    }
}

/// Two slanted white strokes: the bar is higher than the axis.
pub fn torn(d: &mut Drawing, left: f64, right: f64, y: f64) {
    for dy in [0.0, 9.0] {
        let y = y + dy;
        d.rule(
            (left - 5.0, y + 4.0),
            (right + 5.0, y - 4.0),
            3.0,
            theme::WHITE,
        );
    }
}

/// What the one bar that holds most trials is, beside it.
pub fn spike(d: &mut Drawing, f: &Findings, bins: &[Bin], x: Scale, room: Room, marks: &[Mark]) {
    let all: f64 = bins.iter().map(|b| b.trials as f64).sum();
    let most = bins.iter().max_by_key(|b| b.trials);
    let Some(bin) = most.filter(|b| b.trials as f64 >= SPIKE * all && !is_constant(f)) else {
        return;
    };
    let trials = say::trials(&f.header);
    let text = if alone(f) {
        let share = say::percent(f.cost.subscription_only);
        format!("{share} of {trials}: the subscription alone")
    } else {
        let share = say::percent(bin.trials as f64 / all);
        let (low, high) = (amount(bin.low), amount(bin.high));
        format!("{share} of {trials}: {low} to {high}")
    };
    let style = Style::bold(theme::LABEL, theme::INK).haloed();
    let wide = style.width(&text);
    let (left, right) = (x.at(bin.low).min(x.at(bin.high) - 8.0), x.at(bin.high));
    let y = room.top + 44.0;
    // Beside the bar, or beyond the next line on either side.
    let mut after = vec![right + 16.0];
    after.extend(marks.iter().map(|m| m.x + 12.0).filter(|x| *x > right));
    let mut before = vec![left - 16.0 - wide];
    let earlier = marks.iter().rev().map(|m| m.x - 12.0);
    before.extend(earlier.filter(|x| *x < left).map(|x| x - wide));
    let free = |from: &f64| {
        let to = from + wide;
        *from > room.left && to < room.right + 60.0 && !crossed(marks, *from, to)
    };
    let order = [after[0], before[0]];
    let all = order.iter().chain(&before[1..]).chain(&after[1..]);
    let from = all.copied().find(free).unwrap_or(after[0]);
    d.text_if_free(&[((from, y), Anchor::Start)], style, &text);
}

/// What the lighter bar at the right stands for, where no line runs through the words.
pub fn open_label(d: &mut Drawing, bins: &[Bin], x: Scale, heights: &Heights, marks: &[Mark]) {
    let Some(bin) = bins.last().filter(|b| b.open) else {
        return;
    };
    let style = Style::plain(theme::SMALL, theme::TEXT);
    let share = heights.share(bin);
    let text = format!("{} over {}", say::percent(share), say::usd(bin.low));
    let (left, right) = (x.at(bin.low), x.at(bin.high));
    let wide = style.width(&text);
    let middle = (left + right) / 2.0;
    let mut places = Vec::new();
    // Above every bar that it would stand on.
    let over = |from: f64, to: f64| {
        let below = bins
            .iter()
            .filter(|b| x.at(b.high) > from && x.at(b.low) < to);
        below.map(|b| heights.share(b)).fold(0.0, f64::max)
    };
    for from in [middle - wide / 2.0, right - wide, left] {
        let (from, to) = (from, from + wide);
        if !crossed(marks, from, to) {
            places.push(((from, heights.y(over(from, to)) - 10.0), Anchor::Start));
        }
    }
    d.text_if_free(&places, style, &text);
}
