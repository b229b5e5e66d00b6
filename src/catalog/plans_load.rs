//! Reads `plans.toml`, checks it, and cuts every plan at the days on which something changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::dated::{self, CatalogError, Period};
use super::plans::{
    AutoReload, Bundle, CacheTtl, CreditOnly, Fee, MonthBoundary, Opens, PlanEntry, PlanWindow,
    Scope, Size, WalletKind, WalletRules,
};
use super::plans_raw::{RawBoundary, RawKind, RawOpens, RawPlan, RawPlans, RawReload, RawWindow};
use crate::base::money::Money;
use crate::base::time::Span;

/// Something with its days.
type Dated<T> = Vec<(Period, T)>;

/// One plan's parts, each with its days, before they are laid over each other.
struct Parts {
    seats: Dated<(u32, Option<u32>)>,
    fees: Dated<(Fee, String)>,
    wallets: Dated<WalletRules>,
    windows: Dated<PlanWindow>,
    credit_only: Dated<CreditOnly>,
}

/// Reads and checks the plan table: for every plan its entries in order of time, without a gap.
///
/// # Errors
/// The first problem, naming the entry: bad syntax, an unknown key, money that is not exact, a day
/// with no fee or two, a share of a window that is not there, a source that is not listed.
pub(super) fn load(text: &str) -> Result<Vec<Vec<PlanEntry>>, CatalogError> {
    let raw: RawPlans = toml::from_str(text).map_err(|e| CatalogError(format!("plans: {e}")))?;
    let as_of = dated::day(raw.as_of, "plans: as_of")?;
    let wallets = wallets(&raw)?;
    let mut seen = BTreeSet::new();
    let mut plans = Vec::with_capacity(raw.plan.len());
    for p in &raw.plan {
        if !seen.insert(p.id.as_str()) {
            return Err(CatalogError(format!("plan {}: listed twice", p.id)));
        }
        plans.push(plan(p, &raw.sources, &wallets, as_of)?);
    }
    Ok(plans)
}

fn wallets(raw: &RawPlans) -> Result<BTreeMap<String, WalletRules>, CatalogError> {
    let mut all = BTreeMap::new();
    for w in &raw.wallet {
        let at = format!("wallet {}", w.id);
        let money = |text: &Option<String>| dated::usd_opt(text.as_deref(), &at);
        let mut bundles = Vec::with_capacity(w.bundles.len());
        for b in &w.bundles {
            bundles.push(Bundle {
                pay: dated::usd(&b.pay, &at)?,
                get: dated::usd(&b.get, &at)?,
            });
        }
        if bundles
            .iter()
            .any(|b| b.pay == Money::ZERO || b.pay > b.get)
        {
            return Err(CatalogError(format!(
                "{at}: a bundle must cost something and give at least that"
            )));
        }
        let rules = WalletRules {
            kind: match w.kind {
                RawKind::Prepaid => WalletKind::Prepaid,
                RawKind::PrepaidOrganisation => WalletKind::PrepaidOrganisation,
                RawKind::Arrears => WalletKind::Arrears,
            },
            month_boundary: match w.month_boundary {
                RawBoundary::Utc => MonthBoundary::Utc,
            },
            suggested_monthly_limit: money(&w.suggested_monthly_limit)?,
            daily_redemption_limit: money(&w.daily_redemption_limit)?,
            min_purchase: money(&w.min_purchase)?,
            max_purchase: money(&w.max_purchase)?,
            auto_reload: w.auto_reload.as_ref().map(|r| reload(r, &at)).transpose()?,
            bundles,
            bundle_monthly_cap: money(&w.bundle_monthly_cap)?,
            credit_expiry_months: w.credit_expiry_months,
            source: dated::address(&raw.sources, &w.source, &at)?,
        };
        if all.insert(w.id.clone(), rules).is_some() {
            return Err(CatalogError(format!("{at}: listed twice")));
        }
    }
    Ok(all)
}

fn reload(r: &RawReload, at: &str) -> Result<AutoReload, CatalogError> {
    let rules = AutoReload {
        threshold: dated::usd(&r.threshold, at)?,
        reload_to: dated::usd(&r.reload_to, at)?,
        min_gap: dated::usd(&r.min_gap, at)?,
        provenance: r.provenance,
    };
    match rules.threshold.checked_add(rules.min_gap) {
        Some(least) if rules.reload_to >= least => Ok(rules),
        _ => Err(CatalogError(format!(
            "{at}: reload_to is closer to the threshold than min_gap"
        ))),
    }
}

