//! Prompts of a session, requests of a prompt, and the two clocks.
//!
//! The first prompt of a session is the one that says what to do; it may make many more requests than
//! those that follow. Where both are seen and their mean logarithms differ by more than chance (one in
//! a hundred), each has a law of its own: otherwise sessions of one prompt would come out too short and
//! those of many too long.

use super::super::laws::Sample;
use super::super::view::View;
use super::{Drawn, FEW, Key};

/// Nobody's gap is longer than a week: what is longer is another session in all but name.
const GAP_MOST: f64 = 604_800.0;
/// Normal quantile of a difference that chance makes once in a hundred.
const BY_CHANCE: f64 = 2.576;

/// Observations of main chains.
#[derive(Default)]
pub struct Turns {
    pub prompts: Sample,
    pub requests_per_prompt: Sample,
    /// Of first prompts, and of all that follow.
    pub first_prompt: Sample,
    pub later_prompts: Sample,
    pub gap: Sample,
    pub prompt_gap: Sample,
}

impl Turns {
    pub fn of(view: &View) -> Turns {
        let mut all = Turns::default();
        for s in &view.sessions {
            let mut in_prompt = 0u32;
            for (i, t) in s.main.iter().enumerate() {
                let Some(before) = i.checked_sub(1).and_then(|b| s.main.get(b)) else {
                    in_prompt = 1;
                    continue;
                };
                // The engine's clocks tick whole milliseconds, at least one.
                let gap = (t.at - before.at).max(1) as f64 / 1000.0;
                let new = t.prompt != before.prompt;
                // A compaction is a request of its own, which the logs do not show.
                if t.dropped.is_none() {
                    let clock = if new {
                        &mut all.prompt_gap
                    } else {
                        &mut all.gap
                    };
                    clock.add(gap, s.day);
                }
                if new {
                    all.prompt(before.prompt, in_prompt, s.day);
                    in_prompt = 1;
                } else {
                    in_prompt += 1;
                }
            }
            all.prompt(s.main.last().map_or(1, |t| t.prompt), in_prompt, s.day);
            let prompts = s.main.last().map_or(0, |t| t.prompt);
            all.prompts.add(f64::from(prompts), s.day);
        }
        all
    }

    fn prompt(&mut self, number: u32, requests: u32, day: u32) {
        let requests = f64::from(requests);
        self.requests_per_prompt.add(requests, day);
        if number <= 1 {
            self.first_prompt.add(requests, day);
        } else {
            self.later_prompts.add(requests, day);
        }
    }

    /// Whether first prompts differ from those that follow.
    fn first_differs(&self) -> bool {
        let moments = |sample: &Sample| {
            let n = sample.len() as f64;
            let mean = sample.values().iter().map(|x| libm::log(*x)).sum::<f64>() / n;
            let off = |x: &f64| (libm::log(*x) - mean) * (libm::log(*x) - mean);
            let square = sample.values().iter().map(off).sum::<f64>() / (n - 1.0);
            (mean, square / n)
        };
        if self.first_prompt.len() < FEW || self.later_prompts.len() < FEW {
            return false;
        }
        let (first, later) = (moments(&self.first_prompt), moments(&self.later_prompts));
        (first.0 - later.0).abs() > BY_CHANCE * libm::sqrt(first.1 + later.1)
    }

    pub fn keys(&self) -> Vec<Key> {
        let apart = self.first_differs();
        let (about, sample) = if apart {
            (
                "Requests that a prompt makes, the first one aside",
                &self.later_prompts,
            )
        } else {
            ("Requests that a prompt makes", &self.requests_per_prompt)
        };
        let first = apart.then_some(Drawn {
            name: "first_prompt",
            about: "Requests that the first prompt of a session makes",
            of: "sessions",
            sample: &self.first_prompt,
            counts: true,
            most: 1e5,
        });
        let drawn = [
            Drawn {
                name: "prompts",
                about: "Prompts of a session",
                of: "sessions",
                sample: &self.prompts,
                counts: true,
                most: 1e5,
            },
            Drawn {
                name: "requests_per_prompt",
                about,
                of: "prompts",
                sample,
                counts: true,
                most: 1e5,
            },
            Drawn {
                name: "gap",
                about: "Seconds between requests of a prompt",
                of: "gaps",
                sample: &self.gap,
                counts: false,
                most: GAP_MOST,
            },
            Drawn {
                name: "prompt_gap",
                about: "Seconds across prompts",
                of: "gaps",
                sample: &self.prompt_gap,
                counts: false,
                most: GAP_MOST,
            },
        ];
        drawn.iter().chain(&first).map(|d| d.key().0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(first: impl Fn(u32) -> u32, later: impl Fn(u32) -> u32) -> Turns {
        let mut all = Turns::default();
        for session in 0..60 {
            all.prompt(1, first(session), session / 3);
            for k in 2..=4 {
                all.prompt(k, later(4 * session + k), session / 3);
            }
            all.prompts.add(4.0, session / 3);
            all.gap.add(9.0, session / 3);
            all.prompt_gap.add(90.0, session / 3);
        }
        all
    }

    #[test]
    fn a_first_prompt_that_differs_has_a_key() {
        let apart = turns(|i| 8 + 5 * (i % 7), |i| 1 + i % 6);
        let keys = apart.keys();
        let shown = |name: &str| {
            let key = keys.iter().find(|k| k.name == name).unwrap();
            (key.n, key.shown[0].1.value)
        };
        assert_eq!(
            (shown("first_prompt").0, shown("requests_per_prompt").0),
            (60, 180)
        );
        assert!(shown("first_prompt").1 > 4.0 * shown("requests_per_prompt").1);
    }

    #[test]
    fn alike_prompts_have_one_law() {
        let alike = turns(|i| 1 + i % 6, |i| 1 + i % 6);
        let keys = alike.keys();
        assert!(keys.iter().all(|k| k.name != "first_prompt"));
        let all = keys.iter().find(|k| k.name == "requests_per_prompt");
        assert_eq!(all.map(|k| k.n), Some(240));
    }
}
