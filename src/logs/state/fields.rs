//! Fields of foreign JSON, read one by one: what is wrong with each is collected with its path.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::base::money::Money;
use crate::base::text;
use crate::base::time::Instant;
use crate::logs::problems::Problem;

/// Digits of a value that a message shows.
const SHOWN: usize = 40;
/// Epochs above this are milliseconds: as seconds they would be the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;
/// A number above this in the place of a percentage is a time.
const TIMES_FROM: f64 = 1e6;

/// What comes out of reading one document beside its values.
#[derive(Default)]
pub(super) struct Notes {
    pub problems: Vec<Problem>,
    pub warnings: Vec<String>,
    /// Percentages read so far: all of them together tell whether they are shares.
    pub shares: Shares,
    /// Line of the document, if lines matter.
    pub line: Option<usize>,
}

/// Largest percentage of a text, and the first that may be a share.
#[derive(Default)]
pub(super) struct Shares {
    most: f64,
    first: Option<(String, f64, Option<usize>)>,
}

impl Shares {
    fn add(&mut self, name: &str, value: f64, line: Option<usize>) {
        self.most = self.most.max(value);
        if self.first.is_none() && value > 0.0 && value < 1.0 {
            self.first = Some((name.to_owned(), value, line));
        }
    }

    pub fn append(&mut self, other: Shares) {
        self.most = self.most.max(other.most);
        self.first = self.first.take().or(other.first);
    }

    /// Forgets the line: there is only one document.
    pub fn no_line(&mut self) {
        if let Some((_, _, line)) = &mut self.first {
            *line = None;
        }
    }

    /// Percentages that all lie below 1 are shares that somebody took for percentages.
    pub fn problem(self) -> Option<Problem> {
        let (name, value, line) = self.first.filter(|_| self.most < 1.0)?;
        Some(Problem {
            line,
            what: format!("{name} is {value}"),
            expected: "expected a percentage from 0 to 100, and none here reaches 1".into(),
            help: format!(
                "it looks like a share from 0 to 1: write {} for {} %",
                (value * 1e6).round() / 1e4,
                (value * 1e6).round() / 1e4
            ),
        })
    }
}

impl Notes {
    pub fn wrong(&mut self, name: &str, found: &str, expected: &str, help: &str) {
        self.problems.push(Problem {
            line: self.line,
            what: format!("{name} is {found}"),
            expected: expected.to_owned(),
            help: help.to_owned(),
        });
    }

    pub fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// A percentage, checked; `name` is its field.
    pub fn percent(&mut self, name: &str, value: f64) -> Option<f64> {
        if (0.0..=100.0).contains(&value) {
            self.shares.add(name, value, self.line);
            return Some(value);
        }
        let help = if value >= TIMES_FROM {
            "this is a time (seconds since 1970), not a percentage; some versions mixed the two up"
        } else {
            ""
        };
        let expected = "expected a percentage from 0 to 100";
        self.wrong(name, &short(&value.to_string()), expected, help);
        None
    }
}

/// An object with its path in the document.
#[derive(Clone)]
pub(super) struct Object<'a> {
    pub map: &'a Map<String, Value>,
    path: String,
}

impl<'a> Object<'a> {
    pub fn top(map: &'a Map<String, Value>) -> Object<'a> {
        Object {
            map,
            path: String::new(),
        }
    }

    /// The path of a key, for messages.
    pub fn name(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// A value that is there and not null.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|v| !v.is_null())
    }

    /// Whether a key is there, as null or not.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub fn is_null(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(Value::is_null)
    }

