//! Rich experiments built by hand: small windows and wallets, so that much runs dry.

use burncast::account::rates::{Rate, RateCard};
use burncast::base::law::{Draw, Law, Level};
use burncast::base::money::Money;
use burncast::base::stream::{Purpose, Stream};
use burncast::base::time::{Instant, Span};
use burncast::demand::spec::*;
use burncast::engine::experiment::*;

use super::experiment_account::account;

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;
/// Local midnight of Monday 12 October 2026 in Berlin, two hours ahead of UTC.
const FIRST_MIDNIGHT: i64 = 20_738 * DAY - 2 * HOUR;
/// Berlin falls back to one hour ahead: 25 October 2026, 01:00 UTC.
const FALL_BACK: i64 = 20_751 * DAY + HOUR;

/// A stream of choices for variation `v`.
pub fn choices(v: u64) -> Stream {
    Stream::open(v, Purpose::Resample, 0, 0, 0)
}

pub fn lognormal(median: f64, sigma: f64) -> Draw {
    Draw::of(Law::LogNormal {
        mu: libm::log(median),
        sigma,
    })
}

pub fn held(draw: Draw, per: Level) -> Draw {
    Draw { per, ..draw }
}

pub fn pick<T: Clone>(rng: &mut Stream, of: &[T]) -> T {
    of[rng.below(of.len() as u64) as usize].clone()
}

fn at_local(day: i64, hour: i64) -> Instant {
    let local = FIRST_MIDNIGHT + 2 * HOUR + day * DAY + hour * HOUR;
    let summer = local - 2 * HOUR;
    Instant(if summer < FALL_BACK {
        summer
    } else {
        local - HOUR
    })
}

fn days(count: i64, from: i64, to: i64) -> Vec<Day> {
    (0..count)
        .map(|d| Day {
            weekday: (d % 7) as u8,
            open: if d % 7 == 6 && d != 13 {
                Vec::new()
            } else {
                vec![
                    (at_local(d, from), at_local(d, from + 2)),
                    (at_local(d, from + 3), at_local(d, to)),
                ]
            },
        })
        .collect()
}

fn rates(usd_per_million_in: i64, reads_free: bool) -> Rate {
    let p = usd_per_million_in * 1_000_000;
    let price = [p, p * 5 / 4, p * 2, p / 10, p * 5];
    let mut units = price;
    if reads_free {
        units[3] = 0;
    }
    Rate::new(price, units)
}

fn models(rng: &mut Stream) -> Vec<Model> {
    let free = rng.chance(0.4);
    let card = |usd: i64, tier_above: i64| RateCard {
        base: rates(usd, free),
        tier: rates(usd * 2, free),
        tier_above,
    };
    [
        ("big", 5, 40_000),
        ("middle", 3, 60_000),
        ("small", 1, i64::MAX),
    ]
    .map(|(name, usd, above)| Model {
        name: name.to_owned(),
        rates: card(usd, above),
    })
    .to_vec()
}

