//! One screen of plain text: the answer first, then the table, what it rests on, what to do next.
//! Readable without colour; colour only underlines.

use crate::account::rates::Kind;
use crate::account::spec::ASSUMED_SIZES;
use crate::account::spec::Provenance;
use crate::analysis::findings::{Findings, PoolFinding};
use crate::analysis::sentences::{quantile, sentences};
use crate::analysis::spend::grouped;
use crate::analysis::words::{Dates, hours, join, model, percent, the};
use crate::base::money::group_thousands;
use crate::report::lines::{pad, shorten, wrap};
use crate::report::page::{INDENT, Look, Page};

/// The whole screen, ending with a newline.
pub fn screen(f: &Findings, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    title(&mut page, f);
    page.blank();
    for sentence in sentences(f) {
        page.wrapped("", &sentence);
    }
    if !f.pools.is_empty() {
        page.blank();
        table(&mut page, f);
    }
    if !f.spend.is_empty() {
        page.blank();
        money(&mut page, f);
    }
    let notes = notes(f);
    if !notes.is_empty() {
        page.blank();
        for (kind, note) in &notes {
            page.wrapped(kind, note);
        }
    }
    if let Some(written) = &look.written {
        page.blank();
        page.line(written);
    }
    page.end()
}

/// Title and what it rests on.
fn title(page: &mut Page<'_>, f: &Findings) {
    let room = page.width() - INDENT;
    for part in wrap(&f.header.title, room) {
        let bold = page.paint("1", &part);
        page.line(&bold);
    }
    let h = &f.header;
    let plural = if h.trials == 1 { "trial" } else { "trials" };
    let mut facts = format!(
        "{}, {} · {} {plural}, seed {}",
        h.horizon,
        h.timezone,
        group_thousands(h.trials as u64),
        h.seed
    );
    if h.partial {
        facts.push_str(", stopped early");
    }
    if let Some(elapsed) = &page.look.elapsed {
        facts.push_str(&format!(" · {elapsed}"));
    }
    for part in wrap(&facts, room) {
        let dim = page.paint("2", &part);
        page.line(&dim);
    }
}

/// Space between columns.
const GAP: usize = 2;

/// Which of the three first times show the clock, and whether a line ends with where the size of
/// the pool comes from: what a line gives up, in turn, when it does not fit.
const FITS: [([bool; 3], bool); 4] = [
    ([true; 3], true),
    ([false, true, false], true),
    ([false, true, false], false),
    ([false; 3], false),
];

/// One line per pool, widths from the content. Where it does not fit, the outer times lose the
/// clock first and labels are cut last.
fn table(page: &mut Page<'_>, f: &Findings) {
    let room = page.width() - INDENT;
    let needed = |widths: &[usize]| {
        let shown = widths.iter().filter(|w| **w > 0).count();
        widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1)
    };
    let mut rows = Vec::new();
    let mut widths = [0; 6];
    for (clocks, source) in FITS {
        rows = table_rows(f, clocks, source);
        widths = widths_of(&rows);
        if needed(&widths) <= room {
            break;
        }
    }
    widths[0] = widths[0]
        .saturating_sub(needed(&widths).saturating_sub(room))
        .max(10);
    let right = [false, true, false, true, true, false];
    for (i, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(c, cell)| pad(&shorten(cell, widths[c]), widths[c], right[c]))
            .collect();
        let text = cells.join(&" ".repeat(GAP));
        let text = text.trim_end();
        let shown = if i == 0 {
            page.paint("4", text)
        } else {
            text.to_owned()
        };
        page.line(&shown);
    }
}

fn table_rows(f: &Findings, clocks: [bool; 3], source: bool) -> Vec<[String; 6]> {
    let dates = Dates::new(&f.header.zone, f.header.start, f.header.end);
    let each = format!("a {}", f.header.trial_word);
    let header = [
        "Pool",
        "runs dry",
        "first time (10 · 50 · 90 %)",
        &each,
        "stopped",
        "",
    ];
    let mut rows = vec![header.map(str::to_owned)];
    rows.extend(f.pools.iter().map(|pool| {
        [
            pool.label.clone(),
            percent(pool.p_drains.value),
            first_times(pool, &dates, clocks),
            format!("{:.1} ×", pool.drains.mean),
            hours(pool.stopped_h.mean),
            pool.provenance
                .filter(|_| source)
                .map_or("", |p| p.name())
                .to_owned(),
        ]
    }));
    rows
}

