//! Findings: one file per question. Turns an Outcome into answers with error bars; writes no file.

pub mod findings;
