//! The answer about the spend limit: `monthly_credit_limit`, `used_credits`, in minor units.

use super::fields::{Notes, Object};
use super::usage::unlimited;
use super::{Draft, Form, Reader, SpendLimit, WalletState};
use crate::base::money::Money;

pub const FORM: Form = Form {
    name: "spend limit",
    about: "the answer about the spend limit: monthly_credit_limit, used_credits, is_enabled",
    object: Some(Reader {
        applies: |o| o.has("monthly_credit_limit"),
        read,
    }),
    text: None,
};

fn read(o: &Object<'_>, draft: &mut Draft, notes: &mut Notes) {
    let mut wallet = WalletState {
        enabled: o.flag("is_enabled", notes),
        ..WalletState::default()
    };
    if o.is_usd("currency", notes) {
        wallet.spent = o.minor("used_credits", 2, notes);
        wallet.monthly_limit = o
            .minor("monthly_credit_limit", 2, notes)
            .map(SpendLimit::Amount)
            .or_else(|| unlimited(o, "monthly_credit_limit", wallet.enabled));
        if o.flag("out_of_credits", notes) == Some(true) {
            wallet.balance = Some(Money::ZERO);
        }
    }
    draft.pay(wallet);
}
