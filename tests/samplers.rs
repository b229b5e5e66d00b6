//! Samplers against exact laws, against a second opinion, and against golden bits.

use burncast::base::law::{Draw, Law, lognormal_from_interval};
use burncast::base::stream::{Purpose, Stream, mix};
use burncast::base::table::{Sampler, Steps, Table};
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::Distribution;

fn between(law: Law, min: f64, max: f64) -> Draw {
    Draw {
        min: Some(min),
        max: Some(max),
        ..Draw::of(law)
    }
}

/// Laws with a density, truncations and a mixture.
fn smooth() -> Vec<(&'static str, Draw, u64)> {
    let lognormal = Law::LogNormal {
        mu: 6.0,
        sigma: 1.3,
    };
    let lomax = Law::Lomax {
        shape: 1.7,
        scale: 40.0,
    };
    let normal = Law::Normal { mean: 3.0, sd: 2.0 };
    let mixture = Law::Mixture(vec![
        (
            3.0,
            Law::LogNormal {
                mu: 1.0,
                sigma: 0.5,
            },
        ),
        (
            1.0,
            Law::Gamma {
                shape: 2.5,
                scale: 3.0,
            },
        ),
    ]);
    vec![
        (
            "lognormal",
            Draw::of(lognormal.clone()),
            0xb6d0_c3c0_ecfe_1aaf,
        ),
        (
            "interval",
            Draw::of(lognormal_from_interval(2.0, 20.0).unwrap()),
            0x0a12_55b5_806a_4cb1,
        ),
        ("normal", Draw::of(normal.clone()), 0xd2d1_706b_d9ec_a55c),
        (
            "gamma",
            Draw::of(Law::Gamma {
                shape: 2.5,
                scale: 100.0,
            }),
            0x68b2_47a7_0fc8_be64,
        ),
        (
            "small gamma",
            Draw::of(Law::Gamma {
                shape: 0.3,
                scale: 10.0,
            }),
            0xb925_44e8_692d_842e,
        ),
        (
            "weibull",
            Draw::of(Law::Weibull {
                shape: 0.7,
                scale: 5.0,
            }),
            0x5478_4125_30f3_bdb6,
        ),
        ("lomax", Draw::of(lomax.clone()), 0xd5a3_e631_037b_050b),
        (
            "exponential",
            Draw::of(Law::Exponential { mean: 7.0 }),
            0x3f1d_294f_7693_386c,
        ),
        (
            "uniform",
            Draw::of(Law::Uniform {
                low: -1.0,
                high: 4.0,
            }),
            0xf95a_1b3f_23f8_337c,
        ),
        (
            "triangular",
            Draw::of(Law::Triangular {
                low: 0.0,
                mode: 1.0,
                high: 5.0,
            }),
            0xe37f_0547_6115_728b,
        ),
        (
            "pert",
            Draw::of(Law::Pert {
                low: 1.0,
                mode: 2.0,
                high: 9.0,
            }),
            0xf84c_0f32_9d17_5456,
        ),
        (
            "beta",
            Draw::of(Law::Beta {
                alpha: 2.0,
                beta: 5.0,
            }),
            0x3981_c397_2e24_4e2c,
        ),
        (
            "u-shaped beta",
            Draw::of(Law::Beta {
                alpha: 0.5,
                beta: 0.5,
            }),
            0x9eaf_1eb5_f0d3_41f4,
        ),
        (
            "cut lognormal",
            between(lognormal, 100.0, 2000.0),
            0x7893_8ce1_2595_1c10,
        ),
        (
            "cut normal",
            between(normal, 0.0, 4.0),
            0xf97d_1d70_6ce6_226a,
        ),
        (
            "cut lomax",
            Draw {
                max: Some(1e4),
                ..Draw::of(lomax)
            },
            0x4ddd_ca51_0ec2_9402,
        ),
        ("mixture", Draw::of(mixture.clone()), 0x7f05_5d2c_1deb_26a8),
        (
            "cut mixture",
            between(mixture, 1.0, 30.0),
            0x2368_2c77_1ff9_ac47,
        ),
    ]
}