fn widths_of(rows: &[[String; 6]]) -> [usize; 6] {
    let mut widths = [0usize; 6];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

/// `2 Dec 16:10 · 4 Dec 15:20 · 9 Dec 10:00`; `–` where the pool lasts in that share.
fn first_times(pool: &PoolFinding, dates: &Dates<'_>, clocks: [bool; 3]) -> String {
    let mut times = [None, None, None];
    for ((time, p), clock) in times.iter_mut().zip([0.1, 0.5, 0.9]).zip(clocks) {
        *time = quantile(pool, p).map(|at| {
            if clock {
                dates.minute(at)
            } else {
                dates.date_or_clock(at)
            }
        });
    }
    if times.iter().all(Option::is_none) {
        return "–".to_owned();
    }
    times
        .map(|time| time.unwrap_or_else(|| "–".to_owned()))
        .join(" · ")
}

/// Longest name of an actor in it.
const NAME_MAX: usize = 32;
/// Most shares of a line.
const SHARES_MAX: usize = 4;

fn money(page: &mut Page<'_>, f: &Findings) {
    const MARGIN: &str = "Where the money goes ";
    let groups = grouped(&f.spend);
    let shown = groups.iter().filter(|g| g.share >= 0.005);
    let mut parts: Vec<String> = shown
        .take(SHARES_MAX)
        .map(|g| {
            let part = if g.sub_agent { " sub-agents" } else { "" };
            format!(
                "{}{part}, {} {}",
                shorten(&g.who(), NAME_MAX),
                model(&g.model),
                percent(g.share)
            )
        })
        .collect();
    let rest: f64 = groups.iter().skip(SHARES_MAX).map(|g| g.share).sum();
    if rest >= 0.005 {
        parts.push(format!("others {}", percent(rest)));
    }
    page.wrapped(MARGIN, &parts.join(" · "));
    let total: f64 = f.spend.iter().flat_map(|r| r.usd).sum();
    if total <= 0.0 {
        return;
    }
    let kind = |kinds: &[Kind]| -> f64 {
        let rows = f.spend.iter();
        rows.map(|r| kinds.iter().map(|k| r.usd[*k as usize]).sum::<f64>())
            .sum::<f64>()
            / total
    };
    let misses = f.spend.iter().map(|r| r.miss_usd).sum::<f64>() / total;
    let missed = if misses >= 0.005 {
        format!(" (misses {})", percent(misses))
    } else {
        String::new()
    };
    let mut parts: Vec<(f64, String)> = [
        (kind(&[Kind::Read]), "cache reads", ""),
        (
            kind(&[Kind::Write5m, Kind::Write1h]),
            "cache writes",
            missed.as_str(),
        ),
        (kind(&[Kind::Output]), "output", ""),
        (kind(&[Kind::Input]), "uncached input", ""),
    ]
    .into_iter()
    .filter(|(share, ..)| *share >= 0.005)
    .map(|(share, name, more)| (share, format!("{name} {}{more}", percent(share))))
    .collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let parts: Vec<String> = parts.into_iter().map(|(_, text)| text).collect();
    page.wrapped(&" ".repeat(MARGIN.len()), &parts.join(" · "));
}

/// What the numbers rest on, and warnings, each behind its kind.
fn notes(f: &Findings) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    if let Some(begins) = &f.header.begins {
        out.push(("state", begins.clone()));
    }
    if f.header.partial {
        out.push((
            "note",
            "the run was stopped early: these are the trials that were finished".to_owned(),
        ));
    }
    if f.header.assumed {
        let sizes: Vec<String> = f
            .pools
            .iter()
            .filter(|p| p.provenance == Some(Provenance::Assumed))
            .map(|p| the(&p.label))
            .collect();
        let rests = match sizes.len() {
            1 => "rests on it",
            _ => "rests on them",
        };
        out.push((
            "note",
            format!(
                "not published, so assumed: the size of {}; every date and hour above {rests}",
                join(&sizes)
            ),
        ));
    }
    // The note says the same and names the windows.
    let said = |w: &&String| !(f.header.assumed && *w == ASSUMED_SIZES);
    let warnings = f.warnings.iter().filter(said);
    out.extend(warnings.map(|w| ("warning", w.clone())));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::sample;

    fn look(width: usize, color: bool) -> Look {
        Look {
            width,
            color,
            elapsed: Some("0.9 s".to_owned()),
            written: Some("output/max5x/   10 tables, 6 charts, run.json".to_owned()),
        }
    }

    #[test]
    fn a_run() {
        insta::assert_snapshot!(screen(&sample(), &look(100, false)));
    }

    #[test]
    fn a_narrow_screen_with_a_long_title() {
        let mut f = sample();
        f.header.title = "A long title that says what the scenario is about and goes on ".repeat(3);
        f.header.partial = true;
        f.warnings
            .push("the price list is older than the plan".to_owned());
        let text = screen(&f, &look(80, false));
        let longest = text.lines().map(|l| l.chars().count()).max();
        insta::assert_snapshot!(text);
        assert!(longest <= Some(80));
    }

    /// Colour adds escapes and changes no letter.
    #[test]
    fn colour_only_underlines() {
        let (plain, bright) = (
            screen(&sample(), &look(100, false)),
            screen(&sample(), &look(100, true)),
        );
        let mut stripped = String::new();
        let mut inside = false;
        for c in bright.chars() {
            match (inside, c) {
                (false, '\x1b') => inside = true,
                (true, 'm') => inside = false,
                (true, _) => {}
                (false, c) => stripped.push(c),
            }
        }
        assert_ne!(plain, bright);
        assert_eq!(plain, stripped);
    }
}
