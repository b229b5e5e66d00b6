//! The screen of a history: a sentence per plan, one table, what hit the ceiling, what it rests on.

use crate::account::spec::{Provenance, ReloadAmount};
use crate::analysis::findings::Spread;
use crate::analysis::history::sentences::{in_words, sentences};
use crate::analysis::history::{HistoryFindings, PlanFinding};
use crate::analysis::words::{Dates, hours, join, money, percent, usd, usd_range};
use crate::base::money::group_thousands;
use crate::report::page::{Look, Page};

/// Days and sessions that are named.
const NAMED: usize = 3;

/// The whole screen, ending with a newline.
pub fn screen(f: &HistoryFindings, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    title(&mut page, f);
    page.blank();
    for sentence in sentences(f) {
        page.wrapped("", &sentence);
    }
    page.blank();
    table(&mut page, f);
    let stopped: Vec<&PlanFinding> = f.plans.iter().filter(|p| !p.days.is_empty()).collect();
    if !stopped.is_empty() {
        page.blank();
    }
    let wide = stopped.iter().map(|p| p.label.chars().count()).max();
    for p in stopped {
        let pad = wide.unwrap_or(0);
        ceiling(&mut page, f, p, &format!("{:pad$}", p.label));
    }
    let notes = notes(f);
    page.blank();
    for (kind, note) in &notes {
        page.wrapped(kind, note);
    }
    if let Some(written) = &look.written {
        page.blank();
        page.line(written);
    }
    page.end()
}

fn title(page: &mut Page<'_>, f: &HistoryFindings) {
    let plans = match f.plans.len() {
        1 => "on one plan".to_owned(),
        n => format!("on {n} plans"),
    };
    let title = page.paint("1", &format!("Your requests of {} {plans}", f.horizon));
    page.line(&title);
    let mut facts = format!(
        "{} requests in {} sessions, {} at list price · {}",
        group_thousands(f.requests),
        group_thousands(f.sessions),
        usd(f.value.to_f64()),
        f.timezone,
    );
    if f.plans.iter().any(|p| !p.certain) {
        let draws = group_thousands(f.trials);
        facts.push_str(&format!(" · {draws} draws of the sizes, seed {}", f.seed));
    }
    if let Some(elapsed) = &page.look.elapsed {
        facts.push_str(&format!(" · {elapsed}"));
    }
    for part in crate::report::lines::wrap(&facts, page.width() - 2) {
        let dim = page.paint("2", &part);
        page.line(&dim);
    }
}

/// Below this width the table has no ranges and no sums.
const WIDE: usize = 88;

fn table(page: &mut Page<'_>, f: &HistoryFindings) {
    let wide = page.width() >= WIDE;
    let extra = if wide {
        "extra usage (10-90 %)"
    } else {
        "extra usage"
    };
    let mut header = vec!["Plan", "fee", "stopped", "in all", "refused", extra];
    if wide {
        header.push("together");
    }
    header.push("never stopped");
    let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
    rows.extend(f.plans.iter().map(|p| row(p, wide)));
    page.table(&rows, &[false, true, true, true, true, true, true, true]);
}

fn row(p: &PlanFinding, wide: bool) -> Vec<String> {
    const NONE: &str = "–";
    let off = p.off.as_ref();
    let on = p.on.as_ref();
    let of = |s: Option<&Spread>, show: &dyn Fn(f64) -> String| {
        s.map_or_else(|| NONE.to_owned(), |s| show(s.p50))
    };
    let extra = on.map_or_else(
        || NONE.to_owned(),
        |o| match &o.overflow_usd {
            s if s.p10 == s.p90 || !wide => usd(s.p50),
            s => format!("{} ({})", usd(s.p50), usd_range(s.p10, s.p90)),
        },
    );
    let together = on.filter(|_| p.fee.is_some()).map(|o| &o.total_usd);
    let mut row = vec![
        p.label.clone(),
        p.fee.map_or_else(|| NONE.to_owned(), money),
        of(off.map(|o| &o.stops), &|n| format!("{n:.0} ×")),
        of(off.map(|o| &o.stopped_h), &hours),
        of(off.map(|o| &o.refused), &|n| {
            group_thousands(n.max(0.0) as u64)
        }),
        extra,
    ];
    if wide {
        row.push(of(together, &usd));
    }
    row.push(off.map_or_else(|| NONE.to_owned(), |o| percent(o.never.value)));
    row
}

