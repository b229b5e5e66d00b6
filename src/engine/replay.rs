//! The events of one trial, in order, as the replay and the charts show them.

use crate::account::rates::KINDS;
use crate::account::reason::Reason;
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

/// Where money for the wallet comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurchaseKind {
    Reload,
    TopUp,
    Scheduled,
    Invoice,
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
    WindowOpens {
        window: usize,
        seat: usize,
        until: Instant,
    },
    WindowResets {
        window: usize,
        seat: usize,
    },
    WindowEmpty {
        window: usize,
        seat: usize,
    },
    /// A charge posted to the wallet; the balance is what is left after it.
    Charged {
        cost: Money,
        balance: Money,
    },
    WalletEmpty,
    ReloadTriggered {
        amount: Money,
        balance: Money,
    },
    ReloadCapReached {
        bought: Money,
    },
    PaymentDeclined {
        attempt: u32,
    },
    /// Money arrives: `pay` on the card (plus `tax`), `get` in the wallet.
    Purchase {
        kind: PurchaseKind,
        pay: Money,
        tax: Money,
        get: Money,
        balance: Money,
    },
    GrantStarts {
        grant: usize,
        amount: Money,
        balance: Money,
    },
    Expired {
        amount: Money,
        balance: Money,
    },
    MonthStarts,
    IncidentStarts {
        incident: usize,
    },
    IncidentEnds {
        incident: usize,
    },
}
