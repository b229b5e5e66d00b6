//! The document as written: a tree in which every key and every value knows its place.

use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::problems::{Place, Problem};

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub node: Node,
    pub at: Place,
}

/// A value as typed; numbers keep their text, so that money is read exactly.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    Number(String),
    Flag(bool),
    Date(Datetime),
    List(Vec<Item>),
    Table(Table),
}

/// Keys with their values, in the order of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub key_at: Place,
    pub item: Item,
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|e| e.key == key)
    }

    /// Sets a key, replacing what was there.
    pub fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|e| e.key == entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }
}

impl Item {
    /// What kind of value it is, with its article.
    pub fn kind(&self) -> &'static str {
        match &self.node {
            Node::Text(_) => "a text",
            Node::Number(_) => "a number",
            Node::Flag(_) => "true or false",
            Node::Date(_) => "a date",
            Node::List(_) => "a list",
            Node::Table(_) => "a table",
        }
    }

    pub fn table(&self) -> Option<&Table> {
        match &self.node {
            Node::Table(t) => Some(t),
            _ => None,
        }
    }

    /// The place of a part of a text value, if the text has no escapes.
    pub fn part(&self, range: std::ops::Range<usize>) -> Place {
        let Node::Text(text) = &self.node else {
            return self.at;
        };
        let whole = self.at.range();
        if whole.len() != text.len() + 2 {
            return self.at;
        }
        let start = whole.start + 1;
        Place::new(
            self.at.source as usize,
            start + range.start..start + range.end,
        )
    }

    /// The value as JSON, for the echo in a run's record. Numbers that JSON cannot hold become text.
    pub fn json(&self) -> Json {
        match &self.node {
            Node::Text(s) => Json::String(s.clone()),
            Node::Number(s) => serde_json::from_str(s).unwrap_or_else(|_| match s.parse::<f64>() {
                Ok(x) if x.is_finite() => Json::from(x),
                _ => Json::String(s.clone()),
            }),
            Node::Flag(b) => Json::Bool(*b),
            Node::Date(d) => Json::String(d.to_string()),
            Node::List(all) => Json::Array(all.iter().map(Item::json).collect()),
            Node::Table(t) => table_json(t),
        }
    }
}

/// A table as a JSON object.
pub(super) fn table_json(table: &Table) -> Json {
    Json::Object(
        table
            .entries
            .iter()
            .map(|e| (e.key.clone(), e.item.json()))
            .collect(),
    )
}

/// Reads a document. What can be understood is returned even if some of it cannot.
pub(super) fn parse(text: &str, source: usize) -> (Table, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let problems = errors.iter().map(|e| syntax_problem(e, source)).collect();
    (table_of(table.get_ref(), source), problems)
}

/// Reads a single value, as typed behind `--set key=`; `shift` is its place in the text shown.
pub(super) fn parse_value(text: &str, source: usize, shift: usize) -> Option<Item> {
    let (value, errors) = DeValue::parse_recoverable(text);
    if !errors.is_empty() {
        return None;
    }
    let mut item = item_of(&value, source);
    shift_item(&mut item, u32::try_from(shift).unwrap_or(0));
    Some(item)
}

fn shift_item(item: &mut Item, by: u32) {
    item.at.start += by;
    item.at.end += by;
    match &mut item.node {
        Node::List(all) => all.iter_mut().for_each(|i| shift_item(i, by)),
        Node::Table(t) => {
            for e in &mut t.entries {
                e.key_at.start += by;
                e.key_at.end += by;
                shift_item(&mut e.item, by);
            }
        }
        _ => {}
    }
}

fn syntax_problem(error: &toml::de::Error, source: usize) -> Problem {
    let message = error.message();
    let (what, expected) = match message.split_once(", expected ") {
        Some((what, "nothing")) => (what, None),
        Some((what, expected)) => (what, Some(format!("expected {expected}"))),
        None => (message, None),
    };
    let at = error.span().unwrap_or(0..0);
    let mut problem = Problem::new(Place::new(source, at), what.replace('\n', " "));
    problem.expected = expected;
    problem.help = Some(match what {
        w if w.contains("duplicate key") => "keep one of the two".to_owned(),
        _ => {
            "a value is a number, true, a date, a text in \"quotes\", [a list] or { a = \"table\" }"
                .to_owned()
        }
    });
    problem
}

fn table_of(table: &DeTable<'_>, source: usize) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_at: Place::new(source, key.span()),
            item: item_of(value, source),
        })
        .collect();
    entries.sort_by_key(|e| e.key_at);
    Table { entries }
}

fn item_of(value: &toml::Spanned<DeValue<'_>>, source: usize) -> Item {
    let node = match value.get_ref() {
        DeValue::String(s) => Node::Text(s.to_string()),
        DeValue::Integer(n) => Node::Number(match i128::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => n.to_string(),
            Err(_) => n.as_str().to_owned(),
        }),
        DeValue::Float(x) => Node::Number(x.as_str().to_owned()),
        DeValue::Boolean(b) => Node::Flag(*b),
        DeValue::Datetime(d) => Node::Date(*d),
        DeValue::Array(all) => Node::List(all.iter().map(|v| item_of(v, source)).collect()),
        DeValue::Table(t) => Node::Table(table_of(t, source)),
    };
    Item {
        node,
        at: Place::new(source, value.span()),
    }
}
