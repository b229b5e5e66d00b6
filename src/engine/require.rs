//! Requirements: `p_blocked <= 0.05`, `cost_p90 < 250`.

use std::fmt;
use std::str::FromStr;

use rust_decimal::prelude::ToPrimitive;

use crate::base::text;

/// What is read off a distribution over trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stat {
    Mean,
    P05,
    P10,
    P25,
    P50,
    P75,
    P80,
    P90,
    P95,
    P99,
    Max,
}

/// All statistics with their names.
pub const STATS: [(Stat, &str); 11] = [
    (Stat::Mean, "mean"),
    (Stat::P05, "p05"),
    (Stat::P10, "p10"),
    (Stat::P25, "p25"),
    (Stat::P50, "p50"),
    (Stat::P75, "p75"),
    (Stat::P80, "p80"),
    (Stat::P90, "p90"),
    (Stat::P95, "p95"),
    (Stat::P99, "p99"),
    (Stat::Max, "max"),
];

impl Stat {
    /// The share below the quantile; `None` for the mean.
    pub fn share(self) -> Option<f64> {
        Some(match self {
            Stat::Mean => return None,
            Stat::P05 => 0.05,
            Stat::P10 => 0.10,
            Stat::P25 => 0.25,
            Stat::P50 => 0.50,
            Stat::P75 => 0.75,
            Stat::P80 => 0.80,
            Stat::P90 => 0.90,
            Stat::P95 => 0.95,
            Stat::P99 => 0.99,
            Stat::Max => 1.0,
        })
    }

    /// The name used in files.
    pub fn name(self) -> &'static str {
        STATS
            .iter()
            .find(|(s, _)| *s == self)
            .map_or("mean", |(_, name)| name)
    }
}

/// A number of a run that can be required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metric {
    /// P(an actor was stopped at least once), 0 to 1.
    PBlocked,
    /// P(an actor was stopped by the wallet at least once).
    PBlockedByWallet,
    /// P(the pool of this name runs dry at least once); the wallet is `wallet`.
    PDrains(String),
    /// P(the cost exceeds the budget).
    POverBudget,
    /// Share of reload cycles in which the wallet runs dry before the money comes.
    PStockOut,
    /// Everything paid over the horizon, USD: fees, purchases, tax, list price elsewhere.
    Cost(Stat),
    /// Charged to the wallet, USD.
    Extra(Stat),
    /// Hours in which an actor wanted to work and could not.
    BlockedHours(Stat),
    /// Requests refused at least once.
    BlockedRequests(Stat),
    /// Requests never made.
    LostRequests(Stat),
    /// Requests admitted.
    Requests(Stat),
    /// Automatic purchases.
    Reloads(Stat),
    /// Money that expired, USD.
    Expired(Stat),
    /// Mean money lying in the wallet, USD.
    Idle,
}

/// Metrics without a statistic, with their names.
const PLAIN: [(&str, Metric); 5] = [
    ("p_blocked", Metric::PBlocked),
    ("p_blocked_by_wallet", Metric::PBlockedByWallet),
    ("p_over_budget", Metric::POverBudget),
    ("p_stock_out", Metric::PStockOut),
    ("idle", Metric::Idle),
];

/// A metric of one statistic.
type OfStat = fn(Stat) -> Metric;

/// Metrics with a statistic behind the name, `cost_p90`.
const WITH_STAT: [(&str, OfStat); 8] = [
    ("cost", Metric::Cost),
    ("extra", Metric::Extra),
    ("blocked_hours", Metric::BlockedHours),
    ("blocked_requests", Metric::BlockedRequests),
    ("lost_requests", Metric::LostRequests),
    ("requests", Metric::Requests),
    ("reloads", Metric::Reloads),
    ("expired", Metric::Expired),
];

const DRAINS: &str = "p_drains.";

impl Metric {
    /// Every name but those of pools.
    pub fn names() -> Vec<String> {
        let mut all: Vec<String> = PLAIN.iter().map(|(n, _)| (*n).to_owned()).collect();
        all.push(format!("{DRAINS}POOL"));
        for (name, _) in WITH_STAT {
            all.extend(STATS.iter().map(|(_, stat)| format!("{name}_{stat}")));
        }
        all
    }

    /// Whether it is a probability.
    pub fn is_probability(&self) -> bool {
        matches!(
            self,
            Metric::PBlocked
                | Metric::PBlockedByWallet
                | Metric::PDrains(_)
                | Metric::POverBudget
                | Metric::PStockOut
        )
    }
}

impl FromStr for Metric {
    type Err = String;