    /// An object behind a key; anything else there is none.
    pub fn object(&self, key: &str) -> Option<Object<'a>> {
        Some(Object {
            map: self.map.get(key)?.as_object()?,
            path: self.name(key),
        })
    }

    /// Objects of the list behind a key.
    pub fn objects(&self, key: &str) -> Vec<Object<'a>> {
        let list = self.map.get(key).and_then(Value::as_array);
        let list = list.map_or(&[][..], Vec::as_slice);
        list.iter()
            .enumerate()
            .filter_map(|(i, value)| {
                Some(Object {
                    map: value.as_object()?,
                    path: format!("{}[{i}]", self.name(key)),
                })
            })
            .collect()
    }

    /// Objects right below this one.
    pub fn below(&self) -> Vec<Object<'a>> {
        let keys = self.map.keys();
        keys.filter_map(|key| self.object(key)).collect()
    }

    pub fn flag(&self, key: &str, notes: &mut Notes) -> Option<bool> {
        let value = self.get(key)?;
        if value.as_bool().is_none() {
            notes.wrong(&self.name(key), &shown(value), "expected true or false", "");
        }
        value.as_bool()
    }

    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Value::as_str)
    }

    /// A percentage from 0 to 100.
    pub fn percent(&self, key: &str, notes: &mut Notes) -> Option<f64> {
        let value = self.get(key)?;
        match value.as_f64() {
            Some(number) => notes.percent(&self.name(key), number),
            None => {
                let expected = "expected a number from 0 to 100";
                notes.wrong(&self.name(key), &shown(value), expected, "");
                None
            }
        }
    }

    /// An instant as text (`2026-11-20T14:10:00Z`) or as seconds or milliseconds since 1970.
    pub fn instant(&self, key: &str, notes: &mut Notes) -> Option<Instant> {
        let value = self.get(key)?;
        let found = instant(value);
        if found.is_none() {
            let expected = "expected a time with its zone, like 2026-11-20T14:10:00Z, or seconds \
                            since 1970";
            notes.wrong(&self.name(key), &shown(value), expected, "");
        }
        found
    }

    /// An amount in minor units of which `digits` make a dollar: 1234 cents are $12.34.
    pub fn minor(&self, key: &str, digits: u32, notes: &mut Notes) -> Option<Money> {
        let value = self.get(key)?;
        let number = match value {
            Value::Number(n) => text::decimal(&n.to_string()),
            _ => None,
        };
        let money = number.and_then(|n| from_minor(n, digits));
        if money.is_none() {
            let expected = "expected an amount in minor units (cents), as a number";
            notes.wrong(&self.name(key), &shown(value), expected, "");
        }
        money
    }

    /// An amount in dollars.
    pub fn dollars(&self, key: &str, notes: &mut Notes) -> Option<Money> {
        self.minor(key, 0, notes)
    }

    /// Digits of the minor unit: 2 if the document does not say.
    pub fn digits(&self, key: &str, notes: &mut Notes) -> u32 {
        let Some(value) = self.get(key) else { return 2 };
        match value.as_u64().and_then(|n| u32::try_from(n).ok()) {
            Some(n) if n <= 12 => n,
            _ => {
                let expected = "expected the digits of the minor unit, 0 to 12";
                notes.wrong(&self.name(key), &shown(value), expected, "");
                2
            }
        }
    }

    /// Whether amounts beside `key` are dollars; a note says so if they are not.
    pub fn is_usd(&self, key: &str, notes: &mut Notes) -> bool {
        let currency = self.text(key).unwrap_or("USD");
        let usd = currency.eq_ignore_ascii_case("usd");
        if !usd {
            notes.warn(other_currency(currency));
        }
        usd
    }
}

/// What is said where money is in another currency.
pub(super) fn other_currency(currency: &str) -> String {
    format!(
        "Money of the state is in {}, and everything here is in US dollars: its amounts are left \
         out, the scenario's stay.",
        short(currency)
    )
}

fn from_minor(number: Decimal, digits: u32) -> Option<Money> {
    let unit = Decimal::from(10u64.checked_pow(digits)?);
    let dollars = number.checked_div(unit)?.round_dp(12);
    Money::from_decimal(dollars)
}

/// An instant out of a JSON value.
pub(super) fn instant(value: &Value) -> Option<Instant> {
    match value {
        Value::Number(n) => epoch(n.as_f64()?),
        Value::String(s) => match s.trim().parse::<f64>() {
            Ok(number) => epoch(number),
            Err(_) => {
                let at: Timestamp = s.trim().parse().ok()?;
                Some(nearest_mark(at.as_millisecond()))
            }
        },
        _ => None,
    }
}

/// Seconds or milliseconds since 1970, between the years 2000 and 2200.
pub(super) fn epoch(number: f64) -> Option<Instant> {
    let ms = if number >= MILLISECONDS_FROM {
        number
    } else {
        number * 1000.0
    };
    (9.4e11..7.3e12)
        .contains(&ms)
        .then(|| nearest_mark(ms.round() as i64))
}

/// Servers print resets a moment before or after the minute they mean (13:59:59.6, 14:00:00.5): the
/// minute, if it is less than a second away.
fn nearest_mark(ms: i64) -> Instant {
    let off = ms.rem_euclid(60_000);
    Instant(match off {
        0..1000 => ms - off,
        59_001.. => ms + 60_000 - off,
        _ => ms,
    })
}

/// A value as messages show it.
pub(super) fn shown(value: &Value) -> String {
    short(&value.to_string())
}

pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let head: String = text.chars().take(SHOWN).collect();
    format!("{head}…")
}
