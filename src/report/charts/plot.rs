//! A plotting area with numbers in both directions.

use super::axes::{Scale, decimals, ticks};
use super::canvas::{Anchor, Drawing, Point, Room, Style};
use super::{say, theme};

/// The area and its scales.
pub struct Plot {
    pub room: Room,
    pub x: Scale,
    pub y: Scale,
}

/// What an axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Usd,
    Hours,
    Share,
    Times,
}

impl Unit {
    /// A number on an axis whose ticks are `step` apart.
    pub fn tick(self, v: f64, step: f64) -> String {
        let places = decimals(step).min(3);
        let minus = if v < -step * 1e-6 { "−" } else { "" };
        let a = v.abs();
        match self {
            Unit::Usd => say::axis_usd(v, step),
            Unit::Hours => format!("{minus}{a:.places$}{}h", say::NBSP),
            Unit::Share => format!("{minus}{:.0}{}%", a * 100.0, say::NBSP),
            Unit::Times => format!("{a:.places$}{}×", say::NBSP),
        }
    }
}

impl Plot {
    /// An area for values in the given ranges.
    pub fn new(room: Room, x: (f64, f64), y: (f64, f64)) -> Plot {
        Plot {
            room,
            x: Scale {
                low: x.0,
                high: x.1,
                from: room.left,
                to: room.right,
            },
            y: Scale {
                low: y.0,
                high: y.1,
                from: room.bottom,
                to: room.top,
            },
        }
    }

    pub fn at(&self, x: f64, y: f64) -> Point {
        let hold = |v: f64, s: &Scale| s.at(v.clamp(s.low.min(s.high), s.high.max(s.low)));
        (hold(x, &self.x), hold(y, &self.y))
    }

    /// Grid and numbers below, as many as have air between them.
    pub fn bottom_axis(&self, d: &mut Drawing, unit: Unit) {
        let style = Style::plain(theme::TICK, theme::TEXT);
        let mut n = 8.0;
        let (values, step) = loop {
            let (values, step) = ticks(self.x.low, self.x.high, n);
            let wide = values
                .iter()
                .map(|v| style.width(&unit.tick(*v, step)))
                .sum::<f64>();
            let air = 22.0 * values.len() as f64;
            if n <= 1.5 || wide + air <= self.room.right - self.room.left {
                break (values, step);
            }
            n -= 1.0;
        };
        for v in values {
            let x = self.x.at(v);
            d.rule((x, self.room.top), (x, self.room.bottom), 1.0, theme::GRID);
            let text = unit.tick(v, step);
            d.text((x, self.room.bottom + 22.0), Anchor::Middle, style, &text);
        }
        let (from, to) = (
            (self.room.left, self.room.bottom),
            (self.room.right, self.room.bottom),
        );
        d.rule(from, to, 1.2, theme::AXIS);
    }

    /// Grid and numbers on the left.
    pub fn left_axis(&self, d: &mut Drawing, unit: Unit) {
        let style = Style::plain(theme::TICK, theme::TEXT);
        let (values, step) = ticks(self.y.low, self.y.high, 5.0);
        for v in values {
            let y = self.y.at(v);
            d.rule((self.room.left, y), (self.room.right, y), 1.0, theme::GRID);
            let text = unit.tick(v, step);
            d.text_mid((self.room.left - 10.0, y), Anchor::End, style, &text);
        }
    }
}
