//! Reports of ccusage as JSON: daily, weekly, monthly, session and block reports, by project
//! (`--instances`), over all agents, and the older shape `{type, data, summary}`.
//!
//! A row becomes one aggregate for each of its models. A file with several sections tells the same
//! use several times: the finest of them counts. Dates have no time zone: they are taken as UTC's.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{self, Count, Dollars, Flag, Text, instant, items, member, members};
use super::head::Head;
use super::{Format, NotThisFormat, Origin, Unit, unsplit};
use crate::base::time::{Instant, Span};
use crate::logs::merge;
use crate::logs::record::{OutputCount, Request, Row as Logged, Rows, Tokens};

pub const FORMAT: Format = Format {
    name: "ccusage",
    about: "reports of ccusage (--json): daily, weekly, monthly, session, blocks",
    unit: Unit::Document,
    recognise,
    read,
};

/// Sections from the finest to the coarsest.
const SECTIONS: &[(&str, Kind)] = &[
    ("projects", Kind::Daily),
    ("daily", Kind::Daily),
    ("blocks", Kind::Blocks),
    ("sessions", Kind::Session),
    ("session", Kind::Session),
    ("weekly", Kind::Weekly),
    ("monthly", Kind::Monthly),
];

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Daily,
    Weekly,
    Monthly,
    Session,
    Blocks,
}

fn recognise(head: &[u8]) -> bool {
    let head = Head::of(head);
    let tokens = |section: &str| {
        [
            "inputTokens",
            "tokenCounts",
            "totalTokens",
            "modelsUsed",
            "agent",
        ]
        .iter()
        .any(|key| head.has(&format!("{section}.{key}")))
    };
    let old = head.text("type").is_some_and(|t| kind(t).is_some());
    let empty = head.any(&["totals.totalTokens", "totals.inputTokens"]);
    (old && tokens("data")) || empty || SECTIONS.iter().any(|(section, _)| tokens(section))
}

fn kind(section: &str) -> Option<Kind> {
    let found = SECTIONS.iter().find(|(name, _)| *name == section);
    found.map(|(_, kind)| *kind)
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Row<'a> {
    #[serde(borrow)]
    date: Text<'a>,
    #[serde(borrow)]
    week: Text<'a>,
    #[serde(borrow)]
    month: Text<'a>,
    #[serde(borrow)]
    period: Text<'a>,
    #[serde(borrow)]
    agent: Text<'a>,
    #[serde(borrow)]
    session_id: Text<'a>,
    #[serde(borrow)]
    session: Text<'a>,
    #[serde(borrow)]
    project_path: Text<'a>,
    #[serde(borrow)]
    first_activity: Text<'a>,
    #[serde(borrow)]
    last_activity: Text<'a>,
    #[serde(borrow)]
    start_time: Text<'a>,
    #[serde(borrow)]
    end_time: Text<'a>,
    #[serde(borrow)]
    actual_end_time: Text<'a>,
    #[serde(borrow)]
    block_start: Text<'a>,
    #[serde(borrow)]
    block_end: Text<'a>,
    is_gap: Flag,
    entries: Count,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    models: Option<&'a RawValue>,
    #[serde(borrow)]
    models_used: Option<&'a RawValue>,
    #[serde(borrow)]
    model_breakdowns: Option<&'a RawValue>,
    #[serde(borrow)]
    breakdown: Option<&'a RawValue>,
    #[serde(borrow)]
    agents: Option<&'a RawValue>,
    #[serde(borrow)]
    token_counts: Option<&'a RawValue>,
}

/// Tokens and dollars of a row or of one model in it.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Sum<'a> {
    #[serde(borrow)]
    model_name: Text<'a>,
    input_tokens: Count,
    output_tokens: Count,
    cache_creation_tokens: Count,
    cache_read_tokens: Count,
    /// As blocks call them.
    cache_creation_input_tokens: Count,
    cache_read_input_tokens: Count,
    cost: Dollars,
    total_cost: Dollars,
    #[serde(rename = "costUSD")]
    cost_usd: Dollars,
}

/// What a row says beside its tokens.
struct Place<'a> {
    kind: Kind,
    at: Instant,
    until: Instant,
    project: Cow<'a, str>,
    session: Cow<'a, str>,
    agent: Cow<'a, str>,
    count: u32,
}

