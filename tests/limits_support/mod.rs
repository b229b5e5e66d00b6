//! An account whose limit and meter are known: its requests, what else uses it, and the
//! percentages that it shows.

use burncast::account::Meter;
use burncast::account::meter::METERS;
use burncast::base::time::Instant;
use burncast::logs::merge::hash;
use burncast::logs::state::{Reading, WindowKind};
use burncast::logs::{Logs, OutputCount, Request, Row, Rows, Tokens, merge};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 2026-10-12T00:00Z, a Monday.
pub const MONDAY: i64 = 1_791_763_200_000;

/// Small generator of the tests.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678)
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// Between 0 and 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
    /// Uniform on the logarithmic scale.
    pub fn scale(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }
    pub fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.unit(), self.unit());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[(self.next() % list.len() as u64) as usize]
    }
}

/// How an account makes its percentages whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rounding {
    Down,
    Nearest,
}

/// What is true of an account.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// Of the five-hour window, in dollars of the meter.
    pub limit: f64,
    pub meter: Meter,
    pub rounding: Rounding,
    /// Bursts an hour that the log does not have, and their mean share of the window.
    pub hidden_rate: f64,
    pub hidden_share: f64,
    /// What a request is counted at strays by this much (standard deviation of the logarithm), and
    /// is right on average.
    pub stray: f64,
    pub days: i64,
    /// Median minutes between two readings.
    pub every: f64,
    /// Whether readings say when the window resets.
    pub resets: bool,
}

/// What comes of it.
pub struct Account {
    pub logs: Logs,
    pub readings: Vec<Reading>,
}

/// A request before anything is charged: its time in ms, its model, its tokens.
#[derive(Clone, Copy)]
pub struct Work {
    pub at: i64,
    pub lasts: i64,
    pub sonnet: bool,
    pub tokens: Tokens,
}

impl Work {
    /// Dollars of a meter, at the list prices of Opus 4.8 and Sonnet 4.6.
    pub fn dollars(&self, meter: Meter) -> f64 {
        let t = &self.tokens;
        let scale = if self.sonnet { 0.6 } else { 1.0 };
        let [w5, w1, read] = match meter {
            Meter::ReadsFree => [5.0, 5.0, 0.0],
            Meter::ReadsFull => [6.25, 10.0, 5.0],
            _ => [6.25, 10.0, 0.5],
        };
        scale
            * 1e-6
            * (5.0 * t.input as f64
                + w5 * t.cache_write_5m as f64
                + w1 * t.cache_write_1h as f64
                + read * t.cache_read as f64
                + 25.0 * t.output as f64)
    }
}

/// Sessions of an agent on some days: contexts that grow, are read from the cache, and are written
/// anew after a pause.
pub fn work(r: &mut Random, days: i64) -> Vec<Work> {
    let mut all = Vec::new();
    for day in 0..days {
        let mut at = MONDAY + day * DAY + 8 * HOUR + r.exponential(40.0 * MINUTE as f64) as i64;
        let end = MONDAY + day * DAY + 20 * HOUR;
        while at < end {
            at = session(r, at, end, &mut all);
            at += r.lognormal(9.0, 1.2) as i64 * MINUTE;
        }
    }
    all
}

fn session(r: &mut Random, start: i64, end: i64, all: &mut Vec<Work>) -> i64 {
    let sonnet = r.unit() < 0.25;
    let hour = r.unit() < 0.7;
    let mut at = start;
    let mut context = 0.0;
    let mut size = r.lognormal(26_000.0, 0.4);
    let requests = r.lognormal(28.0, 0.9).clamp(2.0, 250.0) as usize;
    for _ in 0..requests {
        if at >= end {
            break;
        }
        let gap = if r.unit() < 0.15 {
            r.lognormal(2.0 * MINUTE as f64, 1.2)
        } else {
            r.lognormal(9_000.0, 0.8)
        };
        let cold =
            gap > if hour {
                HOUR as f64
            } else {
                5.0 * MINUTE as f64
            } || r.unit() < 0.02;
        let read = if cold { 0.0 } else { context };
        let written = (size - read).max(0.0);
        let tokens = Tokens {
            input: 7,
            cache_write_5m: if hour { 0 } else { written as u64 },
            cache_write_1h: if hour { written as u64 } else { 0 },
            cache_read: read as u64,
            output: r.lognormal(300.0, 1.1) as u64,
        };
        at += gap as i64;
        let lasts = (2_000.0 + 15.0 * tokens.output as f64) as i64;
        all.push(Work {
            at,
            lasts,
            sonnet,
            tokens,
        });
        at += lasts;
        context = size;
        size += r.lognormal(900.0, 1.1);
        if size > 160_000.0 {
            (size, context) = (47_000.0, 0.0);
        }
    }
    at
}

/// What happens at a time.
enum Event {
    Begins(usize),
    Ends(usize),
    Hidden(f64),
    Read,
}

