use burncast::account::rates::*;
use burncast::account::spec::*;
use burncast::base::law::*;
use burncast::base::money::*;
use burncast::base::time::*;
use burncast::demand::spec::*;
use burncast::engine::experiment::*;
use burncast::engine::outcome::Field;
use burncast::engine::run::*;
use std::sync::atomic::AtomicBool;
fn ln(mu: f64, sigma: f64) -> Draw {
    Draw::of(Law::LogNormal { mu, sigma })
}
fn main() {
    let trials: u64 = std::env::args().nth(1).map_or(2000, |s| s.parse().unwrap());
    let threads: usize = std::env::args().nth(2).map_or(1, |s| s.parse().unwrap());
    let start = Instant(1_796_083_200_000);
    let end = start + Span::days(31);
    let rate = Rate::new(
        [4_000_000, 5_000_000, 8_000_000, 200_000, 20_000_000],
        [4_000_000, 5_000_000, 8_000_000, 200_000, 20_000_000],
    );
    let days = (0..31)
        .map(|d| Day {
            weekday: ((d + 1) % 7) as u8,
            open: vec![(
                start + Span::hours(24 * d + 8),
                start + Span::hours(24 * d + 18),
            )],
        })
        .collect();
    let mu = |class, model| ModelUse {
        model,
        weight: 1.0,
        class,
        tokenizer: 1.0,
        effort_requests: 1.0,
        effort_output: 1.0,
    };
    let mut pg = Draw::of(Law::Lomax {
        shape: 1.14,
        scale: 138.0,
    });
    pg.max = Some(86400.0);
    let mut gap = ln(2.43, 1.01);
    gap.max = Some(3600.0);
    let chain = ChainSpec {
        prompts: ln(1.1, 1.02),
        requests_per_prompt: ln(1.29, 1.17),
        gap_s: gap,
        prompt_gap_s: pg,
        first_context: ln(26000f64.ln(), 0.4),
        growth: ln(6.4, 1.3),
        early_growth: 4.0,
        early_requests: 4.5,
        session_growth: ln(0.0, 0.4),
        input: Draw::constant(7.0),
        output: ln(5.8, 1.22),
        compaction: Some(CompactionSpec {
            at: Draw::constant(158000.0),
            to: ln(47000f64.ln(), 0.35),
            output: Draw::constant(3000.0),
        }),
        cache: CacheSpec::Ttl {
            on_plan: vec![(Ttl::OneHour, 1.0)],
            on_credits: Ttl::FiveMinutes,
            miss_rate: 0.02,
        },
        context_max: 1_000_000,
        latency: Span(2000),
        output_us_per_token: 26000,
    };
    let mut sub = chain.clone();
    sub.prompts = Draw::constant(1.0);
    sub.requests_per_prompt = ln(1.5, 1.1);
    let actor = ActorSpec {
        name: "me".into(),
        seat: 0,
        rhythm: Rhythm::Calendar {
            days,
            active: ActiveDays {
                after_active: 0.79,
                after_idle: 0.46,
                weekday: [1.0; 7],
            },
            sessions_per_day: ln(1.64, 1.0),
            allow_none: false,
            volume: Draw::constant(0.6),
            drift_per_day: 0.0,
        },
        models: vec![mu(0, 0)],
        model_per: Level::Session,
        chain: chain.clone(),
        sub_agents: Some(SubAgentSpec {
            share_of_sessions: 0.51,
            per_session: ln(0.97, 0.75),
            at_once: ln(0.3, 0.5),
            models: vec![mu(0, 1)],
            chain: sub,
        }),
        runaway: None,
        when_blocked: vec![
            Reaction::Wait {
                patience: Span::hours(2),
            },
            Reaction::Drop,
        ],
    };
    let win = |name: &str, opens, limit| WindowSpec {
        name: name.into(),
        label: name.into(),
        message: "".into(),
        opens,
        limit: Limit::Usd(limit),
        provenance: Provenance::Assumed,
        used: 0.0,
    };
    let resets = (1..5)
        .map(|w| start + Span::days(7 * w))
        .collect::<Vec<_>>();
    let account = AccountSpec {
        seats: 1,
        windows: vec![
            win(
                "session",
                Opens::FirstRequest {
                    length: Span::hours(5),
                    round: Span::minutes(10),
                    open_until: None,
                },
                Draw::constant(60.0),
            ),
            win(
                "week",
                Opens::Fixed {
                    resets: resets.clone(),
                },
                Draw::constant(400.0),
            ),
            win("share", Opens::Fixed { resets }, Draw::constant(300.0)),
        ],
        wallet: WalletSpec {
            access: Access::On,
            funding: Funding::Prepaid,
            label: "Extra usage".into(),
            balance: Money::usd(20),
            grants: vec![],
            monthly_limit: Some(Money::usd(150)),
            member_limit: None,
            daily_limit: None,
            spent_before: Money::ZERO,
            auto_reload: Some(AutoReload {
                threshold: Money::usd(5),
                amount: ReloadAmount::To(Money::usd(25)),
                cap: Some(Money::usd(150)),
                delay: Draw::constant(120.0),
                decline: 0.01,
                retry: Span::hours(1),
                off_after: None,
            }),
            purchases: vec![],
            tax_ppm: 0,
            bought_life: None,
            top_up_delay: Draw::constant(300.0),
        },
        classes: vec![Class {
            plan: true,
            windows: 0b111,
            grants: u32::MAX,
            third_party: false,
        }],
        month_starts: vec![],
        day_starts: vec![],
    };
    let exp = Experiment {
        seed: 42,
        start,
        end,
        models: vec![
            Model {
                name: "opus-5.5".into(),
                rates: RateCard::flat(rate),
            },
            Model {
                name: "haiku".into(),
                rates: RateCard::flat(rate),
            },
        ],
        actors: vec![actor],
        account,
        incidents: vec![],
        months: vec![Month {
            name: "2026-12".into(),
            start,
            end,
            fee: Money::usd(100),
        }],
        steps: (0..=248).map(|i| start + Span::hours(3 * i)).collect(),
        zone: vec![(start, 3_600_000)],
    };
    for _ in 0..1 {
        let t = std::time::Instant::now();
        let stop = AtomicBool::new(false);
        let out = run(
            &exp,
            &RunOptions {
                trials,
                threads,
                progress: &|_, _| {},
                stop: &stop,
                enough: None,
            },
        )
        .unwrap();
        let dt = t.elapsed().as_secs_f64();
        for t in 0..(if std::env::var("CHECK").is_ok() {
            100.min(trials)
        } else {
            0
        }) {
            let r = replay_row(&exp, t).unwrap();
            let w = out.layout.width;
            assert_eq!(
                &out.rows[t as usize * w..(t as usize + 1) * w],
                &r[..],
                "trial {t}"
            );
        }
        let n: i64 = out.column(Field::Requests).iter().sum();
        let b: i64 = out.column(Field::Blocked).iter().sum();
        let l: i64 = out.column(Field::Lost).iter().sum();
        let r: i64 = out.column(Field::Reloads).iter().sum();
        let w: i128 = out.sums.spend.iter().map(|s| s.paid[1]).sum();
        let p: i128 = out.sums.spend.iter().map(|s| s.paid[0]).sum();
        println!(
            "{} req {:.1} per trial, {:.2} M/s/core, {:.3}s blocked {} lost {} reloads {} covered {:.1} extra {:.1} hash {:x}",
            n,
            n as f64 / trials as f64,
            n as f64 / dt / 1e6 / threads as f64,
            dt,
            b as f64 / trials as f64,
            l as f64 / trials as f64,
            r as f64 / trials as f64,
            p as f64 / 1e12 / trials as f64,
            w as f64 / 1e12 / trials as f64,
            out.sums.demand_hash
        );
    }
}
