//! burncast: a usage-burn simulator and cost planner.

pub mod account;
pub mod analysis;
pub mod base;
pub mod catalog;
pub mod cli;
pub mod demand;
pub mod engine;
pub mod report;
pub mod scenario;
pub mod stats;
