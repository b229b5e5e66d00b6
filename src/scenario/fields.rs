//! Reading a table key by key: unknown keys, wrong kinds and wrong values become problems, and
//! reading goes on.

use crate::base::text;
use std::cell::RefCell;
use std::path::PathBuf;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::doc::{Item, Node, Table};
use super::keys::{self, Key, Kind, Spec};
use super::problems::{Place, Problem};
use super::units::{self, Length, Moment};
use crate::base::money::Money;

/// What a check collects.
#[derive(Debug, Default)]
pub(super) struct Cx {
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<String>>,
    /// Bytes of the files that were read besides the scenario: part of its hash.
    pub files: RefCell<Vec<u8>>,
    /// Names of the models that the scenario itself brings.
    pub own_models: RefCell<Vec<String>>,
    /// The scenario's folder, for files it names.
    pub folder: Option<PathBuf>,
    #[cfg(test)]
    asked: RefCell<std::collections::BTreeSet<(&'static str, &'static str)>>,
}

impl Cx {
    pub fn new(folder: Option<PathBuf>) -> Cx {
        Cx {
            folder,
            ..Cx::default()
        }
    }

    pub fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Something that the reader of a result must know, once.
    pub fn warn(&self, text: impl Into<String>) {
        let text = text.into();
        let mut all = self.warnings.borrow_mut();
        if !all.contains(&text) {
            all.push(text);
        }
    }

    pub fn failed(&self) -> bool {
        !self.problems.borrow().is_empty()
    }

    pub fn into_parts(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems.into_inner(), self.warnings.into_inner())
    }

    #[cfg(test)]
    pub fn asked(&self) -> std::collections::BTreeSet<(&'static str, &'static str)> {
        self.asked.borrow().clone()
    }
}

/// A table being read.
#[derive(Clone, Copy)]
pub(super) struct Fields<'d> {
    pub cx: &'d Cx,
    pub table: &'d Table,
    pub at: Place,
    spec: &'static Spec,
}

/// A value with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<T> {
    pub value: T,
    pub at: Place,
}

