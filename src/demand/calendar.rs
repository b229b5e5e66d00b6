//! When sessions start: active days, sessions a day, times inside the open hours.

use super::crowd::Crowd;
use super::kernel::Known;
use super::spec::{ActorSpec, Day, Rhythm};
use crate::base::law::{Draw, Law};
use crate::base::stream::{Purpose, Stream};
use crate::base::table::{Sampler, Table};

/// A session's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    /// Milliseconds since the epoch.
    pub at: i64,
    pub actor: u32,
    /// Number of the session among the actor's sessions of this trial, from 0, in drawing order.
    pub session: u32,
    /// Factor on its prompts, in 1/65,536.
    pub prompts: u32,
}

/// [`Start::prompts`] of a session whose day changes nothing.
pub const AS_DRAWN: u32 = 1 << 16;

/// Calendar of an actor, compiled.
#[derive(Clone, Debug)]
pub struct CalendarKernel {
    sessions: Option<Sampler>,
    volume: Option<Sampler>,
    /// Daily factor of the level; `None` when it does not drift.
    drift: Option<Table>,
    /// What the number of sessions does to their length; `None` where nothing.
    crowd: Option<Crowd>,
    /// Share of the sessions that begin soon after another one, and how long after (ms).
    bunch: Option<(f64, Sampler)>,
}

impl CalendarKernel {
    /// Compiles the rhythm of an actor with sessions of so many `prompts`; tables that `known` has are
    /// shared.
    pub fn new(rhythm: &Rhythm, prompts: &Draw, known: &mut Known) -> CalendarKernel {
        match rhythm {
            Rhythm::Schedule { .. } => CalendarKernel {
                sessions: None,
                volume: None,
                drift: None,
                crowd: None,
                bunch: None,
            },
            Rhythm::Calendar {
                sessions_per_day,
                volume,
                drift_per_day,
                crowding,
                allow_none,
                bunching,
                ..
            } => CalendarKernel {
                bunch: bunching
                    .as_ref()
                    .map(|b| (b.share, known.sampler(&b.gap_s))),
                crowd: (*crowding > 0.0).then(|| {
                    let sessions = known.sampler(sessions_per_day);
                    let day = |w| f64::from(number(sessions.sample(w), 1.0, *allow_none, 0));
                    Crowd::new(*crowding, day, &known.sampler(prompts))
                }),
                sessions: Some(known.sampler(sessions_per_day)),
                volume: Some(known.sampler(volume)),
                drift: (*drift_per_day > 0.0).then(|| {
                    let law = Law::LogNormal {
                        mu: 0.0,
                        sigma: *drift_per_day,
                    };
                    Table::new(&Draw::of(law))
                }),
            },
        }
    }

    /// Adds the starts of one trial to `out`, in the order of drawing.
    pub fn starts(
        &self,
        actor: &ActorSpec,
        index: usize,
        seed: u64,
        trial: u64,
        out: &mut Vec<Start>,
    ) {
        match &actor.rhythm {
            Rhythm::Schedule { starts } => {
                out.extend(starts.iter().enumerate().map(|(i, s)| Start {
                    at: s.0,
                    actor: index as u32,
                    session: i as u32,
                    prompts: AS_DRAWN,
                }));
            }
            Rhythm::Calendar {
                days,
                active,
                allow_none,
                ..
            } => {
                let mut rng = Stream::open(seed, Purpose::Calendar, trial, index, 0);
                let (Some(sessions), Some(volume)) = (&self.sessions, &self.volume) else {
                    return;
                };
                let volume = volume.sample(rng.word());
                let mut level = volume;
                let idle_to = active.after_idle;
                let mut was_active =
                    rng.chance(idle_to / (1.0 - active.after_active + idle_to).max(1e-12));
                let mut session = 0u32;
                for day in days {
                    let (state, drift, count) = (rng.unit(), rng.word(), rng.bits());
                    if let Some(table) = &self.drift {
                        level *= table.sample(drift);
                    }
                    let p = if was_active {
                        active.after_active
                    } else {
                        active.after_idle
                    };
                    let p = p * active.weekday[usize::from(day.weekday).min(6)];
                    was_active = state < p;
                    if !was_active {
                        continue;
                    }
                    let raw = sessions.sample((count >> 32) as u32);
                    let n = number(raw, level, *allow_none, count as u32);
                    let from = out.len();
                    self.place(day, n, index as u32, &mut session, &mut rng, out);
                    if let Some(crowd) = &self.crowd {
                        let x = f64::from(number(raw, 1.0, *allow_none, 0));
                        let prompts = crowd.factor(x) * f64::from(AS_DRAWN);
                        for start in &mut out[from..] {
                            start.prompts = prompts as u32;
                        }
                    }
                }
            }
        }
    }
}

/// Sessions of a day: the drawn number times the level, as a whole number.
fn number(raw: f64, level: f64, allow_none: bool, dither: u32) -> u32 {
    let x = raw * level;
    let n = if !allow_none {
        libm::ceil(x).max(1.0)
    } else if level == 1.0 {
        x + 0.5
    } else {
        x + f64::from(dither) / 4_294_967_296.0
    };
    n.clamp(0.0, 10_000_000.0) as u32
}

impl CalendarKernel {
    /// Places `n` sessions in the open hours of a day: uniformly, but for those that follow another one.
    fn place(
        &self,
        day: &Day,
        n: u32,
        actor: u32,
        session: &mut u32,
        rng: &mut Stream,
        out: &mut Vec<Start>,
    ) {
        let total: i64 = day.open.iter().map(|(a, b)| b.0 - a.0).sum();
        if total <= 0 {
            return;
        }
        // Milliseconds of open hours from the first one of the day.
        let mut at = 0i64;
        for i in 0..n {
            at = match &self.bunch {
                Some((share, gap)) if i > 0 && rng.unit() < *share => {
                    let gap = gap.sample(rng.word()) * 1000.0;
                    at.saturating_add(gap.max(0.0) as i64).min(total - 1)
                }
                _ => rng.below(total as u64) as i64,
            };
            out.extend(instant(day, at).map(|at| Start {
                at,
                actor,
                session: *session,
                prompts: AS_DRAWN,
            }));
            *session += 1;
        }
    }
}

/// The instant so many milliseconds of open hours into a day.
fn instant(day: &Day, mut at: i64) -> Option<i64> {
    for (a, b) in &day.open {
        let length = b.0 - a.0;
        if at < length {
            return Some(a.0 + at);
        }
        at -= length;
    }
    None
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
