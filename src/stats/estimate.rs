//! An estimate with its interval.

/// A value estimated from `n` observations, and the interval that holds the truth with the
/// confidence that was asked for. An end is infinite where the data cannot bound it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate, in the unit of the observations (or a share in 0..=1).
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Observations behind it.
    pub n: u64,
}

impl Estimate {
    /// Half the width of the interval: the precision reached.
    pub fn half_width(&self) -> f64 {
        0.5 * (self.high - self.low)
    }
}
