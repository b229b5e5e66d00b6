//! OpenTelemetry as a collector's file exporter writes it: one JSON line per batch of logs or metrics.
//!
//! The event `claude_code.api_request` is one request each and the best source there is: its output
//! is the final one. The metrics `claude_code.token.usage` and `claude_code.cost.usage` sum up the
//! same requests, so they count only in a file without events.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{self, Count, Dollars, Text, instant, items, member, members};
use super::head::Head;
use super::{Format, NotThisFormat, Origin, Unit, unsplit};
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::logs::merge;
use crate::logs::record::{OutputCount, Prompt, Request, Row, Rows, Tokens};

pub const FORMAT: Format = Format {
    name: "opentelemetry",
    about: "OpenTelemetry logs and metrics of Claude Code (a collector's file exporter)",
    unit: Unit::Document,
    recognise: |head| {
        let batches = ["resourceLogs", "resourceMetrics", "resourceSpans"];
        Head::of(head).any(&batches)
    },
    read,
};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    time_unix_nano: Text<'a>,
    #[serde(borrow)]
    observed_time_unix_nano: Text<'a>,
    #[serde(borrow)]
    event_name: Text<'a>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    sum: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Sum<'a> {
    #[serde(borrow)]
    data_points: Option<&'a RawValue>,
    /// 1 or `…_DELTA`, 2 or `…_CUMULATIVE`.
    #[serde(borrow)]
    aggregation_temporality: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Point<'a> {
    #[serde(borrow)]
    start_time_unix_nano: Text<'a>,
    #[serde(borrow)]
    time_unix_nano: Text<'a>,
    #[serde(borrow)]
    as_int: Option<&'a RawValue>,
    #[serde(borrow)]
    as_double: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Attribute<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Value<'a> {
    #[serde(borrow)]
    string_value: Text<'a>,
    #[serde(borrow)]
    int_value: Option<&'a RawValue>,
    #[serde(borrow)]
    double_value: Option<&'a RawValue>,
}

/// Attributes in the order of their names; values as text.
struct Attributes<'a>(BTreeMap<Cow<'a, str>, Cow<'a, str>>);

impl<'a> Attributes<'a> {
    fn of(raw: Option<&'a RawValue>) -> Attributes<'a> {
        let mut all = BTreeMap::new();
        if let Some(raw) = raw {
            items(raw, &mut |raw| {
                let attribute: Attribute<'a> = part(Some(raw));
                if let Some(key) = attribute.key.0 {
                    all.insert(key, value(attribute.value));
                }
            });
        }
        Attributes(all)
    }

    fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("", |v| v)
    }

    fn first(&self, keys: &[&str]) -> &str {
        let found = keys.iter().map(|k| self.get(k)).find(|v| !v.is_empty());
        found.unwrap_or("")
    }

    fn count(&self, key: &str, rows: &mut Rows) -> u64 {
        let text = self.get(key);
        if text.is_empty() {
            return 0;
        }
        let quoted = format!("\"{text}\"");
        let count: Count = serde_json::from_str(&quoted).unwrap_or_default();
        count.get(&mut rows.receipt)
    }

    fn dollars(&self, key: &str) -> Option<Money> {
        let quoted = format!("\"{}\"", self.get(key));
        let cost: Dollars = serde_json::from_str(&quoted).unwrap_or_default();
        cost.0
    }

    /// A request of somebody else than the main thread.
    fn is_sidechain(&self) -> bool {
        let source = self.get("query_source");
        source == "subagent" || source.starts_with("agent")
    }

    /// A sub-agent's name, or else the person.
    fn agent(&self) -> &str {
        if self.is_sidechain() {
            self.first(&["agent.name", "agent.id", "query_source"])
        } else {
            self.first(&["user.email", "user.account_uuid", "user.id"])
        }
    }
}

/// The text of an attribute's value.
fn value(raw: Option<&RawValue>) -> Cow<'_, str> {
    let value: Value<'_> = part(raw);
    let number = value.int_value.or(value.double_value);
    let number = number.map(|n| Cow::Borrowed(n.get().trim_matches('"')));
    value.string_value.0.or(number).unwrap_or_default()
}

