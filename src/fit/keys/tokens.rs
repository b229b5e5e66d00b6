//! Output, and input that no cache takes.

use super::super::laws::interval::share;
use super::super::laws::{Sample, fit};
use super::super::toml;
use super::super::view::Turn;
use super::{Drawn, Key, either};

/// Fewest requests whose output can be trusted.
pub const OUTPUT_FEW: usize = 30;
/// Uncached input up to this is the small change of every request; more is a matter of its own.
const SMALL: f64 = 100.0;
/// Fewest large inputs of which a law is made.
const LARGE_FEW: usize = 10;

/// Tokens of the requests of main chains or of sub-agents.
#[derive(Default)]
pub struct TokensSeen {
    output: Sample,
    /// Requests whose output cannot be trusted.
    untrusted: u64,
    small: Vec<f64>,
    large: Sample,
    /// Whether each request's uncached input is large.
    is_large: Vec<(u32, f64, f64)>,
}

impl TokensSeen {
    pub fn add(&mut self, day: u32, t: &Turn) {
        match t.output {
            Some(output) => self.output.add(output.max(1.0) / t.tokenizer, day),
            None => self.untrusted += 1,
        }
        if t.plain {
            return;
        }
        let large = t.input > SMALL;
        self.is_large.push((day, f64::from(u8::from(large)), 1.0));
        if large {
            self.large.add(t.input, day);
        } else {
            self.small.push(t.input);
        }
    }

    pub fn output_key(&self, name: &'static str) -> Key {
        const ABOUT: &str = "Output tokens of a request, reference tokens";
        let n = self.output.len();
        if n < OUTPUT_FEW {
            let words = format!(
                "{n} requests with a final number only, {} with a placeholder or cut short, {OUTPUT_FEW} are needed: the preset's",
                self.untrusted
            );
            return Key::kept(name, ABOUT, words);
        }
        let drawn = Drawn {
            name,
            about: ABOUT,
            of: "requests",
            sample: &self.output,
            counts: false,
            most: 128_000.0,
        };
        let mut key = drawn.key().0;
        if self.untrusted > 0 {
            key.words = format!("{}; {} others not trusted", key.words, self.untrusted);
        }
        key
    }

    pub fn input_key(&self, name: &'static str) -> Key {
        const ABOUT: &str = "Uncached input tokens of a request";
        let n = self.is_large.len();
        let Some(often) = share(self.is_large.iter().copied()).filter(|_| n >= super::FEW) else {
            return Key::preset(name, ABOUT, n as u64, "requests", super::FEW);
        };
        let usual = self.small.iter().sum::<f64>() / self.small.len().max(1) as f64;
        let usual = libm::round(usual);
        let law = (self.large.len() >= LARGE_FEW)
            .then(|| fit(&self.large, false))
            .flatten();
        let mut shown = vec![("large (above 100)", often)];
        let (value, words) = match law {
            Some(m) => {
                shown.push(("median of these", m.median));
                let bound = m.bound(false);
                let law = either(1.0 - often.value, usual, m.law);
                (toml::draw(&law, bound), format!("large ones: {}", m.words))
            }
            None => {
                let few = self.large.len();
                (toml::number(usual), format!("{few} large ones left out"))
            }
        };
        Key {
            name,
            about: ABOUT,
            value: Some(value),
            shown,
            n: n as u64,
            of: "requests",
            words,
        }
    }
}
