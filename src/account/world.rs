//! What the account asks of and tells to the world around it. The account itself draws nothing:
//! the outcome of a payment comes from outside.

use crate::base::money::Money;
use crate::base::time::Instant;

/// The outcome of one payment attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Milliseconds from trigger to money, or to the news that it was declined.
    pub delay_ms: i64,
    pub declined: bool,
}

/// Where money for the wallet comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurchaseKind {
    Reload,
    TopUp,
    Scheduled,
    Invoice,
}

/// Something that happened in the account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Note {
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
}

/// The account's surroundings.
pub trait World {
    /// The outcome of the `attempt`-th automatic payment of this account, from 0.
    fn payment(&mut self, attempt: u32, at: Instant) -> Payment;
    /// Told of everything that happens, in order of time.
    fn note(&mut self, at: Instant, note: Note);
}
