//! Addressed random streams.
//!
//! A stream is not consumed in turn but addressed by (seed, purpose, trial, actor, index). Two
//! policies or two plans that are compared meet the same demand, any trial can be replayed alone,
//! and nothing depends on the number of threads.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// What a stream is for. The numbers are part of the meaning of a seed: never renumber, only add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Limits of windows whose size is uncertain, once per trial.
    Limit = 1,
    /// Active days, sessions of a day and their start times.
    Calendar = 2,
    /// Everything inside one session.
    Session = 3,
    /// Everything inside one sub-agent.
    SubAgent = 4,
    /// Outcomes of payments.
    Payment = 5,
    /// Reaction times of a user who is stopped.
    Reaction = 6,
    /// Incidents on the provider's side.
    Incident = 7,
    /// Draws that hold for a whole trial or actor: volume, level, person effects.
    Person = 8,
    /// Bootstrap resampling in reports.
    Resample = 9,
}

/// Trials that can be addressed.
pub const TRIALS_MAX: u64 = 1 << 24;
/// Actors that can be addressed.
pub const ACTORS_MAX: usize = 1 << 11;
/// Sessions of one actor in one trial that can be addressed.
pub const INDEX_MAX: u64 = 1 << 24;

/// The generator of one stream.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// Opens the stream at an address.
    ///
    /// `purpose` (5 bits), `trial` (24), `actor` (11) and `index` (24) are packed into 64 bits, so
    /// distinct addresses give distinct states; a bijective mixer spreads them. Values past their
    /// field wrap: the scenario's check keeps trials and actors inside.
    #[inline]
    pub fn open(seed: u64, purpose: Purpose, trial: u64, actor: usize, index: u64) -> Stream {
        let key = ((purpose as u64) << 59)
            | ((trial & (TRIALS_MAX - 1)) << 35)
            | ((actor as u64 & (ACTORS_MAX as u64 - 1)) << 24)
            | (index & (INDEX_MAX - 1));
        Stream(Xoshiro256PlusPlus::seed_from_u64(mix(key ^ mix(seed))))
    }

    /// The next 64 uniform bits.
    #[inline(always)]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The next 32 uniform bits.
    #[inline(always)]
    pub fn word(&mut self) -> u32 {
        (self.0.next_u64() >> 32) as u32
    }

    /// A uniform number in (0, 1), never 0 or 1.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }

    /// True with probability `p`.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A uniform whole number in `0..n` (`n` ≥ 1), by multiplication; the bias is below n/2^64.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }
}

/// SplitMix64's finalizer: a bijection of 64-bit words.
#[inline]
pub fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden values: a change here is value-breaking.
    #[test]
    fn streams_are_addressed() {
        let a = Stream::open(42, Purpose::Session, 7, 1, 3).bits();
        assert_eq!(a, Stream::open(42, Purpose::Session, 7, 1, 3).bits());
        assert_ne!(a, Stream::open(42, Purpose::Session, 7, 1, 4).bits());
        assert_ne!(a, Stream::open(42, Purpose::Session, 8, 1, 3).bits());
        assert_ne!(a, Stream::open(42, Purpose::SubAgent, 7, 1, 3).bits());
        assert_ne!(a, Stream::open(43, Purpose::Session, 7, 1, 3).bits());
    }
}
