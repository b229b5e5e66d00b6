//! One trial, event by event: as text, CSV or JSON lines.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::account::rates::{ALL_KINDS, KINDS};
use crate::analysis::blocked::reason_name;
use crate::base::civil::Zone;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::engine::experiment::Experiment;
use crate::engine::replay::{Event, Payer, What};
use crate::report::events::{Line, actor, kind, line};
use crate::report::tables::cell;

/// Which events are shown. Empty lists and missing ends let everything through.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    pub actors: Vec<usize>,
    pub kinds: Vec<String>,
}

impl Filter {
    fn shows(&self, event: &Event) -> bool {
        let kind = kind(&event.what);
        // `--only window` takes in `window-empty`; `--only reload` does not lose `reload-cap`.
        let wanted =
            |k: &String| kind == k || kind.strip_prefix(k).is_some_and(|r| r.starts_with('-'));
        self.from.is_none_or(|from| event.at >= from)
            && self.to.is_none_or(|to| event.at < to)
            && (self.actors.is_empty()
                || actor(&event.what).is_some_and(|a| self.actors.contains(&a)))
            && (self.kinds.is_empty() || self.kinds.iter().any(wanted))
    }
}

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Csv,
    Json,
}

/// Writes the events that the filter shows.
///
/// # Errors
/// When `to` cannot be written.
pub fn write(
    experiment: &Experiment,
    events: &[Event],
    filter: &Filter,
    form: Form,
    to: &mut dyn Write,
) -> io::Result<()> {
    let mut balance = opening(experiment);
    let mut shown = Vec::new();
    for event in events {
        let line = line(experiment, event);
        // The balance runs through hidden events too.
        balance = line.balance.unwrap_or(balance);
        if filter.shows(event) {
            shown.push((event, line, balance));
        }
    }
    match form {
        Form::Text => text(experiment, &shown, to),
        Form::Csv => csv(experiment, &shown, to),
        Form::Json => json_lines(experiment, &shown, to),
    }
}

type Shown<'a> = (&'a Event, Line, Money);

fn opening(experiment: &Experiment) -> Money {
    let wallet = &experiment.account.wallet;
    let grants = wallet
        .grants
        .iter()
        .filter(|g| g.starts.is_none_or(|at| at <= experiment.start));
    Money(grants.fold(wallet.balance.0, |sum, g| sum.saturating_add(g.amount.0)))
}

fn actor_name<'a>(experiment: &'a Experiment, line: &Line) -> &'a str {
    let actor = line.actor.and_then(|a| experiment.actors.get(a));
    actor.map_or("", |a| a.name.as_str())
}

