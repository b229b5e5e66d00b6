//! Keys of sub-agents of which a person shows a little: the preset and the person together.
//!
//! What: a law between the preset's and the person's, where there are too few observations for a law of
//! their own ([`FEW`]). Symbols: n observations xᵢ, X the preset's law, σ² the variance of ln X inside one
//! person, τ² the variance between people of their mean of ln X, f the factor on X. Formula:
//! ln f = n / (n + σ²/τ²) · (mean of ln xᵢ − E ln X); a share k of n becomes (k + w·p) / (n + w), p the
//! preset's. Of 13 to 18 people who show enough, σ/τ is 0.85/0.51 (sub-agents of a session), 1.2/1.07
//! (their requests) and 0.63/0.35 (first contexts), so that σ²/τ² is 1.3 to 3.3; shares of sessions differ
//! like a beta law with a + b = 2. Limits: the form of the law stays the preset's, and observations of
//! one day count as independent. Source: H. Bühlmann, ASTIN Bulletin 4 (1967) 199. Example: three
//! sub-agents with half the preset's context halve nothing: they take it to 0.71.

use super::super::laws::{Sample, scaled};
use super::super::toml;
use super::{FEW, Key};
use crate::base::law::{Draw, Law};
use crate::scenario;
use crate::stats::estimate::Estimate;

/// Observations of a person that weigh as much as the preset, of laws and of the share of sessions.
const AS_MUCH: f64 = 3.0;
const AS_MUCH_OF_SHARE: f64 = 2.0;
/// Quantiles by which the mean logarithm of a law is taken.
const GRID: u32 = 400;

/// Keys that may be between the preset and the person.
pub const POOLED: [&str; 4] = [
    "sub_agents.share",
    "sub_agents.per_session",
    "sub_agents.requests_per_prompt",
    "sub_agents.first_context",
];

/// What a preset says of its sub-agents.
#[derive(Clone, Debug)]
pub struct Usual {
    /// Share of sessions that use any.
    pub share: f64,
    pub per_session: Draw,
    pub requests: Draw,
    pub first_context: Draw,
}

/// Sub-agents as a preset has them; `None` where it has none.
pub fn of_preset(preset: &str) -> Option<Usual> {
    let text = format!(
        "title = \"x\"\nstart = 2026-01-01\nhorizon = \"1d\"\n[[plan.window]]\nid = \"all\"\nopens = \"fixed\"\nlength = \"31 days\"\nlimit = 1\n[[actor]]\nname = \"x\"\npreset = {}\nmodels = \"sonnet\"\n",
        toml::text(preset)
    );
    let parsed = scenario::parse("the preset", &text, &[]).ok()?;
    let subs = parsed.experiment.actors.first()?.sub_agents.as_ref()?;
    Some(Usual {
        share: subs.share_of_sessions,
        per_session: subs.per_session.clone(),
        requests: subs.chain.requests_per_prompt.clone(),
        first_context: subs.chain.first_context.clone(),
    })
}

/// The preset's law moved toward a few observations; `None` without any, with enough, or where the law
/// cannot be moved.
pub fn value(draw: &Draw, sample: &Sample, counts: bool, most: f64) -> Option<(String, f64)> {
    let n = sample.len();
    if n == 0 || n >= FEW || draw.min.is_some() || !can_move(&draw.law) {
        return None;
    }
    let ln = |x: f64| {
        let x = if counts { libm::round(x).max(1.0) } else { x };
        libm::log(x.max(1e-9))
    };
    let at = |i: u32| ln(draw.quantile((f64::from(i) + 0.5) / f64::from(GRID)));
    let usual = (0..GRID).map(at).sum::<f64>() / f64::from(GRID);
    let seen = sample.values().iter().map(|x| ln(*x)).sum::<f64>() / n as f64;
    let weight = n as f64 / (n as f64 + AS_MUCH);
    let factor = libm::exp(weight * (seen - usual));
    let max = draw.max.map(|max| {
        let reach = (factor * max).max(1.2 * sample.largest());
        toml::round_up(reach).min(most)
    });
    Some((toml::draw(&scaled(&draw.law, factor), max), factor))
}

/// The share of sessions out of a few and the preset's, with the words.
pub fn share(seen: &Estimate, preset: f64) -> (f64, String) {
    let n = seen.n as f64;
    let value = (n * seen.value + AS_MUCH_OF_SHARE * preset) / (n + AS_MUCH_OF_SHARE);
    let words = format!(
        "{} of {} sessions only, {FEW} are needed: between theirs and the preset's {}",
        libm::round(n * seen.value),
        seen.n,
        toml::short(preset)
    );
    (value, words)
}

/// What is said of a law that was moved.
pub fn words(n: usize, of: &str, factor: f64) -> String {
    format!(
        "{n} {of} only, {FEW} are needed: the preset's times {}, between it and theirs",
        toml::short(factor)
    )
}

/// Whether a key is the preset's, wholly or in part.
pub fn leans(key: &Key) -> bool {
    key.value.is_none() || (POOLED.contains(&key.name) && key.n < FEW as u64)
}

fn can_move(law: &Law) -> bool {
    match law {
        Law::LogNormal { .. }
        | Law::Gamma { .. }
        | Law::Weibull { .. }
        | Law::Lomax { .. }
        | Law::Exponential { .. } => true,
        Law::Mixture(parts) => parts.iter().all(|p| can_move(&p.1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        let mut all = Sample::default();
        values.iter().for_each(|x| all.add(*x, 0));
        all
    }

    #[test]
    fn three_observations_weigh_as_much_as_the_preset() {
        let law = Law::LogNormal {
            mu: 10.0,
            sigma: 0.6,
        };
        let draw = Draw::of(law);
        let half = 0.5 * draw.quantile(0.5);
        let (_, factor) = value(&draw, &sample(&[half; 3]), false, 1e6).unwrap();
        assert!((factor - libm::sqrt(0.5)).abs() < 0.001, "{factor}");
        assert!(value(&draw, &sample(&[]), false, 1e6).is_none());
        assert!(value(&draw, &sample(&[half; FEW]), false, 1e6).is_none());
    }

    /// Observations that are as the preset says leave it as it is.
    #[test]
    fn counts_are_compared_as_they_are_drawn() {
        let law = Law::LogNormal {
            mu: 1.0,
            sigma: 1.0,
        };
        let draw = Draw::of(law);
        let seen: Vec<f64> = (0..11)
            .map(|i| libm::round(draw.quantile((f64::from(i) + 0.5) / 11.0)).max(1.0))
            .collect();
        let (text, factor) = value(&draw, &sample(&seen), true, 1e5).unwrap();
        assert!((factor - 1.0).abs() < 0.1, "{factor} {text}");
    }

    #[test]
    fn presets_with_sub_agents_are_found() {
        let heavy = of_preset("claude-code-heavy").unwrap();
        assert!(can_move(&heavy.per_session.law));
        assert!(can_move(&heavy.requests.law));
        assert!(can_move(&heavy.first_context.law));
        assert!(of_preset("casual-chat").is_none());
    }

    #[test]
    fn a_share_is_between_both() {
        let seen = Estimate {
            value: 1.0,
            low: 0.3,
            high: 1.0,
            n: 2,
        };
        let (value, words) = share(&seen, 0.4);
        assert!((value - 0.7).abs() < 1e-9);
        assert!(words.starts_with("2 of 2 sessions only"), "{words}");
    }
}
