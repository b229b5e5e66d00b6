//! Threshold by amount: the risk of each setting, which ones will do, and the recommended one.

use super::axes::widest;
use super::canvas::{Anchor, Drawing, Room, Style};
use super::{frame, say, theme};
use crate::account::spec::ReloadAmount;
use crate::analysis::tune::{Entry, Setting, Standing, Tuned, given, limits, percent, risk};
use crate::base::money::{Money, group_thousands};
use crate::engine::require::Metric;

const ABOUT: &str = "A table of colours: thresholds by amounts of a reload, each cell with its risk \
                     of a stop; outlined are the settings that meet the requirement, and the \
                     recommended one.";
/// Most rows and columns; around the recommended setting if there are more.
const ROWS: usize = 14;
const COLUMNS: usize = 11;
const CELL: f64 = 62.0;
const WIDEST: f64 = 170.0;

pub fn draw(t: &Tuned) -> Option<Drawing> {
    let best = pivot(t)?;
    let middle = best.candidate.setting?;
    let cells: Vec<(&Entry, Setting)> = t
        .entries
        .iter()
        .filter(|e| e.candidate.origin.listed)
        .filter_map(|e| Some((e, e.candidate.setting?)))
        .filter(|(_, s)| (s.cap, s.monthly_limit) == (middle.cap, middle.monthly_limit))
        .collect();
    let rows = near(cells.iter().map(|c| c.1.threshold), middle.threshold, ROWS);
    let amounts = cells.iter().map(|c| amount(&c.1));
    let columns = near(amounts, amount(&middle), COLUMNS);
    if rows.len() * columns.len() < 2 {
        return None;
    }
    let adds = matches!(middle.amount, ReloadAmount::Add(_));
    let label = Style::plain(theme::LABEL, theme::TEXT);
    let names: Vec<String> = rows.iter().map(|m| say::money(*m)).collect();
    let left = theme::MARGIN + widest(&label, names.iter().map(String::as_str)).max(40.0) + 16.0;
    let wide = ((theme::WIDTH - theme::MARGIN - left) / columns.len() as f64).min(WIDEST);
    let height = 104.0 + 30.0 + CELL * rows.len() as f64 + 92.0;
    let (mut d, top) = frame::sheet(&title(t, best), &subtitle(t), ABOUT, height);
    let small = Style::plain(theme::SMALL, theme::MUTED);
    let above = top + 26.0;
    d.text(
        (theme::MARGIN, above),
        Anchor::Start,
        small,
        "below this balance",
    );
    let map = Room {
        left,
        top: above + 14.0,
        right: left + wide * columns.len() as f64,
        bottom: above + 14.0 + CELL * rows.len() as f64,
    };
    for (r, name) in names.iter().rev().enumerate() {
        let y = map.top + CELL * (r as f64 + 0.5);
        d.text_mid((left - 12.0, y), Anchor::End, label, name);
    }
    for (c, m) in columns.iter().enumerate() {
        let x = left + wide * (c as f64 + 0.5);
        d.text(
            (x, map.bottom + 22.0),
            Anchor::Middle,
            label,
            &say::money(*m),
        );
    }
    let word = if adds {
        "buy this amount"
    } else {
        "reload to this balance"
    };
    let at = ((map.left + map.right) / 2.0, map.bottom + 46.0);
    d.text(at, Anchor::Middle, small, word);
    let cell = |s: &Setting| -> Option<Room> {
        let r = rows.iter().rev().position(|m| *m == s.threshold)?;
        let c = columns.iter().position(|m| *m == amount(s))?;
        let (x, y) = (left + wide * c as f64, map.top + CELL * r as f64);
        Some(Room {
            left: x,
            top: y,
            right: x + wide,
            bottom: y + CELL,
        })
    };
    for (e, s) in &cells {
        if let Some(room) = cell(s) {
            paint(&mut d, t, e, room);
        }
    }
    // Outlines last: neighbours must not paint over them.
    for recommended in [false, true] {
        for (e, s) in &cells {
            let is = e.standing == Standing::Recommended;
            if let Some(room) = cell(s).filter(|_| is == recommended) {
                outline(&mut d, t, e, room);
            }
        }
    }
    Some(d)
}

/// The recommended setting, or the one that comes nearest.
pub fn pivot(t: &Tuned) -> Option<&Entry> {
    let nearest = || t.causes.as_ref().and_then(|c| t.entries.get(c.of));
    t.recommended().or_else(nearest)
}

fn amount(s: &Setting) -> Money {
    match s.amount {
        ReloadAmount::To(to) => to,
        ReloadAmount::Add(add) => add,
    }
}

