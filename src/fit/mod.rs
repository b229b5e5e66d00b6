//! From logs to a scenario: parameters with their uncertainty and the goodness of each fit.

pub mod begin;
