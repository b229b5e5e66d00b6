//! Plan windows of one seat: what is left in each, when it resets, when it ran dry.

use super::reason::WINDOWS_MAX;
use super::spec::{Opens, WindowSpec};
use super::world::{Note, World};
use crate::base::time::Instant;

/// "Not at all": no reset pending, never drained.
pub const NEVER: i64 = i64::MAX;

/// Statistics of one pool (a window over all seats, or the wallet).
#[derive(Clone, Copy, Debug)]
pub struct PoolStats {
    /// First instant at which it was empty, [`NEVER`] if never.
    pub first_drain: i64,
    pub drains: i64,
    pub empty_ms: i64,
    /// Largest use in one period, in millionths of the limit (windows).
    pub peak_ppm: i64,
    /// Units taken over all periods (windows).
    pub used: i64,
    /// Periods that ran (windows).
    pub periods: i64,
}

impl PoolStats {
    pub const NEW: PoolStats = PoolStats {
        first_drain: NEVER,
        drains: 0,
        empty_ms: 0,
        peak_ppm: 0,
        used: 0,
        periods: 0,
    };

    /// Notes that the pool became empty at `at`.
    pub fn drained(&mut self, at: i64) {
        self.first_drain = self.first_drain.min(at);
        self.drains += 1;
    }
}

/// The windows of one seat. A closed first-request window has no room, so that the fast path of
/// the gate never sees it; the slow path opens it.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Units left; may go below zero by overshoot.
    pub room: [i64; WINDOWS_MAX],
    /// The instant of the next reset; [`NEVER`] while closed or without one.
    pub resets_at: [i64; WINDOWS_MAX],
    /// Since when the window is empty; [`NEVER`] when it is not.
    pub empty_since: [i64; WINDOWS_MAX],
    /// Whether the window runs.
    pub open: [bool; WINDOWS_MAX],
    /// Index of the next fixed reset.
    pub(super) next_fixed: [usize; WINDOWS_MAX],
    /// Charged to the wallet by this seat in the current month.
    pub spent_month: i64,
    /// A window has run dry since somebody last looked.
    pub dried: bool,
}

impl Seat {
    /// The seat at the start, with the limits drawn for this trial. A window that is used up then
    /// is empty from the start, but did not run dry in this trial.
    pub fn new(windows: &[WindowSpec], limits: &[i64; WINDOWS_MAX], start: i64) -> Seat {
        let mut seat = Seat {
            room: [0; WINDOWS_MAX],
            resets_at: [NEVER; WINDOWS_MAX],
            empty_since: [NEVER; WINDOWS_MAX],
            open: [false; WINDOWS_MAX],
            next_fixed: [0; WINDOWS_MAX],
            spent_month: 0,
            dried: false,
        };
        for (w, spec) in windows.iter().enumerate() {
            let used = (limits[w] as f64 * spec.used.clamp(0.0, 1.0)) as i64;
            match &spec.opens {
                Opens::FirstRequest { open_until, .. } => {
                    if let Some(until) = open_until {
                        seat.open[w] = true;
                        seat.room[w] = limits[w] - used;
                        seat.resets_at[w] = until.0;
                    }
                }
                Opens::Fixed { resets } => {
                    seat.open[w] = true;
                    seat.room[w] = limits[w] - used;
                    seat.resets_at[w] = resets.first().map_or(NEVER, |r| r.0);
                }
            }
            if seat.open[w] && seat.room[w] <= 0 {
                seat.empty_since[w] = start;
            }
        }
        seat
    }