/// Laws on separate values.
fn stepped() -> Vec<(&'static str, Draw, u64)> {
    let poisson = Law::Poisson { mean: 3.5 };
    vec![
        ("poisson", Draw::of(poisson.clone()), 0x92de_3b59_6997_08cd),
        (
            "large poisson",
            Draw::of(Law::Poisson { mean: 20_000.0 }),
            0x4e89_9702_a179_c2cc,
        ),
        (
            "negative binomial",
            Draw::of(Law::NegativeBinomial {
                mean: 12.0,
                size: 0.8,
            }),
            0x1595_05a6_dea0_7547,
        ),
        (
            "geometric",
            Draw::of(Law::Geometric { mean: 6.0 }),
            0x549a_1ee6_d73a_ec1b,
        ),
        (
            "empirical",
            Draw::of(Law::empirical(vec![5.0, 1.0, 2.5, 2.5, -4.0]).unwrap()),
            0x3342_8ea2_25a7_a92b,
        ),
        (
            "cut poisson",
            between(poisson.clone(), 1.0, 6.0),
            0x8a95_9d2d_13d6_9bc3,
        ),
        (
            "inflated",
            Draw::of(Law::Mixture(vec![
                (0.3, Law::Constant(0.0)),
                (0.7, poisson),
            ])),
            0xe6ac_4142_66d9_3435,
        ),
    ]
}

fn words(n: usize) -> impl Iterator<Item = u32> {
    let mut stream = Stream::open(2026, Purpose::Resample, 0, 0, 0);
    (0..n).map(move |_| stream.word())
}

/// Kolmogorov's distance between a sample and a continuous law.
fn distance(mut sample: Vec<f64>, draw: &Draw) -> f64 {
    sample.sort_unstable_by(f64::total_cmp);
    let n = sample.len() as f64;
    sample.iter().enumerate().fold(0.0, |worst, (i, x)| {
        let f = draw.cdf(*x);
        f64::max(worst, (f - i as f64 / n).max((i + 1) as f64 / n - f))
    })
}

#[test]
fn tables_follow_their_laws() {
    let n = 1_000_000;
    for (name, draw, _) in smooth() {
        draw.check().unwrap();
        let table = Table::new(&draw);
        let d = distance(words(n).map(|w| table.sample(w)).collect(), &draw);
        assert!(d < 1.95 / (n as f64).sqrt(), "{name}: distance {d}");
    }
}

#[test]
fn lognormal_at_ten_million() {
    let n = 10_000_000;
    let draw = Draw::of(Law::LogNormal {
        mu: 6.0,
        sigma: 1.3,
    });
    let table = Table::new(&draw);
    let d = distance(words(n).map(|w| table.sample(w)).collect(), &draw);
    assert!(d < 1.95 / (n as f64).sqrt(), "distance {d}");
}

#[test]
fn steps_follow_their_laws() {
    let n = 1_000_000_usize;
    for (name, draw, _) in stepped() {
        draw.check().unwrap();
        let steps = Steps::new(&draw).unwrap();
        let mut sample: Vec<f64> = words(n).map(|w| steps.sample_value(w)).collect();
        sample.sort_unstable_by(f64::total_cmp);
        let mut seen = 0;
        for group in sample.chunk_by(|a, b| a == b) {
            seen += group.len();
            let d = (draw.cdf(group[0]) - seen as f64 / n as f64).abs();
            assert!(
                d < 1.95 / (n as f64).sqrt(),
                "{name}: distance {d} at {}",
                group[0]
            );
        }
    }
}

/// Whole numbers from a count law that has too many values for steps.
#[test]
fn huge_counts_use_the_table() {
    let draw = Draw::of(Law::Geometric { mean: 50_000.0 });
    let sampler = Sampler::compile(&draw);
    assert!(matches!(sampler, Sampler::Table(_)));
    let n = 1_000_000;
    let d = distance(
        words(n).map(|w| sampler.sample_int(w) as f64).collect(),
        &draw,
    );
    assert!(d < 1.95 / (n as f64).sqrt(), "distance {d}");
}

