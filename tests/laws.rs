//! Laws that hold for every account, whatever happens to it.

mod support {
    pub mod accounts;
    pub mod cases;
}

use burncast::account::ledger::Posting;
use burncast::account::reason::{REASON_SLOTS, Reason};
use burncast::account::spec::*;
use burncast::account::world::PurchaseKind;
use burncast::account::{Note, Payment, Verdict};
use burncast::base::money::Money;
use proptest::prelude::*;
use support::accounts::{Case, DAY, END, HOUR, Happens, Keeps, Real, Request, START, Says, drive};
use support::cases::{case, has};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn requests(case: &Case) -> Vec<Request> {
    let asks = |e: &(i64, Happens)| match e.1 {
        Happens::Asks(r) => Some(r),
        _ => None,
    };
    case.events.iter().filter_map(asks).collect()
}

fn played(case: &Case) -> (Real<'_>, Vec<Says>) {
    let mut real = Real::new(case);
    let verdicts = drive(&mut real, case).into_iter().map(|v| v.0).collect();
    (real, verdicts)
}

/// All events of an account that come by themselves: the instants at which an answer can change.
fn instants(spec: &AccountSpec, seats: &[burncast::account::windows::Seat]) -> Vec<i64> {
    let w = &spec.wallet;
    let life = w.bought_life.map_or(0, |l| l.0);
    let mut all: Vec<i64> = spec
        .month_starts
        .iter()
        .chain(&spec.day_starts)
        .map(|t| t.0)
        .collect();
    all.extend(w.purchases.iter().flat_map(|p| [p.at.0, p.at.0 + life]));
    all.extend(
        w.grants
            .iter()
            .flat_map(|g| [g.starts, g.expires])
            .flatten()
            .map(|t| t.0),
    );
    for s in seats {
        all.extend(s.resets_at.iter().filter(|t| **t != i64::MAX));
    }
    for window in &spec.windows {
        if let Opens::Fixed { resets } = &window.opens {
            all.extend(resets.iter().map(|r| r.0));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// What an account as it stands would say later, if nothing but time happened.
fn later(real: &Real<'_>, at: i64, seat: usize, class: usize) -> Verdict {
    let mut copy = real.clone();
    copy.advance(at);
    copy.ask(at, seat, class)
}

proptest! {
    #![proptest_config(config(1_500))]

    #[test]
    fn money_is_conserved(seed: u64, off in 0u32..=has::ALL, n in 1usize..120) {
        let case = case(seed, has::ALL & !(off & (off >> 3)), n);
        let (real, _) = played(&case);
        let w = &case.spec.wallet;
        let early = w.grants.iter().filter(|g| g.starts.is_none_or(|s| s.0 <= START));
        let opening = w.balance.0 + early.map(|g| g.amount.0).sum::<i64>();
        let t = |p| real.total(p);
        let put_in = t(Posting::Purchase) + t(Posting::Bonus) + t(Posting::Grant) + t(Posting::Invoice);
        prop_assert_eq!(real.balance(), opening + put_in - t(Posting::Usage) - t(Posting::Expired));
        prop_assert!(real.account.wallet.is_conserved());
    }

    #[test]
    fn no_charge_without_an_admission(seed: u64, n in 1usize..120) {
        let case = case(seed, has::ALL, n);
        let (real, verdicts) = played(&case);
        let mut admitted = vec![0i64; 0];
        for (r, says) in requests(&case).iter().zip(&verdicts) {
            if *says == Says::Wallet {
                admitted.push(r.cost);
            }
        }
        let mut charged: Vec<i64> = real.world.notes.iter().filter_map(|n| match n.1 {
            Note::Charged { cost, .. } => Some(cost.0),
            _ => None,
        }).collect();
        charged.sort_unstable();
        admitted.sort_unstable();
        prop_assert_eq!(charged, admitted);
    }

    /// Each admission finds room in every window in scope: only requests already in flight, and
    /// the last one admitted, may overdraw it.
    #[test]
    fn a_window_is_overdrawn_by_requests_in_flight_only(seed: u64, flights: bool, n in 1usize..120) {
        let off = if flights { 0 } else { has::FLIGHTS };
        let case = case(seed, has::ALL & !off & !has::SEATS, n);
        let (_, verdicts) = played(&case);
        let mut real = Real::new(&case);
        let rooms: Vec<_> = drive(&mut real, &case).into_iter().map(|v| v.1).collect();
        let asked = requests(&case);
        for (k, (r, says)) in asked.iter().zip(&verdicts).enumerate() {
            let scope = case.spec.classes[r.class].windows;
            let in_scope = rooms[k].iter().enumerate().filter(|w| scope >> w.0 & 1 == 1);
            for room in in_scope.filter_map(|w| *w.1).filter(|_| *says == Says::Plan) {
                let charged = if r.lasts == 0 { r.units } else { 0 };
                prop_assert!(room + charged > 0, "{} left after {:?}", room, r);
            }
        }
    }

    /// "Blocked until t" is honest: refused just before t, admitted at t; "never" is never.
    #[test]
    fn blocked_until_is_honest(seed: u64, off in 0u32..=has::ALL, n in 1usize..60) {
        let dark = has::RELOAD | has::INCIDENTS | has::FLIGHTS | has::TOP_UPS;
        let case = case(seed, has::ALL & !dark & !(off & (off >> 3)), n);
        let mut real = Real::new(&case);
        for r in requests(&case) {
            real.advance(r.at);
            let verdict = real.ask(r.at, r.seat, r.class);
            let Verdict::Refused(refusal) = verdict else {
                real.charge(r.at, r.at, &r, verdict == Verdict::Wallet);
                continue;
            };
            let refused = |at| matches!(later(&real, at, r.seat, r.class), Verdict::Refused(_));
            let until = refusal.until.map_or(i64::MAX, |t| t.0);
            prop_assert!(until > r.at);
            if until != i64::MAX {
                prop_assert!(!refused(until), "{:?} but still refused then", refusal);
                prop_assert!(refused(until - 1), "{:?} but admitted before", refusal);
            }
            for at in instants(&case.spec, &real.account.seats) {
                prop_assert!(at <= r.at || at >= until || refused(at), "{:?} but admitted at {}", refusal, at);
            }
        }
    }

    /// The same requests, each lost when refused: more money at the start never loses more. Without
    /// money that comes later, and with grants open to all: a debt from an overshoot would eat
    /// what comes, or what only some may spend.
    #[test]
    fn more_balance_never_blocks_more(seed: u64, n in 1usize..120, more in 1i64..20_000_000_000_000) {
        let off = has::RELOAD | has::PURCHASES | has::TOP_UPS | has::ARREARS | has::LIFE;
        let mut poor = case(seed, has::ALL & !off, n);
        poor.spec.wallet.grants.retain(|g| g.starts.is_none());
        for c in &mut poor.spec.classes {
            c.grants = 7;
        }
        let mut rich = poor.clone();
        rich.spec.wallet.balance.0 += more;
        let blocked = |c: &Case| played(c).1.iter().filter(|s| matches!(s, Says::Refused(_))).count();
        prop_assert!(blocked(&rich) <= blocked(&poor));
    }

    /// With payments that arrive at once and reloads of a fixed amount that does
    /// not expire, a higher threshold never means an earlier drain: there were never fewer reloads.
    #[test]
    fn a_higher_threshold_never_drains_earlier(seed: u64, n in 1usize..200, more in 0i64..9_000_000_000_000) {
        let off = has::WINDOWS | has::LIFE | has::ARREARS | has::LIMITS | has::ACCESS | has::INCIDENTS | has::CLASSES;
        let mut low = case(seed, has::ALL & !off, n);
        low.payments = vec![Payment { delay_ms: 0, declined: false }];
        let Some(auto) = &mut low.spec.wallet.auto_reload else { return Ok(()) };
        if let ReloadAmount::To(to) = auto.amount {
            auto.amount = ReloadAmount::Add(to);
        }
        let mut high = low.clone();
        high.spec.wallet.auto_reload.as_mut().unwrap().threshold.0 += more;
        let first = |c: &Case| played(c).0.account.wallet.stats.first_drain;
        prop_assert!(first(&high) >= first(&low));
    }

    #[test]
    fn a_cap_is_never_exceeded(seed: u64, n in 1usize..250, most in 0i64..4) {
        let mut case = case(seed, has::ALL & !has::WINDOWS & !has::ARREARS, n);
        let Some(auto) = &mut case.spec.wallet.auto_reload else { return Ok(()) };
        let amount = Money::usd(2);
        (auto.amount, auto.cap) = (ReloadAmount::Add(amount), Some(Money(most * amount.0 + 1)));
        let (real, _) = played(&case);
        let (mut this, mut ever) = (0, 0);
        for (_, note) in &real.world.notes {
            match note {
                Note::MonthStarts => this = 0,
                Note::Purchase { kind: PurchaseKind::Reload, pay, .. } => {
                    prop_assert_eq!(*pay, amount);
                    (this, ever) = (this + 1, ever + 1);
                    prop_assert!(this <= most);
                }
                _ => {}
            }
        }
        prop_assert_eq!(ever, real.account.wallet.reloads);
    }

    #[test]
    fn promotional_money_is_spent_first(seed: u64, n in 1usize..120) {
        let mut case = case(seed, has::ALL & !has::ARREARS & !has::CLASSES & !has::INCIDENTS & !has::FLIGHTS, n);
        case.spec.classes[0].grants = 7;
        let mut real = Real::new(&case);
        for r in requests(&case) {
            real.advance(r.at);
            let (before, gift) = (real.balance(), real.account.wallet.promotional().0);
            if real.gate(r.at, r.seat, 0) == Says::Wallet {
                real.charge(r.at, r.at, &r, true);
                prop_assert_eq!(real.account.wallet.promotional().0, (gift - r.cost).max(0));
                prop_assert_eq!(real.balance(), before - r.cost);
            }
        }
    }

    #[test]
    fn a_refusal_has_one_reason_of_the_list(seed: u64, n in 1usize..120) {
        let case = case(seed, has::ALL, n);
        let (_, verdicts) = played(&case);
        let access = case.spec.wallet.access;
        for (r, says) in requests(&case).iter().zip(&verdicts) {
            let class = &case.spec.classes[r.class];
            let Says::Refused(reason) = *says else { continue };
            prop_assert!(reason.slot() < REASON_SLOTS);
            prop_assert_eq!(Reason::from_slot(reason.slot()), Some(reason));
            let (status, words) = reason.message();
            prop_assert!((status == 429 || status == 400) && !words.is_empty());
            let off = matches!(access, Access::Off | Access::Impossible);
            let fits = match reason {
                Reason::Window(w) => off && class.plan && class.windows >> w & 1 == 1,
                Reason::ThirdPartyNeedsCredits => off && !class.plan && class.third_party,
                Reason::CreditsRequired => off && !class.plan && !class.third_party,
                Reason::OutOfCredits => case.spec.wallet.funding == Funding::Prepaid && access == Access::On,
                Reason::MonthlyLimit => case.spec.wallet.monthly_limit.is_some() && access == Access::On,
                Reason::MemberLimit => case.spec.wallet.member_limit.is_some() && access == Access::On,
                Reason::DailyLimit => case.spec.wallet.daily_limit.is_some() && access == Access::On,
                Reason::OrganisationOff => access == Access::OrganisationOff,
                Reason::SeatTierOff => access == Access::SeatTierOff,
                Reason::MemberOff => access == Access::MemberOff,
                Reason::FalseRefusal => true,
            };
            prop_assert!(fits, "{reason:?} {access:?} {class:?}");
        }
    }

    #[test]
    fn without_a_wallet_nothing_is_charged(seed: u64, n in 1usize..120) {
        let mut case = case(seed, has::ALL, n);
        case.spec.wallet.access = Access::Impossible;
        let (real, verdicts) = played(&case);
        prop_assert!(!verdicts.contains(&Says::Wallet));
        prop_assert_eq!(real.total(Posting::Usage), 0);
        prop_assert_eq!(real.account.wallet.reloads, 0);
    }

    #[test]
    fn arrears_never_refuse_for_money(seed: u64, n in 1usize..120) {
        let mut case = case(seed, has::ALL & !has::RELOAD & !has::BALANCE, n);
        case.spec.wallet.funding = Funding::Arrears;
        let (real, verdicts) = played(&case);
        prop_assert!(!verdicts.contains(&Says::Refused(Reason::OutOfCredits)));
        prop_assert_eq!(real.account.wallet.stats.drains, 0);
        prop_assert_eq!(real.total(Posting::Invoice), real.total(Posting::Usage));
    }
}

/// A request of a class without a plan at an hour of the horizon.
fn ask(hour: i64, usd: i64) -> (i64, Happens) {
    let at = START + hour * HOUR;
    let cost = usd * 1_000_000_000_000;
    let request = Request {
        at,
        lasts: 0,
        class: 0,
        seat: 0,
        cost,
        units: cost,
    };
    (at, Happens::Asks(request))
}

fn bare(balance: i64, events: Vec<(i64, Happens)>) -> Case {
    let mut case = case(1, 0, 0);
    case.spec.wallet.balance = Money::usd(balance);
    case.payments = vec![Payment {
        delay_ms: 0,
        declined: false,
    }];
    case.events = events;
    case.spec.classes[0].plan = false;
    case
}

fn reload(threshold: i64, amount: ReloadAmount) -> AutoReload {
    AutoReload {
        threshold: Money::usd(threshold),
        amount,
        cap: None,
        delay: burncast::base::law::Draw::constant(0.0),
        decline: 0.0,
        retry: burncast::base::time::Span::minutes(1),
        off_after: None,
    }
}

/// Reloads to a target are not monotone: an earlier reload is a smaller one, and a large charge
/// may then meet a lower balance.
#[test]
fn a_higher_threshold_may_drain_earlier_when_reloading_to_a_target() {
    let events: Vec<_> = [49, 2, 49, 60]
        .iter()
        .zip(1..)
        .map(|(usd, h)| ask(h, *usd))
        .collect();
    let first = |threshold| {
        let mut case = bare(100, events.clone());
        case.spec.wallet.auto_reload = Some(reload(threshold, ReloadAmount::To(Money::usd(100))));
        played(&case).0.account.wallet.stats.first_drain
    };
    assert_eq!(first(50), START + 4 * HOUR);
    assert_eq!(first(1), START + 3 * HOUR, "49 left, 49 spent: empty");
}

/// A target that is not above the balance buys nothing, and nothing is bought for ever.
#[test]
fn a_reload_of_nothing_is_none() {
    for amount in [
        ReloadAmount::To(Money::usd(5)),
        ReloadAmount::Add(Money::ZERO),
    ] {
        let mut case = bare(8, vec![ask(1, 1), ask(2, 1)]);
        case.spec.wallet.auto_reload = Some(reload(20, amount));
        let (real, _) = played(&case);
        assert_eq!(
            (real.account.wallet.reloads, real.balance()),
            (0, 6_000_000_000_000)
        );
    }
}

/// A card that is always declined at once, and tried again at once, must not stop time.
#[test]
fn declines_do_not_stop_time() {
    let mut case = bare(1, vec![ask(1, 1)]);
    case.payments = vec![Payment {
        delay_ms: 0,
        declined: true,
    }];
    let mut auto = reload(5, ReloadAmount::Add(Money::usd(5)));
    auto.retry = burncast::base::time::Span::ZERO;
    case.spec.wallet.auto_reload = Some(auto);
    let (real, _) = played(&case);
    let declines = real.account.wallet.declines;
    assert!(
        declines > 1 && declines <= (END - START) / 60_000,
        "{declines}"
    );
}

/// A limit of nothing does not open with the month.
#[test]
fn a_limit_of_zero_never_opens() {
    let limits: [fn(&mut WalletSpec) -> &mut Option<Money>; 3] = [
        |w| &mut w.monthly_limit,
        |w| &mut w.member_limit,
        |w| &mut w.daily_limit,
    ];
    for limit in limits {
        let mut case = bare(9, Vec::new());
        *limit(&mut case.spec.wallet) = Some(Money::ZERO);
        let mut real = Real::new(&case);
        real.advance(START + DAY / 2);
        let Verdict::Refused(r) = real.ask(START + DAY / 2, 0, 0) else {
            panic!("admitted");
        };
        assert_eq!(r.until, None, "{:?}", r.reason);
    }
}
