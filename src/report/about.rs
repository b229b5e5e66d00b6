//! A scenario in words, before it is run.

use crate::account::spec::{Access, Limit, Opens, WindowSpec};
use crate::analysis::pools::rule;
use crate::analysis::summarise::About;
use crate::analysis::words::money;
use crate::base::civil::Zone;
use crate::base::money::{Money, group_thousands};
use crate::base::time::Instant;
use crate::engine::experiment::Experiment;

/// What a scenario says: who works, what pays for it, how long it is played.
pub fn describe(experiment: &Experiment, about: &About, trials: u64) -> String {
    let mut out = format!("{}\n", about.title);
    let mut line = |name: &str, text: String| {
        out.push_str(&format!("  {name:<9} {text}\n"));
    };
    line("horizon", format!("{}, {}", about.horizon, about.timezone));
    if let Some(begins) = &about.begins {
        line("state", begins.clone());
    }
    let fees: i64 = experiment.months.iter().map(|m| m.fee.0).sum();
    line(
        "plan",
        format!("{}, subscription {}", about.plan, money(Money(fees))),
    );
    for window in &experiment.account.windows {
        let size = match &window.limit {
            Limit::Usd(_) => "drawn per trial".to_owned(),
            Limit::ShareOf { window: of, share } => {
                let windows = &experiment.account.windows;
                let of = windows
                    .get(*of)
                    .map_or("another window", |w| w.label.as_str());
                format!("{:.0} % of {of}", share * 100.0)
            }
        };
        line(
            "window",
            format!(
                "{}: size {size}, {}{}",
                window.label,
                window.provenance.name(),
                beginning(experiment, window)
            ),
        );
    }
    let wallet = &experiment.account.wallet;
    line(
        "wallet",
        match wallet.access {
            Access::On => format!(
                "{}: {}, {}",
                wallet.label,
                money(wallet.balance),
                rule(wallet)
            ),
            _ => "not in use".to_owned(),
        },
    );
    for actor in &experiment.actors {
        let models: Vec<&str> = actor
            .models
            .iter()
            .filter(|m| m.weight > 0.0)
            .filter_map(|m| experiment.models.get(m.model))
            .map(|m| m.name.as_str())
            .collect();
        line("actor", format!("{}: {}", actor.name, models.join(", ")));
    }
    line(
        "trials",
        format!("{}, seed {}", group_thousands(trials), experiment.seed),
    );
    for warning in &about.warnings {
        line("warning", warning.clone());
    }
    out
}

/// How a window stands at the start: `, 37 % used, open until 20 Nov 14:10`.
fn beginning(experiment: &Experiment, window: &WindowSpec) -> String {
    let when = |at: Instant| {
        let local = Zone(&experiment.zone).local(at);
        format!("{} {} {}", local.day, local.month_short(), local.clock())
    };
    let mut out = String::new();
    if window.used > 0.0 {
        out.push_str(&format!(", {} % used", (window.used * 1e4).round() / 1e2));
    }
    match &window.opens {
        Opens::FirstRequest {
            open_until: Some(until),
            ..
        } => out.push_str(&format!(", open until {}", when(*until))),
        Opens::FirstRequest { .. } => {}
        Opens::Fixed { resets } => {
            if let Some(first) = resets.first() {
                out.push_str(&format!(", resets {}", when(*first)));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{about, experiment};

    #[test]
    fn a_scenario_in_words() {
        insta::assert_snapshot!(describe(&experiment(), &about(), 10_000));
    }
}
