//! The account rules: windows, wallet, gate, ledger. Deterministic: draws no random number, reads
//! no clock, knows no vendor.

pub mod rates;
pub mod reason;
pub mod spec;
