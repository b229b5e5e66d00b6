//! Windows: those of the catalogue, changed and added to by `[[plan.window]]`.

use crate::base::text;
use rust_decimal::prelude::ToPrimitive;

use super::calendar::Calendar;
use super::draws::Wanted;
use super::fields::{At, Cx, Fields};
use super::format::CLIENTS;
use super::hours;
use super::keys;
use super::plan::{self, Window};
use super::problems::{Place, Problem};
use super::units::{self, Length};
use crate::account::reason::WINDOWS_MAX;
use crate::account::spec::{Limit, Opens, Provenance, WindowSpec};
use crate::account::terms::Scope;
use crate::base::law::{Draw, Level, lognormal_from_interval};
use crate::base::time::{Instant, Span};
use crate::catalog::{self, Catalog, PlanEntry};

/// A window while it is put together.
struct Draft {
    id: String,
    label: String,
    message: Option<String>,
    fixed: bool,
    length: Length,
    round: Span,
    resets: Option<Resets>,
    limit: DraftLimit,
    scope: Scope,
    used: f64,
    open_until: Option<Instant>,
    provenance: Provenance,
}

/// When a fixed window resets, if it is told.
#[derive(Clone, Copy)]
enum Resets {
    /// Local weekday and minute.
    Weekly(usize, u16),
    /// At this instant, and one length apart before and after it.
    Around(Instant),
}

enum DraftLimit {
    None,
    Usd(Draw),
    Share(String, f64, Place),
}

/// Puts the windows together.
pub(super) fn windows(
    cx: &Cx,
    f: &Fields<'_>,
    entry: Option<&PlanEntry>,
    calendar: &Calendar,
    billing_day: i8,
) -> Vec<Window> {
    let mut drafts: Vec<Draft> = entry
        .map(|e| e.windows.iter().map(|w| from_catalog(w, f.at)).collect())
        .unwrap_or_default();
    let from_entry = drafts.len();
    for w in f.subs("window") {
        let Some(id) = w.text("id") else {
            if !w.has("id") {
                w.missing("id", "");
            }
            continue;
        };
        match drafts.iter().position(|d| d.id == id.value) {
            Some(i) if i < from_entry => change(&w, &mut drafts[i], calendar),
            Some(_) => {
                let what = format!("the window \"{}\" is there twice", id.value);
                w.bad(id.at, what, "ids must differ", "");
            }
            None => {
                let mut draft = blank(id.value);
                required(&w);
                change(&w, &mut draft, calendar);
                drafts.push(draft);
            }
        }
    }
    if drafts.len() > WINDOWS_MAX {
        let what = format!("{} windows", drafts.len());
        f.bad(
            f.place("window"),
            what,
            &format!("at most {WINDOWS_MAX} are possible"),
            "",
        );
        drafts.truncate(WINDOWS_MAX);
    }
    finish(cx, drafts, calendar, billing_day)
}

fn from_catalog(w: &catalog::PlanWindow, at: Place) -> Draft {
    let limit = match &w.size {
        catalog::Size::Usd { low, high } => {
            match lognormal_from_interval(low.to_f64(), high.to_f64()) {
                Ok(law) => DraftLimit::Usd(Draw {
                    per: Level::Trial,
                    ..Draw::of(law)
                }),
                Err(_) => DraftLimit::None,
            }
        }
        catalog::Size::ShareOf { window, share } => {
            DraftLimit::Share(window.clone(), share.to_f64().unwrap_or(1.0), at)
        }
    };
    let (fixed, round) = match w.opens {
        catalog::Opens::FirstRequest { round } => (false, round),
        catalog::Opens::Fixed => (true, Span::ZERO),
    };
    let day = 86_400_000;
    let length = if w.length.0 % day == 0 {
        Length::Days(w.length.0 / day)
    } else {
        Length::Exact(w.length)
    };
    Draft {
        label: w.label.clone(),
        fixed,
        length,
        round,
        limit,
        scope: plan::scope(&w.scope),
        provenance: match w.provenance {
            catalog::Provenance::Official => Provenance::Official,
            catalog::Provenance::Fitted => Provenance::Fitted,
            catalog::Provenance::Assumed => Provenance::Assumed,
        },
        ..blank(&w.id)
    }
}

fn blank(id: &str) -> Draft {
    Draft {
        id: id.to_owned(),
        label: id.to_owned(),
        message: None,
        fixed: false,
        length: Length::Exact(Span::hours(5)),
        round: Span::ZERO,
        resets: None,
        limit: DraftLimit::None,
        scope: Scope::All,
        used: 0.0,
        open_until: None,
        provenance: Provenance::Given,
    }
}

