//! Findings: one file per question. Turns an Outcome into answers with error bars; writes no file.
//!
//! Read `findings` (what is answered), `summarise` (how it is put together), then any one question.

pub mod blocked;
pub mod compare;
pub mod cost;
pub mod findings;
#[cfg(test)]
pub mod fixture;
pub mod history;
pub mod metric;
pub mod numbers;
pub mod plans;
pub mod pools;
pub mod pricing;
pub mod realism;
mod realism_watch;
pub mod sensitivity;
pub mod sentences;
pub mod spend;
pub mod summarise;
pub mod tune;
pub mod typical;
pub mod usage;
pub mod windows;
pub mod words;
