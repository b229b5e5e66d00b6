use super::*;
use crate::account::spec::*;
use crate::base::law::{Draw, lognormal_from_interval};
use crate::base::money::{Money, PICO_PER_USD};
use crate::base::time::Span;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

fn wallet(access: Access) -> WalletSpec {
    WalletSpec {
        access,
        funding: Funding::Prepaid,
        label: String::new(),
        balance: Money::ZERO,
        grants: Vec::new(),
        monthly_limit: None,
        member_limit: None,
        daily_limit: None,
        spent_before: Money::ZERO,
        auto_reload: None,
        purchases: Vec::new(),
        tax_ppm: 0,
        bought_life: None,
        top_up_delay: Draw::constant(0.0),
    }
}

fn session(limit: Draw) -> WindowSpec {
    WindowSpec {
        name: "session".into(),
        label: "5-hour window".into(),
        message: String::new(),
        opens: Opens::FirstRequest {
            length: Span::hours(5),
            round: Span::minutes(10),
            open_until: None,
        },
        limit: Limit::Usd(limit),
        provenance: Provenance::Assumed,
        used: 0.0,
    }
}

fn spec(windows: Vec<WindowSpec>, wallet: WalletSpec) -> AccountSpec {
    let plan = Class {
        plan: true,
        windows: (1 << windows.len()) - 1,
        grants: 0,
        third_party: false,
    };
    let credits = Class {
        plan: false,
        windows: 0,
        ..plan
    };
    AccountSpec {
        seats: 1,
        windows,
        wallet,
        classes: vec![plan, credits],
        month_starts: Vec::new(),
        day_starts: Vec::new(),
    }
}

/// A request of a dollar at a minute, over after a second.
fn dollar(minute: i64) -> Given {
    Given {
        at: Instant(minute * MINUTE),
        ends: Instant(minute * MINUTE + 1000),
        cost: PICO_PER_USD,
        units: PICO_PER_USD,
        kind: 0,
    }
}

fn history<'a>(given: &'a [Given], stages: &'a [Stage<'a>]) -> History<'a> {
    History {
        start: Instant(0),
        end: Instant(48 * HOUR),
        given,
        stages,
        seed: 7,
    }
}

fn stage(spec: &AccountSpec) -> [Stage<'_>; 1] {
    [Stage {
        from: Instant(0),
        spec,
    }]
}

/// Three dollars from 1:05 on: the window opens at 1:00 and ends at 6:00. The third request is
/// refused until then, the fourth is refused too, the fifth opens a new window.
fn five() -> Vec<Given> {
    vec![dollar(65), dollar(70), dollar(80), dollar(200), dollar(360)]
}

#[test]
fn a_stop_lasts_from_the_first_refusal_to_the_reset() {
    let spec = spec(vec![session(Draw::constant(2.0))], wallet(Access::Off));
    let (given, stages) = (five(), stage(&spec));
    let player = Player::new(history(&given, &stages));
    let course = player.play(Sizes::Middle, &mut Unwatched).unwrap();
    let stop = Stop {
        reason: Reason::Window(0),
        stage: 0,
        from: Instant(80 * MINUTE),
        until: Instant(6 * HOUR),
        refused: 2,
        first: 2,
        last: 3,
    };
    assert_eq!(course.stops, [stop]);
    assert_eq!(course.stopped_ms, 280 * MINUTE);
    assert_eq!((course.refused, course.hours_hit), (2, 2));
    assert_eq!(course.refused_cost, 2 * PICO_PER_USD);
    assert_eq!(course.covered, 3 * PICO_PER_USD);
    assert_eq!(course.peak_ppm[0], 1_000_000);
    assert_eq!((course.charged, course.card), (0, 0));
}

/// With credits on the two are paid: the first reload fills up to ten dollars at the opening, and
/// the second, at the second request, when two dollars are gone and less than nine are left.
#[test]
fn credits_pay_what_the_plan_does_not() {
    let mut wallet = wallet(Access::On);
    wallet.tax_ppm = 200_000;
    wallet.auto_reload = Some(AutoReload {
        threshold: Money::usd(9),
        amount: ReloadAmount::To(Money::usd(10)),
        cap: None,
        delay: Draw::constant(0.0),
        decline: 0.0,
        retry: Span::hours(1),
        off_after: None,
    });
    let spec = spec(vec![session(Draw::constant(2.0))], wallet);
    let (given, stages) = (five(), stage(&spec));
    let player = Player::new(history(&given, &stages));
    let course = player.play(Sizes::Middle, &mut Unwatched).unwrap();
    assert_eq!(course.stops, []);
    assert_eq!(course.charged, 2 * PICO_PER_USD);
    assert_eq!((course.card, course.reloads), (12 * PICO_PER_USD, 2));
    assert_eq!(course.tax, Money::cents(240).0);
    assert_eq!(course.left, 10 * PICO_PER_USD);
}

