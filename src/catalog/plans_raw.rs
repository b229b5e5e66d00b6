//! The shape of `plans.toml`: what is written, before it is checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dated::{Provenance, RawDate};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlans {
    pub as_of: RawDate,
    pub sources: BTreeMap<String, String>,
    pub wallet: Vec<RawWallet>,
    pub plan: Vec<RawPlan>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawKind {
    Prepaid,
    PrepaidOrganisation,
    Arrears,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawBoundary {
    Utc,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWallet {
    pub id: String,
    pub kind: RawKind,
    pub month_boundary: RawBoundary,
    pub suggested_monthly_limit: Option<String>,
    pub daily_redemption_limit: Option<String>,
    pub min_purchase: Option<String>,
    pub max_purchase: Option<String>,
    pub auto_reload: Option<RawReload>,
    #[serde(default)]
    pub bundles: Vec<RawBundle>,
    pub bundle_monthly_cap: Option<String>,
    pub credit_expiry_months: Option<u32>,
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReload {
    pub threshold: String,
    pub reload_to: String,
    pub min_gap: String,
    pub provenance: Provenance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBundle {
    pub pay: String,
    pub get: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlan {
    pub id: String,
    pub name: String,
    pub from: RawDate,
    pub until: Option<RawDate>,
    pub per_seat: bool,
    pub fast_on_credits: bool,
    pub cache_ttl: RawTtl,
    pub source: String,
    pub seats: Vec<RawSeats>,
    pub fees: Vec<RawFee>,
    #[serde(default)]
    pub wallets: Vec<RawWalletUse>,
    #[serde(default)]
    pub window: Vec<RawWindow>,
    #[serde(default)]
    pub credit_only: Vec<RawCreditOnly>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTtl {
    pub plan_minutes: Option<u32>,
    pub credits_minutes: u32,
    pub sub_agent_minutes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSeats {
    pub from: RawDate,
    pub until: Option<RawDate>,
    pub min: u32,
    pub max: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFee {
    pub from: RawDate,
    pub until: Option<RawDate>,
    pub monthly: Option<String>,
    pub annual: Option<String>,
    pub note: Option<String>,
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWalletUse {
    pub from: RawDate,
    pub until: Option<RawDate>,
    pub id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawOpens {
    FirstRequest,
    Fixed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWindow {
    pub id: String,
    pub label: String,
    pub from: RawDate,
    pub until: Option<RawDate>,
    pub opens: RawOpens,
    pub hours: u32,
    pub round_minutes: Option<u32>,
    pub families: Option<Vec<String>>,
    pub models: Option<Vec<String>>,
    pub low: Option<String>,
    pub high: Option<String>,
    pub share_of: Option<String>,
    pub share: Option<String>,
    #[serde(default)]
    pub per_seat: bool,
    pub provenance: Provenance,
    pub note: String,
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCreditOnly {
    pub from: RawDate,
    pub until: Option<RawDate>,
    pub families: Option<Vec<String>>,
    pub models: Option<Vec<String>>,
    pub prompt_above: Option<u32>,
    pub note: String,
    pub source: String,
}
