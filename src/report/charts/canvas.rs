//! A drawing: shapes and texts in pixels, in the order in which they were put down.
//!
//! Every text keeps its measured box, so that labels can look for free room and a test can prove
//! that none touches another.

use super::text::{self, Weight};
use super::theme::{self, Color};

/// A point in pixels, y downward.
pub type Point = (f64, f64);

/// One mark.
#[derive(Clone, Debug)]
pub enum Shape {
    Line {
        points: Vec<Point>,
        width: f64,
        color: Color,
    },
    Area {
        points: Vec<Point>,
        color: Color,
        alpha: f64,
    },
    Dot {
        at: Point,
        radius: f64,
        color: Color,
    },
}

/// A rectangle that a text takes up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Room {
    /// Whether two boxes share more than their edges.
    pub fn touches(&self, other: &Room) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// The box with a margin around it.
    pub fn grown(&self, by: f64) -> Room {
        Room {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    /// Whether a point lies inside.
    pub fn holds(&self, p: Point) -> bool {
        p.0 > self.left && p.0 < self.right && p.1 > self.top && p.1 < self.bottom
    }
}

/// Which point of a text its position names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub size: f64,
    pub weight: Weight,
    pub color: Color,
    /// A white rim, for text on top of lines.
    pub halo: bool,
}

impl Style {
    pub const fn plain(size: f64, color: Color) -> Style {
        Style {
            size,
            weight: Weight::Regular,
            color,
            halo: false,
        }
    }
    pub const fn bold(size: f64, color: Color) -> Style {
        Style {
            size,
            weight: Weight::Bold,
            color,
            halo: false,
        }
    }
    pub const fn haloed(self) -> Style {
        Style { halo: true, ..self }
    }
    pub fn width(&self, text: &str) -> f64 {
        text::width(text, self.size, self.weight)
    }
    pub fn fit(&self, text: &str, max: f64) -> String {
        text::elide(text, self.size, self.weight, max)
    }
}

/// A text where it was put.
#[derive(Clone, Debug)]
pub struct Text {
    pub text: String,
    /// Start of the baseline.
    pub at: Point,
    pub style: Style,
    pub room: Room,
}

/// A chart before it becomes SVG.
#[derive(Clone, Debug)]
pub struct Drawing {
    pub width: f64,
    pub height: f64,
    /// The finding, as the title says it, and what the chart shows: for those who cannot see it.
    pub title: String,
    pub desc: String,
    pub shapes: Vec<Shape>,
    pub texts: Vec<Text>,
}

impl Drawing {
    pub fn line(&mut self, points: Vec<Point>, width: f64, color: Color) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line {
                points,
                width,
                color,
            });
        }
    }

    /// A straight line between two points.
    pub fn rule(&mut self, from: Point, to: Point, width: f64, color: Color) {
        self.line(vec![from, to], width, color);
    }

    /// A straight dashed line.
    pub fn dashed(&mut self, from: Point, to: Point, width: f64, color: Color) {
        const ON: f64 = 6.0;
        const OFF: f64 = 4.0;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        if length < 1e-9 {
            return;
        }
        let point = |d: f64| (from.0 + dx * d / length, from.1 + dy * d / length);
        let dashes = (length / (ON + OFF)).ceil() as usize;
        for i in 0..dashes.min(2000) {
            let start = i as f64 * (ON + OFF);
            self.rule(point(start), point((start + ON).min(length)), width, color);
        }
    }

    pub fn area(&mut self, points: Vec<Point>, color: Color, alpha: f64) {
        if points.len() > 2 {
            self.shapes.push(Shape::Area {
                points,
                color,
                alpha,
            });
        }
    }

    /// A filled rectangle.
    pub fn rect(&mut self, room: Room, color: Color) {
        let Room {
            left,
            top,
            right,
            bottom,
        } = room;
        self.area(
            vec![(left, top), (right, top), (right, bottom), (left, bottom)],
            color,
            1.0,
        );
    }

    /// A dot with a white rim.
    pub fn dot(&mut self, at: Point, radius: f64, color: Color) {
        self.shapes.push(Shape::Dot {
            at,
            radius: radius + 2.0,
            color: theme::WHITE,
        });
        self.shapes.push(Shape::Dot { at, radius, color });
    }

    /// The box that a text would take up.
    pub fn room(at: Point, anchor: Anchor, style: &Style, text: &str) -> Room {
        let w = style.width(text);
        let left = match anchor {
            Anchor::Start => at.0,
            Anchor::Middle => at.0 - w / 2.0,
            Anchor::End => at.0 - w,
        };
        Room {
            left,
            top: at.1 - style.size * text::ABOVE,
            right: left + w,
            bottom: at.1 + style.size * text::BELOW,
        }
    }

    /// Puts a text with its baseline at `at`.
    pub fn text(&mut self, at: Point, anchor: Anchor, style: Style, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let room = Drawing::room(at, anchor, &style, text);
        self.texts.push(Text {
            text: text.to_string(),
            at: (room.left, at.1),
            style,
            room,
        });
    }

    /// Puts a text with the middle of its capitals at `at`.
    pub fn text_mid(&mut self, at: Point, anchor: Anchor, style: Style, text: &str) {
        self.text(
            (at.0, at.1 + style.size * text::CAP / 2.0),
            anchor,
            style,
            text,
        );
    }

    /// Whether a box lies on the canvas and touches no text so far.
    pub fn is_free(&self, room: &Room) -> bool {
        room.left >= 4.0
            && room.top >= 4.0
            && room.right <= self.width - 4.0
            && room.bottom <= self.height - 4.0
            && self.texts.iter().all(|t| !t.room.touches(room))
    }

    /// Puts a text at the first of some places where it is free; says whether one was.
    pub fn text_if_free(&mut self, places: &[(Point, Anchor)], style: Style, text: &str) -> bool {
        for (at, anchor) in places {
            let room = Drawing::room(*at, *anchor, &style, text).grown(2.0);
            if self.is_free(&room) {
                self.text(*at, *anchor, style, text);
                return true;
            }
        }
        false
    }
}