/// The worst days, and what used the windows up.
fn ceiling(page: &mut Page<'_>, f: &HistoryFindings, p: &PlanFinding, margin: &str) {
    let dates = Dates::new(&f.zone, f.start, f.end);
    let refused = |n: f64| match n.round() as u64 {
        0 => "under 1 refused".to_owned(),
        n => format!("{} refused", group_thousands(n)),
    };
    let days: Vec<String> = p
        .days
        .iter()
        .take(NAMED)
        .map(|d| format!("{} ({})", dates.day(d.at), refused(d.refused)))
        .collect();
    let mut parts = vec![format!("worst days {}", join(&days))];
    let mut eaters: Vec<(&str, &str, usize)> = Vec::new();
    for (session, project, _) in p.stops.iter().filter_map(|s| s.eater.as_ref()) {
        match eaters.iter_mut().find(|e| e.0 == session) {
            Some(e) => e.2 += 1,
            None => eaters.push((session, project, 1)),
        }
    }
    eaters.sort_by_key(|e| std::cmp::Reverse(e.2));
    let named: Vec<String> = eaters
        .iter()
        .take(NAMED)
        .map(|e| work(e.0, e.1, e.2))
        .collect();
    if !named.is_empty() {
        parts.push(format!("used up mostly by {}", join(&named)));
    }
    page.wrapped(margin, &format!("{}.", parts.join("; ")));
}

/// `session 4be1f2a0 of burncast (3 stops)`.
fn work(session: &str, project: &str, stops: usize) -> String {
    let short: String = session.chars().take(8).collect();
    let of = match project {
        "" => String::new(),
        project => format!(" of {project}"),
    };
    let plural = if stops == 1 { "" } else { "s" };
    format!("session {short}{of} ({stops} stop{plural})")
}

/// What the numbers rest on, and what is missing in them.
pub fn notes(f: &HistoryFindings) -> Vec<(&'static str, String)> {
    let mut out = vec![(
        "note",
        "a refused request counts as work that was not done and later requests are played as they \
         were made; hours run from a first refusal to the reset"
            .to_owned(),
    )];
    out.extend(assumed(f).map(|text| ("note", text)));
    out.extend(reload(f).map(|text| ("note", text)));
    let l = &f.left_out;
    if l.placeholders > 0 {
        let share = percent(l.placeholders as f64 / f.requests.max(1) as f64);
        out.push((
            "note",
            format!(
                "{share} of the requests were logged with a placeholder as output (Claude Code \
                 2.1.8 to 2.1.58): true use was higher"
            ),
        ));
    }
    if l.before > 0 {
        let n = group_thousands(l.before);
        out.push((
            "note",
            format!(
                "{n} earlier requests are left out: the rules of a plan are not known before (or \
                 take one day's rules: --plan-date 2026-10-01)"
            ),
        ));
    }
    for (models, what) in [
        (&l.unpriced, "have no price and are in no number above"),
        (
            &l.outside,
            "lie outside the dates of their prices and took the nearest",
        ),
    ] {
        if !models.is_empty() {
            let named: Vec<String> = models
                .iter()
                .map(|(m, n)| format!("{} ({} requests)", shown(m), group_thousands(*n)))
                .collect();
            out.push(("warning", format!("{} {what}", join(&named))));
        }
    }
    let mut said: Vec<&String> = Vec::new();
    for warning in f.plans.iter().flat_map(|p| &p.warnings) {
        if !said.contains(&warning) {
            said.push(warning);
            out.push(("warning", warning.clone()));
        }
    }
    out
}

fn shown(model: &str) -> &str {
    if model.is_empty() {
        "a model without a name"
    } else {
        model
    }
}

/// Which sizes are assumed.
fn assumed(f: &HistoryFindings) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for w in f.plans.iter().flat_map(|p| &p.windows) {
        let name = format!("the {}", in_words(&w.label));
        if w.provenance == Provenance::Assumed && !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| {
        format!(
            "not published, so assumed: the size of {}; a few of your own /usage readings narrow \
             it (burncast limits); a week begins with the first day unless \
             plan.window.week.resets is set",
            join(&names)
        )
    })
}

fn reload(f: &HistoryFindings) -> Option<String> {
    let auto = f.plans.iter().find_map(|p| p.assumed_reload.as_ref())?;
    let amount = match auto.amount {
        ReloadAmount::To(to) => format!("to {}", money(to)),
        ReloadAmount::Add(add) => format!("by {}", money(add)),
    };
    Some(format!(
        "extra usage is reloaded {amount} below {}, without a monthly limit (--set \
         wallet.monthly_limit=150); it is charged as logged, though credits would shorten the \
         life of the prompt cache",
        money(auto.threshold)
    ))
}