#[test]
fn means_and_tails_are_exact() {
    for (name, draw, _) in smooth() {
        let table = Table::new(&draw);
        let (got, want) = (table.exact_mean(), draw.mean_estimate());
        assert!(
            (got - want).abs() < 1e-4 * want.abs(),
            "{name}: mean {got}, not {want}"
        );
        for p in [0.0001, 0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.999, 0.9999] {
            let (got, want) = (table.sample((p * 4_294_967_296.0) as u32), draw.quantile(p));
            let wide = draw.quantile(0.75) - draw.quantile(0.25);
            let slack = if p < 0.5 { 1e-3 * wide } else { 0.0 };
            assert!(
                (got - want).abs() < 1e-3 * want.abs() + slack,
                "{name}: {p} gives {got}, not {want}"
            );
        }
    }
    for (name, draw, _) in stepped() {
        let steps = Steps::new(&draw).unwrap();
        let grid = 1 << 20;
        let sum: f64 = (0..grid)
            .map(|i| steps.sample_value((i << 12) + 2048))
            .sum();
        let (got, want) = (sum / f64::from(grid), draw.mean_estimate());
        assert!(
            (got - want).abs() < 1e-3 * want.abs(),
            "{name}: mean {got}, not {want}"
        );
    }
}

#[test]
fn values_rise_with_the_word_and_keep_the_bounds() {
    for (name, draw, _) in smooth() {
        let table = Table::new(&draw);
        let low = draw
            .min
            .unwrap_or(f64::NEG_INFINITY)
            .max(draw.law.support().0);
        let high = draw.max.unwrap_or(f64::INFINITY).min(draw.law.support().1);
        let mut last = f64::NEG_INFINITY;
        let ends = (0..4096)
            .chain((0..1 << 20).map(|i| i << 12))
            .chain(u32::MAX - 4096..=u32::MAX);
        let mut grid: Vec<u32> = ends.collect();
        grid.sort_unstable();
        for word in grid {
            let x = table.sample(word);
            assert!(
                x >= low && x <= high,
                "{name}: {x} at {word} leaves {low}..{high}"
            );
            assert!(
                x >= last - 1e-9 * x.abs(),
                "{name}: {x} after {last} at {word}"
            );
            last = x;
        }
    }
}

#[test]
fn constants_are_exact() {
    for c in [0.0, 1.0, 0.1, 86_400_000.0, 16_777_217.0, -3.0, 1e15 + 1.0] {
        let table = Table::new(&Draw::constant(c));
        let sampler = Sampler::compile(&Draw::constant(c));
        for word in [
            0,
            1,
            77,
            1 << 30,
            (1 << 31) - 1,
            1 << 31,
            u32::MAX - 1,
            u32::MAX,
        ] {
            assert_eq!(table.sample(word), c);
            assert_eq!(sampler.sample(word), c);
        }
    }
    assert_eq!(
        Table::with_scale(&Draw::constant(24.0), 3_600_000.0).sample_int(9),
        86_400_000
    );
    assert_eq!(
        Sampler::compile(&Draw::constant(2.1)).sample_rounded_up(9),
        3
    );
}

#[test]
fn whole_numbers_round_to_nearest() {
    for (x, want) in [(2.4, 2), (2.6, 3), (-2.4, -2), (-2.6, -3), (1e300, 1 << 50)] {
        assert_eq!(Table::new(&Draw::constant(x)).sample_int(5), want);
    }
}

/// Parameters that a check refuses still give some value, never a panic.
#[test]
fn senseless_laws_do_not_panic() {
    let nan = f64::NAN;
    let senseless = [
        Law::Constant(nan),
        Law::LogNormal {
            mu: nan,
            sigma: -1.0,
        },
        Law::Gamma {
            shape: -1.0,
            scale: 0.0,
        },
        Law::Lomax {
            shape: 0.0,
            scale: nan,
        },
        Law::Uniform {
            low: 2.0,
            high: 1.0,
        },
        Law::Uniform {
            low: nan,
            high: nan,
        },
        Law::Triangular {
            low: 3.0,
            mode: nan,
            high: 1.0,
        },
        Law::Pert {
            low: 3.0,
            mode: 9.0,
            high: 1.0,
        },
        Law::Beta {
            alpha: -1.0,
            beta: nan,
        },
        Law::Poisson { mean: -1.0 },
        Law::Poisson {
            mean: f64::INFINITY,
        },
        Law::NegativeBinomial {
            mean: nan,
            size: -3.0,
        },
        Law::Geometric { mean: 0.1 },
        Law::Empirical(vec![]),
        Law::Empirical(vec![3.0, nan, 1.0]),
        Law::Mixture(vec![]),
        Law::Mixture(vec![
            (-1.0, Law::Constant(1.0)),
            (1.0, Law::Normal { mean: 0.0, sd: nan }),
        ]),
    ];
    for law in senseless {
        assert!(law.check().is_err(), "{law:?}");
        let draw = Draw::of(law.clone());
        for p in [nan, -1.0, 0.0, 0.3, 0.9, 1.0] {
            law.quantile(p);
            law.cdf(p);
            draw.quantile(p);
        }
        law.mean();
        between(law, 0.5, 2.0).mean_estimate();
    }
    // No value at all: the steps are empty.
    assert!(Steps::new(&Draw::of(Law::Empirical(vec![]))).is_some_and(|s| s.sample(7) == 0));
}