fn read(text: &[u8], _: Origin<'_>, rows: &mut Rows) -> Result<(), NotThisFormat> {
    let mut receipt = std::mem::take(&mut rows.receipt);
    let done = document::documents(text, &mut receipt, |raw, receipt| {
        std::mem::swap(&mut rows.receipt, receipt);
        report(raw, rows);
        std::mem::swap(&mut rows.receipt, receipt);
    });
    rows.receipt = receipt;
    done
}

fn report(raw: &RawValue, rows: &mut Rows) {
    let all = members(raw);
    if let (Some(name), Some(data)) = (member(&all, "type"), member(&all, "data")) {
        let name: Text<'_> = serde_json::from_str(name.get()).unwrap_or_default();
        if let Some(kind) = kind(name.get()) {
            return list(data, kind, "", rows);
        }
    }
    let mut chosen = false;
    for (section, kind) in SECTIONS {
        let Some(data) = member(&all, section) else {
            continue;
        };
        if chosen {
            items(data, &mut |_| rows.receipt.told_twice += 1);
        } else if document::is_object(data) {
            for (project, data) in members(data) {
                list(data, *kind, &project, rows);
            }
        } else {
            list(data, *kind, "", rows);
        }
        chosen = true;
    }
}

fn list(data: &RawValue, kind: Kind, project: &str, rows: &mut Rows) {
    items(data, &mut |raw| {
        rows.receipt.rows += 1;
        let Some(row) = document::read::<Row<'_>>(raw, &mut rows.receipt) else {
            return;
        };
        if row.is_gap.0 {
            rows.receipt.other_rows += 1;
            return;
        }
        let Some(place) = place(&row, kind, project, rows) else {
            rows.receipt.broken_rows += 1;
            return;
        };
        let mut by_agent = 0;
        if let Some(agents) = row.agents {
            items(agents, &mut |raw| {
                let Some(part) = document::read::<Row<'_>>(raw, &mut rows.receipt) else {
                    return;
                };
                by_agent += 1;
                let place = Place {
                    agent: name(&part.agent),
                    project: place.project.clone(),
                    session: place.session.clone(),
                    ..place
                };
                models(raw, &part, &place, rows);
            });
        }
        if by_agent == 0 {
            models(raw, &row, &place, rows);
        }
    });
}

fn name<'a>(text: &Text<'a>) -> Cow<'a, str> {
    text.0.clone().unwrap_or_default()
}

fn first<'r, 'a>(texts: &[&'r Text<'a>]) -> Option<&'r Text<'a>> {
    texts.iter().find(|t| t.0.is_some()).copied()
}

/// When and where a row was; none without a readable time.
fn place<'a>(row: &Row<'a>, kind: Kind, project: &str, rows: &mut Rows) -> Option<Place<'a>> {
    #[derive(Deserialize, Default)]
    #[serde(default, rename_all = "camelCase")]
    struct Meta<'a> {
        #[serde(borrow)]
        first_activity: Text<'a>,
        #[serde(borrow)]
        last_activity: Text<'a>,
    }
    let meta = row
        .metadata
        .map(|m| serde_json::from_str::<Meta<'_>>(m.get()));
    let meta = meta.and_then(Result::ok).unwrap_or_default();
    let session = first(&[&row.session_id, &row.session, &row.period]);
    let (at, until) = match kind {
        Kind::Daily => day(first(&[&row.date, &row.period])?.get())?,
        Kind::Weekly => week(first(&[&row.week, &row.period, &row.date])?.get())?,
        Kind::Monthly => month(first(&[&row.month, &row.period, &row.date])?.get())?,
        Kind::Session => {
            let last = first(&[&row.last_activity, &meta.last_activity])?;
            let begin = first(&[&row.first_activity, &meta.first_activity]).unwrap_or(last);
            (activity(begin.get())?.0, activity(last.get())?.1)
        }
        Kind::Blocks => {
            let begin = first(&[&row.start_time, &row.block_start])?;
            let end = first(&[&row.actual_end_time, &row.end_time, &row.block_end])?;
            (instant(begin.get())?, instant(end.get())?)
        }
    };
    let entries = row.entries.get(&mut rows.receipt);
    let is_session = kind == Kind::Session;
    Some(Place {
        kind,
        at,
        until: until.max(at),
        project: match project {
            "" => name(&row.project_path),
            project => Cow::Owned(project.to_owned()),
        },
        session: session.filter(|_| is_session).map(name).unwrap_or_default(),
        agent: if row.agent.is("all") {
            Cow::default()
        } else {
            name(&row.agent)
        },
        count: u32::try_from(entries).unwrap_or(u32::MAX),
    })
}

