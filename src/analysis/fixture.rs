//! A small experiment and outcome with known numbers, for tests of findings and reports.

use crate::account::rates::{KINDS, Rate, RateCard};
use crate::account::reason::Reason;
use crate::account::spec::{
    Access, AccountSpec, AutoReload, Class, Funding, Limit, Opens, Provenance, ReloadAmount,
    WalletSpec, WindowSpec,
};
use crate::analysis::findings::Findings;
use crate::analysis::summarise::{About, findings};
use crate::base::law::Draw;
use crate::base::money::{Money, PICO_PER_USD};
use crate::base::time::{Instant, Span};
use crate::demand::spec::{
    ActiveDays, ActorSpec, CacheSpec, ChainSpec, ModelUse, Reaction, Rhythm,
};
use crate::engine::experiment::{Experiment, Model, Month};
use crate::engine::outcome::{
    BlockedSum, CellSum, Field, Layout, NEVER, Outcome, SpendSum, Sums, Timeline, WALLET_BINS,
    wallet_bin,
};
use crate::engine::replay::{Event, Note, Payer, PurchaseKind, What};

/// 1 December 2026, 00:00 in Berlin.
pub const START: Instant = Instant(1_796_079_600_000);
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// A month of 31 days with two windows and a wallet.
pub fn experiment() -> Experiment {
    let end = Instant(START.0 + 31 * DAY);
    Experiment {
        seed: 42,
        start: START,
        end,
        models: vec![Model {
            name: "opus-5.5".to_owned(),
            rates: RateCard::flat(Rate::new(
                [5_000_000, 6_250_000, 10_000_000, 500_000, 25_000_000],
                [5_000_000, 6_250_000, 10_000_000, 500_000, 25_000_000],
            )),
        }],
        actors: vec![actor()],
        account: account(),
        incidents: Vec::new(),
        months: vec![Month {
            name: "2026-12".to_owned(),
            start: START,
            end,
            fee: Money::usd(100),
        }],
        steps: (0..=31).map(|d| Instant(START.0 + d * DAY)).collect(),
        zone: vec![(Instant(START.0 - DAY), HOUR)],
    }
}

fn actor() -> ActorSpec {
    let one = || Draw::constant(1.0);
    ActorSpec {
        name: "me".to_owned(),
        seat: 0,
        rhythm: Rhythm::Calendar {
            days: Vec::new(),
            active: ActiveDays {
                after_active: 1.0,
                after_idle: 1.0,
                weekday: [1.0; 7],
            },
            sessions_per_day: one(),
            allow_none: false,
            volume: one(),
            drift_per_day: 0.0,
            crowding: 0.0,
            bunching: None,
        },
        models: vec![ModelUse {
            model: 0,
            weight: 1.0,
            class: 0,
            tokenizer: 1.0,
            effort_requests: 1.0,
            effort_output: 1.0,
        }],
        model_per: Default::default(),
        chain: ChainSpec {
            prompts: one(),
            requests_per_prompt: one(),
            first_prompt: None,
            gap_s: one(),
            prompt_gap_s: one(),
            first_context: one(),
            growth: one(),
            early_growth: 0.0,
            early_requests: 1.0,
            session_growth: one(),
            input: one(),
            output: one(),
            compaction: None,
            cache: CacheSpec::None,
            context_max: 200_000,
            latency: Span::ZERO,
            output_us_per_token: 0,
        },
        sub_agents: None,
        runaway: None,
        when_blocked: vec![Reaction::Drop],
    }
}