/// A charge posts when the request ends: until then another one is admitted.
#[test]
fn requests_in_flight_overshoot() {
    let spec = spec(vec![session(Draw::constant(1.0))], wallet(Access::Off));
    let mut given = vec![dollar(60), dollar(61), dollar(63)];
    given[0].ends = Instant(62 * MINUTE);
    let stages = stage(&spec);
    let player = Player::new(history(&given, &stages));
    let mut count = Count(vec![0; 3]);
    let course = player.play(Sizes::Middle, &mut count).unwrap();
    assert_eq!(count.0, [0, 0, 1]);
    assert_eq!(course.peak_ppm[0], 2_000_000);
}

/// What the plan never covers is no stop.
#[test]
fn uncovered_work_is_counted_apart() {
    let spec = spec(vec![session(Draw::constant(9.0))], wallet(Access::Off));
    let mut given = five();
    given[1].kind = 1;
    let stages = stage(&spec);
    let player = Player::new(history(&given, &stages));
    let course = player.play(Sizes::Middle, &mut Unwatched).unwrap();
    assert_eq!((course.uncovered, course.refused), (1, 0));
    assert_eq!(course.uncovered_cost, PICO_PER_USD);
    assert_eq!(course.stops, []);
}

/// A dollar in the wallet pays the first request. A purchase that is known of is the end of the
/// stop; without one, the window's request that is admitted later is, and else the history's end.
#[test]
fn an_empty_wallet_stops_until_money_comes() {
    let stops = |purchases: &[i64], last_kind: u32| {
        let mut purse = wallet(Access::On);
        purse.balance = Money::usd(1);
        purse.purchases = purchases
            .iter()
            .map(|minute| Purchase {
                at: Instant(minute * MINUTE),
                pay: Money::usd(5),
                get: Money::usd(5),
            })
            .collect();
        let spec = spec(vec![session(Draw::constant(9.0))], purse);
        let mut given = five();
        given.iter_mut().for_each(|g| g.kind = 1);
        given[4].kind = last_kind;
        let stages = stage(&spec);
        let player = Player::new(history(&given, &stages));
        let course = player.play(Sizes::Middle, &mut Unwatched).unwrap();
        assert_eq!(course.refused, course.refused_by_wallet);
        let minute = |t: Instant| t.0 / MINUTE;
        let stops = course.stops.iter();
        stops
            .map(|s| (minute(s.from), minute(s.until), s.refused))
            .collect::<Vec<_>>()
    };
    assert_eq!(stops(&[300], 1), [(70, 300, 3)]);
    assert_eq!(stops(&[], 0), [(70, 360, 3)]);
    assert_eq!(stops(&[], 1), [(70, 48 * 60, 4)]);
}

/// The limit doubles at 1:15, so the third dollar is covered; the fourth is not.
#[test]
fn rules_change_on_their_day() {
    let small = spec(vec![session(Draw::constant(2.0))], wallet(Access::Off));
    let large = spec(vec![session(Draw::constant(3.0))], wallet(Access::Off));
    let given = five();
    let stages = [
        Stage {
            from: Instant(0),
            spec: &small,
        },
        Stage {
            from: Instant(75 * MINUTE),
            spec: &large,
        },
    ];
    let player = Player::new(history(&given, &stages));
    let course = player.play(Sizes::Middle, &mut Unwatched).unwrap();
    assert_eq!((course.refused, course.stops[0].stage), (1, 1));
    assert_eq!(course.stopped_ms, 160 * MINUTE);
}

/// Trials are the same one by one and together, on any number of threads.
#[test]
fn trials_do_not_depend_on_threads() {
    let band = Draw::of(lognormal_from_interval(1.0, 6.0).unwrap());
    let spec = spec(vec![session(band)], wallet(Access::Off));
    let (given, stages) = (five(), stage(&spec));
    let player = Player::new(history(&given, &stages));
    let one = player.trials(40, 1).unwrap();
    let many = player.trials(40, 5).unwrap();
    assert_eq!(one.courses, many.courses);
    assert_eq!(one.refused_in, many.refused_in);
    let refused: i64 = one.courses.iter().map(|c| c.refused).sum();
    assert_eq!(
        refused,
        one.refused_in.iter().map(|n| i64::from(*n)).sum::<i64>()
    );
    assert!(one.courses.iter().any(|c| c.refused == 0));
    assert!(one.courses.iter().any(|c| c.refused > 1));
    let fifth = player.play(Sizes::Drawn(5), &mut Unwatched).unwrap();
    assert_eq!(fifth, one.courses[5]);
}

/// Marks see the account before the requests of their instant.
#[test]
fn marks_see_what_is_left() {
    struct Left(Vec<Instant>, Vec<usize>);
    impl Witness for Left {
        fn marks(&self) -> &[Instant] {
            &self.0
        }
        fn mark(&mut self, _: usize, _: usize, account: &Account<'_>) {
            self.1.push(account.left_permille(0, 0));
        }
    }
    let spec = spec(vec![session(Draw::constant(4.0))], wallet(Access::Off));
    let (given, stages) = (five(), stage(&spec));
    let player = Player::new(history(&given, &stages));
    let at = [0, 70, 71, 81, 359, 360, 48 * 60].map(|m| Instant(m * MINUTE));
    let mut left = Left(at.to_vec(), Vec::new());
    player.play(Sizes::Middle, &mut left).unwrap();
    assert_eq!(left.1, [1000, 750, 500, 250, 0, 1000, 1000]);
}
