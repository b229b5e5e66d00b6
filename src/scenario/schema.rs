//! The JSON Schema of the format, for editors: printed from the list of keys.

use serde_json::{Map, Value as Json, json};

use super::format::{DRAW, TOP};
use super::keys::{Key, Kind, Spec};

/// The schema of a scenario file (JSON Schema 2020-12).
pub fn schema() -> Json {
    let mut root = table(&TOP);
    if let Json::Object(map) = &mut root {
        map.insert(
            "$schema".into(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        map.insert("title".into(), json!("burncast scenario"));
        map.insert("$defs".into(), json!({ "distribution": distribution() }));
    }
    root
}

fn table(spec: &Spec) -> Json {
    let keys: Map<String, Json> = spec
        .keys
        .iter()
        .map(|k| (k.name.to_owned(), key(k)))
        .collect();
    json!({ "type": "object", "additionalProperties": false, "properties": keys })
}

fn key(key: &Key) -> Json {
    let mut value = kind(key.kind);
    if let Json::Object(map) = &mut value {
        map.insert("description".into(), json!(key.doc));
        if let Some(example) = example(key) {
            map.insert("examples".into(), json!([example]));
        }
    }
    value
}

/// The example as JSON; none for tables, whose keys have their own.
fn example(key: &Key) -> Option<Json> {
    if key.example.is_empty() {
        return None;
    }
    super::doc::parse_value(key.example, 0, 0).map(|item| item.json())
}

fn distribution() -> Json {
    json!({
        "description": "A number, a 90 % interval of a lognormal (\"2 to 20\"), or a table.",
        "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string" }, table(&DRAW)],
    })
}

fn number(low: f64, high: f64) -> Json {
    let mut map = Map::new();
    map.insert("type".into(), json!("number"));
    if low > f64::MIN {
        map.insert("minimum".into(), json!(low));
    }
    if high < f64::MAX {
        map.insert("maximum".into(), json!(high));
    }
    Json::Object(map)
}

fn kind(kind: Kind) -> Json {
    let dollars = json!({ "type": "number", "minimum": 0 });
    match kind {
        Kind::Text | Kind::Length => json!({ "type": "string" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Money => dollars,
        Kind::MoneyOr(word) => json!({ "anyOf": [dollars, { "const": word }] }),
        Kind::Moneys(None) => json!({ "type": "array", "items": dollars }),
        Kind::Moneys(Some(word)) => json!({
            "type": "array", "items": { "anyOf": [dollars, { "const": word }] }
        }),
        Kind::Number(low, high) => number(low, high),
        Kind::Count(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Share => json!({
            "anyOf": [{ "type": "number", "minimum": 0, "maximum": 1 }, { "type": "string" }]
        }),
        // Dates are a type of TOML; schema validators see them as text.
        Kind::Moment => json!({ "type": "string" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Draw => json!({ "$ref": "#/$defs/distribution" }),
        Kind::Weights => json!({ "anyOf": [
            { "type": "string" },
            { "type": "object", "additionalProperties": { "type": "number", "minimum": 0 } }
        ] }),
        Kind::Names => json!({ "anyOf": [
            { "type": "string" }, { "type": "array", "items": { "type": "string" } }
        ] }),
        Kind::Numbers(0) => json!({ "type": "array", "items": { "type": "number" } }),
        Kind::Numbers(n) => json!({
            "type": "array", "items": { "type": "number" }, "minItems": n, "maxItems": n
        }),
        Kind::Table(spec) => table(spec),
        Kind::TableOr(spec, words) => json!({ "anyOf": [{ "enum": words }, table(spec)] }),
        Kind::TableOrOff(spec) => json!({ "anyOf": [{ "const": false }, table(spec)] }),
        Kind::Tables(spec, _) => {
            json!({ "type": "array", "items": table(spec) })
        }
        Kind::MapOf(spec) => json!({ "type": "object", "additionalProperties": table(spec) }),
        Kind::Settings => json!({ "type": "object" }),
    }
}
