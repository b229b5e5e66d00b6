//! Active days, sessions a day and start times against what the rhythm promises.

use super::*;
use crate::base::time::Instant;
use crate::demand::spec::{
    ActiveDays, ActorSpec, Bunching, CacheSpec, ChainSpec, Day, ModelUse, Reaction, Rhythm,
};

const HOUR: i64 = 3_600_000;
const ALWAYS: ActiveDays = ActiveDays {
    after_active: 1.0,
    after_idle: 1.0,
    weekday: [1.0; 7],
};

fn actor(rhythm: Rhythm) -> ActorSpec {
    let one = || Draw::constant(1.0);
    ActorSpec {
        name: "me".to_owned(),
        seat: 0,
        rhythm,
        models: Vec::<ModelUse>::new(),
        model_per: crate::base::law::Level::Session,
        chain: ChainSpec {
            prompts: one(),
            requests_per_prompt: one(),
            first_prompt: None,
            gap_s: one(),
            prompt_gap_s: one(),
            first_context: one(),
            growth: one(),
            early_growth: 0.0,
            early_requests: 0.0,
            session_growth: one(),
            input: one(),
            output: one(),
            compaction: None,
            cache: CacheSpec::None,
            context_max: 1_000,
            latency: crate::base::time::Span::ZERO,
            output_us_per_token: 0,
        },
        sub_agents: None,
        runaway: None,
        when_blocked: vec![Reaction::Drop],
    }
}

/// Days of 24 hours, open from 9 to 17.
fn days(count: i64) -> Vec<Day> {
    (0..count)
        .map(|d| Day {
            weekday: (d % 7) as u8,
            open: vec![(Instant((24 * d + 9) * HOUR), Instant((24 * d + 17) * HOUR))],
        })
        .collect()
}

fn rhythm(days: Vec<Day>, active: ActiveDays, sessions: Draw) -> Rhythm {
    Rhythm::Calendar {
        days,
        active,
        sessions_per_day: sessions,
        allow_none: true,
        volume: Draw::constant(1.0),
        drift_per_day: 0.0,
        crowding: 0.0,
        bunching: None,
    }
}

fn starts(rhythm: &Rhythm, trial: u64) -> Vec<Start> {
    let mut out = Vec::new();
    let mut known = crate::demand::kernel::Known::default();
    CalendarKernel::new(rhythm, &Draw::constant(4.0), &mut known).starts(
        &actor(rhythm.clone()),
        3,
        77,
        trial,
        &mut out,
    );
    out
}

/// Sessions of each day.
fn counts(of: &[Start], days: usize) -> Vec<usize> {
    let mut n = vec![0; days];
    for s in of {
        n[(s.at / (24 * HOUR)) as usize] += 1;
    }
    n
}

#[test]
fn active_days_follow_their_chain() {
    let active = ActiveDays {
        after_active: 0.8,
        after_idle: 0.3,
        weekday: [1.0; 7],
    };
    let n = 40_000;
    let r = rhythm(days(n), active, Draw::constant(1.0));
    let on = counts(&starts(&r, 0), n as usize);
    let share = on.iter().sum::<usize>() as f64 / n as f64;
    // Stationary: 0.3 / (1 - 0.8 + 0.3); the days are correlated, hence the width.
    assert!((share - 0.6).abs() < 4.0 * 0.0043, "{share}");
    let after = |state: usize| {
        let pairs = on.windows(2).filter(|w| w[0] == state);
        let (all, then) = pairs.fold((0, 0), |(a, t), w| (a + 1, t + w[1]));
        then as f64 / all as f64
    };
    assert!((after(1) - 0.8).abs() < 4.0 * 0.0026, "{}", after(1));
    assert!((after(0) - 0.3).abs() < 4.0 * 0.0037, "{}", after(0));
    let first = (0..4_000)
        .filter(|t| {
            counts(
                &starts(&rhythm(days(1), ACTIVE_60, Draw::constant(1.0)), *t),
                1,
            )[0] == 1
        })
        .count();
    assert!(
        (first as f64 - 2_400.0).abs() < 4.0 * 31.0,
        "the first day is stationary: {first}"
    );
}