/// What a window needs that the catalogue does not have.
fn required(w: &Fields<'_>) {
    for key in ["opens", "length"] {
        if !w.has(key) {
            w.missing(key, "");
        }
    }
    if !w.has("limit") && !w.has("share_of") {
        w.missing("limit", "");
    }
}

/// Puts what a `[[plan.window]]` says over a draft.
fn change(w: &Fields<'_>, draft: &mut Draft, calendar: &Calendar) {
    if let Some(t) = w.text("label") {
        draft.label = t.value.to_owned();
    }
    if let Some(t) = w.text("message") {
        draft.message = Some(t.value.to_owned());
    }
    if let Some(c) = w.choice("opens") {
        draft.fixed = c.value == "fixed";
    }
    if let Some(l) = w.length("length") {
        draft.length = l.value;
        if l.value.span() < Span::minutes(1) {
            w.bad(
                l.at,
                "the window has no length",
                "expected at least a minute",
                "",
            );
        }
    }
    if let Some(r) = w.length("round") {
        draft.round = r.value.span();
    }
    change_limit(w, draft);
    change_times(w, draft, calendar);
    if w.has("scope") {
        draft.scope = scope(w);
    }
    if let Some(s) = w.share("used") {
        draft.used = s.value.to_f64().unwrap_or(0.0);
    }
}

fn change_limit(w: &Fields<'_>, draft: &mut Draft) {
    let given = match w.choice("provenance").map(|c| c.value) {
        Some("official") => Provenance::Official,
        Some("fitted") => Provenance::Fitted,
        Some("assumed") => Provenance::Assumed,
        _ => Provenance::Given,
    };
    let share_of = w.text("share_of");
    if let (Some(_), Some(name)) = (w.item("limit"), share_of) {
        let help = "keep one of the two";
        w.bad(name.at, "limit and share_of do not go together", "", help);
        return;
    }
    if w.has("limit") {
        let wanted = Wanted::per(Level::Trial).usd().positive();
        if let Some(limit) = w.draw("limit", wanted) {
            draft.limit = DraftLimit::Usd(limit);
            draft.provenance = given;
        }
    } else if let Some(name) = share_of {
        match w.share("share") {
            Some(s) if s.value.is_zero() => {
                w.bad(s.at, "the share is 0", "expected more than 0", "");
            }
            Some(s) => {
                let share = s.value.to_f64().unwrap_or(1.0);
                draft.limit = DraftLimit::Share(name.value.to_owned(), share, name.at);
                draft.provenance = given;
            }
            None if !w.has("share") => w.missing("share", ""),
            None => {}
        }
    } else if w.has("share") {
        w.bad(
            w.place("share"),
            "share without share_of",
            "",
            "add share_of = \"week\"",
        );
    } else if w.has("provenance") {
        draft.provenance = given;
    }
}

fn change_times(w: &Fields<'_>, draft: &mut Draft, calendar: &Calendar) {
    if let Some(t) = w.text("resets") {
        change_resets(w, &t, draft, calendar);
    }
    if let Some(m) = w.moment("open_until") {
        if draft.fixed {
            let help = "a fixed window takes used only";
            w.bad(m.at, "open_until needs opens = \"first-request\"", "", help);
        }
        draft.open_until = calendar.instant(m.value);
        if draft.open_until.is_some_and(|t| t <= calendar.start) {
            let help = "leave it away: a closed window opens with the next request";
            w.bad(m.at, "open_until is not after the start", "", help);
        }
    }
}

fn change_resets(w: &Fields<'_>, t: &At<&str>, draft: &mut Draft, calendar: &Calendar) {
    let instant = units::instant(t.value).and_then(|m| calendar.instant(m));
    match (hours::reset(t.value), instant) {
        _ if !draft.fixed && (hours::reset(t.value).is_some() || instant.is_some()) => {
            let help = "a first-request window resets by itself: remove resets";
            w.bad(t.at, "resets needs opens = \"fixed\"", "", help);
        }
        (Some(_), _) if draft.length != Length::Days(7) => {
            let help = "remove resets, or write length = \"7 days\"";
            let what = "a weekday needs a length of 7 days";
            w.bad(t.at, what, "", help);
        }
        (Some((day, minute)), _) => draft.resets = Some(Resets::Weekly(day, minute)),
        (None, Some(_)) if matches!(draft.length, Length::Months(_)) => {
            let help = "remove resets: months are reset on the billing day";
            w.bad(t.at, "resets does not go with a length in months", "", help);
        }
        (None, Some(at)) => draft.resets = Some(Resets::Around(at)),
        (None, None) => {
            let what = format!("resets is \"{}\"", t.value);
            let expected = "expected a weekday and a time, like \"sat 09:00\", or an instant, like \
                            \"2026-12-05T09:00:00Z\"";
            w.bad(t.at, what, expected, "");
        }
    }
}