fn day(text: &str) -> Option<(Instant, Instant)> {
    let date: Date = text.parse().ok()?;
    Some((midnight(date)?, midnight(date.tomorrow().ok()?)?))
}

/// A week by its first day.
fn week(text: &str) -> Option<(Instant, Instant)> {
    let (at, _) = day(text)?;
    Some((at, at + Span::days(7)))
}

/// `2026-11`.
fn month(text: &str) -> Option<(Instant, Instant)> {
    let first: Date = format!("{text}-01").parse().ok()?;
    let next = first.last_of_month().tomorrow().ok()?;
    Some((midnight(first)?, midnight(next)?))
}

/// The instant of an activity, or the two ends of its day.
fn activity(text: &str) -> Option<(Instant, Instant)> {
    if text.len() <= 10 {
        return day(text);
    }
    instant(text).map(|at| (at, at))
}

fn midnight(date: Date) -> Option<Instant> {
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Instant(at.timestamp().as_millisecond()))
}

/// One aggregate for each model of a row; without a list of them one for the row.
fn models(raw: &RawValue, row: &Row<'_>, place: &Place<'_>, rows: &mut Rows) {
    let mut parts = 0;
    if let Some(list) = row.model_breakdowns {
        items(list, &mut |raw| {
            if let Some(sum) = document::read::<Sum<'_>>(raw, &mut rows.receipt) {
                parts += 1;
                push(&sum, sum.model_name.get(), 0, place, rows);
            }
        });
    }
    if let Some(map) = row.breakdown.filter(|_| parts == 0) {
        for (model, raw) in members(map) {
            if let Some(sum) = document::read::<Sum<'_>>(raw, &mut rows.receipt) {
                parts += 1;
                push(&sum, &model, 0, place, rows);
            }
        }
    }
    if parts > 0 {
        return;
    }
    let mut names = String::new();
    if let Some(list) = row.models_used.or(row.models) {
        items(list, &mut |raw| {
            let name: Text<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
            if !names.is_empty() {
                names.push_str(" + ");
            }
            names.push_str(name.get());
        });
    }
    let Some(sum) = document::read::<Sum<'_>>(raw, &mut rows.receipt) else {
        return;
    };
    let counts = row
        .token_counts
        .map(|t| serde_json::from_str::<Sum<'_>>(t.get()));
    let sum = match counts.and_then(Result::ok) {
        Some(counts) => Sum {
            cost: sum.cost,
            total_cost: sum.total_cost,
            cost_usd: sum.cost_usd,
            ..counts
        },
        None => sum,
    };
    push(&sum, &names, place.count, place, rows);
}

fn push(sum: &Sum<'_>, model: &str, count: u32, place: &Place<'_>, rows: &mut Rows) {
    let (model, fast) = match model.strip_suffix("-fast") {
        Some(plain) => (plain, true),
        None => (model, false),
    };
    let receipt = &mut rows.receipt;
    let mut either = |a: Count, b: Count| a.get(receipt).max(b.get(receipt));
    let written = either(sum.cache_creation_tokens, sum.cache_creation_input_tokens);
    let cache_read = either(sum.cache_read_tokens, sum.cache_read_input_tokens);
    let tokens = Tokens {
        input: sum.input_tokens.get(receipt),
        cache_read,
        output: sum.output_tokens.get(receipt),
        ..Tokens::default()
    };
    receipt.usage_rows += 1;
    let key = merge::hash(&[
        "ccusage",
        &format!("{:?} {} {}", place.kind, place.at.0, fast),
        &place.project,
        &place.session,
        &place.agent,
        model,
    ]);
    let mut request = Request {
        at: place.at,
        until: place.until,
        model: rows.names.add(model),
        session: rows.names.add(&place.session),
        project: rows.names.add(&place.project),
        agent: rows.names.add(&place.agent),
        tokens,
        fast,
        output: OutputCount::Final,
        logged_cost: sum.cost.0.or(sum.total_cost.0).or(sum.cost_usd.0),
        count,
        ..Request::default()
    };
    unsplit(&mut request, written);
    rows.rows.push(Logged { key, request });
}
