//! Vertical lines through a chart, each with a label beside its upper end.

use super::canvas::{Anchor, Drawing, Room, Style};
use super::theme;

/// A line and what it says.
pub struct Mark {
    /// Pixels from the left.
    pub x: f64,
    pub text: String,
    /// The budget: drawn stronger than the others.
    pub strong: bool,
}

/// Height of a row of labels.
pub const ROW: f64 = 24.0;
/// More marks than this keep the order in which they come.
const MOST: usize = 5;

impl Mark {
    fn style(&self) -> Style {
        if self.strong {
            Style::bold(theme::LABEL, theme::VERMILLION).haloed()
        } else {
            Style::plain(theme::LABEL, theme::INK).haloed()
        }
    }

    /// From where to where the label goes.
    fn span(&self, left: bool) -> (f64, f64) {
        let wide = self.style().width(&self.text);
        if left {
            (self.x - 8.0 - wide, self.x - 8.0)
        } else {
            (self.x + 8.0, self.x + 8.0 + wide)
        }
    }
}

/// The row of each mark from the top, and whether its label stands to the left of its line: the
/// arrangement in which the fewest lines run through labels.
fn arrange(marks: &[Mark], low: f64, high: f64) -> Vec<(usize, bool)> {
    let n = marks.len();
    let plain: Vec<(usize, bool)> = (0..n).map(|i| (i, marks[i].span(false).1 > high)).collect();
    if n > MOST {
        return plain;
    }
    let cost = |at: &[(usize, bool)]| -> usize {
        let one = |i: usize| {
            let (from, to) = marks[i].span(at[i].1);
            let outside = from < low || to > high;
            let hits = (0..n).filter(|&j| {
                let runs = at[j].0 < at[i].0 && j != i;
                runs && marks[j].x > from - 4.0 && marks[j].x < to + 4.0
            });
            1000 * usize::from(outside) + 10 * hits.count() + usize::from(at[i].1)
        };
        (0..n).map(one).sum()
    };
    let mut best = (cost(&plain), plain);
    for rows in permutations(n) {
        for sides in 0..1usize << n {
            let at: Vec<(usize, bool)> = (0..n).map(|i| (rows[i], sides >> i & 1 == 1)).collect();
            let c = cost(&at);
            if c < best.0 {
                best = (c, at);
            }
        }
    }
    best.1
}

/// All orders of `0..n`, the plain one first.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new()];
    for _ in 0..n {
        out = (out.iter())
            .flat_map(|p| {
                let free = (0..n).filter(|i| !p.contains(i));
                free.map(|i| [p.as_slice(), &[i]].concat())
            })
            .collect();
    }
    out
}

/// Draws the marks with their labels in rows from the top of `room`.
pub fn draw_marks(d: &mut Drawing, marks: &[Mark], room: Room) {
    let (low, high) = (theme::MARGIN, room.right + 60.0);
    for (mark, (row, left)) in marks.iter().zip(arrange(marks, low, high)) {
        let y = room.top + 14.0 + row as f64 * ROW;
        let (from, to) = ((mark.x, y - 12.0), (mark.x, room.bottom));
        if mark.strong {
            d.rule(from, to, 2.6, theme::VERMILLION);
        } else {
            d.dashed(from, to, 1.8, theme::INK);
        }
        let (at, anchor) = if left {
            (mark.x - 8.0, Anchor::End)
        } else {
            (mark.x + 8.0, Anchor::Start)
        };
        d.text((at, y), anchor, mark.style(), &mark.text);
    }
}

/// Whether a line runs through a stretch from left to right.
pub fn crossed(marks: &[Mark], from: f64, to: f64) -> bool {
    marks.iter().any(|m| m.x > from - 5.0 && m.x < to + 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(x: f64, text: &str) -> Mark {
        Mark {
            x,
            text: text.to_owned(),
            strong: false,
        }
    }

    #[test]
    fn no_line_runs_through_a_label() {
        let marks = [
            mark(800.0, "P50  $95.40"),
            mark(850.0, "more than $100 in 46 % of months"),
            mark(990.0, "P80, P95  $110"),
        ];
        let at = arrange(&marks, 56.0, 1100.0);
        for (i, a) in marks.iter().enumerate() {
            let (from, to) = a.span(at[i].1);
            assert!(from >= 56.0 && to <= 1100.0);
            for (j, b) in marks.iter().enumerate() {
                let runs = at[j].0 < at[i].0 && b.x > from && b.x < to;
                assert!(!runs, "{} through {}: {at:?}", b.text, a.text);
            }
        }
    }

    #[test]
    fn marks_that_fit_stand_in_order() {
        let marks = [mark(100.0, "P50"), mark(400.0, "P80")];
        assert_eq!(arrange(&marks, 0.0, 1000.0), [(0, false), (1, false)]);
        assert_eq!(permutations(3).len(), 6);
    }
}