impl<'d> Fields<'d> {
    /// Begins to read a table; reports its unknown keys.
    pub fn open(cx: &'d Cx, table: &'d Table, spec: &'static Spec, at: Place) -> Fields<'d> {
        for entry in &table.entries {
            if spec.key(&entry.key).is_none() {
                let known: Vec<&str> = spec.keys.iter().map(|k| k.name).collect();
                cx.report(
                    Problem::new(entry.key_at, format!("unknown key \"{}\"", entry.key))
                        .expected(format!("{} has no such key", spec.title))
                        .help(keys::hint(&entry.key, known)),
                );
            }
        }
        Fields {
            cx,
            table,
            at,
            spec,
        }
    }

    fn key(&self, name: &'static str) -> Option<&'static Key> {
        #[cfg(test)]
        self.cx.asked.borrow_mut().insert((self.spec.title, name));
        let key = self.spec.key(name);
        debug_assert!(key.is_some(), "{} has no key {name}", self.spec.title);
        key
    }

    /// The value of a key as typed.
    pub fn item(&self, name: &'static str) -> Option<&'d Item> {
        self.key(name)?;
        self.table.get(name).map(|e| &e.item)
    }

    /// Where a key's value is, or the table if it is not there.
    pub fn place(&self, name: &str) -> Place {
        self.table.get(name).map_or(self.at, |e| e.item.at)
    }

    pub fn has(&self, name: &'static str) -> bool {
        self.item(name).is_some()
    }

    /// Reports a value that is not what its key takes.
    pub fn wrong(&self, name: &'static str, item: &Item) {
        let expected = self.key(name).map_or(String::new(), |k| k.kind.expected());
        let what = format!("{name} is {}", item.kind());
        let mut problem = Problem::new(item.at, what).expected(expected);
        problem.help = self
            .key(name)
            .filter(|k| !k.example.is_empty())
            .map(|k| format!("for instance: {name} = {}", k.example));
        self.cx.report(problem);
    }

    /// Reports a value of the right kind that makes no sense.
    pub fn bad(&self, at: Place, what: impl Into<String>, expected: &str, help: &str) {
        let mut problem = Problem::new(at, what);
        problem.expected = (!expected.is_empty()).then(|| expected.to_owned());
        problem.help = (!help.is_empty()).then(|| help.to_owned());
        self.cx.report(problem);
    }

    /// Reports a key that is not there.
    pub fn missing(&self, name: &'static str, help: &str) {
        let doc = self.key(name).map_or("", |k| k.doc);
        let mut problem = Problem::new(self.at, format!("{} has no {name}", self.spec.title))
            .expected(doc.to_owned());
        problem.help = Some(match self.key(name) {
            _ if !help.is_empty() => help.to_owned(),
            Some(k) if !k.example.is_empty() => format!("for instance: {name} = {}", k.example),
            _ => format!("add {name}"),
        });
        problem.missing = true;
        self.cx.report(problem);
    }

    pub fn text(&self, name: &'static str) -> Option<At<&'d str>> {
        let item = self.item(name)?;
        match &item.node {
            Node::Text(s) if !s.trim().is_empty() => Some(At {
                value: s,
                at: item.at,
            }),
            Node::Text(_) => {
                self.bad(
                    item.at,
                    format!("{name} is empty"),
                    "expected some text",
                    "",
                );
                None
            }
            _ => {
                self.wrong(name, item);
                None
            }
        }
    }

    pub fn texts(&self, name: &'static str) -> Vec<(&'d str, &'d Item)> {
        let Some(item) = self.item(name) else {
            return Vec::new();
        };
        let all = match &item.node {
            Node::List(all) => all.as_slice(),
            Node::Text(_) if matches!(self.key(name).map(|k| k.kind), Some(Kind::Names)) => {
                std::slice::from_ref(item)
            }
            _ => {
                self.wrong(name, item);
                return Vec::new();
            }
        };
        let mut texts = Vec::with_capacity(all.len());
        for one in all {
            match &one.node {
                Node::Text(s) => texts.push((s.as_str(), one)),
                _ => self.wrong(name, one),
            }
        }
        texts
    }

    pub fn flag(&self, name: &'static str) -> Option<bool> {
        let item = self.item(name)?;
        match item.node {
            Node::Flag(b) => Some(b),
            _ => {
                self.wrong(name, item);
                None
            }
        }
    }

    /// A finite number in the key's range.
    pub fn number(&self, name: &'static str) -> Option<At<f64>> {
        let item = self.item(name)?;
        let (low, high) = match self.key(name).map(|k| k.kind) {
            Some(Kind::Number(low, high)) => (low, high),
            _ => (f64::MIN, f64::MAX),
        };
        let Node::Number(text) = &item.node else {
            self.wrong(name, item);
            return None;
        };
        let value = text.parse::<f64>().ok().filter(|x| x.is_finite());
        match value {
            Some(x) if (low..=high).contains(&x) => Some(At {
                value: x,
                at: item.at,
            }),
            _ => {
                let expected = format!("expected a number{}", keys::range(low, high));
                self.bad(item.at, format!("{name} is {text}"), &expected, "");
                None
            }
        }
    }

    /// A whole number in the key's range.
    pub fn count(&self, name: &'static str) -> Option<At<u64>> {
        let item = self.item(name)?;
        let (low, high) = match self.key(name).map(|k| k.kind) {
            Some(Kind::Count(low, high)) => (low, high),
            _ => (0, u64::MAX),
        };
        let Node::Number(text) = &item.node else {
            self.wrong(name, item);
            return None;
        };
        match text.parse::<u64>() {
            Ok(n) if (low..=high).contains(&n) => Some(At {
                value: n,
                at: item.at,
            }),
            _ => {
                let expected = self.key(name).map_or(String::new(), |k| k.kind.expected());
                self.bad(item.at, format!("{name} is {text}"), &expected, "");
                None
            }
        }
    }

    /// Dollars, exactly, not negative.
    pub fn money(&self, name: &'static str) -> Option<At<Money>> {
        let item = self.item(name)?;
        units::money(self, name, item).map(|value| At { value, at: item.at })
    }

    /// Dollars, or none where the key's word stands.
    pub fn money_or(&self, name: &'static str) -> Option<At<Option<Money>>> {
        let item = self.item(name)?;
        units::money_or(self, name, item).map(|value| At { value, at: item.at })
    }

    /// A list of amounts.
    pub fn moneys(&self, name: &'static str) -> Vec<At<Option<Money>>> {
        let Some(item) = self.item(name) else {
            return Vec::new();
        };
        let all = match &item.node {
            Node::List(all) => all.as_slice(),
            _ => std::slice::from_ref(item),
        };
        all.iter()
            .filter_map(|one| {
                units::money_or(self, name, one).map(|value| At { value, at: one.at })
            })
            .collect()
    }

    /// The word that may stand instead of an amount.
    pub fn word(&self, name: &'static str) -> Option<&'static str> {
        match self.key(name)?.kind {
            Kind::MoneyOr(word) => Some(word),
            Kind::Moneys(word) => word,
            _ => None,
        }
    }

    /// A share, exactly.
    pub fn share(&self, name: &'static str) -> Option<At<Decimal>> {
        let item = self.item(name)?;
        units::share(self, name, item).map(|value| At { value, at: item.at })
    }

    pub fn length(&self, name: &'static str) -> Option<At<Length>> {
        let item = self.item(name)?;
        units::length_of(self, name, item).map(|value| At { value, at: item.at })
    }

    pub fn moment(&self, name: &'static str) -> Option<At<Moment>> {
        let item = self.item(name)?;
        units::moment(self, name, item).map(|value| At { value, at: item.at })
    }

    /// One word of the key's list.
    pub fn choice(&self, name: &'static str) -> Option<At<&'static str>> {
        let words = match self.key(name)?.kind {
            Kind::Choice(words) | Kind::TableOr(_, words) => words,
            _ => return None,
        };
        let text = self.text(name)?;
        match words.iter().find(|w| **w == text.value) {
            Some(value) => Some(At { value, at: text.at }),
            None => {
                let what = format!("unknown {name} \"{}\"", text.value);
                let expected = format!("expected {}", keys::list(words));
                let help = text::suggest(text.value, words.iter().copied())
                    .map_or(String::new(), |w| format!("did you mean \"{w}\"?"));
                self.bad(text.at, what, &expected, &help);
                None
            }
        }
    }

    /// A table below this one.
    pub fn sub(&self, name: &'static str) -> Option<Fields<'d>> {
        let item = self.item(name)?;
        let spec = self.key(name)?.kind.spec()?;
        match &item.node {
            Node::Table(t) => Some(Fields::open(self.cx, t, spec, item.at)),
            _ => {
                self.wrong(name, item);
                None
            }
        }
    }

    /// A table below this one that `false` switches off.
    pub fn sub_or_off(&self, name: &'static str) -> Option<Fields<'d>> {
        match self.item(name)?.node {
            Node::Flag(false) => None,
            _ => self.sub(name),
        }
    }

    /// The tables of a list.
    pub fn subs(&self, name: &'static str) -> Vec<Fields<'d>> {
        let (Some(item), Some(Kind::Tables(spec, _))) =
            (self.item(name), self.key(name).map(|k| k.kind))
        else {
            return Vec::new();
        };
        let all = match &item.node {
            Node::List(all) => all.as_slice(),
            Node::Table(_) if spec.title.starts_with("[[") => {
                let help = format!("write {} with two brackets", spec.title);
                self.bad(
                    item.at,
                    format!("{name} is one table"),
                    "expected a list",
                    &help,
                );
                return Vec::new();
            }
            _ => {
                self.wrong(name, item);
                return Vec::new();
            }
        };
        let mut tables = Vec::with_capacity(all.len());
        for one in all {
            match &one.node {
                Node::Table(t) => tables.push(Fields::open(self.cx, t, spec, one.at)),
                _ => self.wrong(name, one),
            }
        }
        tables
    }
}

/// A day out of a TOML date.
pub(super) fn civil_date(d: toml::value::Date) -> Option<Date> {
    let year = i16::try_from(d.year).ok()?;
    let (month, day) = (i8::try_from(d.month).ok()?, i8::try_from(d.day).ok()?);
    Date::new(year, month, day).ok()
}

/// A civil time out of a TOML date and time.
pub(super) fn civil_datetime(d: toml::value::Date, t: toml::value::Time) -> Option<DateTime> {
    let part = |n: u8| i8::try_from(n).ok();
    // A leap second is the last second of its minute here.
    let second = t.second.unwrap_or(0).min(59);
    let time = jiff::civil::Time::new(part(t.hour)?, part(t.minute)?, part(second)?, 0).ok()?;
    Some(civil_date(d)?.to_datetime(time))
}
