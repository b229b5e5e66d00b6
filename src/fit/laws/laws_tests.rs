use super::*;
use crate::base::stream::{Purpose, Stream};
use crate::base::table::Sampler;

fn drawn(law: Law, days: u32, a_day: u32, seed: u64) -> Sample {
    let sampler = Sampler::compile(&Draw::of(law));
    let mut rng = Stream::open(seed, Purpose::Session, 0, 0, 0);
    let mut sample = Sample::default();
    for day in 0..days {
        for _ in 0..a_day {
            sample.add(sampler.sample(rng.word()), day);
        }
    }
    sample
}

#[test]
fn the_right_family_is_chosen() {
    for (law, word) in [
        (
            Law::LogNormal {
                mu: 3.0,
                sigma: 1.1,
            },
            "lognormal fits well",
        ),
        (
            Law::Weibull {
                shape: 0.7,
                scale: 30.0,
            },
            "Weibull fits well",
        ),
        (
            Law::Lomax {
                shape: 1.1,
                scale: 140.0,
            },
            "Lomax fits well",
        ),
    ] {
        let m = fit(&drawn(law.clone(), 50, 40, 3), false).unwrap();
        assert!(m.words.starts_with(word), "{law:?}: {}", m.words);
        let truth = Draw::of(law).quantile(0.5);
        assert!(m.median.low < truth && truth < m.median.high, "{m:?}");
    }
}

#[test]
fn two_humps_become_a_mixture() {
    let law = Family::TwoLogNormals.law(&[0.8, 2.0, -0.8, 5.0, -0.2]);
    let m = fit(&drawn(law, 50, 40, 5), false).unwrap();
    assert!(m.words.starts_with("two lognormals"), "{}", m.words);
    assert!(m.ks < 0.03);
}

#[test]
fn what_no_law_fits_is_taken_as_it_is() {
    let mut sample = Sample::default();
    for i in 0..900u32 {
        sample.add([10.0, 200.0, 5_000.0][(i % 3) as usize], i % 30);
    }
    let m = fit(&sample, false).unwrap();
    assert!(m.words.starts_with("observed quantiles"), "{}", m.words);
    assert_eq!(Draw::of(m.law).quantile(0.5), 200.0);
}

#[test]
fn equal_values_are_a_constant() {
    let mut sample = Sample::default();
    (0..40).for_each(|i| sample.add(7.0, i));
    assert_eq!(fit(&sample, false).unwrap().law, Law::Constant(7.0));
    let mut ones = Sample::default();
    (0..40).for_each(|i| ones.add(1.0, i));
    assert_eq!(fit(&ones, true).unwrap().law, Law::Constant(1.0));
    assert!(fit(&Sample::default(), true).is_none());
}

#[test]
fn distances_are_those_of_the_definition() {
    let mut sample = Sample::default();
    [1.0, 2.0, 3.0, 4.0].iter().for_each(|x| sample.add(*x, 0));
    let law = Law::Uniform {
        low: 0.0,
        high: 4.0,
    };
    let d = distance(&law, &sample.bins(false), false);
    assert!((d - 0.25).abs() < 1e-12, "{d}");
}

/// Thirty sessions with a few sub-agents and one with 59: no smooth law has that mean.
#[test]
fn counts_keep_the_mean_that_no_law_reaches() {
    let mut sample = Sample::default();
    for i in 0..30u32 {
        sample.add(
            f64::from(2 + u32::from(i % 3 == 0) + 3 * u32::from(i % 10 == 0)),
            i,
        );
    }
    sample.add(59.0, 30);
    let m = fit(&sample, true).unwrap();
    assert!(m.words.contains("% too low"), "{}", m.words);
    let mean = Draw::of(m.law).mean_estimate();
    assert!((mean / sample.mean() - 1.0).abs() < 0.01, "{mean}");
}
