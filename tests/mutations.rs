//! No foreign text makes a reader panic or hang. Every format of logs and every form of a state is fed
//! with its own texts, mutilated: flipped bytes, cuts, splices of other texts, numbers that are too
//! large, brackets without end. Seeds are fixed.
//!
//! `BURNCAST_MUTATIONS=1000000 cargo test --release --test mutations` makes a fuzzing run of it; a text
//! that panics is printed with its number, which gives it again.

mod support {
    pub mod foreign;
}

use std::panic::{AssertUnwindSafe, catch_unwind};

use burncast::base::stream::mix;
use burncast::base::time::Instant;
use burncast::logs::readers::{FORMATS, Origin};
use burncast::logs::state::{Context, FORMS, readings, state};
use burncast::logs::{Rows, merge};
use support::foreign;

/// Mutilated texts for each format and form.
fn many() -> u64 {
    let wanted = std::env::var("BURNCAST_MUTATIONS");
    wanted.map_or(10_000, |n| {
        n.parse().expect("BURNCAST_MUTATIONS is a number")
    })
}

/// Longest text that comes out.
const LONGEST: usize = 20_000;

/// Pieces that readers may stumble over.
const PIECES: &[&str] = &[
    "18446744073709551616",
    "-1",
    "1e999",
    "99999999999999999999999999999999999999999999999999999999999999999999.5",
    "0.1e-99999999999999999999",
    "null",
    "true",
    "\"\"",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\u{301}ÄÖ日本語😀",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "\n",
    "\r\n",
    "%",
    "$",
    "(",
    "9999-99-99T99:99:99Z",
    "-009999-01-01T00:00:00Z",
    "+275760-09-13T00:00:00.001Z",
    "Resets Feb 30, 25pm (Nowhere/Else)",
    "Current week (",
    "{\"data\":",
    "[[[[",
];

/// A text and everything that may be done to it.
struct Mutator<'a> {
    seed: u64,
    others: &'a [Vec<u8>],
}

impl Mutator<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.seed) % n.max(1) as u64) as usize
    }

    fn mutate(&mut self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_vec();
        for _ in 0..1 + self.below(6) {
            let at = self.below(text.len() + 1);
            match self.below(10) {
                0..=2 => {
                    let bit = self.below(8);
                    if let Some(byte) = text.get_mut(at) {
                        *byte ^= 1 << bit;
                    }
                }
                3 => text.truncate(at),
                4 => {
                    let end = (at + self.below(60)).min(text.len());
                    text.drain(at..end);
                }
                5 => {
                    let end = (at + self.below(200)).min(text.len());
                    let piece = text[at..end].to_vec();
                    let to = self.below(text.len() + 1);
                    text.splice(to..to, piece);
                }
                6 => {
                    let other = self.below(self.others.len());
                    let other = &self.others[other];
                    let from = self.below(other.len());
                    let to = (from + self.below(300)).min(other.len());
                    text.splice(at..at, other[from..to].iter().copied());
                }
                7 => {
                    let depth = 1 + self.below(1000);
                    let mark = [&b"["[..], b"{\"a\":", b"(", b"\x1b["][self.below(4)];
                    text.splice(at..at, mark.repeat(depth));
                }
                8 => self.number(&mut text),
                _ => {
                    let piece = self.below(PIECES.len());
                    text.splice(at..at, PIECES[piece].bytes());
                }
            }
        }
        text.truncate(LONGEST);
        text
    }

    /// Blows a number up, or puts something else in its place.
    fn number(&mut self, text: &mut Vec<u8>) {
        let from = self.below(text.len());
        let rest = text.get(from..).unwrap_or_default();
        let Some(start) = rest.iter().position(u8::is_ascii_digit) else {
            return;
        };
        let start = from + start;
        let digits = text[start..].iter().take_while(|b| b.is_ascii_digit());
        let end = start + digits.count();
        let piece = self.below(8);
        text.splice(start..end, PIECES[piece].bytes());
    }
}

/// Feeds `many` mutilations of `texts` to `read`; the number of the first one that panics is said.
fn feed(what: &str, salt: u64, texts: &[Vec<u8>], others: &[Vec<u8>], read: &dyn Fn(&[u8])) {
    for n in 0..many() {
        let mut mutator = Mutator {
            seed: mix(salt << 40 | n),
            others,
        };
        let text = &texts[(n % texts.len() as u64) as usize];
        let text = mutator.mutate(text);
        let calm = catch_unwind(AssertUnwindSafe(|| read(&text)));
        assert!(
            calm.is_ok(),
            "{what}, number {n}: {}",
            String::from_utf8_lossy(&text)
        );
    }
}

fn everything() -> Vec<Vec<u8>> {
    let logs = FORMATS.iter().flat_map(|f| foreign::logs(f.name));
    let states = FORMS.iter().flat_map(|f| foreign::states(f.name));
    logs.map(|(_, text)| text)
        .chain(states)
        .map(String::into_bytes)
        .collect()
}

#[test]
fn no_log_makes_a_reader_panic() {
    let others = everything();
    for (i, format) in FORMATS.iter().enumerate() {
        let texts: Vec<Vec<u8>> = foreign::logs(format.name)
            .into_iter()
            .map(|(_, text)| text.into_bytes())
            .collect();
        feed(format.name, i as u64, &texts, &others, &|text| {
            for format in FORMATS {
                let _ = (format.recognise)(text);
            }
            let mut rows = Rows::default();
            let origin = Origin { path: "a/b.jsonl" };
            if (format.read)(text, origin, &mut rows).is_ok() {
                let logs = merge(rows);
                let r = &logs.receipt;
                assert_eq!(r.usage_rows, r.requests + r.duplicates);
                let _ = logs.total();
            }
        });
    }
}

#[test]
fn no_state_makes_a_reader_panic() {
    let others = everything();
    let context = Context {
        at: Instant(1_795_183_200_000),
        zone: burncast::base::zones::zone("America/New_York").unwrap(),
    };
    for (i, form) in FORMS.iter().enumerate() {
        let texts: Vec<Vec<u8>> = foreign::states(form.name)
            .into_iter()
            .map(String::into_bytes)
            .collect();
        feed(form.name, 100 + i as u64, &texts, &others, &|text| {
            let text = String::from_utf8_lossy(text);
            match state("a state", &text, &context) {
                Ok(state) => {
                    let fits = |p: f64| (0.0..=100.0).contains(&p);
                    assert!(state.windows.iter().all(|w| fits(w.percent)));
                }
                Err(problems) => assert!(!problems.list.is_empty()),
            }
            let _ = readings("readings", &text).map_err(|p| p.to_string());
        });
    }
}