fn part<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> T {
    let found = raw.map(|r| serde_json::from_str(r.get()));
    found.and_then(Result::ok).unwrap_or_default()
}

/// What metrics have told so far.
#[derive(Default)]
struct Metrics {
    sums: BTreeMap<u128, Request>,
    /// Last value of each cumulative series and its time.
    series: BTreeMap<u128, (u64, Instant)>,
}

fn read(text: &[u8], _: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat> {
    let mut receipt = std::mem::take(&mut rows.receipt);
    let before = rows.rows.len();
    let mut metrics = Metrics::default();
    let done = document::documents(text, &mut receipt, |raw, receipt| {
        std::mem::swap(&mut rows.receipt, receipt);
        let batch = members(raw);
        for_each(
            member(&batch, "resourceLogs"),
            "scopeLogs",
            "logRecords",
            &mut |raw| {
                rows.receipt.rows += 1;
                if let Some(record) = document::read::<Record<'_>>(raw, &mut rows.receipt) {
                    log(&record, raw, rows);
                }
            },
        );
        for_each(
            member(&batch, "resourceMetrics"),
            "scopeMetrics",
            "metrics",
            &mut |raw| {
                rows.receipt.rows += 1;
                if let Some(metric) = document::read::<Metric<'_>>(raw, &mut rows.receipt) {
                    sum(&metric, &mut metrics, rows);
                }
            },
        );
        std::mem::swap(&mut rows.receipt, receipt);
    });
    rows.receipt = receipt;
    done?;
    let sums = metrics.sums.into_iter();
    if rows.rows.len() > before {
        rows.receipt.told_twice += sums.len() as u64;
    } else {
        rows.receipt.usage_rows += sums.len() as u64;
        rows.rows
            .extend(sums.map(|(key, request)| Row { key, request }));
    }
    Ok(())
}

/// Walks `[{ scopes: [{ entries: [ … ] }] }]`.
fn for_each<'a>(
    resources: Option<&'a RawValue>,
    scopes: &str,
    entries: &str,
    each: &mut dyn FnMut(&'a RawValue),
) {
    let Some(resources) = resources else { return };
    items(resources, &mut |resource| {
        let Some(list) = member(&members(resource), scopes) else {
            return;
        };
        items(list, &mut |scope| {
            if let Some(list) = member(&members(scope), entries) {
                items(list, each);
            }
        });
    });
}

/// Nanoseconds since 1970.
fn nanos(text: &str) -> Option<Instant> {
    let nanos: u64 = text.parse().ok().filter(|n| *n > 0)?;
    i64::try_from(nanos / 1_000_000).ok().map(Instant)
}

fn log(record: &Record<'_>, raw: &RawValue, rows: &mut Rows) {
    let attributes = Attributes::of(record.attributes);
    let body = value(record.body);
    let names = [attributes.get("event.name"), record.event_name.get(), &body];
    let name = names.into_iter().find(|n| !n.is_empty()).unwrap_or("");
    let name = name.trim().strip_prefix("claude_code.").unwrap_or(name);
    rows.receipt.other_rows += u64::from(name != "api_request");
    if !["api_request", "user_prompt"].contains(&name) {
        return;
    }
    let time = nanos(record.time_unix_nano.get())
        .or_else(|| instant(attributes.get("event.timestamp")))
        .or_else(|| nanos(record.observed_time_unix_nano.get()));
    let Some(at) = time else {
        rows.receipt.broken_rows += 1;
        return;
    };
    let session = attributes.get("session.id");
    if name == "user_prompt" {
        let which = attributes.first(&["prompt.id", "event.sequence"]);
        let key = merge::hash(&["otel prompt", session, which, &at.0.to_string()]);
        rows.prompts.push(Prompt {
            at,
            session: rows.names.add(session),
            key,
        });
        return;
    }
    let tokens = Tokens {
        input: attributes.count("input_tokens", rows),
        cache_read: attributes.count("cache_read_tokens", rows),
        output: attributes.count("output_tokens", rows),
        ..Tokens::default()
    };
    let written = attributes.count("cache_creation_tokens", rows);
    let id = attributes.get("request_id");
    rows.receipt.usage_rows += 1;
    rows.receipt.without_id += u64::from(id.is_empty());
    let mut request = Request {
        tokens,
        logged_cost: attributes.dollars("cost_usd"),
        count: 1,
        ..who(&attributes, at, at, rows)
    };
    unsplit(&mut request, written);
    let key = merge::key("", id, session, raw.get());
    rows.rows.push(Row { key, request });
}