const ACTIVE_60: ActiveDays = ActiveDays {
    after_active: 0.8,
    after_idle: 0.3,
    weekday: [1.0; 7],
};

#[test]
fn weekdays_have_their_factor() {
    let mut active = ALWAYS;
    active.weekday = [1.0, 1.0, 0.5, 1.0, 1.0, 0.0, 1.0];
    let on = counts(
        &starts(&rhythm(days(14_000), active, Draw::constant(1.0)), 0),
        14_000,
    );
    let of = |day: usize| on.iter().skip(day).step_by(7).sum::<usize>();
    assert_eq!((of(0), of(5)), (2_000, 0));
    assert!((of(2) as f64 - 1_000.0).abs() < 4.0 * 22.4, "{}", of(2));
}

#[test]
fn sessions_lie_in_the_open_hours_of_a_long_day() {
    // The night on which clocks go back: 22 to 6 local time lasts nine hours, and a lunch break.
    let night = (Instant(20 * HOUR), Instant(29 * HOUR));
    let noon = (Instant(36 * HOUR), Instant(37 * HOUR));
    let day = Day {
        weekday: 6,
        open: vec![night, noon],
    };
    let r = rhythm(vec![day], ALWAYS, Draw::constant(50_000.0));
    let all = starts(&r, 0);
    assert_eq!(all.len(), 50_000);
    let mut by_hour = [0usize; 48];
    for s in &all {
        by_hour[(s.at / HOUR) as usize] += 1;
    }
    for (h, n) in by_hour.iter().enumerate() {
        let open = (20..29).contains(&h) || h == 36;
        // Ten open hours, each as likely as the other.
        assert!(
            if open {
                (*n as f64 - 5_000.0).abs() < 4.0 * 67.1
            } else {
                *n == 0
            },
            "hour {h}: {n}"
        );
    }
    let closed = Day {
        weekday: 0,
        open: Vec::new(),
    };
    assert!(starts(&rhythm(vec![closed], ALWAYS, Draw::constant(5.0)), 0).is_empty());
}

