//! Scales, ticks and grids.

use super::canvas::{Anchor, Drawing, Point, Room, Style};
use super::theme;
use super::when::{Clock, Tick};
use crate::base::time::Instant;

/// A straight scale from values to pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub from: f64,
    pub to: f64,
}

impl Scale {
    pub fn at(&self, v: f64) -> f64 {
        let span = self.high - self.low;
        if span.abs() < f64::MIN_POSITIVE || !v.is_finite() {
            return self.from;
        }
        self.from + (v - self.low) / span * (self.to - self.from)
    }
}

/// Round ticks that cover `low..high` with about `n` steps: the ticks inside, and their distance.
pub fn ticks(low: f64, high: f64, n: f64) -> (Vec<f64>, f64) {
    let span = (high - low).max(1e-9);
    let raw = span / n.max(1.0);
    let unit = libm::pow(10.0, raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * unit)
        .find(|s| *s >= raw * 0.999)
        .unwrap_or(unit * 10.0);
    let first = (low / step - 1e-6).ceil() as i64;
    let last = (high / step + 1e-6).floor() as i64;
    let values = (first..=last.min(first.saturating_add(100)))
        .map(|i| i as f64 * step)
        .collect();
    (values, step)
}

/// Decimals that ticks `step` apart need.
pub fn decimals(step: f64) -> usize {
    let whole = |d: &usize| {
        let scaled = step * 10f64.powi(*d as i32);
        (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1e-12)
    };
    (0..6usize).find(whole).unwrap_or(6)
}

/// The plotting area of a panel with time to the right.
pub struct Panel<'a> {
    pub clock: &'a Clock<'a>,
    pub room: Room,
    pub y: Scale,
}

impl<'a> Panel<'a> {
    pub fn new(clock: &'a Clock<'a>, room: Room, low: f64, high: f64) -> Panel<'a> {
        Panel {
            clock,
            room,
            y: Scale {
                low,
                high,
                from: room.bottom,
                to: room.top,
            },
        }
    }

    pub fn x(&self, at: Instant) -> f64 {
        let span = (self.clock.end - self.clock.start).0 as f64;
        let share = ((at - self.clock.start).0 as f64 / span).clamp(0.0, 1.0);
        self.room.left + share * (self.room.right - self.room.left)
    }

    pub fn point(&self, at: Instant, v: f64) -> Point {
        let (low, high) = (self.y.low, self.y.high);
        (self.x(at), self.y.at(v.clamp(low, high)))
    }

    /// Grid, ticks and numbers on the left, one tick per value.
    pub fn left_axis(&self, d: &mut Drawing, marks: &[(f64, String)]) {
        let style = Style::plain(theme::TICK, theme::TEXT);
        for (v, text) in marks {
            let y = self.y.at(*v);
            d.rule((self.room.left, y), (self.room.right, y), 1.0, theme::GRID);
            d.text_mid((self.room.left - 10.0, y), Anchor::End, style, text);
        }
    }

    /// Grid lines at the time ticks; numbers only below the last panel of a stack.
    pub fn time_axis(&self, d: &mut Drawing, ticks: &[Tick], numbers: bool) {
        let style = Style::plain(theme::TICK, theme::TEXT);
        let base = self.room.bottom;
        for (at, text) in ticks {
            let x = self.x(*at);
            d.rule((x, self.room.top), (x, base), 1.0, theme::GRID);
            d.rule((x, base), (x, base + 5.0), 1.0, theme::AXIS);
            if numbers {
                d.text((x, base + 22.0), Anchor::Middle, style, text);
            }
        }
        d.rule(
            (self.room.left, base),
            (self.room.right, base),
            1.2,
            theme::AXIS,
        );
    }

    /// Time ticks whose numbers have air between them.
    pub fn time_ticks(&self) -> Vec<Tick> {
        let style = Style::plain(theme::TICK, theme::TEXT);
        self.clock.ticks(|ticks| {
            ticks.len() <= 13
                && ticks.windows(2).all(|pair| {
                    let gap = self.x(pair[1].0) - self.x(pair[0].0);
                    gap > (style.width(&pair[0].1) + style.width(&pair[1].1)) / 2.0 + 18.0
                })
        })
    }
}

/// The widest of some texts.
pub fn widest<'t>(style: &Style, texts: impl IntoIterator<Item = &'t str>) -> f64 {
    texts
        .into_iter()
        .map(|t| style.width(t))
        .fold(0.0, f64::max)
}

/// Points of a long series that a screen can show: of each slice of about a pixel the first, the
/// lowest, the highest and the last, so that no spike is lost.
pub fn thin<T: Copy>(points: &[T], slices: usize, value: impl Fn(&T) -> f64) -> Vec<T> {
    if points.len() <= slices * 4 {
        return points.to_vec();
    }
    let size = points.len().div_ceil(slices);
    let mut out = Vec::with_capacity(slices * 4);
    for slice in points.chunks(size) {
        let by = |a: &usize, b: &usize| value(&slice[*a]).total_cmp(&value(&slice[*b]));
        let mut keep = vec![0, slice.len() - 1];
        keep.extend((0..slice.len()).min_by(by));
        keep.extend((0..slice.len()).max_by(by));
        keep.sort_unstable();
        keep.dedup();
        out.extend(keep.into_iter().map(|i| slice[i]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            ticks(0.0, 100.0, 5.0).0,
            [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
        );
        let (values, step) = ticks(103.0, 487.0, 8.0);
        assert_eq!(step, 50.0);
        assert_eq!([5.0, 2.5, 0.1, 0.025].map(decimals), [0, 1, 1, 3]);
        assert_eq!((values[0], values[values.len() - 1]), (150.0, 450.0));
    }

    #[test]
    fn thinning_keeps_spikes() {
        let mut points = vec![1.0; 10_000];
        points[777] = 9.0;
        points[5_001] = -4.0;
        let thin = thin(&points, 100, |v| *v);
        assert!(thin.len() <= 400 && thin.contains(&9.0) && thin.contains(&-4.0));
    }
}