fn text(experiment: &Experiment, shown: &[Shown<'_>], to: &mut dyn Write) -> io::Result<()> {
    let zone = Zone(&experiment.zone);
    let names = experiment.actors.iter().map(|a| a.name.chars().count());
    let width = names.max().unwrap_or(0).min(20);
    for (event, line, balance) in shown {
        let l = zone.local(event.at);
        let name: String = actor_name(experiment, line).chars().take(width).collect();
        writeln!(
            to,
            "{} {:>2} {} {}:{:02}  {:>10}  {name:width$}  {}",
            l.weekday_short(),
            l.day,
            l.month_short(),
            l.clock(),
            l.second,
            balance.to_string(),
            line.text
        )?;
    }
    Ok(())
}

fn csv(experiment: &Experiment, shown: &[Shown<'_>], to: &mut dyn Write) -> io::Result<()> {
    let mut header: Vec<String> = [
        "at",
        "since_start_h",
        "event",
        "actor",
        "session",
        "model",
        "payer",
    ]
    .map(String::from)
    .to_vec();
    header.extend(ALL_KINDS.map(|k| format!("{}_tokens", k.name())));
    header.extend(
        [
            "context_tokens",
            "miss",
            "compaction",
            "reason",
            "until",
            "amount_usd",
            "balance_usd",
            "text",
        ]
        .map(String::from),
    );
    let mut rows = cell::Rows::start(to, &header)?;
    let zone = Zone(&experiment.zone);
    for (event, line, balance) in shown {
        let d = Detail::of(experiment, &event.what);
        let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
        let flag = |b: Option<bool>| b.map_or_else(String::new, |b| b.to_string());
        let mut row = vec![
            zone.local(event.at).iso(),
            cell::hours((event.at - experiment.start).as_hours()),
            line.kind.to_owned(),
            actor_name(experiment, line).to_owned(),
            number(d.session.map(i64::from)),
            d.model.unwrap_or_default(),
            d.payer.unwrap_or_default().to_owned(),
        ];
        for kind in ALL_KINDS {
            row.push(number(d.tokens.map(|t| t[kind as usize])));
        }
        row.extend([
            number(d.context),
            flag(d.miss),
            flag(d.compaction),
            d.reason.unwrap_or_default(),
            d.until.map_or_else(String::new, |at| zone.local(at).iso()),
            line.amount
                .map_or_else(String::new, |m| m.to_decimal().to_string()),
            balance.to_decimal().to_string(),
            line.text.clone(),
        ]);
        rows.row(row)?;
    }
    rows.end()
}

fn json_lines(experiment: &Experiment, shown: &[Shown<'_>], to: &mut dyn Write) -> io::Result<()> {
    let zone = Zone(&experiment.zone);
    for (event, line, balance) in shown {
        let d = Detail::of(experiment, &event.what);
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| {
            if !value.is_null() {
                map.insert(key.to_owned(), value);
            }
        };
        put("at", json!(zone.local(event.at).iso()));
        put("event", json!(line.kind));
        put(
            "actor",
            json!(line.actor.map(|_| actor_name(experiment, line))),
        );
        put("session", json!(d.session));
        put("model", json!(d.model));
        put("payer", json!(d.payer));
        put(
            "tokens",
            json!(d.tokens.map(|t| {
                let pairs = ALL_KINDS.map(|k| (k.name().to_owned(), json!(t[k as usize])));
                Map::from_iter(pairs)
            })),
        );
        put("context_tokens", json!(d.context));
        put("miss", json!(d.miss));
        put("compaction", json!(d.compaction));
        put("reason", json!(d.reason));
        put("until", json!(d.until.map(|at| zone.local(at).iso())));
        // Money as text: a JSON number would be read as a double.
        put(
            "amount_usd",
            json!(line.amount.map(|m| m.to_decimal().to_string())),
        );
        put("balance_usd", json!(balance.to_decimal().to_string()));
        put("text", json!(line.text));
        serde_json::to_writer(&mut *to, &Value::Object(map))?;
        to.write_all(b"\n")?;
    }
    Ok(())
}

/// The parts of an event that have a column of their own.
#[derive(Default)]
struct Detail {
    session: Option<u32>,
    model: Option<String>,
    payer: Option<&'static str>,
    tokens: Option<[i64; KINDS]>,
    context: Option<i64>,
    miss: Option<bool>,
    compaction: Option<bool>,
    reason: Option<String>,
    until: Option<Instant>,
}

impl Detail {
    fn of(experiment: &Experiment, what: &What) -> Detail {
        match what {
            What::SessionStart { session, .. } | What::SessionEnd { session, .. } => Detail {
                session: Some(*session),
                ..Detail::default()
            },
            What::Request {
                session,
                model,
                payer,
                tokens,
                context,
                miss,
                compaction,
                ends,
                ..
            } => Detail {
                session: Some(*session),
                model: experiment.models.get(*model).map(|m| m.name.clone()),
                payer: Some(match payer {
                    Payer::Plan => "plan",
                    Payer::Wallet => "wallet",
                    Payer::Elsewhere => "elsewhere",
                }),
                tokens: Some(*tokens),
                context: Some(*context),
                miss: Some(*miss),
                compaction: Some(*compaction),
                until: Some(*ends),
                ..Detail::default()
            },
            What::Refused {
                session,
                reason,
                until,
                ..
            } => Detail {
                session: Some(*session),
                reason: Some(reason_name(experiment, *reason)),
                until: *until,
                ..Detail::default()
            },
            What::Reacts { session, until, .. } => Detail {
                session: Some(*session),
                until: *until,
                ..Detail::default()
            },
            _ => Detail::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{HOUR, START, events, experiment};

    fn written(filter: &Filter, form: Form) -> String {
        let mut out = Vec::new();
        write(&experiment(), &events(), filter, form, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_replay_in_every_form() {
        let all = Filter::default();
        insta::assert_snapshot!("replay_text", written(&all, Form::Text));
        insta::assert_snapshot!("replay_csv", written(&all, Form::Csv));
        insta::assert_snapshot!("replay_json", written(&all, Form::Json));
    }

    #[test]
    fn filters_hide_and_the_balance_runs_on() {
        let filter = Filter {
            from: Some(Instant(START.0 + 13 * HOUR)),
            kinds: vec!["refused".to_owned(), "window".to_owned()],
            ..Filter::default()
        };
        let text = written(&filter, Form::Text);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.lines().all(|l| l.contains("$25.00")), "{text}");
        let none = Filter {
            actors: vec![7],
            ..Filter::default()
        };
        assert_eq!(written(&none, Form::Json), "");
    }
}
