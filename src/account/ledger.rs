//! Every movement of money in and out of the wallet, added up exactly.

use crate::base::money::Money;

/// Kinds of posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posting {
    /// Card to wallet: what a purchase costs.
    Purchase = 0,
    /// Provider to wallet: what a bundle gives on top of its price.
    Bonus = 1,
    /// Provider to wallet: promotional and other grants.
    Grant = 2,
    /// Wallet to usage.
    Usage = 3,
    /// Wallet to expired.
    Expired = 4,
    /// Card to tax.
    Tax = 5,
    /// Usage to card: the invoice of an account in arrears.
    Invoice = 6,
}

const POSTINGS: usize = 7;

/// Totals by kind of posting.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    totals: [i64; POSTINGS],
    /// True once a total left the range; the trial is then an error, never a wrapped number.
    pub overflow: bool,
}

impl Ledger {
    /// Adds a posting. `amount` may be zero.
    #[inline]
    pub fn post(&mut self, kind: Posting, amount: i64) {
        let (sum, over) = self.totals[kind as usize].overflowing_add(amount);
        self.totals[kind as usize] = sum;
        self.overflow |= over;
    }

    /// The total of a kind.
    pub fn total(&self, kind: Posting) -> Money {
        Money(self.totals[kind as usize])
    }

    /// What the wallet must hold: opening + in − out, exactly.
    pub fn closing(&self, opening: Money) -> Option<Money> {
        let t = |k: Posting| i128::from(self.totals[k as usize]);
        let sum = i128::from(opening.0)
            + t(Posting::Purchase)
            + t(Posting::Bonus)
            + t(Posting::Grant)
            + t(Posting::Invoice)
            - t(Posting::Usage)
            - t(Posting::Expired);
        i64::try_from(sum).ok().map(Money)
    }
}
