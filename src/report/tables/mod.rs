//! The CSV files of a run: one file per table, one line in [`TABLES`].
//!
//! Columns carry their units; a missing value is an empty cell, never 0; money is decimal text;
//! intervals stand in `_low` and `_high` columns (95 %); times are local ISO 8601 with offset,
//! beside hours since the start. A table lays findings out and computes none.

mod blocked;
pub mod cell;
mod cost;
mod drains;
mod months;
mod payers;
mod reasons;
mod spend;
mod timeline;
mod trials;
mod typical;

use std::io::{self, Write};

use crate::analysis::findings::Findings;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::Outcome;

/// What tables are made from.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    pub findings: &'a Findings,
    pub experiment: &'a Experiment,
    pub outcome: &'a Outcome,
}

/// A table: its file, what it holds, and how it is written.
pub struct Table {
    pub file: &'static str,
    pub describe: &'static str,
    pub write: fn(&Sheet<'_>, &mut dyn Write) -> io::Result<()>,
}

/// All tables, in the order of a report.
pub const TABLES: &[Table] = &[
    Table {
        file: "drains.csv",
        describe: "per pool: how likely, when first and how often it runs dry",
        write: drains::write,
    },
    Table {
        file: "timeline.csv",
        describe: "per pool and time step: what is left, and whether it has run dry",
        write: timeline::write,
    },
    Table {
        file: "months.csv",
        describe: "per calendar month: subscription, plan, extra usage, card, tax, what is left",
        write: months::write,
    },
    Table {
        file: "cost.csv",
        describe: "the distribution of the cost of the whole horizon",
        write: cost::write,
    },
    Table {
        file: "spend.csv",
        describe: "by actor, model and token kind: tokens, dollars, share",
        write: spend::write,
    },
    Table {
        file: "payers.csv",
        describe: "by actor and model: requests, cache misses, and who paid",
        write: payers::write,
    },
    Table {
        file: "reasons.csv",
        describe: "by actor and reason: refusals with the words the user sees",
        write: reasons::write,
    },
    Table {
        file: "blocked.csv",
        describe: "by actor, reason, weekday and hour: requests, hours, probability",
        write: blocked::write,
    },
    Table {
        file: "typical.csv",
        describe: "one typical trial: what is left over time, reloads and refusals",
        write: typical::write,
    },
    Table {
        file: "trials.csv",
        describe: "one row per trial, exact",
        write: trials::write,
    },
];

#[cfg(test)]
mod tests;