fn account() -> AccountSpec {
    let window = |name: &str, label: &str, opens, limit| WindowSpec {
        name: name.to_owned(),
        label: label.to_owned(),
        message: "You've hit your session limit".to_owned(),
        opens,
        limit: Limit::Usd(Draw::constant(limit)),
        provenance: Provenance::Assumed,
        used: 0.0,
    };
    let opens = Opens::FirstRequest {
        length: Span::hours(5),
        round: Span::minutes(10),
        open_until: None,
    };
    let resets = (1..5).map(|w| Instant(START.0 + w * 7 * DAY)).collect();
    AccountSpec {
        seats: 1,
        windows: vec![
            window("session", "5-hour window", opens, 20.0),
            window("week", "Week, all models", Opens::Fixed { resets }, 150.0),
        ],
        wallet: WalletSpec {
            access: Access::On,
            funding: Funding::Prepaid,
            label: "Extra usage".to_owned(),
            balance: Money::usd(20),
            grants: Vec::new(),
            monthly_limit: Some(Money::usd(150)),
            member_limit: None,
            daily_limit: None,
            spent_before: Money::ZERO,
            auto_reload: Some(AutoReload {
                threshold: Money::usd(5),
                amount: ReloadAmount::To(Money::usd(25)),
                cap: Some(Money::usd(150)),
                delay: Draw::constant(0.0),
                decline: 0.0,
                retry: Span::ZERO,
                off_after: None,
            }),
            purchases: Vec::new(),
            tax_ppm: 190_000,
            bought_life: None,
            top_up_delay: Draw::constant(0.0),
        },
        classes: vec![Class {
            plan: true,
            windows: 0b11,
            grants: 0,
            third_party: false,
        }],
        month_starts: Vec::new(),
        day_starts: Vec::new(),
    }
}

/// A hundred trials: the session window always drains (2 to 9 December), the week in 85 of 100,
/// extra usage in 34 of 100; 0.1 to 10 hours stopped; card charges of 0 to 198 dollars.
pub fn outcome(experiment: &Experiment) -> Outcome {
    let trials = 100usize;
    let layout = Layout::new(3, 1);
    let mut rows = vec![0i64; trials * layout.width];
    for (i, row) in rows.chunks_exact_mut(layout.width).enumerate() {
        let n = i as i64;
        let never = |drained: bool, at: i64| if drained { at } else { NEVER };
        for (field, value) in [
            (Field::Requests, 5000 + n),
            (Field::Blocked, n / 2),
            (Field::BlockedByWallet, i64::from(n % 10 == 0)),
            (Field::BlockedMs, (n + 1) * HOUR / 10),
            (Field::Reloads, n / 20),
            (Field::Left, 3 * PICO_PER_USD + n),
            (Field::FirstDrain(0), DAY + n * 2 * HOUR),
            (Field::Drains(0), 6),
            (Field::StoppedMs(0), (n + 1) * HOUR / 20),
            (Field::WindowLimit(0), 20 * PICO_PER_USD),
            (Field::FirstDrain(1), never(n < 85, 8 * DAY + n * 4 * HOUR)),
            (Field::Drains(1), i64::from(n < 85)),
            (Field::WindowLimit(1), 150 * PICO_PER_USD),
            (Field::FirstDrain(2), never(n < 34, 10 * DAY + n * 8 * HOUR)),
            (Field::Drains(2), i64::from(n < 34)),
            (Field::Covered(0), 300 * PICO_PER_USD),
            (Field::Extra(0), n * 2 * PICO_PER_USD),
            (Field::Card(0), n * 2 * PICO_PER_USD),
            (Field::MonthLeft(0), 3 * PICO_PER_USD + n),
        ] {
            row[layout.at(field)] = value;
        }
    }
    Outcome {
        layout,
        trials,
        partial: false,
        rows,
        sums: sums(),
        timeline: timeline(experiment, trials),
    }
}

fn sums() -> Sums {
    let session = Reason::Window(0).slot();
    let mut cells = vec![CellSum::default(); 168];
    for hour in 9..18 {
        for day in 0..5 {
            cells[day * 24 + hour].open_ms = 4 * HOUR as u64;
        }
    }
    for hour in 15..18 {
        let cell = &mut cells[24 + hour];
        cell.ms[session] = 100 * HOUR as u64;
        cell.requests[session] = 500;
        cell.trials = 60;
    }
    Sums {
        spend: vec![SpendSum {
            requests: 500_000,
            tokens: [1_000_000, 0, 50_000_000, 900_000_000, 10_000_000],
            miss_tokens: [0, 0, 20_000_000, 0, 0],
            misses: 20_000,
            paid: [
                700 * i128::from(PICO_PER_USD),
                500 * i128::from(PICO_PER_USD),
                0,
            ],
            ..SpendSum::default()
        }],
        blocked: vec![BlockedSum {
            actor: 0,
            reason_slot: session,
            requests: 1500,
            ms: 300 * HOUR as u64,
            trials: 98,
        }],
        cells,
        demand_hash: 7,
    }
}