fn chain(rng: &mut Stream) -> ChainSpec {
    let levels = [
        Level::Request,
        Level::Request,
        Level::Prompt,
        Level::Session,
        Level::Actor,
        Level::Trial,
    ];
    let plain = rng.chance(0.5);
    let level = |rng: &mut Stream| {
        if plain {
            Level::Request
        } else {
            pick(rng, &levels)
        }
    };
    let ttl = CacheSpec::Ttl {
        on_plan: vec![(Ttl::OneHour, 0.7), (Ttl::FiveMinutes, 0.3)],
        on_credits: Ttl::FiveMinutes,
        miss_rate: 0.02,
        shared: None,
    };
    ChainSpec {
        prompts: lognormal(3.0, 0.7),
        requests_per_prompt: held(lognormal(3.0, 0.8), level(rng)),
        first_prompt: None,
        gap_s: held(lognormal(14.0, 1.0), level(rng)),
        prompt_gap_s: held(lognormal(240.0, 1.2), level(rng)),
        first_context: lognormal(20_000.0, 0.3),
        growth: held(lognormal(1_200.0, 1.0), level(rng)),
        early_growth: 2.0,
        early_requests: 4.0,
        session_growth: lognormal(1.0, 0.4),
        input: pick(rng, &[Draw::constant(3.0), lognormal(40.0, 1.0)]),
        output: held(lognormal(350.0, 1.0), level(rng)),
        compaction: Some(CompactionSpec {
            at: Draw::of(Law::Uniform {
                low: 30_000.0,
                high: 90_000.0,
            }),
            to: Draw::constant(12_000.0),
            output: lognormal(900.0, 0.3),
        }),
        cache: if rng.chance(0.85) {
            ttl
        } else {
            CacheSpec::None
        },
        context_max: 120_000,
        latency: Span(pick(rng, &[0, 900, 4_000])),
        output_us_per_token: pick(rng, &[0, 12_000, 90_000]),
    }
}

fn model_use(model: usize, weight: f64, class: usize) -> ModelUse {
    ModelUse {
        model,
        weight,
        class,
        tokenizer: [1.0, 1.0, 0.8][model],
        effort_requests: [1.0, 1.3, 1.0][model],
        effort_output: [1.0, 1.0, 1.6][model],
    }
}

fn calendar(rng: &mut Stream, count: i64, per_day: f64) -> Rhythm {
    Rhythm::Calendar {
        days: days(count, pick(rng, &[0, 7, 8]), pick(rng, &[17, 22])),
        active: ActiveDays {
            after_active: 0.9,
            after_idle: 0.6,
            weekday: [1.0, 1.0, 1.0, 1.0, 0.9, 0.5, 0.3],
        },
        sessions_per_day: lognormal(per_day, 0.6),
        allow_none: rng.chance(0.3),
        volume: lognormal(1.0, 0.3),
        drift_per_day: pick(rng, &[0.0, 0.05]),
        crowding: pick(rng, &[0.0, 0.4]),
        bunching: bunched(rng),
    }
}

fn actors(rng: &mut Stream, seats: usize, count: i64, latest: bool) -> Vec<ActorSpec> {
    let top_up = Reaction::TopUp {
        pay: Money::usd(9),
        get: Money::usd(10),
        reaction_s: lognormal(300.0, 0.5),
        per_month: 2,
    };
    let wait = |h: i64| Reaction::Wait {
        patience: Span::hours(h),
    };
    let fallback = Reaction::Fallback { model_use: 2 };
    let human = vec![fallback.clone(), top_up.clone(), wait(2), Reaction::Api];
    let lists = [
        human.clone(),
        vec![wait(6), Reaction::Skip],
        vec![Reaction::Skip],
        vec![top_up, wait(30), Reaction::Drop],
        vec![fallback, Reaction::Drop],
        vec![wait(0), Reaction::Api],
    ];
    let mixed = vec![
        model_use(0, 0.6, 0),
        model_use(1, 0.4, 1),
        model_use(2, 0.0, 1),
    ];
    let subs = |rng: &mut Stream| SubAgentSpec {
        share_of_sessions: 0.6,
        per_session: lognormal(3.0, 0.5),
        at_once: Draw::of(Law::Poisson { mean: 1.2 }),
        models: vec![model_use(1, 0.5, 1), model_use(2, 0.5, 1)],
        one_off: Some(one_off(chain(&mut rng.clone()), model_use(2, 1.0, 1))),
        chain: chain(rng),
    };
    let mut all = Vec::new();
    let per = [Level::Prompt, Level::Request, Level::Session];
    for (i, name) in ["me", "colleague", "tool", "nightly"]
        .into_iter()
        .enumerate()
    {
        let nightly = i == 3;
        let with_subs = rng.chance(0.6).then(|| subs(rng));
        let third = [0.0, 0.0, 0.8, 0.0][i];
        let mut chain = chain(rng);
        if nightly && latest {
            // The second request lasts from 03:00 to 07:00 on the dot, when windows are reset.
            chain.prompts = Draw::constant(1.0);
            chain.requests_per_prompt = Draw::constant(2.0);
            chain.gap_s = Draw::constant(3_600.0);
            (chain.latency, chain.output_us_per_token) = (Span::hours(4), 0);
        }
        all.push(ActorSpec {
            name: name.to_owned(),
            seat: i % seats,
            rhythm: if nightly {
                Rhythm::Schedule {
                    starts: (0..count).map(|d| at_local(d, 2)).collect(),
                }
            } else {
                calendar(rng, count, 2.5)
            },
            models: if rng.chance(third) {
                vec![model_use(2, 1.0, 2)]
            } else if rng.chance(0.25) {
                vec![model_use(1, 1.0, 1)]
            } else {
                mixed.clone()
            },
            model_per: pick(rng, &per),
            chain,
            sub_agents: with_subs,
            runaway: nightly.then(|| RunawaySpec {
                probability: 0.03,
                hours: lognormal(0.5, 0.5),
            }),
            when_blocked: pick(rng, &lists),
        });
    }
    all
}

