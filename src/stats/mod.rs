//! Estimates with honest intervals. Knows numbers, no domain word.

pub mod estimate;
pub mod histogram;
pub mod mean;
pub mod proportion;
pub mod quantile;
