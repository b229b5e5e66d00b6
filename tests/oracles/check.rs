//! Plays a scenario and compares numbers with their exact values.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use burncast::engine::outcome::{Field, Outcome};
use burncast::engine::run::{RunOptions, run};
use burncast::scenario::{Scenario, load};

/// Most standard errors that a number may be off.
const Z_MAX: f64 = 4.0;
/// Relative tolerance of numbers without chance.
const SAME: f64 = 1e-9;

/// The scenario `tests/oracles/<name>.toml`, changed by settings.
pub fn scenario(name: &str, sets: &[&str]) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracles")
        .join(format!("{name}.toml"));
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    load(&path, &sets).unwrap_or_else(|p| panic!("{name}: {p}"))
}

/// All trials of a scenario.
pub fn play(scenario: &Scenario) -> Outcome {
    let stop = AtomicBool::new(false);
    let options = RunOptions {
        trials: scenario.run.trials,
        threads: 1,
        progress: &|_, _| {},
        stop: &stop,
        enough: None,
    };
    run(&scenario.experiment, &options).unwrap()
}

/// A column in another unit: `per` of the row's unit make one.
pub fn column(out: &Outcome, field: Field, per: f64) -> Vec<f64> {
    out.column(field).iter().map(|x| *x as f64 / per).collect()
}

/// The sum of a column over all trials.
pub fn total(out: &Outcome, field: Field) -> f64 {
    out.column(field).iter().map(|x| *x as f64).sum()
}

/// The numbers of one oracle.
pub struct Checks {
    id: &'static str,
    wrong: Vec<String>,
}

impl Checks {
    pub fn of(id: &'static str) -> Checks {
        Checks {
            id,
            wrong: Vec::new(),
        }
    }

    /// A number with its exact standard error.
    pub fn estimate(&mut self, what: &str, exact: f64, simulated: f64, error: f64) {
        let z = (simulated - exact) / error;
        let row = format!(
            "{:<3} {what:<28} exact {exact:<15.9} simulated {simulated:<15.9} z {z:+.2}",
            self.id
        );
        println!("{row}");
        if z.is_nan() || z.abs() >= Z_MAX {
            self.wrong.push(row);
        }
    }

    /// A probability: `hits` of `n` independent trials.
    pub fn share(&mut self, what: &str, p: f64, hits: f64, n: f64) {
        self.estimate(what, p, hits / n, (p * (1.0 - p) / n).sqrt());
    }

    /// The mean of independent values with a known standard deviation.
    pub fn mean(&mut self, what: &str, exact: f64, sd: f64, values: &[f64]) {
        let n = values.len() as f64;
        self.estimate(what, exact, mean_of(values), sd / n.sqrt());
    }

    /// The standard deviation of independent values with a known excess kurtosis.
    pub fn sd(&mut self, what: &str, exact: f64, excess: f64, values: &[f64]) {
        let n = values.len() as f64;
        let mean = mean_of(values);
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        let error = exact * ((excess + 2.0) / (4.0 * n)).sqrt();
        self.estimate(what, exact, (squares / (n - 1.0)).sqrt(), error);
    }

    /// Quantiles, by the binomial law of the number of values below them. Shown is the share of
    /// values below.
    pub fn quantiles(&mut self, exact: &[(f64, f64)], values: &[f64]) {
        for (p, x) in exact {
            let below = values.iter().filter(|v| *v <= x).count() as f64;
            let what = format!("below q{p} = {x:.6}");
            self.share(&what, *p, below, values.len() as f64);
        }
    }

    /// A number without chance.
    pub fn same(&mut self, what: &str, exact: f64, found: f64) {
        let off = (found - exact).abs() / exact.abs();
        let row = format!(
            "{:<3} {what:<28} exact {exact:<15.9} found     {found:<15.9} off {off:.0e}",
            self.id
        );
        println!("{row}");
        if off.is_nan() || off > SAME {
            self.wrong.push(row);
        }
    }

    /// Fails if any number was off.
    pub fn done(self) {
        assert!(self.wrong.is_empty(), "\n{}", self.wrong.join("\n"));
    }
}

fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