/// Variation `v` of a month of four actors on one account.
pub fn rich(v: u64) -> Experiment {
    let mut rng = choices(v);
    let rng = &mut rng;
    let count = 28;
    let (start, end) = (at_local(0, 0), at_local(count, 0));
    let seats = pick(rng, &[1, 2, 3]);
    let account = account(rng, start.0, count, seats);
    let november = at_local(20, 0);
    let month = |name: &str, start, end| Month {
        name: name.to_owned(),
        start,
        end,
        fee: Money::usd(20),
    };
    let step = pick(rng, &[6, 11, 24]) * HOUR;
    let mut steps: Vec<Instant> = (0..)
        .map(|k| Instant(start.0 + k * step))
        .take_while(|t| *t < end)
        .collect();
    // Nothing but a convention puts a step on the horizon itself.
    if rng.chance(0.5) {
        steps.push(end);
    }
    let incident = |kind, per_month| IncidentSpec {
        kind,
        per_month,
        minutes: lognormal(90.0, 0.8),
    };
    let troubled = rng.chance(0.5);
    Experiment {
        seed: 1_000 + v,
        start,
        end,
        models: models(rng),
        actors: actors(rng, seats, count, v.is_multiple_of(4)),
        account,
        incidents: if troubled {
            vec![
                incident(IncidentKind::FalseRefusal, 2.0),
                incident(IncidentKind::WrongBucket, 2.0),
                incident(IncidentKind::DeclinedPayments, 3.0),
            ]
        } else {
            Vec::new()
        },
        months: vec![
            month("2026-10", start, november),
            month("2026-11", november, end),
        ],
        steps,
        zone: vec![(start, 2 * HOUR), (Instant(FALL_BACK), HOUR)],
    }
}

/// Sub-agents of one request out of a chain of more.
fn one_off(chain: ChainSpec, model: ModelUse) -> OneOffSpec {
    let chain = ChainSpec {
        prompts: Draw::constant(1.0),
        requests_per_prompt: Draw::constant(1.0),
        compaction: None,
        ..chain
    };
    OneOffSpec {
        share: 0.3,
        models: vec![model],
        read: Draw::of(Law::Uniform {
            low: 0.0,
            high: 1.0,
        }),
        uncached: 0.5,
        bare: ChainSpec {
            first_context: Draw::constant(0.0),
            input: Draw::constant(900.0),
            ..chain.clone()
        },
        chain,
    }
}

fn bunched(rng: &mut Stream) -> Option<Bunching> {
    rng.chance(0.5).then(|| Bunching {
        share: 0.5,
        gap_s: Draw::of(Law::Exponential { mean: 900.0 }),
    })
}
