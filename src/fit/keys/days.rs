//! Which days are active: probabilities after active and idle days, and factors of weekdays.

use super::super::laws::interval::CONFIDENCE;
use super::super::laws::solve::{inverse, lowest};
use super::super::toml;
use super::super::view::View;
use super::Key;
use crate::base::special::normal_two_sided;
use crate::stats::estimate::Estimate;

/// Shortest period of which a pattern of days is made, of one with weekends, of one with weekdays.
const DAYS_FEW: u32 = 14;
const WEEKEND_FEW: u32 = 21;
const WEEKDAY_FEW: u32 = 84;

/// Days seen after a day of each kind, by weekday: how many, and how many active.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
    /// Index 0: after an idle day, 1: after an active one.
    cells: [[(f64, f64); 7]; 2],
}

/// How weekdays differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Week {
    Alike,
    Weekend,
    Each,
}

impl Week {
    fn params(self) -> usize {
        match self {
            Week::Alike => 0,
            Week::Weekend => 1,
            Week::Each => 6,
        }
    }

    /// Factors of the weekdays, mean 1, from free parameters.
    fn factors(self, t: &[f64]) -> [f64; 7] {
        let mut raw = [1.0; 7];
        match self {
            Week::Alike => {}
            Week::Weekend => {
                let f = libm::exp(t.first().copied().unwrap_or(0.0));
                raw[5] = f;
                raw[6] = f;
            }
            Week::Each => {
                for (r, t) in raw[1..].iter_mut().zip(t) {
                    *r = libm::exp(*t);
                }
            }
        }
        let mean = raw.iter().sum::<f64>() / 7.0;
        raw.map(|r| r / mean)
    }
}

/// Fitted probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Active {
    pub after_active: Estimate,
    pub after_idle: Estimate,
    pub weekday: [f64; 7],
    /// Weekends against the other days, where they differ.
    pub weekend: Option<Estimate>,
    pub days: u32,
    pub active_days: u32,
}

/// Whether each day of the period is active: a session starts on it.
pub fn active(view: &View) -> Vec<bool> {
    let mut all = vec![false; view.period.len() as usize];
    for s in &view.sessions {
        if let Some(day) = all.get_mut(s.day as usize) {
            *day = true;
        }
    }
    all
}

impl Steps {
    /// Counts the steps; `first`: weekday of the first day, 0 = Monday.
    pub fn count(active: &[bool], first: usize) -> Steps {
        let mut steps = Steps::default();
        for (i, pair) in active.windows(2).enumerate() {
            let cell = &mut steps.cells[usize::from(pair[0])][(first + i + 1) % 7];
            cell.0 += 1.0;
            cell.1 += f64::from(u8::from(pair[1]));
        }
        steps
    }

    /// Minus the log-likelihood of a model, with half a success and half a failure on top of each
    /// probability (Jeffreys), so that none becomes 0 or 1, and a rein on factors.
    fn cost(&self, week: Week, t: &[f64]) -> f64 {
        let factors = week.factors(t.get(2..).unwrap_or_default());
        let mut sum = 0.0;
        for (state, row) in self.cells.iter().enumerate() {
            let base = share(t.get(1 - state).copied().unwrap_or(0.0));
            sum -= 0.5 * libm::log(base * (1.0 - base));
            for ((n, k), f) in row.iter().zip(factors) {
                let p = (base * f).clamp(1e-6, 1.0 - 1e-6);
                sum -= k * libm::log(p) + (n - k) * libm::log(1.0 - p);
            }
        }
        sum + t.iter().skip(2).map(|x| 0.5 * x * x / 4.0).sum::<f64>()
    }
}

impl Active {
    /// Fits the pattern; `None` when the period is too short. `first`: weekday of the first day.
    pub fn of(active: &[bool], first: usize) -> Option<Active> {
        let days = active.len() as u32;
        if days < DAYS_FEW {
            return None;
        }
        let steps = Steps::count(active, first);
        let mut models = vec![Week::Alike];
        if days >= WEEKEND_FEW {
            models.push(Week::Weekend);
        }
        if days >= WEEKDAY_FEW {
            models.push(Week::Each);
        }
        let fits = models.into_iter().map(|week| {
            let mut start = vec![1.0, 0.0];
            start.resize(2 + week.params(), 0.0);
            let t = lowest(&start, 0.5, 600, |t| steps.cost(week, t));
            // Schwarz's criterion: a pattern that is not there must not be seen in one of six logs.
            let bic = libm::log(f64::from(days)) * t.len() as f64 + 2.0 * steps.cost(week, &t);
            (week, t, bic)
        });
        let (week, t, _) = fits.min_by(|a, b| a.2.total_cmp(&b.2))?;
        let errors = errors(&t, |t| steps.cost(week, t));
        let z = normal_two_sided(CONFIDENCE);
        let n = |state: usize| steps.cells[state].iter().map(|c| c.0).sum::<f64>() as u64;
        let estimate = |i: usize, back: &dyn Fn(f64) -> f64, n: u64| Estimate {
            value: back(t[i]),
            low: back(t[i] - z * errors[i]),
            high: back(t[i] + z * errors[i]),
            n,
        };
        let active_days = active.iter().filter(|a| **a).count() as u32;
        Some(Active {
            after_active: estimate(0, &share, n(1)),
            after_idle: estimate(1, &share, n(0)),
            weekday: week.factors(t.get(2..).unwrap_or_default()),
            weekend: (week == Week::Weekend).then(|| estimate(2, &libm::exp, u64::from(days))),
            days,
            active_days,
        })
    }

