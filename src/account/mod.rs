//! The account rules: windows, wallet, gate, ledger. Deterministic: draws no random number, reads
//! no clock, knows no vendor.
//!
//! Read [`spec`] for what an account is, [`gate`] for the decision on one request, [`wallet`] for
//! money, [`windows`] for allowances and [`state`] for how time passes.

pub mod gate;
pub mod lane;
pub mod ledger;
pub mod meter;
pub mod rates;
pub mod reason;
mod renew;
pub mod rules;
pub mod spec;
pub mod state;
pub mod terms;
pub mod wallet;
pub mod windows;
pub mod world;

pub use gate::{Refusal, Verdict};
pub use meter::Meter;
pub use state::Account;
pub use world::{Note, Payment, World};
