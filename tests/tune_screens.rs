//! What a search says on a screen, on an answer with known numbers: an answer, one on the line, none.
//!
//! Screens change with the words: read them again then, and accept them with `INSTA_UPDATE=always`.

use burncast::account::spec::ReloadAmount;
use burncast::analysis::summarise::About;
use burncast::analysis::tune::{
    Aim, Candidate, Causes, Entry, Origin, Prices, Setting, Standing, State, Tuned, sentences,
};
use burncast::base::money::Money;
use burncast::report::page::Look;
use burncast::report::tune::{document, screen};
use burncast::stats::estimate::Estimate;
use burncast::stats::proportion::clopper_pearson;

/// A setting of $5-50 that stops in so many of 4,000 months.
fn entry(threshold: i64, to: i64, hits: u64, standing: Standing, state: State) -> Entry {
    let stopped = clopper_pearson(hits, 4_000, 0.95);
    let dollars = 0.4 + threshold as f64 / 10.0;
    let estimate = |value: f64| Estimate {
        value,
        low: value - 0.02,
        high: value + 0.02,
        n: 4_000,
    };
    Entry {
        candidate: Candidate {
            setting: Some(Setting {
                threshold: Money::usd(threshold),
                amount: ReloadAmount::To(Money::usd(to)),
                cap: Some(Money::usd(300)),
                monthly_limit: None,
            }),
            origin: Origin {
                listed: true,
                ..Origin::default()
            },
        },
        searched: 2_000,
        trials: 4_000,
        standing,
        state,
        required: Some(stopped),
        aim: estimate(dollars),
        apart: Some(estimate(dollars - 1.4)),
        stopped,
        stopped_h: 0.3,
        blocked: 0.5,
        reloads: 7.04,
        idle_usd: 12.0 + threshold as f64,
        paid_p50_usd: 214.0,
        paid_p95_usd: 320.0,
    }
}

fn tuned(entries: Vec<Entry>) -> Tuned {
    Tuned {
        about: About {
            title: "Max 5x, Opus at the keyboard".to_owned(),
            name: "mine".to_owned(),
            horizon: "1-31 December 2026".to_owned(),
            timezone: "Europe/Berlin".to_owned(),
            trial_word: "month".to_owned(),
            ..About::default()
        },
        seed: 42,
        fresh_seed: 630_114_007,
        trials: 4_000,
        most_trials: 4_000,
        partial: false,
        accept: Some("p_blocked_by_wallet <= 2 %".parse().unwrap()),
        accept_is_usual: false,
        aim: Aim::Dollars(Prices::default()),
        delta: 0.5,
        min_gap: Some(Money::usd(10)),
        entries,
        needed: Money::usd(380),
        causes: None,
    }
}

fn shown(t: &Tuned, width: usize) -> String {
    let look = Look {
        width,
        color: false,
        elapsed: Some("2.1 s".to_owned()),
        written: Some("output/mine-tune/   1 table, 2 charts, run.json".to_owned()),
    };
    screen(t, &look)
}

fn answered() -> Tuned {
    let mut today = entry(5, 25, 240, Standing::Misses, State::Misses);
    today.candidate.origin.today = true;
    let mut published = entry(20, 100, 0, Standing::Worse, State::Meets);
    published.candidate.origin.listed = false;
    published.candidate.origin.published = Some(("team".to_owned(), "a team".to_owned()));
    tuned(vec![
        entry(10, 50, 44, Standing::Recommended, State::Meets),
        entry(10, 100, 43, Standing::AsGood, State::Meets),
        entry(8, 50, 78, Standing::CannotTell, State::CannotTell),
        published,
        entry(20, 150, 0, Standing::Worse, State::Meets),
        today,
    ])
}

#[test]
fn a_screen_with_an_answer() {
    insta::assert_snapshot!("answered_100", shown(&answered(), 100));
    insta::assert_snapshot!("answered_80", shown(&answered(), 80));
}

#[test]
fn a_screen_on_the_line_names_the_next_one() {
    let mut t = answered();
    t.entries[0].state = State::OnTheLine;
    t.entries[0].trials = 64_000;
    t.entries[0].required = Some(clopper_pearson(1_290, 64_000, 0.95));
    t.entries[0].stopped = clopper_pearson(1_290, 64_000, 0.95);
    t.most_trials = 64_000;
    insta::assert_snapshot!("on_the_line", shown(&t, 100));
}

#[test]
fn a_screen_where_nothing_will_do_says_what_would() {
    let mut t = answered();
    for e in &mut t.entries {
        (e.standing, e.state, e.apart) = (Standing::Misses, State::Misses, None);
        e.required = Some(clopper_pearson(400, 4_000, 0.95));
        e.stopped = clopper_pearson(400, 4_000, 0.95);
    }
    t.causes = Some(Causes {
        of: 0,
        risk: clopper_pearson(400, 4_000, 0.95),
        without_declines: Some(clopper_pearson(20, 4_000, 0.95)),
        without_limits: Some(clopper_pearson(390, 4_000, 0.95)),
        decline: 0.05,
        retry_h: 1.0 / 6.0,
    });
    insta::assert_snapshot!("nothing_will_do", shown(&t, 100));
}

#[test]
fn the_document_says_the_same() {
    let text = document(&answered(), &["run.json".to_owned()]).unwrap();
    let found: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(found["recommended"]["threshold_usd"], "10");
    assert_eq!(found["recommended"]["reload_to_usd"], "50");
    assert_eq!(found["settings"].as_array().unwrap().len(), 6);
    assert_eq!(found["settings"][3]["published"], "team");
    assert_eq!(found["most_trials"], 4_000);
    assert_eq!(found["sentences"][0], sentences(&answered())[0]);
}
