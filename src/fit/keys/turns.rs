//! Prompts of a session, requests of a prompt, and the two clocks.

use super::super::laws::Sample;
use super::super::view::View;
use super::{Drawn, Key};

/// Nobody's gap is longer than a week: what is longer is another session in all but name.
const GAP_MOST: f64 = 604_800.0;

/// Observations of main chains.
#[derive(Default)]
pub struct Turns {
    pub prompts: Sample,
    pub requests_per_prompt: Sample,
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
                    all.requests_per_prompt.add(f64::from(in_prompt), s.day);
                    in_prompt = 1;
                } else {
                    in_prompt += 1;
                }
            }
            all.requests_per_prompt.add(f64::from(in_prompt), s.day);
            let prompts = s.main.last().map_or(0, |t| t.prompt);
            all.prompts.add(f64::from(prompts), s.day);
        }
        all
    }

    pub fn keys(&self) -> Vec<Key> {
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
                about: "Requests that a prompt makes",
                of: "prompts",
                sample: &self.requests_per_prompt,
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
        drawn.iter().map(|d| d.key().0).collect()
    }
}
