//! One event of a replayed trial in words and columns: the same for the screen, CSV and JSON.

use crate::account::rates::ALL_KINDS;
use crate::account::reason::Reason;
use crate::analysis::blocked::{reason_label, reason_message};
use crate::analysis::words::money;
use crate::base::civil::Zone;
use crate::base::money::{Money, group_thousands};
use crate::base::time::Instant;
use crate::engine::experiment::Experiment;
use crate::engine::replay::{Event, Note, Payer, PurchaseKind, What};

/// All kinds of event, as files and `--only` name them.
pub const EVENT_KINDS: [&str; 19] = [
    "session-start",
    "session-end",
    "request",
    "refused",
    "reacts",
    "window-opens",
    "window-resets",
    "window-empty",
    "charged",
    "wallet-empty",
    "reload",
    "reload-cap",
    "declined",
    "purchase",
    "grant",
    "expired",
    "month",
    "incident-start",
    "incident-end",
];

/// An event ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub at: Instant,
    /// One of [`EVENT_KINDS`].
    pub kind: &'static str,
    pub actor: Option<usize>,
    pub text: String,
    /// What the event costs or brings.
    pub amount: Option<Money>,
    /// Money in the wallet after it, when the event says.
    pub balance: Option<Money>,
}

/// The kind of an event.
pub fn kind(what: &What) -> &'static str {
    match what {
        What::SessionStart { .. } => "session-start",
        What::SessionEnd { .. } => "session-end",
        What::Request { .. } => "request",
        What::Refused { .. } => "refused",
        What::Reacts { .. } => "reacts",
        What::Account(note) => note_kind(note),
        What::IncidentStarts { .. } => "incident-start",
        What::IncidentEnds { .. } => "incident-end",
    }
}

fn note_kind(note: &Note) -> &'static str {
    match note {
        Note::WindowOpens { .. } => "window-opens",
        Note::WindowResets { .. } => "window-resets",
        Note::WindowEmpty { .. } => "window-empty",
        Note::Charged { .. } => "charged",
        Note::WalletEmpty => "wallet-empty",
        Note::ReloadTriggered { .. } => "reload",
        Note::ReloadCapReached { .. } => "reload-cap",
        Note::PaymentDeclined { .. } => "declined",
        Note::Purchase { .. } => "purchase",
        Note::GrantStarts { .. } => "grant",
        Note::Expired { .. } => "expired",
        Note::MonthStarts => "month",
    }
}

/// The actor of an event, when it has one.
pub fn actor(what: &What) -> Option<usize> {
    match what {
        What::SessionStart { actor, .. }
        | What::SessionEnd { actor, .. }
        | What::Request { actor, .. }
        | What::Refused { actor, .. }
        | What::Reacts { actor, .. } => Some(*actor),
        _ => None,
    }
}

/// An event in words.
pub fn line(experiment: &Experiment, event: &Event) -> Line {
    let (text, amount, balance) = words(experiment, event);
    Line {
        at: event.at,
        kind: kind(&event.what),
        actor: actor(&event.what),
        text,
        amount,
        balance,
    }
}

type Words = (String, Option<Money>, Option<Money>);

fn words(experiment: &Experiment, event: &Event) -> Words {
    let clock = |at: Instant| clock(experiment, event.at, at);
    let plain = |text: String| (text, None, None);
    match &event.what {
        What::SessionStart {
            session, runaway, ..
        } => plain(format!(
            "session {session} starts{}",
            if *runaway { ", a run-away" } else { "" }
        )),
        What::SessionEnd { session, .. } => plain(format!("session {session} ends")),
        What::Request { cost, .. } => (request(experiment, &event.what), Some(*cost), None),
        What::Refused {
            session,
            reason,
            until,
            ..
        } => plain(refused(experiment, *session, *reason, until.map(clock))),
        What::Reacts {
            session,
            what,
            until,
            ..
        } => plain(format!(
            "session {session} {what}{}",
            until.map_or_else(String::new, |at| format!(" until {}", clock(at)))
        )),
        What::Account(note) => note_words(experiment, event.at, note),
        What::IncidentStarts { incident } => plain(incident_words(experiment, *incident, "starts")),
        What::IncidentEnds { incident } => plain(incident_words(experiment, *incident, "ends")),
    }
}