fn scope(w: &Fields<'_>) -> Scope {
    let names = w.texts("scope");
    if names.iter().any(|(n, _)| *n == "all") {
        return Scope::All;
    }
    let catalog = Catalog::embedded();
    let (mut models, mut clients) = (Vec::new(), Vec::new());
    for (name, item) in names {
        if CLIENTS.contains(&name) {
            clients.push(name.to_owned());
        } else if name.is_empty() {
            w.bad(item.at, "an empty name", "", "");
        } else {
            let known = catalog
                .models()
                .iter()
                .any(|m| m.family == name || m.id == name);
            if !known && !own_model(w, name) {
                let families = ["opus", "sonnet", "haiku", "fable"];
                let ids = catalog.models().iter().map(|m| m.id.as_str());
                let all: Vec<&str> = families
                    .into_iter()
                    .chain(CLIENTS.iter().copied())
                    .chain(ids)
                    .collect();
                let what = format!("unknown model, family or client \"{name}\"");
                let help = text::suggest(name, all).map_or(
                    "write \"all\", a model, a family or a client".to_owned(),
                    |s| format!("did you mean \"{s}\"?"),
                );
                w.bad(item.at, what, "", &help);
            }
            models.push(name.to_owned());
        }
    }
    Scope::Some { models, clients }
}

/// Models of the scenario itself are checked elsewhere; their names are collected first.
fn own_model(w: &Fields<'_>, name: &str) -> bool {
    w.cx.own_models.borrow().iter().any(|m| m == name)
}

fn finish(cx: &Cx, drafts: Vec<Draft>, calendar: &Calendar, billing_day: i8) -> Vec<Window> {
    let ids: Vec<String> = drafts.iter().map(|d| d.id.clone()).collect();
    let mut windows: Vec<Window> = Vec::with_capacity(drafts.len());
    for (i, draft) in drafts.into_iter().enumerate() {
        let limit = match draft.limit {
            DraftLimit::Usd(draw) => Limit::Usd(draw),
            DraftLimit::None => continue_without(),
            DraftLimit::Share(name, share, at) => match ids.iter().position(|id| *id == name) {
                Some(window) if window < i => Limit::ShareOf { window, share },
                Some(_) => {
                    cx.report(
                        Problem::new(at, format!("\"{name}\" is not an earlier window"))
                            .help("put the window before the one that is a share of it"),
                    );
                    continue_without()
                }
                None => {
                    cx.report(
                        Problem::new(at, format!("share of an unknown window \"{name}\""))
                            .help(keys::hint(&name, ids.iter().map(String::as_str))),
                    );
                    continue_without()
                }
            },
        };
        let opens = if draft.fixed {
            let resets = match (draft.resets, draft.length) {
                (Some(Resets::Weekly(day, minute)), _) => calendar.weekly(day, minute),
                (Some(Resets::Around(at)), length) => calendar.around(at, length.span()),
                (None, Length::Months(1)) => calendar.monthly(billing_day),
                (None, length) => calendar.periodic(length),
            };
            Opens::Fixed { resets }
        } else {
            Opens::FirstRequest {
                length: draft.length.span(),
                round: draft.round,
                open_until: draft.open_until,
            }
        };
        windows.push(Window {
            spec: WindowSpec {
                message: draft
                    .message
                    .unwrap_or_else(|| message(&draft.id, &draft.label)),
                name: draft.id,
                label: draft.label,
                opens,
                limit,
                provenance: draft.provenance,
                used: draft.used,
            },
            scope: draft.scope,
        });
    }
    windows
}

/// A stand-in where a problem was reported: the scenario is refused anyway.
fn continue_without() -> Limit {
    Limit::Usd(Draw::constant(1.0))
}

fn message(id: &str, label: &str) -> String {
    match id {
        "session" => "You've hit your session limit".into(),
        "week" => "You've hit your weekly limit".into(),
        "week-opus" => "You've hit your Opus limit".into(),
        "week-sonnet" => "You've hit your Sonnet limit".into(),
        "week-fable" => "You've hit your Fable limit".into(),
        _ => format!("You've hit your limit: {label}"),
    }
}
