//! What a key is. The lists of keys themselves are in `format.rs`: one line there makes a key known
//! to the check, to the hints and to the schema.

use crate::base::text;
/// A table of the format.
#[derive(Debug)]
pub(super) struct Spec {
    /// How messages call it: `[[actor]]`.
    pub title: &'static str,
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug)]
pub(super) struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// What it means, with its unit, range and default.
    pub doc: &'static str,
    /// A value as typed.
    pub example: &'static str,
}

/// What a key's value may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    /// A list of texts.
    Texts,
    Flag,
    /// Dollars, not negative.
    Money,
    /// Dollars, or a word instead.
    MoneyOr(&'static str),
    /// A list of amounts; the word where there is one.
    Moneys(Option<&'static str>),
    /// A number in a range.
    Number(f64, f64),
    /// A whole number in a range.
    Count(u64, u64),
    /// 0 to 1, or a text with a per-cent sign.
    Share,
    /// A length of time: `"2h"`, `"10m"`, `"30 days"`.
    Length,
    /// A day, or a day with a time.
    Moment,
    /// One word of a list.
    Choice(&'static [&'static str]),
    /// A distribution.
    Draw,
    /// One name, or a table of names with weights.
    Weights,
    /// One name or a list of names.
    Names,
    /// A list of so many numbers.
    Numbers(usize),
    Table(&'static Spec),
    /// A table, or one of these words instead.
    TableOr(&'static Spec, &'static [&'static str]),
    /// A table, or `false` to switch a preset's one off.
    TableOrOff(&'static Spec),
    /// `[[…]]`; elements are chosen by the value of this key in a dotted path.
    Tables(&'static Spec, &'static str),
    /// A table with free keys and tables of this form.
    MapOf(&'static Spec),
    /// A table with free keys (dotted paths) and any values.
    Settings,
}

impl Kind {
    /// The table behind the key whose keys can be named one by one.
    pub fn spec(self) -> Option<&'static Spec> {
        match self {
            Kind::Table(s) | Kind::TableOr(s, _) | Kind::TableOrOff(s) => Some(s),
            _ => None,
        }
    }

    /// What was expected, for messages.
    pub fn expected(self) -> String {
        match self {
            Kind::Text => "expected a text in quotes".into(),
            Kind::Texts => "expected a list of texts".into(),
            Kind::Flag => "expected true or false".into(),
            Kind::Money => "expected dollars, like 20 or 12.50".into(),
            Kind::MoneyOr(word) => format!("expected dollars, like 150, or \"{word}\""),
            Kind::Moneys(None) => "expected a list of dollars, like [5, 10, 20]".into(),
            Kind::Moneys(Some(word)) => {
                format!("expected a list of dollars, like [100, \"{word}\"]")
            }
            Kind::Number(low, high) => format!("expected a number{}", range(low, high)),
            Kind::Count(low, high) => {
                format!("expected a whole number{}", range(low as f64, high as f64))
            }
            Kind::Share => "expected a share from 0 to 1, or a text like \"37 %\"".into(),
            Kind::Length => "expected a length of time, like \"10m\", \"5h\" or \"7 days\"".into(),
            Kind::Moment => "expected a date, like 2026-12-01, or 2026-12-01T09:00:00".into(),
            Kind::Choice(words) => format!("expected one of {}", list(words)),
            Kind::Draw => "expected a distribution: a number, \"2 to 20\" or a table".into(),
            Kind::Weights => {
                "expected a name, or names with weights, like { \"opus-5.5\" = 0.8 }".into()
            }
            Kind::Names => "expected a name or a list of names".into(),
            Kind::Numbers(n) => format!("expected a list of {n} numbers"),
            Kind::Table(s) => format!("expected the table {}", s.title),
            Kind::TableOr(s, words) => format!("expected {} or the table {}", list(words), s.title),
            Kind::TableOrOff(s) => format!("expected the table {} or false", s.title),
            Kind::Tables(s, _) => format!("expected {} with a table below it", s.title),
            Kind::MapOf(s) => format!("expected a table of tables like {}", s.title),
            Kind::Settings => "expected a table of keys, like { \"wallet.balance\" = 50 }".into(),
        }
    }
}

/// ` from 0 to 1`, ` of at least 1`, or nothing.
pub(super) fn range(low: f64, high: f64) -> String {
    match (low > f64::MIN, high < 1e15) {
        (true, true) => format!(" from {low} to {high}"),
        (true, false) => format!(" of at least {low}"),
        (false, true) => format!(" of at most {high}"),
        (false, false) => String::new(),
    }
}

/// `"a", "b" or "c"`.
pub(super) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

impl Spec {
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}

/// The hint for a word that is not known: the likely one, or all of them.
pub(super) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match text::suggest(word, known.clone()) {
        Some(k) => format!("did you mean \"{k}\"?"),
        None => {
            let all: Vec<&str> = known.into_iter().collect();
            format!("known here: {}", all.join(", "))
        }
    }
}
