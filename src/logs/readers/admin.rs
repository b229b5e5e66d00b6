//! Reports of the Admin API: the usage report of messages (buckets of a minute, an hour or a day) and
//! the Claude Code report by person and day. Pages may stand one after the other; the entries of
//! `data` may also stand alone, one a line. What a report is grouped by tells its entries apart.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{self, Cents, Count, Text, instant, items, member, members};
use super::head::Head;
use super::{Format, NotThisFormat, Origin, Unit, unsplit};
use crate::base::time::{Instant, Span};
use crate::logs::merge;
use crate::logs::record::{OutputCount, Request, Row, Rows, Tokens};

pub const FORMAT: Format = Format {
    name: "admin-api",
    about: "usage reports of the Admin API (messages, Claude Code)",
    unit: Unit::Document,
    recognise: |head| {
        let head = Head::of(head);
        let entry = |at: &str| {
            let has = |key: &str| head.has(&format!("{at}{key}"));
            (has("starting_at") && has("results")) || has("model_breakdown")
        };
        entry("") || entry("data.") || (head.has("has_more") && head.has("next_page"))
    },
    read,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Bucket<'a> {
    #[serde(borrow)]
    starting_at: Text<'a>,
    #[serde(borrow)]
    ending_at: Text<'a>,
    #[serde(borrow)]
    results: Option<&'a RawValue>,
    #[serde(borrow)]
    date: Text<'a>,
    #[serde(borrow)]
    actor: Option<&'a RawValue>,
    #[serde(borrow)]
    terminal_type: Text<'a>,
    #[serde(borrow)]
    model_breakdown: Option<&'a RawValue>,
}

