//! The answer about prepaid credits: the balance, its lots of money, auto-reload. The balance includes
//! promotional money, which is listed in `promo_tranches`; what is left was bought.

use super::fields::{Notes, Object};
use super::usage::{amount, auto_reload};
use super::{Draft, Form, Grant, Reader, Reload, WalletState};
use crate::base::money::Money;

pub const FORM: Form = Form {
    name: "prepaid credits",
    about: "the answer about prepaid credits: amount, auto_reload_settings, promo_tranches",
    object: Some(Reader {
        applies: |o| {
            o.has("amount")
                && (o.has("auto_reload_settings") || o.has("tranches") || o.has("promo_tranches"))
        },
        read,
    }),
    text: None,
};

fn read(o: &Object<'_>, draft: &mut Draft, notes: &mut Notes) {
    let mut wallet = WalletState {
        auto_reload: match o.object("auto_reload_settings") {
            Some(reload) => Some(auto_reload(&reload, notes)),
            None => o.is_null("auto_reload_settings").then_some(Reload::Off),
        },
        ..WalletState::default()
    };
    if o.is_usd("currency", notes) {
        money(o, &mut wallet, notes);
    }
    draft.pay(wallet);
}

fn money(o: &Object<'_>, wallet: &mut WalletState, notes: &mut Notes) {
    // An account that never had credits answers with a text instead of a number.
    let numeric = o.get("amount").is_some_and(serde_json::Value::is_number);
    let balance = o.object("balance").and_then(|b| b.object("money"));
    let total = match balance {
        Some(money) => amount(&money, notes),
        None if numeric => o.minor("amount", 2, notes),
        None => None,
    };
    let mut grants = lots(o, "promo_tranches", true, notes);
    grants.extend(lots(o, "tranches", false, notes));
    let lots: i64 = grants
        .iter()
        .fold(0, |sum: i64, g| sum.saturating_add(g.left.0));
    wallet.balance = total.map(|t| Money(t.0.saturating_sub(lots)));
    if total.is_some_and(|t| t.0 >= 0) && lots > total.unwrap_or_default().0 {
        notes.warn("The lots of money of the state are more than its balance: the lots are taken.");
        wallet.balance = Some(Money::ZERO);
    }
    if o.has("promo_tranches") || o.has("tranches") {
        wallet.grants = Some(grants);
    }
}

/// Promotional lots, and bought ones that expire; other bought money is the rest of the balance.
fn lots(o: &Object<'_>, key: &str, promotional: bool, notes: &mut Notes) -> Vec<Grant> {
    let mut all = Vec::new();
    for lot in o.objects(key) {
        let expires = lot.instant("expires_at", notes);
        if !lot.is_usd("currency", notes) || (!promotional && expires.is_none()) {
            continue;
        }
        let left = lot.minor("remaining_amount_minor_units", 2, notes);
        let Some(left) = left.filter(|l| *l > Money::ZERO) else {
            continue;
        };
        let plain = if promotional {
            "Promotional credit"
        } else {
            "Credit"
        };
        all.push(Grant {
            label: lot.text("name").unwrap_or(plain).to_owned(),
            left,
            promotional,
            expires,
        });
    }
    all
}
