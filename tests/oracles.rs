//! The engine against answers that are known exactly.
//!
//! Each oracle is a scenario file in `tests/oracles/` whose result has a closed form (or a
//! convolution, worked out elsewhere to ten digits). A simulated number passes when it lies within
//! four standard errors of the exact one; the standard error is the exact one too, never estimated
//! from the sample, and seeds are fixed. Numbers without chance must agree to 1e-9.
//!
//! `cargo test --test oracles -- --nocapture` prints every number. A, B, D: a balance; C: auto-reload;
//! E: windows; F: context; D4: the lean model of the benchmark, built on the engine's own parts.

#[path = "oracles/check.rs"]
mod check;
#[path = "oracles/context.rs"]
mod context;
#[path = "oracles/exact.rs"]
mod exact;
#[path = "oracles/lean.rs"]
mod lean;
#[path = "oracles/money.rs"]
mod money;
#[path = "../benches/peer_v1/mod.rs"]
mod peer_v1;
#[path = "oracles/reload.rs"]
mod reload;
#[path = "oracles/windows.rs"]
mod windows;