#[test]
fn poisson_arrivals_have_the_variance_of_their_mean() {
    let n = 20_000;
    let r = rhythm(days(n), ALWAYS, Draw::of(Law::Poisson { mean: 3.0 }));
    let c = counts(&starts(&r, 0), n as usize);
    let mean = c.iter().sum::<usize>() as f64 / n as f64;
    let var = c.iter().map(|x| (*x as f64 - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
    assert!((mean - 3.0).abs() < 4.0 * 0.0122, "{mean}");
    assert!((var - 3.0).abs() < 4.0 * 0.0328, "{var}");
}

#[test]
fn volume_and_drift_scale_the_counts() {
    let of = |volume: Draw, drift: f64, trial: u64| {
        let mut r = rhythm(days(200), ALWAYS, Draw::constant(40.0));
        if let Rhythm::Calendar {
            volume: v,
            drift_per_day: d,
            ..
        } = &mut r
        {
            (*v, *d) = (volume, drift);
        }
        counts(&starts(&r, trial), 200)
    };
    assert_eq!(of(Draw::constant(1.0), 0.0, 0), [40; 200]);
    assert_eq!(of(Draw::constant(2.5), 0.0, 0), [100; 200]);
    // A fraction is met on average.
    let third: usize = of(Draw::constant(1.0 / 3.0), 0.0, 0).iter().sum();
    assert!((third as f64 - 200.0 * 40.0 / 3.0).abs() < 30.0, "{third}");
    // Drawn once per trial: all days of a trial alike, trials not.
    let wide = || {
        Draw::of(Law::Uniform {
            low: 1.0,
            high: 9.0,
        })
    };
    let (a, b) = (of(wide(), 0.0, 1), of(wide(), 0.0, 2));
    assert!(a.iter().max().unwrap() - a.iter().min().unwrap() <= 1);
    assert!(a[0].abs_diff(b[0]) > 1);
    // The log level walks: after n days its standard deviation is drift times the root of n.
    let logs: Vec<f64> = (0..400)
        .map(|t| (of(Draw::constant(5.0), 0.05, t)[99] as f64 / 200.0).ln())
        .collect();
    let sd = (logs.iter().map(|x| x * x).sum::<f64>() / 400.0).sqrt();
    assert!((sd - 0.5).abs() < 4.0 * 0.0177 + 0.01, "{sd}");
}

#[test]
fn a_day_has_a_session_unless_none_is_allowed() {
    let mut r = rhythm(days(500), ALWAYS, Draw::constant(0.2));
    assert!(starts(&r, 0).len() < 500);
    if let Rhythm::Calendar { allow_none, .. } = &mut r {
        *allow_none = false;
    }
    assert_eq!(counts(&starts(&r, 0), 500), [1; 500]);
}

#[test]
fn sessions_are_numbered_in_the_order_of_drawing() {
    let all = starts(&rhythm(days(30), ALWAYS, Draw::constant(4.0)), 5);
    let numbers: Vec<u32> = all.iter().map(|s| s.session).collect();
    assert_eq!(numbers, (0..120).collect::<Vec<u32>>());
    assert!(all.iter().all(|s| s.actor == 3));
    let other = starts(&rhythm(days(30), ALWAYS, Draw::constant(4.0)), 6);
    assert_ne!(all, other, "trials differ");
    let at = [Instant(5), Instant(9)];
    let given = starts(
        &Rhythm::Schedule {
            starts: at.to_vec(),
        },
        0,
    );
    assert_eq!(given.iter().map(|s| s.at).collect::<Vec<_>>(), [5, 9]);
}

/// Crowding makes the sessions of full days shorter, and moves none of them.
#[test]
fn full_days_have_shorter_sessions() {
    let law = || {
        Draw::of(Law::Uniform {
            low: 0.0,
            high: 9.0,
        })
    };
    let mut r = rhythm(days(400), ALWAYS, law());
    let without = starts(&r, 2);
    assert!(without.iter().all(|s| s.prompts == AS_DRAWN));
    if let Rhythm::Calendar { crowding, .. } = &mut r {
        *crowding = 0.5;
    }
    let with = starts(&r, 2);
    let places = |all: &[Start]| all.iter().map(|s| (s.at, s.session)).collect::<Vec<_>>();
    assert_eq!(places(&with), places(&without));
    let n = counts(&with, 400);
    let of = |sessions: usize| {
        let at = |s: &&Start| n[(s.at / (24 * HOUR)) as usize] == sessions;
        f64::from(with.iter().find(at).unwrap().prompts)
    };
    assert!((of(2) / of(8) - 2.0).abs() < 1e-3, "{} {}", of(2), of(8));
    let mean = with.iter().map(|s| f64::from(s.prompts)).sum::<f64>() / with.len() as f64;
    assert!((mean / f64::from(AS_DRAWN) - 1.0).abs() < 0.05, "{mean}");
}

/// Two fifths of the sessions begin some minutes after another one, inside the open hours.
#[test]
fn bunched_sessions_follow_another_one() {
    let mut r = rhythm(days(2_000), ALWAYS, Draw::constant(6.0));
    let gaps = |r: &Rhythm| -> f64 {
        let all = starts(r, 0);
        assert_eq!(all.len(), 12_000);
        let open = |s: &&Start| (9 * HOUR..17 * HOUR).contains(&(s.at % (24 * HOUR)));
        assert_eq!(all.iter().filter(open).count(), all.len());
        let near = |pair: &&[Start]| {
            let gap = pair[1].at - pair[0].at;
            (0..600_000).contains(&gap) && pair[0].at / (24 * HOUR) == pair[1].at / (24 * HOUR)
        };
        all.windows(2).filter(near).count() as f64 / 10_000.0
    };
    // Of those placed anew one in a hundred lies as near by chance.
    assert!(gaps(&r) < 0.03, "{}", gaps(&r));
    if let Rhythm::Calendar { bunching, .. } = &mut r {
        *bunching = Some(Bunching {
            share: 0.4,
            gap_s: Draw::of(Law::Exponential { mean: 300.0 }),
        });
    }
    let expected = 0.4 * (1.0 - libm::exp(-2.0));
    assert!(
        (gaps(&r) - expected).abs() < 0.03,
        "{} for {expected}",
        gaps(&r)
    );
}
