//! Spend logs of LiteLLM: a list, JSON lines, or `{"data": [...]}`; a row is one request.
//!
//! `prompt_tokens` includes what a cache served and, in newer versions, what was written to it; the
//! parts stand in the metadata. Rows that the proxy answered out of its own cache called no model.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{self, Count, Dollars, Text, instant, items, member, members};
use super::head::Head;
use super::{Format, NotThisFormat, Origin, Unit, unsplit};
use crate::logs::merge;
use crate::logs::receipt::Receipt;
use crate::logs::record::{OutputCount, Request, Row as Logged, Rows, Tokens};

pub const FORMAT: Format = Format {
    name: "litellm",
    about: "spend logs of LiteLLM (/spend/logs, or the table as JSON)",
    unit: Unit::Document,
    recognise: |head| {
        let head = Head::of(head);
        ["", "data."].iter().any(|at| {
            let has = |key: &str| head.has(&format!("{at}{key}"));
            has("request_id") && (has("startTime") || has("spend"))
        })
    },
    read,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Row<'a> {
    #[serde(borrow)]
    request_id: Text<'a>,
    #[serde(borrow)]
    session_id: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    api_key: Text<'a>,
    #[serde(borrow)]
    user: Text<'a>,
    #[serde(borrow)]
    end_user: Text<'a>,
    #[serde(borrow)]
    team_id: Text<'a>,
    #[serde(borrow, rename = "startTime")]
    start: Text<'a>,
    #[serde(borrow, rename = "endTime")]
    end: Text<'a>,
    #[serde(borrow)]
    cache_hit: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Text<'a>,
    spend: Dollars,
    prompt_tokens: Count,
    completion_tokens: Count,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Meta<'a> {
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    user_api_key_alias: Text<'a>,
    #[serde(borrow)]
    user_api_key_team_alias: Text<'a>,
    #[serde(borrow)]
    usage_object: Option<&'a RawValue>,
    #[serde(borrow)]
    additional_usage_values: Option<&'a RawValue>,
}

/// The parts of a prompt, in either of the ways in which providers name them.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Usage<'a> {
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    #[serde(borrow)]
    prompt_tokens_details: Option<&'a RawValue>,
    #[serde(borrow)]
    cache_creation: Option<&'a RawValue>,
    #[serde(borrow)]
    server_tool_use: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Details<'a> {
    cached_tokens: Count,
    cache_creation_tokens: Count,
    #[serde(borrow)]
    cache_creation_token_details: Option<&'a RawValue>,
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

/// A part of a row; the default of it if it is not there or of another type.
fn part<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> T {
    let found = raw.map(|r| serde_json::from_str(r.get()));
    found.and_then(Result::ok).unwrap_or_default()
}

