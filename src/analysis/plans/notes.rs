//! What the answer rests on, said once each.

use crate::account::spec::Provenance;
use crate::analysis::compare::sentences::the;
use crate::analysis::words::{join, money, percent, usd};

use super::ways::Way;
use super::{Offer, PlansFinding, Question};

/// Notes for people: assumptions, and what is left out.
pub(super) fn notes(f: &PlansFinding, q: &Question<'_>) -> Vec<String> {
    let mut out: Vec<String> = sizes(q.offers).into_iter().collect();
    out.extend(extra_usage(f));
    out.extend(q.said.iter().cloned());
    out.push(hours(q));
    if f.tax_ppm > 0 {
        out.push(format!(
            "tax of {} is on fees, extra usage and list prices alike",
            percent(f.tax_ppm as f64 / 1e6)
        ));
    }
    out.push(
        "use grows in size here: every request so many times as large, in the same sessions and \
         hours"
            .to_owned(),
    );
    out.extend(q.about.begins.as_ref().map(|_| {
        "the state of your account counts for the plan you have; the others begin with full windows"
            .to_owned()
    }));
    out.extend(parts_of_months(f));
    out.extend(yearly(q.offers));
    out.extend(left_out(&f.left_out));
    out
}

/// Sizes that nobody publishes, and those that hold for one plan only.
fn sizes(offers: &[Offer<'_>]) -> Vec<String> {
    let mut assumed: Vec<String> = Vec::new();
    let mut given: Vec<String> = Vec::new();
    for offer in offers {
        for w in &offer.experiment.account.windows {
            let list = match w.provenance {
                Provenance::Assumed => &mut assumed,
                Provenance::Given if offer.today => &mut given,
                _ => continue,
            };
            let label = the(&w.label);
            if !list.contains(&label) {
                list.push(label);
            }
        }
    }
    let mut out = Vec::new();
    if !assumed.is_empty() {
        out.push(format!(
            "not published, so assumed: the size of {}; every plan's row rests on it, an API key's \
             does not",
            join(&assumed)
        ));
    }
    if let Some(today) = offers.iter().find(|o| o.today && !given.is_empty()) {
        out.push(format!(
            "the size that you give of {} holds for {} only; other plans have the catalogue's bands",
            join(&given),
            today.label
        ));
    }
    out
}

/// What extra usage and an API key are taken to be.
fn extra_usage(f: &PlansFinding) -> Vec<String> {
    let mut out = Vec::new();
    let has = |way: Way| f.verdict.entries.iter().any(|e| e.way == way);
    if has(Way::With) {
        let mut limits = Vec::new();
        limits.extend(f.limits.monthly.map(|m| format!("{} a month", money(m))));
        limits.extend(f.limits.member.map(|m| format!("{} a member", money(m))));
        let upto = match limits.is_empty() {
            true => "without a spend limit".to_owned(),
            false => format!(
                "up to your own limit of {} (--set wallet.monthly_limit=unlimited lifts it)",
                join(&limits)
            ),
        };
        out.push(format!(
            "extra usage is taken to pay whatever comes, {upto}, and counts when it is used; \
             balances, bundles, promotional money and payments that fail are left out (burncast tune)"
        ));
    }
    if has(Way::Paid) {
        out.push(
            "an API key pays list price with a 5-minute cache; its rate limits are not modelled, and it \
             needs a client that takes a key"
                .to_owned(),
        );
    }
    out
}

fn hours(q: &Question<'_>) -> String {
    let several = q.offers.iter().any(|o| o.experiment.actors.len() > 1);
    match several {
        true => {
            "stopped hours are those in which somebody wants to work and cannot, added up over \
                 all actors: an agent's hour counts like a person's"
                .to_owned()
        }
        false => "stopped hours are those in which you want to work and cannot".to_owned(),
    }
}

fn parts_of_months(f: &PlansFinding) -> Option<String> {
    let whole = (f.per.number - libm::round(f.per.number)).abs() < 1e-9;
    (f.per.word != "month" || !whole).then(|| {
        "a part of a month has that part of a month's fee, though a plan is sold by the month"
            .to_owned()
    })
}

fn yearly(offers: &[Offer<'_>]) -> Option<String> {
    let all: Vec<String> = offers
        .iter()
        .filter_map(|o| {
            let year = o.yearly?;
            let month = usd(year.to_f64() / 12.0);
            Some(format!("{} {} ({month} a month)", o.label, money(year)))
        })
        .collect();
    (!all.is_empty()).then(|| {
        format!(
            "fees are those paid by the month; a year at once costs: {}",
            join(&all)
        )
    })
}

/// `left out: Enterprise (fee negotiated)`: plans of one reason together.
pub fn left_out(all: &[(String, String)]) -> Option<String> {
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, why) in all {
        match by_reason.iter_mut().find(|r| r.0 == why) {
            Some(r) => r.1.push(name.clone()),
            None => by_reason.push((why, vec![name.clone()])),
        }
    }
    let parts: Vec<String> = by_reason
        .iter()
        .map(|(why, names)| format!("{} ({why})", join(names)))
        .collect();
    (!parts.is_empty()).then(|| format!("left out: {}", parts.join("; ")))
}
