//! A plan and its wallet over a time that has been, with every change of them.

use super::meter::Meter;
use super::spec::{Access, AccountSpec, AutoReload};
use super::terms::Terms;
use crate::base::money::Money;
use crate::base::time::Instant;

/// A plan over a time.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The plan's identifier in the catalogue.
    pub id: Option<String>,
    pub label: String,
    pub timezone: String,
    /// Local midnights: before the first instant that was asked for, or where the plan's record
    /// begins, and after the last.
    pub start: Instant,
    pub end: Instant,
    /// `1-31 October 2026`.
    pub horizon: String,
    /// Offsets of local time from start to end.
    pub zone: Vec<(Instant, i64)>,
    /// Local midnights from start to end, both included: each day and its end.
    pub days: Vec<Instant>,
    pub meter: Meter,
    /// In order of time; never empty.
    pub periods: Vec<Period>,
    /// Fees of one seat that fall due, before tax; none where one of them is negotiated.
    pub fees: Option<Vec<Money>>,
    /// Whether the wallet can pay at all.
    pub has_wallet: bool,
    /// The auto-reload that was taken because nothing was said about money.
    pub assumed_reload: Option<AutoReload>,
    pub warnings: Vec<String>,
}

/// The rules that hold from an instant on.
#[derive(Clone, Debug)]
pub struct Period {
    pub from: Instant,
    pub terms: Terms,
    /// The account of one seat with its wallet switched on, still without classes.
    pub account: AccountSpec,
}

impl Period {
    /// The account with the wallet switched off.
    pub fn without_credits(&self) -> AccountSpec {
        let mut account = self.account.clone();
        let access = &mut account.wallet.access;
        if *access != Access::Impossible {
            *access = Access::Off;
        }
        account
    }
}
