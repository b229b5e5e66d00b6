//! Money, tokens, time, random streams and samplers. Knows no domain word and does no I/O.

pub mod draw;
pub mod law;
pub mod money;
pub mod special;
pub mod stream;
pub mod table;
pub mod time;
