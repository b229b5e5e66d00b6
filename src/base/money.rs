//! Money as an integer count of pico-dollars.
//!
//! Every list price per million tokens with up to six decimals, times every published multiplier,
//! is a whole number of pico-dollars per token; so a charge is an integer product and nothing is
//! rounded until it is shown or charged to a card.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// An amount of money in pico-dollars (1e-12 USD). Range about ±9.2 million dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i64);

/// Pico-dollars in one dollar.
pub const PICO_PER_USD: i64 = 1_000_000_000_000;
/// Pico-dollars in one cent.
pub const PICO_PER_CENT: i64 = PICO_PER_USD / 100;

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);
    /// The largest amount that can be held.
    pub const MAX: Money = Money(i64::MAX);

    const CENTS_MAX: i64 = i64::MAX / PICO_PER_CENT;
    const CENTS_MIN: i64 = i64::MIN / PICO_PER_CENT;

    /// Whole dollars.
    pub const fn usd(dollars: i64) -> Money {
        Money(dollars * PICO_PER_USD)
    }

    /// Whole cents.
    pub const fn cents(cents: i64) -> Money {
        Money(cents * PICO_PER_CENT)
    }

    /// The exact amount that a decimal number of dollars stands for.
    ///
    /// # Errors
    /// `None` when the number has more than twelve decimals or leaves the range.
    pub fn from_decimal(dollars: Decimal) -> Option<Money> {
        let pico = dollars.checked_mul(Decimal::from(PICO_PER_USD))?;
        if !pico.fract().is_zero() {
            return None;
        }
        pico.to_i64().map(Money)
    }

    /// The amount in dollars, exactly.
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.0), 12).normalize()
    }

    /// The amount as an estimate in dollars: for statistics and charts only, never for accounts.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / PICO_PER_USD as f64
    }

    /// Rounded to whole cents, halves to the even cent: what a card is charged. At the ends of the
    /// range, where the next cent is out of it, rounded toward zero.
    pub fn round_to_cent(self) -> Money {
        let (q, r) = (
            self.0.div_euclid(PICO_PER_CENT),
            self.0.rem_euclid(PICO_PER_CENT),
        );
        let up = 2 * r > PICO_PER_CENT || (2 * r == PICO_PER_CENT && q % 2 != 0);
        let cents = if q < Money::CENTS_MIN {
            Money::CENTS_MIN
        } else {
            (q + i64::from(up)).min(Money::CENTS_MAX)
        };
        Money(cents * PICO_PER_CENT)
    }

    /// The sum, or `None` when it leaves the range.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }

    /// The difference, or `None` when it leaves the range.
    pub fn checked_sub(self, other: Money) -> Option<Money> {
        self.0.checked_sub(other.0).map(Money)
    }

    /// This amount times a decimal factor (a tax rate, a bundle ratio), rounded to cents half-even.
    pub fn times_to_cent(self, factor: Decimal) -> Option<Money> {
        let usd = self.to_decimal().checked_mul(factor)?;
        let cents =
            usd.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointNearestEven);
        Money::from_decimal(cents)
    }
}

impl fmt::Display for Money {
    /// Dollars and cents with thousands separators: `$1,234.50`, `-$0.75`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.round_to_cent().0 / PICO_PER_CENT;
        let sign = if cents < 0 { "-" } else { "" };
        let (usd, c) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
        write!(f, "{sign}${}.{c:02}", group_thousands(usd))
    }
}

/// `1234567` as `1,234,567`.
pub fn group_thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn decimals_are_exact_or_refused() {
        let m = |s: &str| Money::from_decimal(Decimal::from_str_exact(s).unwrap());
        assert_eq!(m("0.1"), Some(Money(100_000_000_000)));
        assert_eq!(m("0.0000000000001"), None);
        assert_eq!(m("99999999"), None);
        assert_eq!(
            m("0.1").unwrap().to_decimal(),
            Decimal::from_str("0.1").unwrap()
        );
    }

    #[test]
    fn cents_round_half_even() {
        assert_eq!(Money(5_000_000_000).round_to_cent(), Money::ZERO);
        assert_eq!(Money(15_000_000_000).round_to_cent(), Money::cents(2));
        assert_eq!(Money(-15_000_000_000).round_to_cent(), Money::cents(-2));
        assert_eq!(Money(15_000_000_001).round_to_cent(), Money::cents(2));
        for extreme in [i64::MAX, i64::MIN, i64::MIN + 1] {
            let cents = extreme / PICO_PER_CENT;
            assert_eq!(Money(extreme).round_to_cent(), Money::cents(cents));
        }
        assert!(Money(i64::MIN).to_string().starts_with("-$9,223,372."));
    }

    #[test]
    fn shown_with_separators() {
        assert_eq!(Money::cents(123_456_789).to_string(), "$1,234,567.89");
        assert_eq!(Money::cents(-75).to_string(), "-$0.75");
    }
}
