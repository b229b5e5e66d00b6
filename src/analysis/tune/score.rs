//! What a trial of a setting says.

use crate::analysis::metric::{Gauge, Measure, NoSuchNumber, Statistic};
use crate::analysis::numbers::USD;
use crate::base::money::Money;
use crate::engine::aim::{Aim, Prices};
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Layout};
use crate::engine::require::Requirement;

/// The numbers of one trial of one setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// What is minimised, and of how many.
    pub aim: (i64, i64),
    /// What is required, and of how many; zero where nothing is.
    pub accept: (i64, i64),
    /// Requests refused by the wallet.
    pub blocked: i64,
    /// Time in which actors were stopped by the wallet, ms.
    pub stopped_ms: i64,
    pub reloads: i64,
    /// Time average of the money in the wallet, pico-dollars.
    pub idle: i64,
    /// Card charges with tax and list price paid elsewhere, pico-dollars.
    pub paid: i64,
}

/// Numbers of a score in a row of integers.
pub const WIDTH: usize = 9;

impl Score {
    fn put(&self, out: &mut Vec<i64>) {
        out.extend([
            self.aim.0,
            self.aim.1,
            self.accept.0,
            self.accept.1,
            self.blocked,
            self.stopped_ms,
            self.reloads,
            self.idle,
            self.paid,
        ]);
    }

    /// The score that was put into a row.
    pub fn of(n: &[i64]) -> Score {
        let at = |i: usize| n.get(i).copied().unwrap_or(0);
        Score {
            aim: (at(0), at(1)),
            accept: (at(2), at(3)),
            blocked: at(4),
            stopped_ms: at(5),
            reloads: at(6),
            idle: at(7),
            paid: at(8),
        }
    }
}

/// Reads scores off rows of trials.
pub struct Reader<'e> {
    layout: Layout,
    aim: Goal<'e>,
    accept: Option<Gauge<'e>>,
    tax_ppm: i64,
    /// Tax on fees, which is not the setting's, pico-dollars.
    fee_tax: i64,
    months: f64,
}

enum Goal<'e> {
    Dollars(Prices),
    Metric(Gauge<'e>),
}

impl<'e> Reader<'e> {
    /// # Errors
    /// When a metric is none of this experiment.
    pub fn new(
        exp: &'e Experiment,
        aim: &Aim,
        accept: Option<&Requirement>,
        budget: Option<Money>,
    ) -> Result<Reader<'e>, NoSuchNumber> {
        let gauge = |metric| Gauge::new(exp, metric, budget);
        Ok(Reader {
            layout: Layout::new(exp.account.windows.len() + 1, exp.months.len()),
            aim: match aim {
                Aim::Dollars(prices) => Goal::Dollars(*prices),
                Aim::Metric(metric) => Goal::Metric(gauge(metric)?),
            },
            accept: accept.map(|r| gauge(&r.metric)).transpose()?,
            tax_ppm: exp.account.wallet.tax_ppm,
            fee_tax: (0..exp.months.len())
                .map(|m| exp.fee_tax(m).0)
                .fold(0, i64::saturating_add),
            months: (exp.end - exp.start).as_hours() / (30.0 * 24.0),
        })
    }

    /// How what is minimised is measured.
    pub fn aim(&self) -> Measure {
        match &self.aim {
            Goal::Dollars(_) => Measure {
                statistic: Statistic::Mean,
                unit: USD,
            },
            Goal::Metric(gauge) => gauge.measure(),
        }
    }

    /// How what is required is measured.
    pub fn accept(&self) -> Option<Measure> {
        self.accept.as_ref().map(Gauge::measure)
    }

    /// Reads the score of a row and puts it into another.
    pub fn read(&self, row: &[i64], out: &mut Vec<i64>) {
        let at = |field| row[self.layout.at(field)];
        let months = (0..self.layout.months)
            .flat_map(|m| [Field::Card(m), Field::Tax(m), Field::Api(m)])
            .fold(-self.fee_tax, |sum, field| sum.saturating_add(at(field)));
        let mut score = Score {
            accept: self.accept.as_ref().map_or((0, 0), |g| g.read(row)),
            blocked: at(Field::BlockedByWallet),
            stopped_ms: at(Field::StoppedMs(self.layout.pools - 1)),
            reloads: at(Field::Reloads),
            idle: at(Field::Idle),
            paid: months,
            ..Score::default()
        };
        score.aim = match &self.aim {
            Goal::Dollars(prices) => (self.dollars(prices, &score, at(Field::Left)), 1),
            Goal::Metric(gauge) => gauge.read(row),
        };
        score.put(out);
    }

    /// See [`Prices`]; pico-dollars.
    fn dollars(&self, p: &Prices, s: &Score, left: i64) -> i64 {
        let mut sum = 0i128;
        if p.charges {
            let worth = i128::from(left) * i128::from(1_000_000 + self.tax_ppm) / 1_000_000;
            sum += i128::from(s.paid) - worth;
        }
        sum += (s.idle as f64 * p.idle_rate * self.months) as i128;
        sum += i128::from(p.reload_fee.0) * i128::from(s.reloads);
        sum += i128::from(p.blocked_request.0) * i128::from(s.blocked);
        sum += i128::from(p.stopped_hour.0) * i128::from(s.stopped_ms) / 3_600_000;
        sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::run::replay_row;
    use crate::scenario;

    fn paid(fee: &str) -> i64 {
        let text = format!(
            r#"
start = 2026-12-01
horizon = "10 days"
[plan]
name = "max-5x"
fee = {fee}
[wallet]
balance = 1
tax = "19 %"
[wallet.auto_reload]
threshold = 5
reload_to = 25
[[actor]]
name = "me"
preset = "claude-code-moderate"
models = "opus-5.5"
"#
        );
        let scenario = scenario::parse("test", &text, &[]);
        let exp = scenario
            .unwrap_or_else(|p| panic!("{}", p.render(false, 100)))
            .experiment;
        let aim = Aim::Dollars(Prices::default());
        let reader = Reader::new(&exp, &aim, None, None).unwrap_or_else(|e| panic!("{}", e.0));
        let mut out = Vec::new();
        reader.read(&replay_row(&exp, 0).unwrap(), &mut out);
        Score::of(&out).paid
    }

    /// A setting is not judged by the subscription, nor by the tax on it.
    #[test]
    fn fees_and_their_tax_are_left_out() {
        assert!(paid("0") > 0);
        assert_eq!(paid("0"), paid("100"));
    }
}
