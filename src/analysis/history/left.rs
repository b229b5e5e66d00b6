//! What is left in each window over a history, with the windows in the middle of their bands.

use crate::account::Account;
use crate::account::rules::Rules;
use crate::account::spec::AccountSpec;
use crate::base::time::{Instant, Span};
use crate::engine::history::{HistoryError, Player, Sizes, Witness};

/// Points of a line, at most.
const POINTS: i64 = 500;
/// The account is looked at this often.
const LOOK: Span = Span::minutes(15);

/// One window's line.
#[derive(Clone, Debug)]
pub struct LeftLine {
    pub window: String,
    pub label: String,
    /// Beginning of a step and the least that was left in it, per cent of the size.
    pub points: Vec<(Instant, f64)>,
}

struct Looks<'s> {
    at: Vec<Instant>,
    /// Looks that make one point.
    per_point: usize,
    specs: &'s [AccountSpec],
    lines: Vec<LeftLine>,
}

impl Witness for Looks<'_> {
    fn marks(&self) -> &[Instant] {
        &self.at
    }

    fn mark(&mut self, index: usize, stage: usize, account: &Account<'_>) {
        let begins = index.is_multiple_of(self.per_point);
        for (w, window) in self.specs[stage].windows.iter().enumerate() {
            let left = account.left_permille(w, 0) as f64 / 10.0;
            let place = self.lines.iter().position(|l| l.window == window.name);
            let place = place.unwrap_or_else(|| {
                self.lines.push(LeftLine {
                    window: window.name.clone(),
                    label: window.label.clone(),
                    points: Vec::new(),
                });
                self.lines.len() - 1
            });
            let points = &mut self.lines[place].points;
            match points.last_mut() {
                Some(last) if !begins => last.1 = last.1.min(left),
                _ => points.push((self.at[index], left)),
            }
        }
    }
}

/// The lines of all windows.
pub(super) fn lines(
    player: &Player<'_>,
    specs: &[AccountSpec],
    rules: &Rules,
) -> Result<Vec<LeftLine>, HistoryError> {
    let looks = (rules.end - rules.start).0 / LOOK.0;
    let mut watch = Looks {
        at: (0..looks).map(|k| rules.start + Span(k * LOOK.0)).collect(),
        per_point: usize::try_from(looks / POINTS + 1).unwrap_or(1),
        specs,
        lines: Vec::new(),
    };
    player.play(Sizes::Middle, &mut watch)?;
    Ok(watch.lines)
}