    fn from_str(text: &str) -> Result<Metric, String> {
        let text = text.trim();
        if let Some((_, metric)) = PLAIN.iter().find(|(name, _)| *name == text) {
            return Ok(metric.clone());
        }
        if let Some(pool) = text.strip_prefix(DRAINS).filter(|p| !p.is_empty()) {
            return Ok(Metric::PDrains(pool.to_owned()));
        }
        if let Some((name, stat)) = text.rsplit_once('_')
            && let Some((_, make)) = WITH_STAT.iter().find(|(n, _)| *n == name)
            && let Some((stat, _)) = STATS.iter().find(|(_, n)| *n == stat)
        {
            return Ok(make(*stat));
        }
        let names = Metric::names();
        let hint = match text::suggest(text, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "known: p_blocked, p_blocked_by_wallet, p_drains.POOL, cost_p90, blocked_hours_p50, reloads_mean, …".into(),
        };
        Err(format!("unknown metric \"{text}\": {hint}"))
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, stat) = match self {
            Metric::PBlocked => return f.write_str("p_blocked"),
            Metric::PBlockedByWallet => return f.write_str("p_blocked_by_wallet"),
            Metric::POverBudget => return f.write_str("p_over_budget"),
            Metric::PStockOut => return f.write_str("p_stock_out"),
            Metric::Idle => return f.write_str("idle"),
            Metric::PDrains(pool) => return write!(f, "{DRAINS}{pool}"),
            Metric::Cost(s) => ("cost", s),
            Metric::Extra(s) => ("extra", s),
            Metric::BlockedHours(s) => ("blocked_hours", s),
            Metric::BlockedRequests(s) => ("blocked_requests", s),
            Metric::LostRequests(s) => ("lost_requests", s),
            Metric::Requests(s) => ("requests", s),
            Metric::Reloads(s) => ("reloads", s),
            Metric::Expired(s) => ("expired", s),
        };
        write!(f, "{name}_{}", stat.name())
    }
}

/// How a metric is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    AtMost,
    Below,
    AtLeast,
    Above,
}

/// Longer signs first: `<=` begins with `<`.
const OPS: [(&str, Op); 6] = [
    ("<=", Op::AtMost),
    (">=", Op::AtLeast),
    ("≤", Op::AtMost),
    ("≥", Op::AtLeast),
    ("<", Op::Below),
    (">", Op::Above),
];

impl Op {
    /// Whether `x op y` holds; never with a NaN.
    pub fn holds(self, x: f64, y: f64) -> bool {
        match self {
            Op::AtMost => x <= y,
            Op::Below => x < y,
            Op::AtLeast => x >= y,
            Op::Above => x > y,
        }
    }

    /// The sign used in files.
    pub fn sign(self) -> &'static str {
        match self {
            Op::AtMost => "<=",
            Op::Below => "<",
            Op::AtLeast => ">=",
            Op::Above => ">",
        }
    }
}

/// A condition on one number of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    pub metric: Metric,
    pub op: Op,
    /// In the metric's unit; finite.
    pub value: f64,
}

impl Requirement {
    /// Whether a value of the metric meets it.
    pub fn holds(&self, x: f64) -> bool {
        self.op.holds(x, self.value)
    }
}

impl FromStr for Requirement {
    type Err = String;

    fn from_str(text: &str) -> Result<Requirement, String> {
        let found = OPS
            .iter()
            .filter_map(|(sign, op)| text.find(sign).map(|at| (at, sign, *op)))
            .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())));
        let Some((at, sign, op)) = found else {
            let hint = "write p_blocked <= 0.05 (signs: <=, <, >=, >)";
            return Err(format!("\"{text}\" has no comparison: {hint}"));
        };
        let metric: Metric = text[..at].parse()?;
        let number = text[at + sign.len()..].trim();
        let (digits, percent) = match number.strip_suffix('%') {
            Some(n) => (n.trim(), 0.01),
            None => (number.trim_start_matches('$').trim(), 1.0),
        };
        let value = text::decimal(&digits.replace('_', ""))
            .and_then(|d| d.to_f64())
            .map(|x| x * percent)
            .ok_or_else(|| format!("\"{number}\" is not a number"))?;
        if metric.is_probability() && !(0.0..=1.0).contains(&value) {
            return Err(format!(
                "{metric} is a probability: compare it with 0 to 1 or \"5 %\", not {number}"
            ));
        }
        Ok(Requirement { metric, op, value })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.metric, self.op.sign(), self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_one_name() {
        for name in Metric::names() {
            let metric: Metric = name.parse().unwrap();
            assert_eq!(metric.to_string(), name);
        }
    }

    #[test]
    fn requirements_are_read() {
        let r: Requirement = "p_blocked_by_wallet<=2%".parse().unwrap();
        assert_eq!(r.metric, Metric::PBlockedByWallet);
        assert!(r.holds(0.02) && !r.holds(0.021));
        let r: Requirement = "cost_p90 > $1_000".parse().unwrap();
        assert_eq!((r.op, r.value), (Op::Above, 1000.0));
        let hint = "p_bloked <= 0.1".parse::<Requirement>().unwrap_err();
        assert!(hint.contains("did you mean \"p_blocked\""), "{hint}");
        assert!("p_blocked <= 5".parse::<Requirement>().is_err());
        assert!("p_blocked <= nan".parse::<Requirement>().is_err());
    }
}
