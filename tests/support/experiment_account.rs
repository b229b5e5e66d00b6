//! The account of a rich experiment: small windows, a small wallet, all kinds of money.

use burncast::account::spec::*;
use burncast::base::law::Draw;
use burncast::base::money::Money;
use burncast::base::stream::Stream;
use burncast::base::time::{Instant, Span};

use super::experiments::{DAY, HOUR, lognormal, pick};

fn window(name: &str, opens: Opens, limit: Limit, used: f64) -> WindowSpec {
    WindowSpec {
        name: name.to_owned(),
        label: name.to_owned(),
        message: name.to_owned(),
        opens,
        limit,
        provenance: Provenance::Assumed,
        used,
    }
}

fn windows(rng: &mut Stream, start: i64, count: i64) -> Vec<WindowSpec> {
    let every = |n: i64| Opens::Fixed {
        resets: (1..=count / n)
            .map(|k| Instant(start + k * n * DAY + 7 * HOUR))
            .collect(),
    };
    let generous = pick(rng, &[0.5, 1.0, 3.0]);
    let session = Opens::FirstRequest {
        length: Span::hours(5),
        round: pick(rng, &[Span::ZERO, Span::minutes(10)]),
        open_until: pick(rng, &[None, Some(Instant(start + 9 * HOUR))]),
    };
    let all = [
        window(
            "session",
            session,
            Limit::Usd(lognormal(2.0 * generous, 0.4)),
            0.1,
        ),
        window(
            "week",
            every(7),
            Limit::Usd(lognormal(12.0 * generous, 0.3)),
            0.2,
        ),
        window(
            "week-big",
            every(7),
            Limit::ShareOf {
                window: 1,
                share: 0.4,
            },
            0.0,
        ),
        window(
            "month",
            every(10),
            Limit::Usd(lognormal(25.0 * generous, 0.3)),
            1.0,
        ),
    ];
    let n = pick(rng, &[0, 1, 2, 3, 3, 4]);
    all[..n].to_vec()
}

fn wallet(rng: &mut Stream, start: i64) -> WalletSpec {
    let grant = |amount, promotional, starts: Option<i64>, expires: Option<i64>| GrantSpec {
        label: "grant".to_owned(),
        amount,
        promotional,
        starts: starts.map(|d| Instant(start + d * DAY)),
        expires: expires.map(|d| Instant(start + d * DAY)),
    };
    let reload = AutoReload {
        threshold: Money::usd(pick(rng, &[1, 4])),
        amount: pick(
            rng,
            &[
                ReloadAmount::To(Money::usd(8)),
                ReloadAmount::Add(Money::usd(5)),
            ],
        ),
        cap: pick(rng, &[None, Some(Money::usd(20))]),
        delay: lognormal(pick(rng, &[5.0, 3_000.0]), 0.5),
        decline: 0.15,
        retry: Span::hours(3),
        off_after: pick(rng, &[None, Some(3)]),
    };
    let some = |rng: &mut Stream, usd: i64| rng.chance(0.3).then(|| Money::usd(usd));
    WalletSpec {
        access: pick(
            rng,
            &[
                Access::On,
                Access::On,
                Access::On,
                Access::Off,
                Access::Impossible,
            ],
        ),
        funding: pick(
            rng,
            &[
                Funding::Prepaid,
                Funding::Prepaid,
                Funding::Prepaid,
                Funding::Arrears,
            ],
        ),
        label: "Extra usage".to_owned(),
        balance: Money::usd(pick(rng, &[0, 3, 12])),
        grants: vec![
            grant(Money::usd(2), true, None, Some(5)),
            grant(Money::usd(3), true, Some(9), Some(20)),
            grant(Money::usd(1), false, Some(16), None),
        ],
        monthly_limit: some(rng, 15),
        member_limit: some(rng, 7),
        daily_limit: some(rng, 3),
        spent_before: Money::usd(1),
        auto_reload: rng.chance(0.6).then_some(reload),
        purchases: vec![Purchase {
            at: Instant(start + 12 * DAY + HOUR),
            pay: Money::usd(4),
            get: Money::usd(5),
        }],
        tax_ppm: 190_000,
        bought_life: rng.chance(0.3).then_some(Span::days(9)),
        top_up_delay: Draw::constant(20.0),
    }
}

/// An account of `seats` seats over `count` days.
pub fn account(rng: &mut Stream, start: i64, count: i64, seats: usize) -> AccountSpec {
    let windows = windows(rng, start, count);
    let mut masks = [0b1111u8, 0b1011, 0, 0];
    for m in &mut masks {
        *m &= (1 << windows.len()) - 1;
    }
    let class = |plan, windows, grants, third_party| Class {
        plan,
        windows,
        grants,
        third_party,
    };
    AccountSpec {
        seats,
        windows,
        wallet: wallet(rng, start),
        classes: vec![
            class(true, masks[0], 0b111, false),
            class(true, masks[1], 0b011, false),
            class(false, masks[2], 0b100, true),
        ],
        month_starts: vec![Instant(20_758 * DAY)],
        day_starts: (1..=count)
            .map(|d| Instant(20_737 * DAY + d * DAY))
            .collect(),
    }
}