fn read(text: &[u8], _: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat> {
    let mut receipt = std::mem::take(&mut rows.receipt);
    let done = document::documents(text, &mut receipt, |raw, receipt| {
        std::mem::swap(&mut rows.receipt, receipt);
        if document::is_list(raw) {
            items(raw, &mut |row| self::row(row, rows));
        } else {
            match member(&members(raw), "data").filter(|d| document::is_list(d)) {
                Some(list) => items(list, &mut |row| self::row(row, rows)),
                None => row(raw, rows),
            }
        }
        std::mem::swap(&mut rows.receipt, receipt);
    });
    rows.receipt = receipt;
    done
}

fn row(raw: &RawValue, rows: &mut Rows) {
    rows.receipt.rows += 1;
    let Some(row) = document::read::<Row<'_>>(raw, &mut rows.receipt) else {
        return;
    };
    let receipt = &mut rows.receipt;
    // A dump of the table holds the metadata as text.
    let quoted: String = part(row.metadata.filter(|m| m.get().starts_with('"')));
    let meta: Meta<'_> = if quoted.is_empty() {
        part(row.metadata)
    } else {
        serde_json::from_str(&quoted).unwrap_or_default()
    };
    let is_hit = |raw: &RawValue| raw.get().trim_matches('"').eq_ignore_ascii_case("true");
    if row.status.is("failure") || meta.status.is("failure") {
        receipt.errors += 1;
        return;
    }
    if row.cache_hit.is_some_and(is_hit) {
        receipt.synthetic += 1;
        return;
    }
    let start = instant(row.start.get());
    let Some(at) = start.or_else(|| instant(row.end.get())) else {
        receipt.broken_rows += 1;
        return;
    };
    let used = tokens(&row, &meta, receipt);
    receipt.usage_rows += 1;
    receipt.without_id += u64::from(row.request_id.get().is_empty());
    let agents = [
        &meta.user_api_key_alias,
        &row.user,
        &row.end_user,
        &row.api_key,
    ];
    let teams = [&meta.user_api_key_team_alias, &row.team_id];
    let mut request = Request {
        at,
        until: instant(row.end.get()).unwrap_or(at).max(at),
        model: rows.names.add(row.model.get()),
        session: rows.names.add(row.session_id.get()),
        project: rows.names.add(first(&teams)),
        agent: rows.names.add(first(&agents)),
        tokens: used.tokens,
        web_searches: used.web_searches,
        output: OutputCount::Final,
        logged_cost: row.spend.0,
        count: 1,
        ..Request::default()
    };
    unsplit(&mut request, used.unsplit);
    let key = merge::key(row.request_id.get(), "", "litellm", raw.get());
    rows.rows.push(Logged { key, request });
}

fn first<'r>(texts: &[&'r Text<'_>]) -> &'r str {
    let found = texts.iter().map(|t| t.get()).find(|t| !t.is_empty());
    found.unwrap_or("")
}

/// What a row used.
struct Used {
    tokens: Tokens,
    /// Cache writes of unknown life beside these tokens.
    unsplit: u64,
    web_searches: u32,
}

fn tokens(row: &Row<'_>, meta: &Meta<'_>, receipt: &mut Receipt) -> Used {
    let (mut read, mut written, mut hour, mut short, mut searches) = (0, 0, 0, 0, 0);
    for raw in [meta.usage_object, meta.additional_usage_values] {
        let usage: Usage<'_> = part(raw);
        let details: Details<'_> = part(usage.prompt_tokens_details);
        read = usage.cache_read_input_tokens.get(receipt).max(read);
        read = details.cached_tokens.get(receipt).max(read);
        written = usage.cache_creation_input_tokens.get(receipt).max(written);
        written = details.cache_creation_tokens.get(receipt).max(written);
        for raw in [usage.cache_creation, details.cache_creation_token_details] {
            let lives: Lives = part(raw);
            hour = lives.ephemeral_1h_input_tokens.get(receipt).max(hour);
            short = lives.ephemeral_5m_input_tokens.get(receipt).max(short);
        }
        let tools: Tools = part(usage.server_tool_use);
        searches = tools.web_search_requests.get(receipt).max(searches);
    }
    written = written.max(hour.saturating_add(short));
    let prompt = row.prompt_tokens.get(receipt);
    let tokens = Tokens {
        // Older versions leave what was written out of the prompt, the oldest also what was read.
        input: prompt
            .checked_sub(read.saturating_add(written))
            .or_else(|| prompt.checked_sub(read))
            .unwrap_or(prompt),
        cache_read: read,
        output: row.completion_tokens.get(receipt),
        ..Tokens::default()
    };
    let (tokens, unsplit) = if hour + short == 0 {
        (tokens, written)
    } else {
        let hour = hour.min(written);
        let split = Tokens {
            cache_write_5m: written - hour,
            cache_write_1h: hour,
            ..tokens
        };
        (split, 0)
    };
    Used {
        tokens,
        unsplit,
        web_searches: u32::try_from(searches).unwrap_or(u32::MAX),
    }
}
