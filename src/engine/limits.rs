//! Sizes of the windows in one trial.

use crate::account::reason::WINDOWS_MAX;
use crate::account::spec::{Limit, WindowSpec};
use crate::base::law::{Draw, Law};
use crate::base::money::PICO_PER_USD;
use crate::base::stream::{Purpose, Stream};
use crate::base::table::Sampler;

/// A quantity drawn a few times in a trial; a fixed one needs no table.
#[derive(Clone, Debug)]
pub enum Quantity {
    Fixed(f64),
    Drawn(Sampler),
}

impl Quantity {
    pub fn new(draw: &Draw) -> Quantity {
        match (&draw.law, draw.min, draw.max) {
            (Law::Constant(x), None, None) => Quantity::Fixed(*x),
            _ => Quantity::Drawn(Sampler::compile(draw)),
        }
    }

    /// The value at a word.
    pub fn sample(&self, word: u32) -> f64 {
        match self {
            Quantity::Fixed(x) => *x,
            Quantity::Drawn(sampler) => sampler.sample(word),
        }
    }
}

/// The limits of an account, ready to be drawn.
#[derive(Clone, Debug)]
pub struct LimitTables(Vec<Size>);

#[derive(Clone, Debug)]
enum Size {
    Usd(Quantity),
    ShareOf(usize, f64),
}

impl LimitTables {
    pub fn new(windows: &[WindowSpec]) -> LimitTables {
        let size = |w: &WindowSpec| match &w.limit {
            Limit::Usd(draw) => Size::Usd(Quantity::new(draw)),
            Limit::ShareOf { window, share } => Size::ShareOf(*window, *share),
        };
        LimitTables(windows.iter().take(WINDOWS_MAX).map(size).collect())
    }

    /// The sizes in one trial, in window units. The same trial draws the same place in the band of
    /// each window, whatever the band.
    pub fn draw(&self, seed: u64, trial: u64) -> [i64; WINDOWS_MAX] {
        self.at(|w| Stream::open(seed, Purpose::Limit, trial, 0, w as u64).word())
    }

    /// The sizes in the middle of each band.
    pub fn middle(&self) -> [i64; WINDOWS_MAX] {
        self.at(|_| 1 << 31)
    }

    fn at(&self, word: impl Fn(usize) -> u32) -> [i64; WINDOWS_MAX] {
        let mut limits = [0i64; WINDOWS_MAX];
        for (w, size) in self.0.iter().enumerate() {
            limits[w] = match size {
                Size::Usd(usd) => (usd.sample(word(w)) * PICO_PER_USD as f64).max(1.0) as i64,
                Size::ShareOf(window, share) => (limits[*window] as f64 * share).max(1.0) as i64,
            };
        }
        limits
    }
}
