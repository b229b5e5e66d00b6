//! Money, tokens, time, random streams and samplers. Knows no domain word and does no I/O.

pub mod civil;
pub mod law;
pub mod money;
pub mod stream;
pub mod time;
