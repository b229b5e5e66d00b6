//! Distributions: every way to write one, and the list of named laws.

mod named;

use super::doc::{Item, Node, Table};
use super::fields::Fields;
use super::format::{DRAW, LEVELS};
use super::keys;
use super::laws::NAMED;
use super::problems::{Place, Problem};
use super::units;
use crate::base::law::{
    Draw, Law, Level, lognormal_from_interval, lognormal_from_mean_sd, lognormal_from_median_p90,
};

/// Distributions may hold distributions, this deep.
const DEPTH_MAX: u32 = 6;
/// A law may reach below zero by so little that nobody meets it.
const NEVER: f64 = 1e-7;

/// What a distribution is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Numbers, tokens, minutes: written bare.
    Plain,
    /// Seconds: a text like `"9s"` is understood.
    Seconds,
    /// US dollars: `{ usd = … }` is understood.
    Usd,
}

/// What is asked of a distribution.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub unit: Unit,
    /// The finest level at which a new value makes sense: the default of `per`.
    pub per: Level,
    /// Whether it must be above zero.
    pub positive: bool,
}

impl Wanted {
    pub fn per(per: Level) -> Wanted {
        Wanted {
            unit: Unit::Plain,
            per,
            positive: false,
        }
    }
    pub fn each() -> Wanted {
        Wanted::per(Level::Request)
    }
    pub fn seconds(self) -> Wanted {
        Wanted {
            unit: Unit::Seconds,
            ..self
        }
    }
    pub fn usd(self) -> Wanted {
        Wanted {
            unit: Unit::Usd,
            ..self
        }
    }
    pub fn positive(self) -> Wanted {
        Wanted {
            positive: true,
            ..self
        }
    }
}

impl<'d> Fields<'d> {
    /// The distribution of a key, checked: finite, not negative, with a mean where nothing bounds it.
    pub fn draw(&self, name: &'static str, wanted: Wanted) -> Option<Draw> {
        let item = self.item(name)?;
        let draw = Reader {
            f: self,
            name,
            wanted,
        }
        .draw(item, 0)?;
        self.sane(name, item, draw, wanted)
    }

    /// As [`Fields::draw`], with a value where the key is not there.
    pub fn draw_or(&self, name: &'static str, wanted: Wanted, default: Draw) -> Option<Draw> {
        if self.has(name) {
            self.draw(name, wanted)
        } else {
            Some(Draw {
                per: wanted.per,
                ..default
            })
        }
    }

    fn sane(&self, name: &str, item: &Item, draw: Draw, wanted: Wanted) -> Option<Draw> {
        if let Err(what) = draw.check() {
            self.bad(
                item.at,
                format!("{name}: {what}"),
                "expected a distribution that exists",
                "",
            );
            return None;
        }
        if draw.quantile(NEVER) < 0.0 {
            let what = format!("{name} can be negative");
            self.bad(
                item.at,
                what,
                "expected a distribution from 0 upwards",
                "add min = 0",
            );
            return None;
        }
        if wanted.positive && draw.quantile(1.0 - NEVER) <= 0.0 {
            self.bad(item.at, format!("{name} is 0"), "expected more than 0", "");
            return None;
        }
        if !draw.mean_estimate().is_finite() {
            let what = format!("{name} has an infinite mean");
            let help = "add max = …: a few huge values would decide every result";
            self.bad(item.at, what, "its tail is too heavy", help);
            return None;
        }
        Some(draw)
    }
}

/// Reads one distribution.
struct Reader<'a, 'd> {
    f: &'a Fields<'d>,
    name: &'static str,
    wanted: Wanted,
}

