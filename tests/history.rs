//! Given requests meet the same account as drawn ones: a naive auditor agrees, and a simulated
//! trial played again as if it were a history uses up and charges the same.

#[allow(dead_code, reason = "other tests look at more of it")]
mod support {
    pub mod accounts;
    pub mod auditor;
    pub mod auditor_time;
    pub mod cases;
}

use burncast::account::Payment;
use burncast::account::reason::Reason;
use burncast::account::spec::Limit;
use burncast::base::law::Draw;
use burncast::base::money::PICO_PER_USD;
use burncast::base::time::Instant;
use burncast::engine::history::{Course, Given, History, Player, Sizes, Stage, Unwatched, Witness};
use burncast::engine::outcome::{Field, Layout};
use burncast::engine::replay::{Payer, What};
use burncast::engine::run::Prepared;
use burncast::scenario;
use proptest::prelude::*;
use support::accounts::{Case, END, Happens, START, Says, drive};
use support::auditor::{Auditor, Fact};
use support::cases::{case, has};

/// Which given requests were refused and might have waited.
#[derive(Default)]
struct Refused(Vec<usize>);
impl Witness for Refused {
    fn refused(&mut self, given: usize) {
        self.0.push(given);
    }
}

/// Plays the requests of a case, and puts the limits that were drawn into the case.
fn played(case: &mut Case) -> (Course, Vec<usize>) {
    for (w, window) in case.spec.windows.iter_mut().enumerate() {
        if let Limit::Usd(draw) = &mut window.limit {
            *draw = Draw::constant(case.limits[w] as f64 / PICO_PER_USD as f64);
        }
    }
    case.payments = vec![Payment {
        delay_ms: 0,
        declined: false,
    }];
    let asks = case.events.iter().filter_map(|(_, what)| match what {
        Happens::Asks(r) => Some(Given {
            at: Instant(r.at),
            ends: Instant(r.at + r.lasts),
            cost: r.cost,
            units: r.units,
            kind: r.class as u32,
        }),
        _ => None,
    });
    let given: Vec<Given> = asks.collect();
    let stages = [Stage {
        from: Instant(START),
        spec: &case.spec,
    }];
    let player = Player::new(History {
        start: Instant(START),
        end: Instant(END),
        given: &given,
        stages: &stages,
        seed: 1,
    });
    let mut refused = Refused::default();
    let course = player.play(Sizes::Middle, &mut refused).unwrap();
    case.limits = course.limits;
    (course, refused.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_auditor_agrees(seed: u64, off in 0u32..=has::ALL, n in 1usize..90) {
        let alone = has::ALL & !(has::SEATS | has::INCIDENTS | has::TOP_UPS);
        let mut case = case(seed, alone & !(off & (off >> 3)), n);
        let (course, refused) = played(&mut case);
        let mut auditor = Auditor::new(&case);
        let says = drive(&mut auditor, &case);
        let helpless = [Reason::CreditsRequired, Reason::ThirdPartyNeedsCredits];
        let mut want = Vec::new();
        for (i, (says, _)) in says.iter().enumerate() {
            match says {
                Says::Refused(r) if !helpless.contains(r) => want.push(i),
                _ => {}
            }
        }
        prop_assert_eq!(refused, want);
        let sum = |of: fn(&Fact) -> i64| auditor.sum(of);
        let charged = sum(|f| if let Fact::Charged { cost, .. } = *f { cost } else { 0 });
        let card = sum(|f| match *f {
            Fact::Bought { pay, .. } | Fact::Invoiced { pay, .. } => pay,
            _ => 0,
        });
        let tax = sum(|f| match *f {
            Fact::Bought { tax, .. } | Fact::Invoiced { tax, .. } => tax,
            _ => 0,
        });
        prop_assert_eq!((course.charged, course.card, course.tax), (charged, card, tax));
        prop_assert_eq!(course.left, auditor.balance());
        let stops: i64 = course.stops.iter().map(|s| s.refused).sum();
        prop_assert_eq!(stops, course.refused);
    }
}

/// A month on Max 20x with a second actor whose fast mode is always paid by credits.
const MONTH: &str = r#"
start = 2026-11-01
horizon = "1 month"
timezone = "Europe/Berlin"
[plan]
name = "max-20x"
[[plan.window]]
id = "week"
limit = { usd = "2000 to 4000" }
[wallet]
balance = 10
tax = "19 %"
auto_reload = { threshold = 5, reload_to = 25, decline = 0.1 }
[[actor]]
name = "me"
preset = "claude-code-moderate"
models = { "opus-5.5" = 0.7, "haiku-5.5" = 0.3 }
[[actor]]
name = "hurry"
preset = "claude-code-moderate"
models = "opus-5.5"
fast = true
sessions_per_day = 0.2
"#;

/// The requests of a trial, as a log would hold them. `None` if one was refused.
fn logged(scenario: &scenario::Scenario, trial: u64) -> Option<Vec<Given>> {
    let exp = &scenario.experiment;
    let mut given = Vec::new();
    for event in Prepared::new(exp).replay(trial).unwrap() {
        match event.what {
            What::Refused { .. } => return None,
            What::Request {
                actor,
                sub_agent,
                model,
                payer,
                tokens,
                context,
                cost,
                ends,
                ..
            } => {
                let actor = &exp.actors[actor];
                let subs = actor.sub_agents.as_ref().filter(|_| sub_agent.is_some());
                let uses = subs.map_or(&actor.models, |s| &s.models);
                let class = uses.iter().find(|u| u.model == model).unwrap().class;
                assert_eq!(exp.account.classes[class].plan, payer == Payer::Plan);
                let card = &exp.models[model].rates;
                let above = context > card.tier_above;
                let rate = if above { card.tier } else { card.base };
                let units = rate.units.iter().zip(tokens).map(|(u, t)| u * t).sum();
                given.push(Given {
                    at: event.at,
                    ends,
                    cost: cost.0,
                    units,
                    kind: class as u32,
                });
            }
            _ => {}
        }
    }
    Some(given)
}

#[test]
fn a_simulated_trial_played_again_is_the_same() {
    let scenario = scenario::parse("month.toml", MONTH, &[]).unwrap();
    let exp = &scenario.experiment;
    let layout = Layout::new(exp.account.windows.len() + 1, exp.months.len());
    let mut compared = 0;
    for trial in 0..12 {
        let Some(given) = logged(&scenario, trial) else {
            continue;
        };
        compared += 1;
        let row = Prepared::new(exp).replay_row(trial).unwrap();
        let field = |f: Field| row[layout.at(f)];
        let stages = [Stage {
            from: exp.start,
            spec: &exp.account,
        }];
        let player = Player::new(History {
            start: exp.start,
            end: exp.end,
            given: &given,
            stages: &stages,
            seed: exp.seed,
        });
        let course = player.play(Sizes::Drawn(trial), &mut Unwatched).unwrap();
        assert_eq!(field(Field::Requests), given.len() as i64);
        assert_eq!((course.refused, course.uncovered), (0, 0));
        for w in 0..exp.account.windows.len() {
            assert_eq!(field(Field::WindowLimit(w)), course.limits[w]);
            assert_eq!(field(Field::PeakUse(w)), course.peak_ppm[w], "window {w}");
        }
        let months = |of: fn(usize) -> Field| (0..exp.months.len()).map(|m| field(of(m))).sum();
        assert_eq!(
            (course.covered, course.charged),
            (months(Field::Covered), months(Field::Extra))
        );
        let fees: i64 = exp.months.iter().map(|m| m.fee.0).sum();
        assert_eq!(
            (course.card, course.tax),
            (
                months(Field::Card),
                months(Field::Tax) - (exp.fixed() - fees)
            )
        );
        assert_eq!(field(Field::Reloads), course.reloads);
        assert_eq!(field(Field::Declines), course.declines);
        assert_eq!(field(Field::Left), course.left);
        assert!(course.charged > 0 && course.covered > 0);
    }
    assert!(compared >= 3, "{compared} trials without a refusal");
}