/// The values in order, at most so many of them, around one.
fn near(values: impl Iterator<Item = Money>, around: Money, most: usize) -> Vec<Money> {
    let mut all: Vec<Money> = values.collect();
    all.sort_unstable();
    all.dedup();
    let at = all.iter().position(|m| *m == around).unwrap_or(0);
    let from = at
        .saturating_sub(most / 2)
        .min(all.len().saturating_sub(most));
    all.into_iter().skip(from).take(most).collect()
}

fn color(share: f64) -> theme::Color {
    // The square root keeps one per cent apart from ten and from none.
    theme::ramp(0.02 + 0.73 * share.clamp(0.0, 1.0).sqrt())
}

fn paint(d: &mut Drawing, t: &Tuned, e: &Entry, room: Room) {
    let found = risk(t, e);
    let share = if found.value.is_finite() {
        found.value
    } else {
        1.0
    };
    let fill = color(share);
    let inside = Room {
        left: room.left + 1.0,
        top: room.top + 1.0,
        right: room.right - 1.0,
        bottom: room.bottom - 1.0,
    };
    d.rect(inside, fill);
    let style = if e.state.will_do() {
        Style::bold(theme::LABEL, theme::on(fill))
    } else {
        Style::plain(theme::LABEL, theme::on(fill))
    };
    let text = if share <= 0.0 {
        format!("< {}", percent(found.high))
    } else {
        percent(share)
    };
    let text = text.replace(' ', &say::NBSP.to_string());
    let word = match e.standing {
        Standing::Recommended => "recommended",
        _ if e.candidate.origin.today => "today",
        Standing::AsGood => "as good",
        _ => "",
    };
    let (x, y) = (
        (room.left + room.right) / 2.0,
        (room.top + room.bottom) / 2.0,
    );
    let small = Style::plain(theme::SMALL, theme::on(fill));
    let fits = !word.is_empty() && small.width(word) + 6.0 < room.right - room.left;
    let up = if fits { 9.0 } else { 0.0 };
    let text = style.fit(&text, room.right - room.left - 6.0);
    d.text_mid((x, y - up), Anchor::Middle, style, &text);
    if fits {
        d.text_mid((x, y + 12.0), Anchor::Middle, small, word);
    }
}

fn outline(d: &mut Drawing, t: &Tuned, e: &Entry, room: Room) {
    let recommended = e.standing == Standing::Recommended;
    let will_do = t.accept.is_some() && e.state.will_do();
    if !recommended && !will_do {
        return;
    }
    let (width, color) = if recommended {
        (5.0, theme::BLUE)
    } else {
        (2.4, theme::GREEN)
    };
    let half = width / 2.0;
    let Room {
        left,
        top,
        right,
        bottom,
    } = Room {
        left: room.left + half,
        top: room.top + half,
        right: room.right - half,
        bottom: room.bottom - half,
    };
    let corners = [
        (left, top),
        (right, top),
        (right, bottom),
        (left, bottom),
        (left, top),
        // Over the first corner again, or it has a notch.
        (right, top),
    ];
    d.line(corners.to_vec(), width, color);
}

fn title(t: &Tuned, best: &Entry) -> String {
    let Some(s) = &best.candidate.setting else {
        return String::new();
    };
    let found = risk(t, best);
    let share = if found.value <= 0.0 {
        format!("under {}", percent(found.high))
    } else {
        percent(found.value)
    };
    let what = match t.accept.as_ref().map(|r| &r.metric) {
        Some(Metric::PStockOut) => format!("the wallet runs dry in {share} of reload cycles"),
        _ => format!(
            "stopped by the wallet in {share} of {}s",
            t.about.trial_word
        ),
    };
    let setting = say::upper_first(&format!("{}{}", s.phrase(), limits(t, s, true)));
    match t.recommended() {
        Some(_) => format!("{setting}: {what}"),
        None => format!(
            "No setting will do; the nearest, {}: {what}",
            say::lower_first(&setting)
        ),
    }
}

fn subtitle(t: &Tuned) -> String {
    let of = match t.accept.as_ref().map(|r| &r.metric) {
        Some(Metric::PStockOut) => "share of reload cycles that run dry".to_owned(),
        _ => format!("share of {}s with a stop", t.about.trial_word),
    };
    let mut parts = vec![of];
    if let Some(r) = &t.accept {
        parts.push(format!("green: within {}", given(&r.metric, r.value)));
    }
    if t.recommended().is_some() {
        parts.push("blue: recommended".to_owned());
    }
    parts.push(format!(
        "{} new trials, seed{}{}",
        group_thousands(t.trials),
        say::NBSP,
        t.fresh_seed
    ));
    if t.partial {
        parts.push("partial".to_owned());
    }
    parts.join(" · ")
}
