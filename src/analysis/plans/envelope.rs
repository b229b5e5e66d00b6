//! Which of several straight lines is lowest, and where another one takes over.
//!
//! What: the lower envelope of lines y = level + slope · x for x from 0 to an end. Formula: from the
//! lowest line at 0 on, the next is the one of smaller slope that crosses first, at
//! x = (level₂ − level₁) / (slope₁ − slope₂). Limits: finite levels and slopes; of equal lines the
//! first one counts. Example: 20 + 5x and 100 + x meet at x = 20.

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Its height at 0.
    pub level: f64,
    pub slope: f64,
}

impl Line {
    pub fn at(&self, x: f64) -> f64 {
        self.level + self.slope * x
    }
}

/// From `from` on (up to the next piece) the line of this index is the lowest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    pub from: f64,
    pub line: usize,
}

/// The lowest line from 0 up to `end` (which may be infinite): pieces by ascending `from`, the first
/// one at 0. Empty without lines.
pub fn lower(lines: &[Line], end: f64) -> Vec<Piece> {
    let lowest = (0..lines.len()).min_by(|a, b| {
        let (a, b) = (lines[*a], lines[*b]);
        a.level
            .total_cmp(&b.level)
            .then(a.slope.total_cmp(&b.slope))
    });
    let mut pieces: Vec<Piece> = lowest
        .map(|line| Piece { from: 0.0, line })
        .into_iter()
        .collect();
    while let Some(last) = pieces.last().copied() {
        let now = lines[last.line];
        let crossing = |l: &Line| (l.level - now.level) / (now.slope - l.slope);
        let steeper = lines
            .iter()
            .enumerate()
            .filter(|(_, l)| l.slope < now.slope);
        let next = steeper
            .map(|(line, l)| (crossing(l).max(last.from), line))
            .min_by(|a, b| {
                let by_slope = lines[a.1].slope.total_cmp(&lines[b.1].slope);
                a.0.total_cmp(&b.0).then(by_slope)
            });
        match next {
            Some((from, line)) if from < end => pieces.push(Piece { from, line }),
            _ => break,
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        let line = |level, slope| Line { level, slope };
        let lines = [
            line(100.0, 1.0),
            line(20.0, 5.0),
            line(300.0, 0.0),
            line(90.0, 4.5),
        ];
        let found: Vec<(f64, usize)> = lower(&lines, f64::INFINITY)
            .iter()
            .map(|p| (p.from, p.line))
            .collect();
        assert_eq!(found, [(0.0, 1), (20.0, 0), (200.0, 2)]);
        assert_eq!(lower(&lines, 100.0).len(), 2);
        assert!(lower(&[], 1.0).is_empty());
        // Of equal lines the first.
        assert_eq!(lower(&[line(1.0, 1.0), line(1.0, 1.0)], 9.0)[0].line, 0);
    }

    proptest! {
        /// At every place the piece that holds there is as low as any line, and pieces ascend.
        #[test]
        fn brute_force_agrees(
            raw in prop::collection::vec((0u32..400, 0u32..60), 1..9),
            places in prop::collection::vec(0.0f64..200.0, 30),
        ) {
            let lines: Vec<Line> = raw
                .iter()
                .map(|(level, slope)| Line { level: f64::from(*level), slope: f64::from(*slope) })
                .collect();
            let pieces = lower(&lines, f64::INFINITY);
            prop_assert_eq!(pieces[0].from, 0.0);
            prop_assert!(pieces.windows(2).all(|p| p[0].from <= p[1].from && p[0].line != p[1].line));
            for x in places {
                let holds = pieces.iter().rev().find(|p| p.from <= x).unwrap();
                let least = lines.iter().map(|l| l.at(x)).fold(f64::INFINITY, f64::min);
                let found = lines[holds.line].at(x);
                prop_assert!((found - least).abs() <= 1e-9 * (1.0 + least), "{} {} {}", x, found, least);
            }
        }
    }
}
