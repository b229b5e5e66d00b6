//! The answer of the usage endpoint: windows by name (the older shape), the list `limits` (the newer
//! one), `extra_usage` and `spend`. Percentages are 0 to 100, money is in minor units.

use super::fields::{Notes, Object};
use super::{Draft, Form, Reader, Reload, SpendLimit, WalletState, WindowKind, WindowState};
use crate::base::money::Money;

pub const FORM: Form = Form {
    name: "usage answer",
    about: "the answer of the usage endpoint: five_hour, seven_day, limits, extra_usage, spend",
    object: Some(Reader { applies, read }),
    text: None,
};

/// Windows of the older shape. More come and go under code names; those are left out.
const NAMED: &[&str] = &[
    "five_hour",
    "seven_day",
    "seven_day_opus",
    "seven_day_sonnet",
    "seven_day_haiku",
    "seven_day_fable",
];

/// The window behind a name like `seven_day_opus`.
pub(super) fn kind(name: &str) -> WindowKind {
    match name {
        "five_hour" => WindowKind::Session,
        "seven_day" => WindowKind::Week,
        "seven_day_opus" => WindowKind::WeekModel("Opus".into()),
        "seven_day_sonnet" => WindowKind::WeekModel("Sonnet".into()),
        "seven_day_haiku" => WindowKind::WeekModel("Haiku".into()),
        "seven_day_fable" => WindowKind::WeekModel("Fable".into()),
        other => WindowKind::Other(other.to_owned()),
    }
}

fn applies(o: &Object<'_>) -> bool {
    let named = |key: &&&str| o.object(key).is_some_and(|w| w.has("utilization"));
    NAMED.iter().any(|key| named(&key))
        || o.object("extra_usage").is_some_and(|e| e.has("is_enabled"))
        || o.object("spend")
            .is_some_and(|s| s.has("used") || s.has("enabled"))
        || o.objects("limits")
            .iter()
            .any(|l| l.has("kind") && l.has("percent"))
}

fn read(o: &Object<'_>, draft: &mut Draft, notes: &mut Notes) {
    for limit in o.objects("limits") {
        let Some(kind) = listed(&limit) else { continue };
        let resets = limit.instant("resets_at", notes);
        if let Some(percent) = limit.percent("percent", notes) {
            draft.window(kind, percent, resets);
        }
    }
    for key in NAMED {
        let Some(window) = o.object(key) else {
            continue;
        };
        let resets = window.instant("resets_at", notes);
        if let Some(percent) = window.percent("utilization", notes) {
            both_shapes(draft, &kind(key), percent, notes);
            draft.window(kind(key), percent, resets);
        }
    }
    let mut wallet = WalletState::default();
    if let Some(extra) = o.object("extra_usage") {
        extra_usage(&extra, &mut wallet, notes);
    }
    if let Some(spend) = o.object("spend") {
        self::spend(&spend, &mut wallet, notes);
    }
    draft.pay(wallet);
}

/// Both shapes may stand in one answer; they must tell the same.
fn both_shapes(draft: &Draft, kind: &WindowKind, percent: f64, notes: &mut Notes) {
    let listed = draft.state.windows.iter().find(|w| w.kind == *kind);
    if let Some(WindowState { percent: p, .. }) =
        listed.filter(|w| (w.percent - percent).abs() > 1.0)
    {
        notes.warn(format!(
            "The state gives {kind} twice: {p} % in its list of limits and {percent} % by name. The \
             second is taken."
        ));
    }
}

/// Which window an entry of `limits` speaks of.
fn listed(limit: &Object<'_>) -> Option<WindowKind> {
    let scope = limit.object("scope");
    let model = scope.as_ref().and_then(|s| s.object("model"));
    let model = model.and_then(|m| m.text("display_name"));
    let surface = scope.as_ref().and_then(|s| s.text("surface"));
    Some(match (limit.text("kind")?, model, surface) {
        ("session", ..) => WindowKind::Session,
        ("weekly_all", ..) => WindowKind::Week,
        ("weekly_scoped", Some(model), _) => WindowKind::WeekModel(model.to_owned()),
        (_, _, Some(surface)) => WindowKind::Other(surface.to_owned()),
        (other, ..) => WindowKind::Other(other.to_owned()),
    })
}

fn extra_usage(o: &Object<'_>, wallet: &mut WalletState, notes: &mut Notes) {
    wallet.enabled = o.flag("is_enabled", notes);
    if o.text("disabled_reason") == Some("out_of_credits") && o.is_usd("currency", notes) {
        wallet.balance = Some(Money::ZERO);
    }
    if !o.is_usd("currency", notes) {
        return;
    }
    let digits = o.digits("decimal_places", notes);
    wallet.spent = o.minor("used_credits", digits, notes);
    wallet.monthly_limit = o
        .minor("monthly_limit", digits, notes)
        .map(SpendLimit::Amount)
        .or_else(|| unlimited(o, "monthly_limit", wallet.enabled));
}

/// `null` means no limit, but only where the wallet is on: elsewhere nothing was ever set.
pub(super) fn unlimited(o: &Object<'_>, key: &str, enabled: Option<bool>) -> Option<SpendLimit> {
    (o.is_null(key) && enabled == Some(true)).then_some(SpendLimit::Unlimited)
}

fn spend(o: &Object<'_>, wallet: &mut WalletState, notes: &mut Notes) {
    wallet.enabled = wallet.enabled.or(o.flag("enabled", notes));
    let mut amount = |key: &str| o.object(key).and_then(|m| amount(&m, notes));
    wallet.spent = wallet.spent.or(amount("used"));
    wallet.balance = amount("balance").or(wallet.balance);
    let limit = amount("limit");
    let capped = || {
        let cap = o.object("cap")?;
        ["money", "credits"].iter().find_map(|k| cap.object(k))
    };
    if wallet.monthly_limit.is_none() {
        wallet.monthly_limit = limit
            .or_else(|| amount_of(capped(), notes))
            .map(SpendLimit::Amount)
            .or_else(|| unlimited(o, "limit", wallet.enabled));
    }
    if let Some(reload) = o.object("auto_reload") {
        wallet.auto_reload = Some(auto_reload(&reload, notes));
    }
}

fn amount_of(money: Option<Object<'_>>, notes: &mut Notes) -> Option<Money> {
    amount(&money?, notes)
}

/// `{amount_minor, currency, exponent}`.
pub(super) fn amount(o: &Object<'_>, notes: &mut Notes) -> Option<Money> {
    if !o.is_usd("currency", notes) {
        return None;
    }
    let digits = o.digits("exponent", notes);
    o.minor("amount_minor", digits, notes)
}

/// `{enabled, threshold_in_minor_units, reload_to_in_minor_units}`; anything but `enabled: false` is
/// on.
pub(super) fn auto_reload(o: &Object<'_>, notes: &mut Notes) -> Reload {
    if o.flag("enabled", notes) == Some(false) {
        return Reload::Off;
    }
    Reload::On {
        threshold: o.minor("threshold_in_minor_units", 2, notes),
        reload_to: o.minor("reload_to_in_minor_units", 2, notes),
    }
}
