//! What is searched and how exactly: `[tune]` and `run.precision`.

use rust_decimal::prelude::ToPrimitive;

use super::fields::Fields;
use super::keys;
use super::problems::Problem;
use crate::base::money::Money;
use crate::engine::aim::{Aim, Prices};
use crate::engine::require::{Metric, Requirement};

/// Run until a number is known well enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    pub metric: Metric,
    /// Half the width of its 95 % interval, in the metric's unit, > 0.
    pub half_width: f64,
}

/// A difference in dollars that does not matter where the scenario does not say.
const DELTA: f64 = 0.5;

/// The auto-reload settings to try. Every list that the scenario leaves away is empty; of
/// `reload_to` and `add` at most one is not.
#[derive(Clone, Debug, PartialEq)]
pub struct TuneSpec {
    pub threshold: Vec<Money>,
    pub reload_to: Vec<Money>,
    pub add: Vec<Money>,
    /// `None` = no cap.
    pub cap: Vec<Option<Money>>,
    /// `None` = unlimited.
    pub monthly_limit: Vec<Option<Money>>,
    pub accept: Option<Requirement>,
    /// What the best acceptable setting has least of.
    pub aim: Aim,
    /// A difference of it that does not matter, in its unit.
    pub delta: f64,
}

impl Default for TuneSpec {
    fn default() -> TuneSpec {
        TuneSpec {
            threshold: Vec::new(),
            reload_to: Vec::new(),
            add: Vec::new(),
            cap: Vec::new(),
            monthly_limit: Vec::new(),
            accept: None,
            aim: Aim::Dollars(Prices::default()),
            delta: DELTA,
        }
    }
}

fn metric(f: &Fields<'_>, name: &'static str, pools: &[String]) -> Option<Metric> {
    let text = f.text(name)?;
    let metric = match text.value.parse::<Metric>() {
        Ok(metric) => metric,
        Err(what) => {
            report(f, name, &what);
            return None;
        }
    };
    known_pool(f, name, &metric, pools);
    Some(metric)
}

/// Splits `what: hint` into the two lines of a message.
fn report(f: &Fields<'_>, name: &'static str, text: &str) {
    let (what, hint) = text.split_once(": ").unwrap_or((text, ""));
    f.bad(f.place(name), what, "", hint);
}

fn known_pool(f: &Fields<'_>, name: &'static str, metric: &Metric, pools: &[String]) {
    if let Metric::PDrains(pool) = metric
        && !pools.contains(pool)
    {
        let hint = keys::hint(pool, pools.iter().map(String::as_str));
        f.bad(f.place(name), format!("unknown pool \"{pool}\""), "", &hint);
    }
}

pub(super) fn precision(f: &Fields<'_>, pools: &[String]) -> Option<Precision> {
    let p = f.sub("precision")?;
    for key in ["metric", "half_width"] {
        if !p.has(key) {
            p.missing(key, "");
        }
    }
    let metric = metric(&p, "metric", pools);
    let half_width = p.number("half_width");
    if let Some(n) = half_width.filter(|n| n.value <= 0.0) {
        p.bad(
            n.at,
            "half_width is 0",
            "no number of trials is enough for that",
            "",
        );
    }
    Some(Precision {
        metric: metric?,
        half_width: half_width?.value,
    })
}

pub(super) fn read(f: &Fields<'_>, pools: &[String]) -> Option<TuneSpec> {
    let amounts =
        |name| -> Vec<Money> { f.moneys(name).into_iter().filter_map(|a| a.value).collect() };
    let options =
        |name| -> Vec<Option<Money>> { f.moneys(name).into_iter().map(|a| a.value).collect() };
    let (reload_to, add) = (amounts("reload_to"), amounts("add"));
    // An empty list is as none: so one kind of list can be put in place of the other.
    if !reload_to.is_empty() && !add.is_empty() {
        let what = "reload_to and add do not go together";
        f.bad(f.place("add"), what, "", "keep one of the two");
    }
    let threshold = amounts("threshold");
    if let (Some(low), Some(high)) = (threshold.iter().min(), reload_to.iter().max())
        && low >= high
    {
        f.cx.report(
            Problem::new(f.place("threshold"), "no threshold is below a reload_to")
                .expected("no pair is left to try")
                .also(f.place("reload_to"))
                .help("lower the thresholds or raise reload_to"),
        );
    }
    for (name, amounts) in [("reload_to", &reload_to), ("add", &add)] {
        if amounts.contains(&Money::ZERO) {
            f.bad(
                f.place(name),
                format!("{name} has a 0"),
                "a reload of nothing",
                "",
            );
        }
    }
    let accept = f.text("accept").and_then(|t| {
        let parsed = t.value.parse::<Requirement>();
        parsed.map_err(|what| report(f, "accept", &what)).ok()
    });
    if let Some(r) = &accept {
        known_pool(f, "accept", &r.metric, pools);
    }
    Some(TuneSpec {
        threshold,
        reload_to,
        add,
        cap: options("cap"),
        monthly_limit: options("monthly_limit"),
        accept,
        aim: aim(f, pools),
        delta: f.number("delta").map_or(DELTA, |d| d.value),
    })
}

/// Prices are read in any case, so that a wrong one is told.
fn aim(f: &Fields<'_>, pools: &[String]) -> Aim {
    let prices = prices(f);
    match metric(f, "minimise", pools) {
        Some(metric) => Aim::Metric(metric),
        None => Aim::Dollars(prices),
    }
}

fn prices(f: &Fields<'_>) -> Prices {
    let usual = Prices::default();
    let money = |name, usual| f.money(name).map_or(usual, |m| m.value);
    let rate = f.share("idle_rate").and_then(|s| s.value.to_f64());
    Prices {
        charges: f.flag("charges").unwrap_or(usual.charges),
        idle_rate: rate.unwrap_or(usual.idle_rate),
        reload_fee: money("reload_fee", usual.reload_fee),
        stopped_hour: money("stopped_hour", usual.stopped_hour),
        blocked_request: money("blocked_request", usual.blocked_request),
    }
}