    /// Whether every window in `mask` has room.
    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "several arrays share the index")]
    pub fn has_room(&self, count: usize, mask: &[i64; WINDOWS_MAX]) -> bool {
        let mut sign = 0i64;
        for w in 0..count {
            sign |= (self.room[w] - 1) & mask[w];
        }
        sign >= 0
    }

    /// Takes units from every window in `mask`; true when one of them is now without room.
    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "several arrays share the index")]
    pub fn take(&mut self, count: usize, mask: &[i64; WINDOWS_MAX], units: i64) -> bool {
        let mut sign = 0i64;
        for w in 0..count {
            let left = self.room[w] - (units & mask[w]);
            self.room[w] = left;
            sign |= (left - 1) & mask[w];
        }
        sign < 0
    }

    /// The earliest reset of this seat.
    pub fn next_reset(&self, count: usize) -> i64 {
        self.resets_at[..count]
            .iter()
            .copied()
            .min()
            .unwrap_or(NEVER)
    }

    /// Resets all windows that are due at `now`.
    pub fn reset_due<W: World>(
        &mut self,
        now: i64,
        index: usize,
        specs: &[WindowSpec],
        limits: &[i64; WINDOWS_MAX],
        stats: &mut [PoolStats],
        world: &mut W,
    ) {
        for (w, spec) in specs.iter().enumerate() {
            if self.resets_at[w] > now {
                continue;
            }
            self.close_period(w, now, limits, &mut stats[w]);
            match &spec.opens {
                Opens::FirstRequest { .. } => {
                    self.open[w] = false;
                    self.room[w] = 0;
                    self.resets_at[w] = NEVER;
                }
                Opens::Fixed { resets } => {
                    self.room[w] = limits[w];
                    self.next_fixed[w] += 1;
                    self.resets_at[w] = resets.get(self.next_fixed[w]).map_or(NEVER, |r| r.0);
                }
            }
            world.note(
                Instant(now),
                Note::WindowResets {
                    window: w,
                    seat: index,
                },
            );
        }
    }

    /// Books the statistics of a period that ends at `now`.
    pub fn close_period(
        &mut self,
        w: usize,
        now: i64,
        limits: &[i64; WINDOWS_MAX],
        stats: &mut PoolStats,
    ) {
        if !self.open[w] {
            return;
        }
        if self.empty_since[w] != NEVER {
            stats.empty_ms += now - self.empty_since[w];
            self.empty_since[w] = NEVER;
        }
        let used = i128::from(limits[w]) - i128::from(self.room[w]);
        let ppm = (used * 1_000_000 / i128::from(limits[w].max(1))) as i64;
        stats.peak_ppm = stats.peak_ppm.max(ppm);
        stats.used = stats
            .used
            .saturating_add(i64::try_from(used).unwrap_or(i64::MAX));
        stats.periods += 1;
    }

    /// Opens the closed windows in `mask` at the first request.
    pub fn open_due<W: World>(
        &mut self,
        now: i64,
        index: usize,
        specs: &[WindowSpec],
        mask: &[i64; WINDOWS_MAX],
        limits: &[i64; WINDOWS_MAX],
        world: &mut W,
    ) {
        for (w, spec) in specs.iter().enumerate() {
            let Opens::FirstRequest { length, round, .. } = &spec.opens else {
                continue;
            };
            if mask[w] == 0 || self.open[w] {
                continue;
            }
            let from = if round.0 > 0 {
                now - now.rem_euclid(round.0)
            } else {
                now
            };
            self.open[w] = true;
            self.room[w] = limits[w];
            self.resets_at[w] = from + length.0;
            world.note(
                Instant(now),
                Note::WindowOpens {
                    window: w,
                    seat: index,
                    until: Instant(from + length.0),
                },
            );
        }
    }

    /// Notes which open windows in `mask` have just run dry.
    #[allow(clippy::needless_range_loop, reason = "several arrays share the index")]
    pub fn mark_empty<W: World>(
        &mut self,
        now: i64,
        index: usize,
        count: usize,
        stats: &mut [PoolStats],
        world: &mut W,
    ) {
        for w in 0..count {
            if self.open[w] && self.room[w] <= 0 && self.empty_since[w] == NEVER {
                self.empty_since[w] = now;
                self.dried = true;
                stats[w].drained(now);
                world.note(
                    Instant(now),
                    Note::WindowEmpty {
                        window: w,
                        seat: index,
                    },
                );
            }
        }
    }
}
