use super::*;
use crate::analysis::findings::Spread;
use crate::analysis::fixture::{DAY, HOUR, START, about, events, experiment, outcome, sample};
use crate::analysis::numbers::share;
use crate::analysis::summarise;
use crate::base::money::Money;
use crate::engine::experiment::Month;
use crate::engine::outcome::{Field, NEVER, Outcome};

fn text(findings: &Findings) -> String {
    sentences(findings).join("\n")
}

/// The findings after a change of every trial's row.
fn changed(change: impl Fn(&mut Outcome)) -> Findings {
    let experiment = experiment();
    let mut outcome = outcome(&experiment);
    change(&mut outcome);
    summarise::findings(&experiment, &outcome, &about(), &|_| Ok(events())).unwrap()
}

fn set(outcome: &mut Outcome, field: Field, value: impl Fn(i64) -> i64) {
    let (at, width) = (outcome.layout.at(field), outcome.layout.width);
    for (i, row) in outcome.rows.chunks_exact_mut(width).enumerate() {
        row[at] = value(i as i64);
    }
}

#[test]
fn a_plain_month() {
    insta::assert_snapshot!(text(&sample()));
}

#[test]
fn nothing_ever_happens() {
    let quiet = changed(|o| {
        for pool in 0..3 {
            set(o, Field::FirstDrain(pool), |_| NEVER);
        }
        set(o, Field::Blocked, |_| 0);
        set(o, Field::BlockedMs, |_| 0);
        set(o, Field::Card(0), |_| 0);
        set(o, Field::Tax(0), |_| crate::base::money::Money::usd(19).0);
    });
    insta::assert_snapshot!(text(&quiet));
}

#[test]
fn always_and_from_the_start() {
    let always = changed(|o| {
        set(o, Field::FirstDrain(2), |_| 0);
        set(o, Field::FirstDrain(1), |i| i * HOUR);
    });
    insta::assert_snapshot!(text(&always));
}

#[test]
fn rarely() {
    let rare = changed(|o| {
        set(o, Field::FirstDrain(0), |i| if i < 3 { DAY } else { NEVER });
        set(o, Field::FirstDrain(1), |_| NEVER);
        set(o, Field::FirstDrain(2), |i| {
            if i < 20 { DAY * (i + 1) } else { NEVER }
        });
        set(o, Field::BlockedMs, |i| if i < 3 { HOUR } else { 0 });
        set(o, Field::Blocked, |i| i64::from(i < 3));
    });
    insta::assert_snapshot!(text(&rare));
}

#[test]
fn one_trial() {
    let one = changed(|o| {
        o.trials = 1;
        o.rows.truncate(o.layout.width);
    });
    insta::assert_snapshot!(text(&one));
}

#[test]
fn a_budget_and_a_wallet_in_the_plural() {
    let mut f = sample();
    f.header.budget = Some(Money::usd(250));
    f.cost.over = (Money::usd(250), share(24, 100));
    f.pools.truncate(3);
    f.pools.drain(..2);
    f.pools[0].label = "API credits".to_owned();
    insta::assert_snapshot!(text(&f));
}

#[test]
fn no_pool_at_all() {
    let mut f = sample();
    f.pools.clear();
    f.blocked.by = None;
    f.blocked.mostly = None;
    insta::assert_snapshot!(text(&f));
}

#[test]
fn refused_without_waiting() {
    let mut f = sample();
    f.blocked.hours = Spread::default();
    f.p_blocked = share(12, 100);
    insta::assert_snapshot!(text(&f).lines().nth(3).unwrap().to_owned());
}

#[test]
fn horizons() {
    let subject = |days: i64| {
        let mut f = sample();
        f.header.end = Instant(START.0 + days * DAY);
        costs(&f)
    };
    assert_eq!(subject(1), "The day costs");
    assert_eq!(subject(7), "The week costs");
    assert_eq!(subject(10), "The 10 days cost");
    assert_eq!(subject(31), "December costs");
    assert_eq!(subject(62), "The 2 months cost");
    assert_eq!(subject(84), "The 12 weeks cost");
    assert_eq!(subject(365), "The year costs");
}

#[test]
fn a_day_and_a_year() {
    let mut experiment = experiment();
    let mut outcome = outcome(&experiment);
    let find = |e: &crate::engine::experiment::Experiment, o: &Outcome, word: &str| {
        let about = summarise::About {
            trial_word: word.to_owned(),
            ..about()
        };
        text(&summarise::findings(e, o, &about, &|_| Ok(events())).unwrap())
    };
    experiment.end = Instant(START.0 + DAY);
    set(&mut outcome, Field::FirstDrain(0), |i| {
        8 * HOUR + i * HOUR / 10
    });
    set(&mut outcome, Field::FirstDrain(1), |_| NEVER);
    set(&mut outcome, Field::FirstDrain(2), |_| NEVER);
    insta::assert_snapshot!("a_day", find(&experiment, &outcome, "day"));
    experiment.end = Instant(START.0 + 365 * DAY);
    experiment.months = vec![Month {
        end: experiment.end,
        ..experiment.months[0].clone()
    }];
    set(&mut outcome, Field::FirstDrain(2), |i| i * 3 * DAY);
    insta::assert_snapshot!("a_year", find(&experiment, &outcome, "year"));
}

#[test]
fn every_sentence_ends_and_starts_well() {
    for sentence in sentences(&sample()) {
        assert!(sentence.ends_with('.'), "{sentence}");
        assert!(!sentence.contains("  "), "{sentence}");
        assert!(sentence.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()));
    }
}