/// Plays work against an account: what is refused is not logged.
pub fn play(r: &mut Random, truth: Truth, work: &[Work]) -> Account {
    let mut events: Vec<(i64, Event)> = Vec::new();
    for (i, w) in work.iter().enumerate() {
        events.push((w.at, Event::Begins(i)));
        events.push((w.at + w.lasts, Event::Ends(i)));
    }
    for day in 0..truth.days {
        let (from, to) = (
            MONDAY + day * DAY + 8 * HOUR,
            MONDAY + day * DAY + 22 * HOUR,
        );
        let mut at = from as f64;
        if truth.hidden_rate > 0.0 {
            loop {
                at += r.exponential(HOUR as f64 / truth.hidden_rate);
                if at >= to as f64 {
                    break;
                }
                let size = r.exponential(truth.hidden_share * truth.limit);
                events.push((at as i64, Event::Hidden(size)));
            }
        }
        let mut at = from as f64;
        loop {
            at += r.lognormal(truth.every * MINUTE as f64, 0.8);
            if at >= to as f64 {
                break;
            }
            events.push((at as i64, Event::Read));
        }
    }
    events.sort_by_key(|e| e.0);
    let stray: Vec<f64> = work
        .iter()
        .map(|_| r.lognormal((-0.5 * truth.stray * truth.stray).exp(), truth.stray))
        .collect();
    let mut meter = Window::new(truth);
    let (mut logged, mut readings) = (vec![false; work.len()], Vec::new());
    for (at, event) in events {
        meter.closes(at);
        match event {
            Event::Begins(i) => logged[i] = meter.opens(at),
            Event::Ends(i) if logged[i] => meter.used += stray[i] * work[i].dollars(truth.meter),
            Event::Ends(_) => {}
            Event::Hidden(size) => {
                if meter.opens(at) {
                    meter.used += size;
                }
            }
            Event::Read => readings.extend(meter.reading(at)),
        }
    }
    let kept: Vec<Work> = (0..work.len())
        .filter(|i| logged[*i])
        .map(|i| work[i])
        .collect();
    Account {
        logs: logs(&kept),
        readings,
    }
}

struct Window {
    truth: Truth,
    resets: Option<i64>,
    used: f64,
}

impl Window {
    fn new(truth: Truth) -> Window {
        Window {
            truth,
            resets: None,
            used: 0.0,
        }
    }

    fn closes(&mut self, at: i64) {
        if self.resets.is_some_and(|r| at >= r) {
            (self.resets, self.used) = (None, 0.0);
        }
    }

    /// Whether a request is admitted; the first one opens the window.
    fn opens(&mut self, at: i64) -> bool {
        if self.resets.is_none() {
            self.resets = Some(at - at.rem_euclid(10 * MINUTE) + 5 * HOUR);
        }
        self.used < self.truth.limit
    }

    fn reading(&self, at: i64) -> Option<Reading> {
        let exact = (100.0 * self.used / self.truth.limit).min(100.0);
        let percent = match self.truth.rounding {
            Rounding::Down => exact.floor(),
            Rounding::Nearest => exact.round(),
        };
        Some(Reading {
            at: Instant(at),
            kind: WindowKind::Session,
            percent,
            whole: true,
            resets: self.resets.filter(|_| self.truth.resets).map(Instant),
        })
    }
}

/// Requests as a log has them.
pub fn logs(work: &[Work]) -> Logs {
    let mut rows = Rows::default();
    let opus = rows.names.add("claude-opus-4-8");
    let sonnet = rows.names.add("claude-sonnet-4-6");
    let session = rows.names.add("s");
    for (i, w) in work.iter().enumerate() {
        rows.rows.push(Row {
            key: hash(&[&i.to_string()]),
            request: Request {
                at: Instant(w.at),
                until: Instant(w.at + w.lasts),
                model: if w.sonnet { sonnet } else { opus },
                session,
                tokens: w.tokens,
                output: OutputCount::Final,
                count: 1,
                ..Request::default()
            },
        });
    }
    merge(rows)
}

/// A truth within or around the band of the plan, 84 to 330 dollars of price.
pub fn truth(r: &mut Random) -> Truth {
    let meter = r.pick(&METERS);
    // What such work counts under the other meters, about.
    let factor = match meter {
        Meter::ReadsFree => 0.4,
        Meter::ReadsFull => 4.5,
        _ => 1.0,
    };
    Truth {
        limit: factor * r.scale(45.0, 450.0),
        meter,
        rounding: r.pick(&[Rounding::Down, Rounding::Nearest]),
        hidden_rate: r.pick(&[0.0, 0.05, 0.2]),
        hidden_share: 0.04,
        stray: r.pick(&[0.0, 0.15, 0.3]),
        days: 1 + (r.next() % 4) as i64,
        every: r.scale(4.0, 60.0),
        resets: r.unit() < 0.6,
    }
}
