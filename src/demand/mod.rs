//! Demand: calendar, actors, sessions, context, cache, sub-agents. Random; knows tokens and time,
//! no price and no balance.

pub mod spec;
