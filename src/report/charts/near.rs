//! The name of a point: as near to it as there is free room, on a leader line if that is far.

use super::canvas::{Anchor, Drawing, Point, Room, Style};
use super::{text, theme};

/// What a name keeps off, besides other texts.
#[derive(Clone, Debug)]
pub struct Near {
    /// Names stay inside.
    pub bounds: Room,
    pub rooms: Vec<Room>,
    pub lines: Vec<(Point, Point)>,
}

/// Distances from the point that are tried, pixels.
const RINGS: [f64; 7] = [11.0, 20.0, 32.0, 46.0, 62.0, 80.0, 100.0];
/// A name farther away than this gets a leader line.
const LEADER: f64 = 24.0;
/// Height from a text's middle to its baseline, as a part of its size.
const DROP: f64 = text::CAP / 2.0;

impl Near {
    /// Puts a name beside its point; false where there is no free room near by.
    pub fn put(&self, d: &mut Drawing, point: Point, style: Style, text: &str) -> bool {
        let leader = |room: &Room| {
            let end = (
                point.0.clamp(room.left, room.right),
                point.1.clamp(room.top, room.bottom),
            );
            let far = (end.0 - point.0).hypot(end.1 - point.1) > LEADER;
            far.then_some((point, end))
        };
        let free = |(at, anchor): &(Point, Anchor)| {
            let room = Drawing::room(*at, *anchor, &style, text).grown(2.0);
            let parted = |line| d.texts.iter().any(|t| crosses(line, &t.room));
            self.is_free(&room) && d.is_free(&room) && !leader(&room).is_some_and(parted)
        };
        let Some((at, anchor)) = places(point, &style).find(free) else {
            return false;
        };
        if let Some((from, to)) = leader(&Drawing::room(at, anchor, &style, text)) {
            d.rule(from, to, 1.0, theme::AXIS);
        }
        d.text(at, anchor, style, text);
        true
    }

    fn is_free(&self, room: &Room) -> bool {
        let b = &self.bounds;
        let inside = room.left >= b.left
            && room.right <= b.right
            && room.top >= b.top
            && room.bottom <= b.bottom;
        inside
            && !self.rooms.iter().any(|r| r.touches(room))
            && !self.lines.iter().any(|l| crosses(*l, room))
    }
}

/// Places around a point, the nearest first: beside it, then above and below.
fn places(p: Point, style: &Style) -> impl Iterator<Item = (Point, Anchor)> {
    let drop = style.size * DROP;
    RINGS.into_iter().flat_map(move |r| {
        let aslant = r * 0.72;
        let up = p.1 + drop - aslant - style.size * 0.4;
        let down = p.1 + drop + aslant + style.size * 0.4;
        [
            ((p.0 + r, p.1 + drop), Anchor::Start),
            ((p.0 - r, p.1 + drop), Anchor::End),
            ((p.0 + aslant + 2.0, up), Anchor::Start),
            ((p.0 + aslant + 2.0, down), Anchor::Start),
            ((p.0 - aslant - 2.0, up), Anchor::End),
            ((p.0 - aslant - 2.0, down), Anchor::End),
            ((p.0, p.1 + drop - r - style.size * 0.5), Anchor::Middle),
            ((p.0, p.1 + drop + r + style.size * 0.5), Anchor::Middle),
        ]
    })
}

/// The pieces of a curve.
pub fn pieces(points: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    points.windows(2).map(|pair| (pair[0], pair[1]))
}

/// Whether a straight line passes through a box: the part of it that lies within the box's four
/// sides is not empty (Liang and Barsky).
pub fn crosses((a, b): (Point, Point), room: &Room) -> bool {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let sides = [
        (-dx, a.0 - room.left),
        (dx, room.right - a.0),
        (-dy, a.1 - room.top),
        (dy, room.bottom - a.1),
    ];
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for (p, q) in sides {
        if p == 0.0 {
            if q <= 0.0 {
                return false;
            }
        } else if p < 0.0 {
            from = from.max(q / p);
        } else {
            to = to.min(q / p);
        }
    }
    from < to
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Room = Room {
        left: 10.0,
        top: 10.0,
        right: 30.0,
        bottom: 20.0,
    };

    #[test]
    fn lines_cross_a_box() {
        for line in [
            ((0.0, 15.0), (50.0, 15.0)),
            ((20.0, 0.0), (20.0, 50.0)),
            ((0.0, 0.0), (40.0, 30.0)),
            ((15.0, 12.0), (16.0, 13.0)),
        ] {
            assert!(crosses(line, &BOX), "{line:?}");
        }
        for line in [
            ((0.0, 5.0), (50.0, 5.0)),
            ((0.0, 15.0), (9.0, 15.0)),
            ((0.0, 20.0), (10.0, 30.0)),
            ((35.0, 0.0), (35.0, 50.0)),
        ] {
            assert!(!crosses(line, &BOX), "{line:?}");
        }
    }

    #[test]
    fn names_keep_off_points_lines_and_each_other() {
        let mut d = Drawing {
            width: 400.0,
            height: 300.0,
            title: String::new(),
            desc: String::new(),
            shapes: Vec::new(),
            texts: Vec::new(),
        };
        let bounds = Room {
            left: 0.0,
            top: 0.0,
            right: 400.0,
            bottom: 300.0,
        };
        let near = Near {
            bounds,
            rooms: vec![Room {
                left: 205.0,
                right: 230.0,
                top: 140.0,
                bottom: 160.0,
            }],
            lines: vec![((200.0, 0.0), (200.0, 300.0))],
        };
        let style = Style::bold(theme::LABEL, theme::INK);
        let put = |d: &mut Drawing| near.put(d, (200.0, 150.0), style, "a name");
        let many = (0..40).filter(|_| put(&mut d)).count();
        assert!((4..40).contains(&many), "{many}");
        let rooms: Vec<Room> = d.texts.iter().map(|t| t.room).collect();
        for (i, a) in rooms.iter().enumerate() {
            assert!(near.is_free(a), "{a:?}");
            assert!(rooms[..i].iter().all(|b| !a.touches(b)), "{a:?}");
        }
    }
}