fn note_words(experiment: &Experiment, at: Instant, note: &Note) -> Words {
    let label = &experiment.account.wallet.label;
    let plain = |text: String| (text, None, None);
    match note {
        Note::WindowOpens {
            window,
            seat,
            until,
        } => plain(format!(
            "{} opens, until {}",
            window_name(experiment, *window, *seat),
            clock(experiment, at, *until)
        )),
        Note::WindowResets { window, seat } => plain(format!(
            "{} resets",
            window_name(experiment, *window, *seat)
        )),
        Note::WindowEmpty { window, seat } => plain(format!(
            "{} is empty",
            window_name(experiment, *window, *seat)
        )),
        Note::Charged { cost, balance } => (
            format!("{} charged to {label}", exact(*cost)),
            Some(*cost),
            Some(*balance),
        ),
        Note::WalletEmpty => (format!("{label} is empty"), None, None),
        Note::ReloadTriggered { amount, balance } => (
            format!("auto-reload asks for {}", money(*amount)),
            Some(*amount),
            Some(*balance),
        ),
        Note::ReloadCapReached { bought } => (
            format!(
                "auto-reload stops: {} bought this month, the cap",
                money(*bought)
            ),
            None,
            None,
        ),
        Note::PaymentDeclined { attempt } => {
            (format!("payment declined (attempt {attempt})"), None, None)
        }
        Note::Purchase {
            kind,
            pay,
            tax,
            get,
            balance,
        } => {
            let from = match kind {
                PurchaseKind::Reload => "auto-reload",
                PurchaseKind::TopUp => "top-up",
                PurchaseKind::Scheduled => "purchase",
                PurchaseKind::Invoice => "invoice",
            };
            let taxed = if *tax == Money::ZERO {
                String::new()
            } else {
                format!(" plus {} tax", money(*tax))
            };
            let text = format!(
                "{from}: card pays {}{taxed}, {} arrives",
                money(*pay),
                money(*get)
            );
            (text, Some(*pay), Some(*balance))
        }
        Note::GrantStarts {
            grant,
            amount,
            balance,
        } => {
            let grants = &experiment.account.wallet.grants;
            let name = grants.get(*grant).map_or("grant", |g| g.label.as_str());
            (
                format!("{name}: {} arrives", money(*amount)),
                Some(*amount),
                Some(*balance),
            )
        }
        Note::Expired { amount, balance } => (
            format!("{} expires unused", exact(*amount)),
            Some(*amount),
            Some(*balance),
        ),
        Note::MonthStarts => plain("a month of spend limits starts".to_owned()),
    }
}

fn incident_words(experiment: &Experiment, incident: usize, verb: &str) -> String {
    use crate::engine::experiment::IncidentKind;
    let name = match experiment.incidents.get(incident).map(|i| i.kind) {
        Some(IncidentKind::FalseRefusal) => "false refusals",
        Some(IncidentKind::WrongBucket) => "plan work billed to the wallet",
        Some(IncidentKind::DeclinedPayments) => "declined payments",
        None => "unknown",
    };
    format!("incident {verb}: {name}")
}

fn request(experiment: &Experiment, what: &What) -> String {
    let What::Request {
        session,
        sub_agent,
        n,
        prompt,
        in_prompt,
        model,
        payer,
        tokens,
        context,
        miss,
        compaction,
        cost,
        ..
    } = what
    else {
        return String::new();
    };
    let model = experiment
        .models
        .get(*model)
        .map_or("?", |m| m.name.as_str());
    let chain = sub_agent.map_or_else(String::new, |k| format!(" sub-agent {k}"));
    let payer = match payer {
        Payer::Plan => "plan",
        Payer::Wallet => &experiment.account.wallet.label,
        Payer::Elsewhere => "elsewhere",
    };
    let mut parts = Vec::new();
    for kind in ALL_KINDS {
        let t = tokens[kind as usize];
        if t != 0 {
            parts.push(format!(
                "{} {}",
                kind.name().replace('_', " "),
                group_thousands(t.unsigned_abs())
            ));
        }
    }
    let mut marks = String::new();
    if *miss {
        marks.push_str(", cache miss");
    }
    if *compaction {
        marks.push_str(", compaction");
    }
    format!(
        "session {session}{chain} request {n} (prompt {prompt}.{in_prompt}) {model}: {}; context {}{marks}; {} by {payer}",
        parts.join(", "),
        group_thousands(context.unsigned_abs()),
        exact(*cost),
    )
}

fn refused(experiment: &Experiment, session: u32, reason: Reason, until: Option<String>) -> String {
    let (status, _) = reason.message();
    let until = until.map_or_else(String::new, |at| format!("; free again at {at}"));
    format!(
        "session {session} refused by the {}: {status} \"{}\"{until}",
        reason_label(experiment, reason),
        reason_message(experiment, reason)
    )
}

fn window_name(experiment: &Experiment, window: usize, seat: usize) -> String {
    let windows = &experiment.account.windows;
    let label = windows.get(window).map_or("window", |w| w.label.as_str());
    if experiment.account.seats > 1 {
        format!("{label} of seat {}", seat + 1)
    } else {
        label.to_owned()
    }
}

/// `14:00` on the day of the event, `4 Dec 14:00` on another one.
fn clock(experiment: &Experiment, now: Instant, at: Instant) -> String {
    let zone = Zone(&experiment.zone);
    let (now, then) = (zone.local(now), zone.local(at));
    if now.same_day(&then) {
        then.clock()
    } else {
        format!("{} {} {}", then.day, then.month_short(), then.clock())
    }
}

/// An amount to a hundredth of a cent, as single requests cost.
pub fn exact(amount: Money) -> String {
    if amount.0 % crate::base::money::PICO_PER_CENT == 0 {
        return money(amount);
    }
    format!("${}", amount.to_decimal().round_dp(4).normalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{events, experiment};

    #[test]
    fn events_in_words() {
        let experiment = experiment();
        let lines: Vec<String> = events()
            .iter()
            .map(|event| line(&experiment, event))
            .map(|l| format!("{}: {}", l.kind, l.text))
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn every_kind_is_listed() {
        for event in events() {
            assert!(EVENT_KINDS.contains(&kind(&event.what)));
        }
    }
}
