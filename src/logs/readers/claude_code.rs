//! Claude Code's transcripts: one JSON object per line.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Format, NotThisFormat, Origin, Unit};
use crate::base::time::Instant;
use crate::logs::merge;
use crate::logs::record::{Compaction, LimitHit, OutputCount, Prompt, Request, Row, Rows, Tokens};

pub const FORMAT: Format = Format {
    name: "claude-code",
    about: "Claude Code transcripts (projects/**/*.jsonl)",
    unit: Unit::Lines,
    recognise: |head| super::head::Head::of(head).is_transcript(),
    read,
};

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<std::borrow::Cow<'a, str>>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(rename = "sessionId", default)]
    session: Option<String>,
    #[serde(default)]
    uuid: Option<String>,
    #[serde(rename = "requestId", default)]
    request: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(rename = "isSidechain", default)]
    sidechain: Option<bool>,
    #[serde(rename = "agentId", default)]
    agent: Option<String>,
    #[serde(rename = "isApiErrorMessage", default)]
    error: Option<bool>,
    #[serde(rename = "isMeta", default)]
    meta: Option<bool>,
    #[serde(rename = "userKind", default)]
    user_kind: Option<String>,
    #[serde(rename = "toolUseResult", default)]
    tool_result: Option<IgnoredAny>,
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    subtype: Option<String>,
    #[serde(rename = "compactMetadata", default)]
    compact: Option<Compact>,
    #[serde(rename = "errKind", default)]
    error_kind: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Compact {
    trigger: String,
    #[serde(rename = "preTokens")]
    before: u64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Message {
    id: Option<String>,
    model: Option<String>,
    stop_reason: Option<String>,
    usage: Option<Usage>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation: Option<Creation>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Creation {
    ephemeral_1h_input_tokens: Option<u64>,
}

fn read(text: &[u8], _: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat> {
    for line in text.split(|&b| b == b'\n').filter(|l| !l.is_empty()) {
        rows.receipt.rows += 1;
        match serde_json::from_slice::<Line<'_>>(line) {
            Ok(line) => add(&line, rows),
            Err(_) => rows.receipt.broken_rows += 1,
        }
    }
    Ok(())
}

fn add(line: &Line<'_>, rows: &mut Rows) {
    let Some(at) = line.timestamp.as_deref().and_then(instant) else {
        return;
    };
    let session = rows.names.add(line.session.as_deref().unwrap_or(""));
    let key = merge::hash(&[line.uuid.as_deref().unwrap_or("")]);
    let sidechain = line.sidechain.unwrap_or(false);
    match line.kind.as_deref() {
        Some("user") if !sidechain && line.tool_result.is_none() && !line.meta.unwrap_or(false) => {
            if line.user_kind.as_deref().is_none_or(|k| k == "prompt") {
                rows.prompts.push(Prompt { at, session, key });
            }
        }
        Some("system") if line.subtype.as_deref() == Some("compact_boundary") && !sidechain => {
            let (automatic, before) = line
                .compact
                .as_ref()
                .map_or((true, 0), |c| (c.trigger == "auto", c.before));
            rows.compactions.push(Compaction {
                at,
                session,
                key,
                automatic,
                before,
            });
        }
        Some("assistant") => assistant(line, at, rows),
        _ => {}
    }
}

fn assistant(line: &Line<'_>, at: Instant, rows: &mut Rows) {
    let session = rows.names.add(line.session.as_deref().unwrap_or(""));
    let (Some(message), row) = (&line.message, line.uuid.as_deref().unwrap_or("")) else {
        return;
    };
    if line.error == Some(true) || message.model.as_deref() == Some("<synthetic>") {
        rows.receipt.synthetic += 1;
        if line
            .error_kind
            .as_deref()
            .is_some_and(|k| k.contains("limit"))
        {
            rows.limit_hits.push(LimitHit {
                at,
                session,
                key: merge::hash(&[row]),
                words: rows.names.add(""),
                resets: None,
            });
        }
        return;
    }
    let Some(usage) = &message.usage else { return };
    rows.receipt.usage_rows += 1;
    let written = usage.cache_creation_input_tokens.unwrap_or(0);
    let hour = usage
        .cache_creation
        .as_ref()
        .and_then(|c| c.ephemeral_1h_input_tokens)
        .unwrap_or(0)
        .min(written);
    let version: Vec<u32> = line
        .version
        .as_deref()
        .unwrap_or("")
        .split('.')
        .filter_map(|p| p.parse().ok())
        .collect();
    let request = Request {
        at,
        until: at,
        model: rows.names.add(message.model.as_deref().unwrap_or("")),
        session,
        agent: rows.names.add(line.agent.as_deref().unwrap_or("")),
        tokens: Tokens {
            input: usage.input_tokens.unwrap_or(0),
            cache_write_5m: written - hour,
            cache_write_1h: hour,
            cache_read: usage.cache_read_input_tokens.unwrap_or(0),
            output: usage.output_tokens.unwrap_or(0),
        },
        sidechain: line.sidechain.unwrap_or(false),
        output: match (&message.stop_reason, version.as_slice()) {
            (_, [2, 1, p, ..]) if (8..=58).contains(p) => OutputCount::Placeholder,
            (Some(_), _) => OutputCount::Final,
            _ => OutputCount::Unfinished,
        },
        count: 1,
        ..Request::default()
    };
    let key = merge::key(
        message.id.as_deref().unwrap_or(""),
        line.request.as_deref().unwrap_or(""),
        line.session.as_deref().unwrap_or(""),
        row,
    );
    rows.rows.push(Row { key, request });
}

fn instant(text: &str) -> Option<Instant> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Instant(at.as_millisecond()))
}
