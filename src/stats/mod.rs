//! Quantiles, intervals, paired differences, scores. Knows no domain word.

pub mod estimate;
