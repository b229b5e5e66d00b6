//! Demand: calendar, actors, sessions, context, cache, sub-agents. Random; knows tokens and time,
//! no price and no balance.
//!
//! [`spec`] says what can be described, [`calendar`] decides when sessions start,
//! [`crowd`] how long they are then, [`kernel`] is a
//! description compiled into sampler tables, [`chain`] is one session or sub-agent at work.

pub mod calendar;
pub mod chain;
pub mod crowd;
pub mod kernel;
pub mod spec;
