//! The profile of an account: it names the plan.

use super::fields::{Notes, Object};
use super::{Draft, Form, Reader, WalletState};

pub const FORM: Form = Form {
    name: "profile",
    about: "the profile of an account: organization.rate_limit_tier",
    object: Some(Reader {
        applies: |o| {
            let organization = o.object("organization");
            organization.is_some_and(|o| o.has("rate_limit_tier") || o.has("organization_type"))
        },
        read,
    }),
    text: None,
};

/// Tiers and kinds of account with the catalogue's plan.
const PLANS: &[(&str, &str)] = &[
    ("max_20x", "max-20x"),
    ("max_5x", "max-5x"),
    ("claude_pro", "pro"),
    ("claude_free", "free"),
];

fn read(o: &Object<'_>, draft: &mut Draft, notes: &mut Notes) {
    let Some(organization) = o.object("organization") else {
        return;
    };
    let words =
        ["rate_limit_tier", "organization_type"].map(|k| organization.text(k).unwrap_or(""));
    let plan = PLANS
        .iter()
        .find(|(word, _)| words.iter().any(|w| w.contains(word)));
    if let Some((_, plan)) = plan {
        draft.state.plan = Some((*plan).to_owned());
    }
    draft.pay(WalletState {
        enabled: organization.flag("has_extra_usage_enabled", notes),
        ..WalletState::default()
    });
}
