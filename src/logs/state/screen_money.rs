//! The wallet's part of a screen: amounts and the words beside them, in any of the orders in which
//! pages put them.

use super::{Reload, SpendLimit, WalletState};
use crate::base::money::Money;
use crate::base::text;

/// A line of the wallet's part.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    /// In the order of the line.
    amounts: Vec<Money>,
    /// A sign of another currency than dollars.
    foreign: Option<&'static str>,
    /// In small letters.
    text: String,
}

/// Signs of money with their names; the longest first.
const SIGNS: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("A$", "AUD"),
    ("NZ$", "NZD"),
    ("R$", "BRL"),
    ("$", "USD"),
    ("£", "GBP"),
    ("€", "EUR"),
    ("¥", "JPY"),
    ("₹", "INR"),
];

/// Adds a line.
pub(super) fn line(line: &str, items: &mut Vec<Item>) {
    let mut item = Item {
        text: line.to_lowercase(),
        ..Item::default()
    };
    let mut rest = line;
    while let Some((at, sign, currency)) = next_sign(rest) {
        let after = rest.get(at + sign.len()..).unwrap_or("");
        let number: String = after
            .trim_start()
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.' || *c == ',')
            .collect();
        if currency != "USD" {
            item.foreign = Some(currency);
        } else if let Some(money) = dollars(&number) {
            item.amounts.push(money);
        }
        rest = after;
    }
    items.push(item);
}

/// The first sign of money: where it stands, the sign, its currency.
fn next_sign(text: &str) -> Option<(usize, &'static str, &'static str)> {
    SIGNS
        .iter()
        .filter_map(|(sign, currency)| Some((text.find(sign)?, *sign, *currency)))
        .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())))
}

fn dollars(number: &str) -> Option<Money> {
    let plain = number.trim_end_matches(['.', ',']).replace(',', "");
    Money::from_decimal(text::decimal(&plain)?)
}

/// The currency, if it is not the dollar.
pub(super) fn foreign(items: &[Item]) -> Option<&'static str> {
    items.iter().find_map(|i| i.foreign)
}

/// What the lines say together.
pub(super) fn wallet(items: &[Item]) -> WalletState {
    let mut wallet = WalletState::default();
    if items.is_empty() {
        return wallet;
    }
    let has = |words: &[&str]| {
        items
            .iter()
            .any(|i| words.iter().any(|w| i.text.contains(w)))
    };
    let off = ["not enabled", "are off", "is off", "not set up", "disabled"];
    let on = ["spent", "unlimited", "% used", "current balance"];
    wallet.enabled = match (has(&off), has(&on)) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        _ => None,
    };
    if has(&["auto-reload off", "auto-reload is off", "auto-reload: off"]) {
        wallet.auto_reload = Some(Reload::Off);
    } else if has(&["auto-reload on", "auto-reload is on", "auto-reload: on"]) {
        wallet.auto_reload = Some(Reload::On {
            threshold: None,
            reload_to: None,
        });
    }
    if foreign(items).is_some() {
        return wallet;
    }
    let labelled = |label: &str| amount_of(items, label);
    if has(&["unlimited"]) {
        wallet.monthly_limit = Some(SpendLimit::Unlimited);
    }
    let spent = items.iter().find(|i| i.text.contains("spent"));
    if let Some(item) = spent {
        wallet.spent = item.amounts.first().copied().or_else(|| labelled("spent"));
        if let Some(limit) = item.amounts.get(1) {
            wallet.monthly_limit = Some(SpendLimit::Amount(*limit));
        }
    }
    let limit = labelled("spend limit").or_else(|| labelled("monthly limit"));
    if let Some(limit) = limit {
        wallet.monthly_limit = Some(SpendLimit::Amount(limit));
    }
    wallet.balance = labelled("balance");
    wallet
}

/// The amount beside a label: in its own line, alone in the line before, or alone in the one after.
fn amount_of(items: &[Item], label: &str) -> Option<Money> {
    let at = items.iter().position(|i| i.text.contains(label))?;
    let alone = |i: Option<&Item>| {
        let item = i?;
        let letters = item.text.chars().any(char::is_alphabetic);
        item.amounts.first().copied().filter(|_| !letters)
    };
    let own = items.get(at).and_then(|i| i.amounts.first().copied());
    let before = || alone(at.checked_sub(1).and_then(|i| items.get(i)));
    own.or_else(before).or_else(|| alone(items.get(at + 1)))
}
