//! Money, tokens, time, random streams and samplers. Knows no domain word and does no I/O.

pub mod civil;
pub mod draw;
pub mod law;
mod law_check;
mod law_tails;
pub mod money;
mod normal;
pub mod special;
pub mod stream;
pub mod table;
pub mod text;
pub mod time;
pub mod zones;