fn plan(
    p: &RawPlan,
    sources: &BTreeMap<String, String>,
    wallets: &BTreeMap<String, WalletRules>,
    as_of: Date,
) -> Result<Vec<PlanEntry>, CatalogError> {
    let at = format!("plan {}", p.id);
    let life = dated::period(p.from, p.until, &at)?;
    let parts = parts(p, sources, wallets, &at)?;
    let days = parts.change_days(life);
    let minutes = |m: u32| Span::minutes(i64::from(m));
    let mut entries = Vec::with_capacity(days.len());
    for (i, &from) in days.iter().enumerate() {
        let at = format!("{at} on {from}");
        let mut source_list = vec![dated::address(sources, &p.source, &at)?];
        let (fee, fee_source) = only(&parts.fees, from, &at, "fee")?;
        let windows: Vec<PlanWindow> = on(&parts.windows, from).cloned().collect();
        check_windows(&windows, &at)?;
        let wallet = match on(&parts.wallets, from).count() {
            0 => WalletRules::none(),
            _ => only(&parts.wallets, from, &at, "wallet")?.clone(),
        };
        let credit_only: Vec<CreditOnly> = on(&parts.credit_only, from).cloned().collect();
        source_list.push(fee_source.clone());
        source_list.push(wallet.source.clone());
        source_list.extend(windows.iter().map(|w| w.source.clone()));
        source_list.extend(credit_only.iter().map(|c| c.source.clone()));
        entries.push(PlanEntry {
            id: p.id.clone(),
            name: p.name.clone(),
            from,
            until: days.get(i + 1).copied().or(life.until),
            as_of,
            fee: fee.clone(),
            per_seat: p.per_seat,
            seats: *only(&parts.seats, from, &at, "number of seats")?,
            windows,
            wallet,
            credit_only,
            fast_on_credits: p.fast_on_credits,
            cache_ttl: CacheTtl {
                plan: p.cache_ttl.plan_minutes.map(minutes),
                credits: minutes(p.cache_ttl.credits_minutes),
                sub_agent: minutes(p.cache_ttl.sub_agent_minutes),
            },
            sources: each_once(source_list),
        });
    }
    Ok(entries)
}

fn parts(
    p: &RawPlan,
    sources: &BTreeMap<String, String>,
    wallets: &BTreeMap<String, WalletRules>,
    at: &str,
) -> Result<Parts, CatalogError> {
    let mut parts = Parts {
        seats: vec![],
        fees: vec![],
        wallets: vec![],
        windows: vec![],
        credit_only: vec![],
    };
    for s in &p.seats {
        if s.min == 0 || s.max.is_some_and(|max| max < s.min) {
            return Err(CatalogError(format!("{at}: seats need 1 <= min <= max")));
        }
        parts
            .seats
            .push((dated::period(s.from, s.until, at)?, (s.min, s.max)));
    }
    for f in &p.fees {
        let fee = Fee {
            monthly: dated::usd_opt(f.monthly.as_deref(), at)?,
            annual: dated::usd_opt(f.annual.as_deref(), at)?,
            note: f.note.clone(),
        };
        if fee.monthly.is_none() && fee.note.is_none() {
            return Err(CatalogError(format!(
                "{at}: a fee without a number needs a note that says why"
            )));
        }
        let source = dated::address(sources, &f.source, at)?;
        parts
            .fees
            .push((dated::period(f.from, f.until, at)?, (fee, source)));
    }
    for w in &p.wallets {
        let rules = wallets
            .get(&w.id)
            .ok_or_else(|| CatalogError(format!("{at}: no wallet is called \"{}\"", w.id)))?;
        parts
            .wallets
            .push((dated::period(w.from, w.until, at)?, rules.clone()));
    }
    for w in &p.window {
        let days = dated::period(w.from, w.until, at)?;
        let at = format!("{at}, window {} from {}", w.id, days.from);
        parts.windows.push((days, window(w, days, sources, &at)?));
    }
    for c in &p.credit_only {
        let rule = CreditOnly {
            scope: scope(c.families.as_ref(), c.models.as_ref(), at)?,
            prompt_above: c.prompt_above,
            note: c.note.clone(),
            source: dated::address(sources, &c.source, at)?,
        };
        parts
            .credit_only
            .push((dated::period(c.from, c.until, at)?, rule));
    }
    Ok(parts)
}