/// The largest distance between two empirical distribution functions.
fn two_sample(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_unstable_by(f64::total_cmp);
    b.sort_unstable_by(f64::total_cmp);
    let (mut i, mut j, mut worst) = (0, 0, 0.0_f64);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        while i < a.len() && a[i] <= x {
            i += 1;
        }
        while j < b.len() && b[j] <= x {
            j += 1;
        }
        worst = worst.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    worst
}

fn second_opinion(name: &str, law: Law, other: impl Distribution<f64>) {
    let n = 200_000;
    let sampler = Sampler::compile(&Draw::of(law));
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let ours = words(n).map(|w| sampler.sample(w)).collect();
    let theirs = (0..n).map(|_| other.sample(&mut rng)).collect();
    let d = two_sample(ours, theirs);
    assert!(d < 1.95 * (2.0 / n as f64).sqrt(), "{name}: distance {d}");
}

#[test]
fn rand_distr_agrees() {
    use rand_distr as r;
    second_opinion(
        "lognormal",
        Law::LogNormal {
            mu: 1.0,
            sigma: 0.8,
        },
        r::LogNormal::new(1.0, 0.8).unwrap(),
    );
    second_opinion(
        "normal",
        Law::Normal { mean: 1.0, sd: 0.8 },
        r::Normal::new(1.0, 0.8).unwrap(),
    );
    second_opinion(
        "gamma",
        Law::Gamma {
            shape: 0.6,
            scale: 2.0,
        },
        r::Gamma::new(0.6, 2.0).unwrap(),
    );
    second_opinion(
        "weibull",
        Law::Weibull {
            shape: 1.5,
            scale: 2.0,
        },
        r::Weibull::new(2.0, 1.5).unwrap(),
    );
    second_opinion(
        "exponential",
        Law::Exponential { mean: 4.0 },
        r::Exp::new(0.25).unwrap(),
    );
    second_opinion(
        "beta",
        Law::Beta {
            alpha: 2.0,
            beta: 0.7,
        },
        r::Beta::new(2.0, 0.7).unwrap(),
    );
    let triangular = Law::Triangular {
        low: 1.0,
        mode: 2.0,
        high: 5.0,
    };
    second_opinion(
        "triangular",
        triangular,
        r::Triangular::new(1.0, 5.0, 2.0).unwrap(),
    );
    let pert = r::Pert::new(1.0, 5.0).with_mode(2.0).unwrap();
    second_opinion(
        "pert",
        Law::Pert {
            low: 1.0,
            mode: 2.0,
            high: 5.0,
        },
        pert,
    );
    // Pareto from its scale, shifted to zero.
    let lomax = r::Pareto::new(3.0, 1.4).unwrap().map(|x| x - 3.0);
    second_opinion(
        "lomax",
        Law::Lomax {
            shape: 1.4,
            scale: 3.0,
        },
        lomax,
    );
    second_opinion(
        "poisson",
        Law::Poisson { mean: 4.5 },
        r::Poisson::new(4.5).unwrap(),
    );
    // Failures before a success, plus one.
    let geometric = r::Geometric::new(0.2).unwrap().map(|k| k as f64 + 1.0);
    second_opinion("geometric", Law::Geometric { mean: 5.0 }, geometric);
}

/// Golden bits: a change here changes every simulated value.
#[test]
fn bits_are_golden() {
    let mut wrong = String::new();
    for (name, draw, golden) in smooth().into_iter().chain(stepped()) {
        let sampler = Sampler::compile(&draw);
        let hash = (0..1 << 16).fold(0, |hash, i: u32| {
            mix(hash ^ sampler.sample(i.wrapping_mul(0x9E37_79B9)).to_bits())
        });
        if hash != golden {
            wrong.push_str(&format!("{name}: {hash:#018x}\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
