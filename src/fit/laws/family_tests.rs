use super::super::sample::Sample;
use super::*;
use crate::base::law::Draw;

/// Exact quantiles of a law: a sample without noise.
fn ideal(law: Law, n: u32) -> Sample {
    let draw = Draw::of(law);
    let mut sample = Sample::default();
    for i in 0..n {
        sample.add(draw.quantile((f64::from(i) + 0.5) / f64::from(n)), i % 10);
    }
    sample
}

#[test]
fn each_family_finds_its_own_parameters() {
    let cases: [(Family, &[f64]); 5] = [
        (Family::LogNormal, &[5.8, 0.2]),
        (Family::Gamma, &[0.5, 3.0]),
        (Family::Weibull, &[-0.3, 3.5]),
        (Family::Lomax, &[0.2, 5.0]),
        (Family::Exponential, &[2.0]),
    ];
    for (family, truth) in cases {
        let sample = ideal(family.law(truth), 20_000);
        let found = family.fit(&sample.bins(false)).unwrap();
        for (a, b) in found.iter().zip(truth) {
            assert!((a - b).abs() < 0.02, "{family:?}: {found:?} for {truth:?}");
        }
    }
}

#[test]
fn a_mixture_is_taken_apart() {
    let truth = [0.9, 2.0, -0.8, 4.5, 0.1];
    let sample = ideal(Family::TwoLogNormals.law(&truth), 20_000);
    let found = Family::TwoLogNormals.fit(&sample.bins(false)).unwrap();
    for (a, b) in found.iter().zip(&truth) {
        assert!((a - b).abs() < 0.1, "{found:?}");
    }
}

#[test]
fn counts_are_rounded_as_the_engine_does() {
    let truth = [-1.2, 1.36, -0.05];
    let draw = Draw::of(Family::OneOrLogNormal.law(&truth));
    let mut sample = Sample::default();
    for i in 0..20_000 {
        let x = draw.quantile((f64::from(i) + 0.5) / 20_000.0);
        sample.add(libm::floor(x + 0.5).max(1.0), 0);
    }
    let bins = sample.bins(true);
    let found = Family::OneOrLogNormal.fit_counts(&bins).unwrap();
    for (a, b) in found.iter().zip(&truth) {
        assert!((a - b).abs() < 0.1, "{found:?}");
    }
    let alone = Family::LogNormal.fit_counts(&bins).unwrap();
    let total = |f: Family, t: &[f64]| bins.iter().map(|(x, n)| n * f.ln_chance(t, x)).sum::<f64>();
    assert!(total(Family::OneOrLogNormal, &found) > total(Family::LogNormal, &alone));
}

#[test]
fn densities_are_the_slopes_of_their_laws() {
    let cases: [(Family, &[f64]); 6] = [
        (Family::LogNormal, &[1.0, -0.2]),
        (Family::Gamma, &[0.5, 1.0]),
        (Family::Weibull, &[-0.3, 1.5]),
        (Family::Lomax, &[0.2, 2.0]),
        (Family::Exponential, &[1.0]),
        (Family::TwoLogNormals, &[0.5, 0.0, -0.5, 2.0, 0.1]),
    ];
    for (family, t) in cases {
        let law = family.law(t);
        for x in [0.5, 2.0, 9.0] {
            let h = 1e-5 * x;
            let slope = (law.cdf(x + h) - law.cdf(x - h)) / (2.0 * h);
            let density = libm::exp(family.ln_density(t, x));
            assert!((slope / density - 1.0).abs() < 1e-4, "{family:?} at {x}");
        }
    }
}

#[test]
fn chances_of_counts_sum_to_one() {
    for (family, t) in [
        (Family::LogNormal, vec![1.0, 0.0]),
        (Family::Exponential, vec![1.5]),
        (Family::OneOrLogNormal, vec![-1.0, 1.0, -0.2]),
    ] {
        let sum: f64 = (1..20_000)
            .map(|k| libm::exp(family.ln_chance(&t, f64::from(k))))
            .sum();
        assert!((sum - 1.0).abs() < 1e-6, "{family:?}: {sum}");
    }
}

#[test]
fn equal_values_have_no_family() {
    let mut sample = Sample::default();
    (0..50).for_each(|i| sample.add(7.0, i));
    let bins = sample.bins(false);
    assert!(Family::CONTINUOUS.iter().all(|f| f.fit(&bins).is_none()));
}