fn timeline(experiment: &Experiment, trials: usize) -> Timeline {
    let steps = experiment.steps.len();
    let mut window = vec![0u32; steps * 1001];
    let mut wallet = vec![0u32; steps * WALLET_BINS];
    for step in 0..steps {
        for trial in 0..trials {
            window[step * 1001 + (trial * 10 + step) % 1001] += 1;
            wallet[step * WALLET_BINS + wallet_bin(trial as i64 * 20)] += 1;
        }
    }
    Timeline {
        steps,
        windows: vec![window.clone(), window],
        wallet,
        grants: Vec::new(),
        empty: vec![vec![3; steps]; 3],
        window_n: trials as u64,
        wallet_n: trials as u64,
    }
}

/// A few events of every kind that moves a pool.
pub fn events() -> Vec<Event> {
    let at = |h: i64| Instant(START.0 + h * HOUR);
    let event = |h, what| Event { at: at(h), what };
    let request = |h: i64, payer, tokens: [i64; KINDS]| {
        event(
            h,
            What::Request {
                actor: 0,
                session: 1,
                sub_agent: None,
                n: 1,
                in_prompt: 1,
                prompt: 1,
                model: 0,
                payer,
                tokens,
                context: 20_000,
                cost: Money::usd(5),
                miss: false,
                compaction: false,
                ends: Instant(at(h).0 + 30_000),
            },
        )
    };
    vec![
        event(
            9,
            What::SessionStart {
                actor: 0,
                session: 1,
                runaway: false,
            },
        ),
        event(
            9,
            What::Account(Note::WindowOpens {
                window: 0,
                seat: 0,
                until: at(14),
            }),
        ),
        request(9, Payer::Plan, [1_000_000, 0, 0, 0, 0]),
        request(10, Payer::Plan, [3_000_000, 0, 0, 0, 0]),
        event(11, What::Account(Note::WindowEmpty { window: 0, seat: 0 })),
        request(11, Payer::Wallet, [1_000_000, 0, 0, 0, 0]),
        event(
            12,
            What::Account(Note::Charged {
                cost: Money::usd(16),
                balance: Money::usd(4),
            }),
        ),
        event(
            12,
            What::Account(Note::ReloadTriggered {
                amount: Money::usd(21),
                balance: Money::usd(4),
            }),
        ),
        event(
            12,
            What::Account(Note::Purchase {
                kind: PurchaseKind::Reload,
                pay: Money::usd(21),
                tax: Money::cents(399),
                get: Money::usd(21),
                balance: Money::usd(25),
            }),
        ),
        event(
            13,
            What::Refused {
                actor: 0,
                session: 1,
                reason: Reason::Window(0),
                until: Some(at(14)),
            },
        ),
        event(
            13,
            What::Reacts {
                actor: 0,
                session: 1,
                what: "waits",
                until: Some(at(14)),
            },
        ),
        event(14, What::Account(Note::WindowResets { window: 0, seat: 0 })),
        event(
            15,
            What::SessionEnd {
                actor: 0,
                session: 1,
            },
        ),
    ]
}

/// What the reports say about the fixture beside its numbers.
pub fn about() -> About {
    About {
        title: "Max 5x, Opus at the keyboard".to_owned(),
        question: Some("Which threshold keeps me working?".to_owned()),
        name: "max5x".to_owned(),
        plan: "Max 5x".to_owned(),
        timezone: "Europe/Berlin".to_owned(),
        horizon: "1-31 December 2026".to_owned(),
        trial_word: "month".to_owned(),
        budget: None,
        hash: "0123456789abcdef".to_owned(),
        price_date: Some("2026-11-01".to_owned()),
        plan_date: Some("2026-11-01".to_owned()),
        begins: None,
        warnings: Vec::new(),
    }
}

/// The findings of the fixture.
pub fn sample() -> Findings {
    let experiment = experiment();
    let outcome = outcome(&experiment);
    findings(&experiment, &outcome, &about(), &|_| Ok(events())).unwrap()
}
