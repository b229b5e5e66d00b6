//! The folder of a search.

use std::io::{self, Write};

use crate::account::spec::ReloadAmount;
use crate::analysis::tune::{Entry, Setting, Tuned};
use crate::base::money::Money;
use crate::report::charts::{Rendered, picture, tune_front, tune_map};
use crate::report::folder::{Written, pictures};
use crate::report::output::{Draft, MARK, OutputError};
use crate::report::tables::cell::{Rows, count, hours, number, share_cells, share_header, usd};
use crate::stats::estimate::Estimate;

use super::json::document;

/// Writes the table, the charts and the document into a draft of the folder.
///
/// # Errors
/// When a file cannot be written or a chart cannot be drawn.
pub fn write(draft: &Draft, t: &Tuned, charts: bool) -> Result<Written, OutputError> {
    let mut files = vec!["settings.csv".to_owned()];
    draft.file("settings.csv", |to| settings(t, to))?;
    let mut rendered: Vec<Rendered> = Vec::new();
    if charts {
        let drawn = [("map", tune_map::draw(t)), ("front", tune_front::draw(t))];
        for (name, drawing) in drawn {
            let Some(drawing) = drawing else { continue };
            let done = picture(name, name, drawing);
            rendered.push(done.map_err(|e| OutputError::Disk(io::Error::other(e)))?);
        }
    }
    pictures(draft, &rendered, &mut files)?;
    files.push(MARK.to_owned());
    let text = document(t, &files)?;
    draft.file(MARK, |to| to.write_all(text.as_bytes()))?;
    Ok(Written {
        tables: 1,
        charts: rendered.len(),
        files,
    })
}

/// Every setting, in the order of the answer.
fn settings(t: &Tuned, to: &mut dyn Write) -> io::Result<()> {
    let mut header: Vec<String> = [
        "threshold_usd",
        "reload_to_usd",
        "add_usd",
        "cap_usd",
        "monthly_limit_usd",
        "origin",
        "standing",
        "requirement",
        "searched_trials",
        "trials",
    ]
    .map(str::to_owned)
    .to_vec();
    let required = t.accept.as_ref().map(|r| r.metric.to_string());
    let required = required.unwrap_or_else(|| "required".to_owned());
    header.extend(share_header(&required));
    header.extend(share_header("minimised"));
    header.extend(share_header("difference"));
    header.extend(share_header("p_stopped_by_wallet"));
    header.extend(
        [
            "stopped_h",
            "refused_requests",
            "reloads",
            "idle_usd",
            "paid_p50_usd",
            "paid_p95_usd",
        ]
        .map(str::to_owned),
    );
    let mut rows = Rows::start(to, &header)?;
    for e in &t.entries {
        let mut cells = amounts(e.candidate.setting.as_ref());
        cells.extend([
            origin(e),
            e.standing.name().to_owned(),
            e.state.name().to_owned(),
            e.searched.to_string(),
            e.trials.to_string(),
        ]);
        cells.extend(wide(e.required.as_ref()));
        cells.extend(wide(Some(&e.aim)));
        cells.extend(wide(e.apart.as_ref()));
        cells.extend(share_cells(&e.stopped));
        cells.extend([
            hours(e.stopped_h),
            count(e.blocked),
            count(e.reloads),
            usd(e.idle_usd),
            usd(e.paid_p50_usd),
            usd(e.paid_p95_usd),
        ]);
        rows.row(cells)?;
    }
    rows.end()
}

/// The amounts of a setting; all empty without auto-reload. A cap or limit that is empty is none.
fn amounts(s: Option<&Setting>) -> Vec<String> {
    let Some(s) = s else {
        return vec![String::new(); 5];
    };
    let plain = |m: Money| m.to_decimal().to_string();
    let (reload_to, add) = match s.amount {
        ReloadAmount::To(to) => (plain(to), String::new()),
        ReloadAmount::Add(add) => (String::new(), plain(add)),
    };
    let or_none = |m: Option<Money>| m.map_or_else(String::new, plain);
    vec![
        plain(s.threshold),
        reload_to,
        add,
        or_none(s.cap),
        or_none(s.monthly_limit),
    ]
}

fn origin(e: &Entry) -> String {
    let o = &e.candidate.origin;
    let mut all = Vec::new();
    if o.listed {
        all.push("listed");
    }
    if o.today {
        all.push("today");
    }
    if let Some((id, _)) = &o.published {
        all.push(id);
    }
    all.join(" ")
}

/// A number with its interval; empty cells when there is none or an end is not bounded.
fn wide(e: Option<&Estimate>) -> [String; 3] {
    e.map_or_else(
        || [const { String::new() }; 3],
        |e| [e.value, e.low, e.high].map(|x| number(x, 8)),
    )
}