    pub fn key(&self) -> Key {
        let alike = self.weekday.iter().all(|f| *f == 1.0);
        let weekday = if alike {
            String::new()
        } else {
            let all: Vec<String> = self.weekday.iter().map(|f| format!("{f:.2}")).collect();
            format!(", weekday = [{}]", all.join(", "))
        };
        let mut shown = vec![
            ("after active", self.after_active),
            ("after idle", self.after_idle),
        ];
        shown.extend(self.weekend.map(|w| ("weekend against weekday", w)));
        Key {
            name: "active",
            about: "Active days: a session begins",
            value: Some(format!(
                "{{ after_active = {}, after_idle = {}{weekday} }}",
                toml::number(self.after_active.value),
                toml::number(self.after_idle.value)
            )),
            shown,
            n: u64::from(self.days),
            of: "days",
            words: format!("{} of them active", self.active_days),
        }
    }

    /// The key where the period is too short.
    pub fn preset(days: u32) -> Key {
        let about = "Active days: a session begins";
        Key::preset("active", about, u64::from(days), "days", DAYS_FEW as usize)
    }
}

fn share(t: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-t))
}

/// Standard errors from the curvature of a cost at its minimum; 1.0 where it has none.
fn errors(t: &[f64], cost: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    const H: f64 = 0.05;
    let p = t.len();
    let at = |moves: &[(usize, f64)]| {
        let mut x = t.to_vec();
        moves.iter().for_each(|(i, h)| x[*i] += h);
        cost(&x)
    };
    let mut a = vec![vec![0.0; p]; p];
    for i in 0..p {
        for j in 0..=i {
            let value = (at(&[(i, H), (j, H)]) - at(&[(i, H), (j, -H)]) - at(&[(i, -H), (j, H)])
                + at(&[(i, -H), (j, -H)]))
                / (4.0 * H * H);
            a[i][j] = value;
            a[j][i] = value;
        }
    }
    let inverse = inverse(&a);
    let error = |i: usize| {
        let v = inverse.as_ref().map_or(1.0, |m| m[i][i]);
        if v > 0.0 { libm::sqrt(v) } else { 1.0 }
    };
    (0..p).map(error).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::{Purpose, Stream};

    fn drawn(days: usize, aa: f64, ai: f64, weekend: f64, seed: u64) -> Vec<bool> {
        let mut rng = Stream::open(seed, Purpose::Calendar, 0, 0, 0);
        let mut all = vec![true];
        for d in 1..days {
            let base = if all[d - 1] { aa } else { ai };
            let f = if d % 7 >= 5 { weekend } else { 1.0 };
            all.push(rng.chance((base * f).min(1.0)));
        }
        all
    }

    #[test]
    fn probabilities_and_weekends_are_found() {
        let active = Active::of(&drawn(2000, 0.8, 0.4, 0.5, 3), 0).unwrap();
        // Factors have a mean of one: the weekend's half takes a seventh off the others' base.
        let scale = 6.0 / 7.0;
        assert!(
            (active.after_active.value - 0.8 * scale).abs() < 0.04,
            "{active:?}"
        );
        assert!((active.after_idle.value - 0.4 * scale).abs() < 0.05);
        assert!((active.weekday[5] / active.weekday[0] - 0.5).abs() < 0.08);
    }

    #[test]
    fn no_pattern_is_invented() {
        let active = Active::of(&drawn(60, 0.8, 0.4, 1.0, 5), 0).unwrap();
        assert_eq!(active.weekday, [1.0; 7]);
        assert!(active.after_active.low < 0.8 && 0.8 < active.after_active.high);
        assert_eq!(Active::of(&[true; 13], 0), None);
    }

    #[test]
    fn a_person_who_is_always_active_has_a_bound() {
        let active = Active::of(&[true; 30], 0).unwrap();
        assert!(active.after_active.value > 0.95 && active.after_active.low > 0.8);
        assert!(active.after_idle.low < 0.2 && active.after_idle.high > 0.8);
    }
}