/// What attributes say of a request beside its tokens.
fn who(attributes: &Attributes<'_>, at: Instant, until: Instant, rows: &mut Rows) -> Request {
    Request {
        at,
        until,
        model: rows.names.add(attributes.get("model")),
        session: rows.names.add(attributes.get("session.id")),
        agent: rows.names.add(attributes.agent()),
        sidechain: attributes.is_sidechain(),
        fast: attributes.get("speed") == "fast",
        output: OutputCount::Final,
        ..Request::default()
    }
}

/// Adds a metric's points: those of one stretch and of one origin make one aggregate.
fn sum(metric: &Metric<'_>, metrics: &mut Metrics, rows: &mut Rows) {
    let name = metric.name.get();
    let cost = name == "claude_code.cost.usage";
    if !cost && name != "claude_code.token.usage" {
        rows.receipt.other_rows += 1;
        return;
    }
    let sum: Sum<'_> = part(metric.sum);
    let temporality = sum.aggregation_temporality.get();
    let cumulative = temporality == "2" || temporality.ends_with("CUMULATIVE");
    let Some(points) = sum.data_points else {
        return;
    };
    items(points, &mut |raw| {
        let Some(point) = document::read::<Point<'_>>(raw, &mut rows.receipt) else {
            return;
        };
        let Some(until) = nanos(point.time_unix_nano.get()) else {
            rows.receipt.broken_rows += 1;
            return;
        };
        let mut at = nanos(point.start_time_unix_nano.get()).unwrap_or(until);
        let raw = point.as_int.or(point.as_double);
        let value = if cost {
            let dollars: Dollars = part(raw);
            dollars.0.and_then(|m| u64::try_from(m.0).ok())
        } else {
            let count: Count = part(raw);
            Some(count.get(&mut rows.receipt))
        };
        let Some(mut value) = value else {
            rows.receipt.odd_fields += 1;
            return;
        };
        let mut attributes = Attributes::of(point.attributes);
        if cumulative {
            let series = hash(name, &attributes, &at.0.to_string());
            let before = metrics.series.insert(series, (value, until));
            // A sum that fell was begun anew.
            if let Some((last, time)) = before.filter(|(last, _)| *last <= value) {
                (value, at) = (value - last, time);
            }
        }
        let kind = attributes.0.remove("type").unwrap_or_default();
        let key = hash("", &attributes, &format!("{} {}", at.0, until.0));
        let request = match metrics.sums.remove(&key) {
            Some(known) => known,
            None => who(&attributes, at, until.max(at), rows),
        };
        let added = add(request, &kind, value, cost, rows);
        metrics.sums.insert(key, added);
    });
}

fn add(mut request: Request, kind: &str, value: u64, cost: bool, rows: &mut Rows) -> Request {
    let mut tokens = Tokens::default();
    match kind {
        _ if cost => {
            let more = i64::try_from(value).unwrap_or(i64::MAX);
            let sum = request.logged_cost.unwrap_or(Money::ZERO).0;
            request.logged_cost = Some(Money(sum.saturating_add(more)));
        }
        "input" => tokens.input = value,
        "output" => tokens.output = value,
        "cacheRead" => tokens.cache_read = value,
        "cacheCreation" => unsplit(&mut request, value),
        _ => rows.receipt.odd_fields += 1,
    }
    request.tokens = request.tokens.plus(tokens);
    request
}

/// The identity of a series: its attributes, and what else tells it apart.
fn hash(name: &str, attributes: &Attributes<'_>, more: &str) -> u128 {
    let mut parts = vec!["otel", name, more];
    for (key, value) in &attributes.0 {
        parts.extend([&**key, &**value]);
    }
    merge::hash(&parts)
}