/// One group of a bucket.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Group<'a> {
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    api_key_id: Text<'a>,
    #[serde(borrow)]
    account_id: Text<'a>,
    #[serde(borrow)]
    service_account_id: Text<'a>,
    #[serde(borrow)]
    workspace_id: Text<'a>,
    #[serde(borrow)]
    context_window: Text<'a>,
    #[serde(borrow)]
    inference_geo: Text<'a>,
    #[serde(borrow)]
    service_tier: Text<'a>,
    #[serde(borrow)]
    speed: Text<'a>,
    uncached_input_tokens: Option<Count>,
    cache_read_input_tokens: Count,
    output_tokens: Option<Count>,
    #[serde(borrow)]
    cache_creation: Option<&'a RawValue>,
    #[serde(borrow)]
    server_tool_use: Option<&'a RawValue>,
    /// Only in cost reports.
    #[serde(borrow)]
    amount: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lives {
    ephemeral_5m_input_tokens: Count,
    ephemeral_1h_input_tokens: Count,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tools {
    web_search_requests: Count,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Actor<'a> {
    #[serde(borrow)]
    email_address: Text<'a>,
    #[serde(borrow)]
    api_key_name: Text<'a>,
}

/// One model of a person's day.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Used<'a> {
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    tokens: Option<&'a RawValue>,
    #[serde(borrow)]
    estimated_cost: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Counts {
    input: Count,
    output: Count,
    cache_read: Count,
    cache_creation: Count,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cost<'a> {
    amount: Cents,
    #[serde(borrow)]
    currency: Text<'a>,
}

/// A part of an entry; the default of it if it is not there or of another type.
fn part<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> T {
    let found = raw.map(|r| serde_json::from_str(r.get()));
    found.and_then(Result::ok).unwrap_or_default()
}

fn read(text: &[u8], _: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat> {
    let mut receipt = std::mem::take(&mut rows.receipt);
    let mut costs = false;
    document::documents(text, &mut receipt, |raw, receipt| {
        std::mem::swap(&mut rows.receipt, receipt);
        if document::is_list(raw) {
            items(raw, &mut |raw| costs |= entry(raw, rows));
        } else {
            match member(&members(raw), "data").filter(|d| document::is_list(d)) {
                Some(data) => items(data, &mut |raw| costs |= entry(raw, rows)),
                None => costs |= entry(raw, rows),
            }
        }
        std::mem::swap(&mut rows.receipt, receipt);
    })?;
    rows.receipt = receipt;
    if costs {
        return Err(NotThisFormat(
            "this is a cost report: it holds dollars and no tokens; ask for \
             /v1/organizations/usage_report/messages instead"
                .to_owned(),
        ));
    }
    Ok(())
}

/// One entry of `data`; true if it is that of a cost report.
fn entry(raw: &RawValue, rows: &mut Rows) -> bool {
    let Some(bucket) = document::read::<Bucket<'_>>(raw, &mut rows.receipt) else {
        rows.receipt.rows += 1;
        return false;
    };
    if let Some(models) = bucket.model_breakdown {
        let actor: Actor<'_> = part(bucket.actor);
        let actor = actor.email_address.0.or(actor.api_key_name.0);
        items(models, &mut |raw| {
            person(raw, &bucket, actor.as_deref().unwrap_or(""), rows);
        });
        return false;
    }
    let times = (
        instant(bucket.starting_at.get()),
        instant(bucket.ending_at.get()),
    );
    let (Some(at), Some(until), Some(results)) = (times.0, times.1, bucket.results) else {
        rows.receipt.rows += 1;
        rows.receipt.broken_rows += 1;
        return false;
    };
    let mut costs = false;
    items(results, &mut |raw| costs |= group(raw, at, until, rows));
    costs
}

/// One group of a bucket; true if it is that of a cost report.
fn group(raw: &RawValue, at: Instant, until: Instant, rows: &mut Rows) -> bool {
    rows.receipt.rows += 1;
    let Some(group) = document::read::<Group<'_>>(raw, &mut rows.receipt) else {
        return false;
    };
    let receipt = &mut rows.receipt;
    let (Some(input), Some(output)) = (group.uncached_input_tokens, group.output_tokens) else {
        let is_cost = !group.amount.get().is_empty();
        receipt.broken_rows += u64::from(!is_cost);
        return is_cost;
    };
    let lives: Lives = part(group.cache_creation);
    let tools: Tools = part(group.server_tool_use);
    let tokens = Tokens {
        input: input.get(receipt),
        cache_write_5m: lives.ephemeral_5m_input_tokens.get(receipt),
        cache_write_1h: lives.ephemeral_1h_input_tokens.get(receipt),
        cache_read: group.cache_read_input_tokens.get(receipt),
        output: output.get(receipt),
    };
    let searches = tools.web_search_requests.get(receipt);
    receipt.usage_rows += 1;
    let owners = [
        &group.account_id,
        &group.service_account_id,
        &group.api_key_id,
    ];
    let agent = owners.iter().map(|t| t.get()).find(|t| !t.is_empty());
    let request = Request {
        at,
        until: until.max(at),
        model: rows.names.add(group.model.get()),
        project: rows.names.add(group.workspace_id.get()),
        agent: rows.names.add(agent.unwrap_or("")),
        tokens,
        web_searches: u32::try_from(searches).unwrap_or(u32::MAX),
        fast: group.speed.is("fast"),
        batch: group.service_tier.is("batch"),
        us_only: group.inference_geo.is("us"),
        output: OutputCount::Final,
        ..Request::default()
    };
    let key = merge::hash(&[
        "admin messages",
        &format!("{} {}", at.0, until.0),
        group.model.get(),
        group.api_key_id.get(),
        group.account_id.get(),
        group.service_account_id.get(),
        group.workspace_id.get(),
        group.context_window.get(),
        group.inference_geo.get(),
        group.service_tier.get(),
        group.speed.get(),
    ]);
    rows.rows.push(Row { key, request });
    false
}

/// One model of a person's day in Claude Code. Its cost is in cents.
fn person(raw: &RawValue, bucket: &Bucket<'_>, actor: &str, rows: &mut Rows) {
    rows.receipt.rows += 1;
    let Some(used) = document::read::<Used<'_>>(raw, &mut rows.receipt) else {
        return;
    };
    let receipt = &mut rows.receipt;
    let Some(at) = instant(bucket.date.get()) else {
        receipt.broken_rows += 1;
        return;
    };
    let counts: Counts = part(used.tokens);
    let cost: Cost<'_> = part(used.estimated_cost);
    let tokens = Tokens {
        input: counts.input.get(receipt),
        cache_read: counts.cache_read.get(receipt),
        output: counts.output.get(receipt),
        ..Tokens::default()
    };
    let written = counts.cache_creation.get(receipt);
    receipt.usage_rows += 1;
    let dollars = cost.currency.get().is_empty() || cost.currency.is("USD");
    let mut request = Request {
        at,
        until: at + Span::days(1),
        model: rows.names.add(used.model.get()),
        agent: rows.names.add(actor),
        tokens,
        output: OutputCount::Final,
        logged_cost: cost.amount.0.filter(|_| dollars),
        ..Request::default()
    };
    unsplit(&mut request, written);
    let key = merge::hash(&[
        "admin claude code",
        &at.0.to_string(),
        actor,
        bucket.terminal_type.get(),
        used.model.get(),
    ]);
    rows.rows.push(Row { key, request });
}
