//! What an actor does when it is stopped: a list of short sentences.

use super::actors::World;
use super::doc::Item;
use super::fields::{At, Fields};
use super::grants;
use super::keys;
use super::plan::Plan;
use super::units;
use crate::base::law::{Draw, Law};
use crate::base::money::Money;
use crate::base::text;
use crate::base::time::Span;
use crate::demand::spec::Reaction;

/// First words of reactions, for hints.
const WORDS: &[&str] = &["fallback", "top-up", "wait", "api", "skip", "drop"];
/// The largest number of purchases a month that means anything.
const PER_MONTH_MAX: u32 = 1000;
/// How long `wait` waits when it does not say.
const PATIENCE: Span = Span::days(366);

/// Reads `when_blocked`; `fallback` finds a model among the actor's, or adds it.
pub(super) fn read(
    world: &World<'_>,
    f: &Fields<'_>,
    mut fallback: impl FnMut(At<&str>) -> Option<usize>,
) -> Vec<Reaction> {
    if !f.has("when_blocked") {
        return vec![
            Reaction::Wait {
                patience: Span::hours(1),
            },
            Reaction::Drop,
        ];
    }
    let mut all = Vec::new();
    let mut ended: Option<&str> = None;
    for (text, item) in f.texts("when_blocked") {
        if let Some(end) = ended {
            let what = format!("\"{text}\" comes after \"{end}\"");
            f.bad(item.at, what, "it is never reached", "put it before");
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let reaction = match words.as_slice() {
            ["fallback", model] => {
                let begin = text.rfind(model).unwrap_or(0);
                let at = item.part(begin..begin + model.len());
                fallback(At { value: model, at }).map(|model_use| Reaction::Fallback { model_use })
            }
            ["top-up", rest @ ..] => top_up(world.plan, f, item, rest),
            ["wait"] => Some(Reaction::Wait { patience: PATIENCE }),
            ["wait", rest @ ..] => wait(f, item, &rest.join(" ")),
            ["api"] => Some(Reaction::Api),
            ["skip"] => Some(Reaction::Skip),
            ["drop"] => Some(Reaction::Drop),
            _ => {
                unknown(f, item, text, words.first().copied().unwrap_or(""));
                None
            }
        };
        if matches!(
            reaction,
            Some(Reaction::Api | Reaction::Skip | Reaction::Drop)
        ) {
            ended = Some(text);
        }
        all.extend(reaction);
    }
    if ended.is_none() {
        all.push(Reaction::Drop);
    }
    all
}

fn unknown(f: &Fields<'_>, item: &Item, text: &str, first: &str) {
    let what = format!("unknown reaction \"{text}\"");
    let expected = "fallback MODEL, top-up 20 within 10m, wait 2h, api, skip or drop";
    f.bad(
        item.at,
        what,
        expected,
        &keys::hint(first, WORDS.iter().copied()),
    );
}

fn wait(f: &Fields<'_>, item: &Item, text: &str) -> Option<Reaction> {
    match units::length(text) {
        Ok(length) if length.span() > Span::ZERO => Some(Reaction::Wait {
            patience: length.span().min(PATIENCE),
        }),
        Ok(_) => {
            f.bad(
                item.at,
                "a wait of no length",
                "",
                "remove it, or write wait 2h",
            );
            None
        }
        Err(what) => {
            f.bad(
                item.at,
                what,
                "expected wait and a length of time, like wait 2h",
                "",
            );
            None
        }
    }
}

/// `top-up 20 within 10m at most 2 a month`, `top-up bundle 50 after 5m`.
fn top_up(plan: &Plan, f: &Fields<'_>, item: &Item, words: &[&str]) -> Option<Reaction> {
    let (bundle, words) = match words {
        ["bundle", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let amount = words
        .first()
        .and_then(|w| text::decimal(w.trim_start_matches('$')))
        .and_then(Money::from_decimal)
        .filter(|m| *m > Money::ZERO && *m <= Money::usd(100_000));
    let Some(amount) = amount else {
        let help = "write top-up 20 within 10m at most 2 a month";
        f.bad(
            item.at,
            "top-up without an amount",
            "expected dollars behind top-up",
            help,
        );
        return None;
    };
    let (pay, get) = if bundle {
        match grants::find_bundle(plan, amount) {
            Ok(found) => found,
            Err(known) => {
                f.bad(item.at, format!("no bundle gives {amount}"), &known, "");
                return None;
            }
        }
    } else {
        (amount, amount)
    };
    let mut reaction = Draw::constant(0.0);
    let mut per_month = PER_MONTH_MAX;
    let mut rest = &words[1..];
    loop {
        match rest {
            [] => break,
            [how @ ("within" | "after"), time, more @ ..] => {
                let Ok(length) = units::length(time) else {
                    let what = format!("\"{time}\" is not a length of time");
                    f.bad(item.at, what, &format!("expected {how} 10m"), "");
                    return None;
                };
                let high = length.span().0 as f64 / 1000.0;
                reaction = if *how == "within" && high > 0.0 {
                    Draw::of(Law::Uniform { low: 0.0, high })
                } else {
                    Draw::constant(high)
                };
                rest = more;
            }
            ["at", "most", n, "a" | "per", "month", more @ ..] => {
                match n.parse::<u32>() {
                    Ok(n) if (1..=PER_MONTH_MAX).contains(&n) => per_month = n,
                    _ => {
                        let what = format!("at most {n} a month");
                        f.bad(item.at, what, "expected a whole number from 1", "");
                        return None;
                    }
                }
                rest = more;
            }
            [word, ..] => {
                let what = format!("\"{word}\" in a top-up");
                let expected = "top-up AMOUNT [within 10m | after 10m] [at most 2 a month]";
                f.bad(item.at, what, expected, "");
                return None;
            }
        }
    }
    Some(Reaction::TopUp {
        pay,
        get,
        reaction_s: reaction,
        per_month,
    })
}