impl<'d> Reader<'_, 'd> {
    fn bad(&self, at: Place, what: impl Into<String>, expected: &str, help: &str) {
        self.f.bad(at, what, expected, help);
    }

    fn of(&self, law: Law) -> Draw {
        Draw {
            per: self.wanted.per,
            ..Draw::of(law)
        }
    }

    fn draw(&self, item: &'d Item, depth: u32) -> Option<Draw> {
        if depth > DEPTH_MAX {
            let help = "write it flatter";
            self.bad(
                item.at,
                "distributions inside distributions, too deep",
                "",
                help,
            );
            return None;
        }
        match &item.node {
            Node::Number(text) => self
                .number(item.at, text)
                .map(|x| self.of(Law::Constant(x))),
            Node::Text(text) => self.text(item, text).map(|law| self.of(law)),
            Node::Table(table) => self.table(item, table, depth),
            _ => {
                self.f.wrong(self.name, item);
                None
            }
        }
    }

    fn number(&self, at: Place, text: &str) -> Option<f64> {
        match text.parse::<f64>() {
            Ok(x) if x.is_finite() && x >= 0.0 => Some(x),
            _ => {
                let what = format!("{} is {text}", self.name);
                self.bad(at, what, "expected a finite number of at least 0", "");
                None
            }
        }
    }

    /// `"2 to 20"`, or for seconds `"9s"`, `"10s to 5m"`.
    fn text(&self, item: &Item, text: &str) -> Option<Law> {
        let ends: Vec<&str> = text.split(" to ").map(str::trim).collect();
        let numbers: Option<Vec<f64>> = ends.iter().map(|end| self.end(end)).collect();
        match numbers.as_deref() {
            Some([one]) if self.wanted.unit == Unit::Seconds => Some(Law::Constant(*one)),
            Some(&[low, high]) => match lognormal_from_interval(low, high) {
                Ok(law) => Some(law),
                Err(_) => {
                    let what = format!("{} is \"{text}\"", self.name);
                    let expected = "the first number must be above 0 and below the second";
                    self.bad(item.at, what, expected, "");
                    None
                }
            },
            _ => {
                let what = format!("{} is \"{text}\"", self.name);
                let expected = match self.wanted.unit {
                    Unit::Seconds => "expected seconds: a number, \"9s\", \"5s to 2m\" or a table",
                    _ => "expected a number, a 90 % interval like \"2 to 20\", or a table",
                };
                let help = "for instance { median = 4, p90 = 12 }";
                self.bad(item.at, what, expected, help);
                None
            }
        }
    }

    fn end(&self, text: &str) -> Option<f64> {
        let plain = text.trim_start_matches('$').replace(['_', ','], "");
        if let Ok(x) = plain.parse::<f64>() {
            return x.is_finite().then_some(x);
        }
        if self.wanted.unit != Unit::Seconds {
            return None;
        }
        let span = units::length(text).ok()?.span();
        Some(span.0 as f64 / 1000.0)
    }

    fn table(&self, item: &'d Item, table: &'d Table, depth: u32) -> Option<Draw> {
        let f = Fields::open(self.f.cx, table, &DRAW, item.at);
        if let Some(inner) = f.item("usd") {
            if self.wanted.unit != Unit::Usd {
                let what = format!("{} is not in dollars", self.name);
                self.bad(inner.at, what, "", "write the distribution without usd");
                return None;
            }
            self.alone(&f, &["usd"])?;
            return self.draw(inner, depth + 1);
        }
        let law = self.law(&f, item, depth);
        let (min, max) = (self.bound(&f, "min"), self.bound(&f, "max"));
        let per = self.per(&f);
        if f.has("per") && per.is_none() {
            return None;
        }
        if let (Some(low), Some(high)) = (min, max)
            && low > high
        {
            let what = format!("min {low} is above max {high}");
            self.bad(f.place("min"), what, "", "exchange them");
            return None;
        }
        Some(Draw {
            law: law?,
            min,
            max,
            per: per.unwrap_or(self.wanted.per),
        })
    }

    fn bound(&self, f: &Fields<'d>, key: &'static str) -> Option<f64> {
        f.number(key).map(|n| n.value)
    }

    fn per(&self, f: &Fields<'d>) -> Option<Level> {
        let word = f.choice("per")?;
        let level = match LEVELS.iter().position(|l| *l == word.value)? {
            0 => Level::Trial,
            1 => Level::Actor,
            2 => Level::Session,
            3 => Level::Prompt,
            _ => Level::Request,
        };
        if level > self.wanted.per {
            let finest = LEVELS[self.wanted.per as usize];
            let what = format!("{} cannot change with each {}", self.name, word.value);
            let help = format!("write per = \"{finest}\" or a coarser level");
            self.bad(
                word.at,
                what,
                &format!("it is drawn once per {finest}"),
                &help,
            );
            return None;
        }
        Some(level)
    }

    /// The law of a table, whichever way it is written.
    fn law(&self, f: &Fields<'d>, item: &'d Item, depth: u32) -> Option<Law> {
        if f.has("law") {
            return self.beside(f);
        }
        let nested = NAMED
            .iter()
            .find(|n| n.name != "beta" && f.table.get(n.name).is_some());
        if let Some(named) = nested {
            self.alone(f, &[named.name])?;
            return self.nested(f, named);
        }
        if f.has("values") {
            self.alone(f, &["values"])?;
            return self.values(f);
        }
        if f.has("csv") {
            self.alone(f, &["csv", "column"])?;
            return self.csv(f);
        }
        if f.has("mixture") {
            self.alone(f, &["mixture"])?;
            return self.mixture(f, depth);
        }
        if f.has("median") || f.has("p90") {
            self.alone(f, &["median", "p90"])?;
            return self.pair(f, ["median", "p90"], lognormal_from_median_p90);
        }
        if f.has("mean") || f.has("sd") {
            self.alone(f, &["mean", "sd"])?;
            return self.pair(f, ["mean", "sd"], lognormal_from_mean_sd);
        }
        let what = format!("{} is a table without a distribution", self.name);
        let help = "give median and p90, mean and sd, a named law, values or a mixture";
        self.bad(item.at, what, "expected a distribution", help);
        None
    }

    /// Only these keys (and bounds) may stand together.
    fn alone(&self, f: &Fields<'d>, keys: &[&str]) -> Option<()> {
        let stray = f.table.entries.iter().find(|e| {
            !keys.contains(&e.key.as_str())
                && !["min", "max", "per"].contains(&e.key.as_str())
                && DRAW.key(&e.key).is_some()
        });
        let Some(stray) = stray else {
            return Some(());
        };
        let what = format!(
            "{} does not go together with {}",
            stray.key,
            keys.join(", ")
        );
        self.bad(
            stray.key_at,
            what,
            "a distribution is written in one way",
            "remove one of them",
        );
        None
    }

    fn pair(
        &self,
        f: &Fields<'d>,
        keys: [&'static str; 2],
        make: fn(f64, f64) -> Result<Law, String>,
    ) -> Option<Law> {
        for key in keys {
            if !f.has(key) {
                let what = format!("{} has no {key}", self.name);
                let help = format!("{} needs both {} and {}", self.name, keys[0], keys[1]);
                let mut problem = Problem::new(f.at, what).help(help);
                problem.missing = true;
                f.cx.report(problem);
            }
        }
        let (a, b) = (f.number(keys[0]), f.number(keys[1]));
        let (a, b) = (a?, b?);
        make(a.value, b.value)
            .map_err(|what| self.bad(b.at, format!("{}: {what}", self.name), "", ""))
            .ok()
    }

    /// `{ law = "gamma", shape = 2, scale = 3 }`.
    fn beside(&self, f: &Fields<'d>) -> Option<Law> {
        let name = f.text("law")?;
        let Some(named) = NAMED.iter().find(|n| n.name == name.value) else {
            let known: Vec<&str> = NAMED.iter().map(|n| n.name).collect();
            let what = format!("unknown law \"{}\"", name.value);
            self.bad(name.at, what, "", &keys::hint(name.value, known));
            return None;
        };
        let mut allowed = vec!["law"];
        allowed.extend(named.params);
        self.alone(f, &allowed)?;
        let mut values = Vec::with_capacity(named.params.len());
        for param in named.params {
            match f.number(param) {
                Some(n) => values.push(n.value),
                None if f.table.get(param).is_none() => self.no_param(f.at, named, param),
                None => {}
            }
        }
        self.make(named, &values, f.at)
    }
}