fn window(
    w: &RawWindow,
    days: Period,
    sources: &BTreeMap<String, String>,
    at: &str,
) -> Result<PlanWindow, CatalogError> {
    let opens = match (&w.opens, w.round_minutes) {
        (RawOpens::FirstRequest, Some(m)) if m > 0 => Opens::FirstRequest {
            round: Span::minutes(i64::from(m)),
        },
        (RawOpens::Fixed, None) => Opens::Fixed,
        _ => {
            return Err(CatalogError(format!(
                "{at}: round_minutes goes with first-request, and only with it"
            )));
        }
    };
    if w.hours == 0 {
        return Err(CatalogError(format!("{at}: lasts no time")));
    }
    Ok(PlanWindow {
        id: w.id.clone(),
        label: w.label.clone(),
        opens,
        length: Span::hours(i64::from(w.hours)),
        scope: scope(w.families.as_ref(), w.models.as_ref(), at)?,
        size: size(w, at)?,
        per_seat: w.per_seat,
        provenance: w.provenance,
        note: w.note.clone(),
        from: days.from,
        until: days.until,
        source: dated::address(sources, &w.source, at)?,
    })
}

fn size(w: &RawWindow, at: &str) -> Result<Size, CatalogError> {
    match (&w.low, &w.high, &w.share_of, &w.share) {
        (Some(low), Some(high), None, None) => {
            let (low, high) = (dated::usd(low, at)?, dated::usd(high, at)?);
            if low == Money::ZERO || low > high {
                return Err(CatalogError(format!("{at}: needs 0 < low <= high")));
            }
            Ok(Size::Usd { low, high })
        }
        (None, None, Some(other), Some(share)) => {
            let share = dated::decimal(share, at)?;
            if share.is_zero() || share > Decimal::ONE {
                return Err(CatalogError(format!(
                    "{at}: a share is above 0 and at most 1"
                )));
            }
            Ok(Size::ShareOf {
                window: other.clone(),
                share,
            })
        }
        _ => Err(CatalogError(format!(
            "{at}: needs either low and high, or share_of and share"
        ))),
    }
}

fn scope(
    families: Option<&Vec<String>>,
    models: Option<&Vec<String>>,
    at: &str,
) -> Result<Scope, CatalogError> {
    match (families, models) {
        (None, None) => Ok(Scope::All),
        (Some(f), None) if !f.is_empty() => Ok(Scope::Families(f.clone())),
        (None, Some(m)) if !m.is_empty() => Ok(Scope::Models(m.clone())),
        _ => Err(CatalogError(format!(
            "{at}: name families or models, not both and not none of them"
        ))),
    }
}

fn check_windows(windows: &[PlanWindow], at: &str) -> Result<(), CatalogError> {
    let mut ids = BTreeSet::new();
    for w in windows {
        if !ids.insert(w.id.as_str()) {
            return Err(CatalogError(format!("{at}: window {} has two sizes", w.id)));
        }
    }
    for w in windows {
        if let Size::ShareOf { window, .. } = &w.size {
            let sized = |o: &&PlanWindow| o.id == *window && matches!(o.size, Size::Usd { .. });
            if !windows.iter().any(|o| sized(&o)) {
                return Err(CatalogError(format!(
                    "{at}: window {} is a share of nothing",
                    w.id
                )));
            }
        }
    }
    Ok(())
}

impl Parts {
    /// First days of the plan's entries, in order.
    fn change_days(&self, life: Period) -> Vec<Date> {
        let mut days = BTreeSet::from([life.from]);
        let mut add = |p: &Period| days.extend(std::iter::once(p.from).chain(p.until));
        self.seats.iter().for_each(|(p, _)| add(p));
        self.fees.iter().for_each(|(p, _)| add(p));
        self.wallets.iter().for_each(|(p, _)| add(p));
        self.windows.iter().for_each(|(p, _)| add(p));
        self.credit_only.iter().for_each(|(p, _)| add(p));
        days.into_iter().filter(|&d| life.contains(d)).collect()
    }
}

fn on<T>(all: &Dated<T>, date: Date) -> impl Iterator<Item = &T> {
    all.iter()
        .filter(move |(p, _)| p.contains(date))
        .map(|(_, t)| t)
}

fn only<'a, T>(all: &'a Dated<T>, date: Date, at: &str, what: &str) -> Result<&'a T, CatalogError> {
    let mut found = on(all, date);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(CatalogError(format!("{at}: has no {what}"))),
        (Some(_), Some(_)) => Err(CatalogError(format!("{at}: has more than one {what}"))),
    }
}

fn each_once(all: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.into_iter()
        .filter(|s| !s.is_empty() && seen.insert(s.clone()))
        .collect()
}
