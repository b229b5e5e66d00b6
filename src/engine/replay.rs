//! The events of one trial, in order, as the replay and the charts show them.

use crate::account::rates::KINDS;
use crate::account::reason::Reason;
pub use crate::account::world::{Note, PurchaseKind};
use crate::base::money::Money;
use crate::base::time::Instant;

/// Something that happened in a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub at: Instant,
    pub what: What,
}

/// Who pays for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    Plan = 0,
    Wallet = 1,
    Elsewhere = 2,
}

/// Kinds of event. `actor` indexes the experiment's actors, `window` the account's windows.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    SessionStart {
        actor: usize,
        session: u32,
        runaway: bool,
    },
    SessionEnd {
        actor: usize,
        session: u32,
    },
    /// An admitted request (at its start).
    Request {
        actor: usize,
        session: u32,
        sub_agent: Option<u32>,
        /// Number in its chain, from 1.
        n: u32,
        /// Position inside the prompt, from 1, and number of the prompt, from 1.
        in_prompt: u32,
        prompt: u32,
        model: usize,
        payer: Payer,
        tokens: [i64; KINDS],
        context: i64,
        cost: Money,
        miss: bool,
        compaction: bool,
        /// When it ends and its charge posts.
        ends: Instant,
    },
    Refused {
        actor: usize,
        session: u32,
        reason: Reason,
        /// Earliest instant at which the gate would admit it, when that is known.
        until: Option<Instant>,
    },
    /// What the actor did about it: `waits`, `drops`, `tops up`, ….
    Reacts {
        actor: usize,
        session: u32,
        what: &'static str,
        until: Option<Instant>,
    },
    /// Something that happened in the account: windows, wallet, payments.
    Account(Note),
    IncidentStarts {
        incident: usize,
    },
    IncidentEnds {
        incident: usize,
    },
}
