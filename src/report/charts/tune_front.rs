//! Risk against idle money: every setting as a point, and the front that no other beats on both.

use super::axes::ticks;
use super::canvas::{Anchor, Drawing, Point, Room, Style};
use super::near::{Near, pieces};
use super::tune_map::pivot;
use super::{frame, say, theme};
use crate::analysis::tune::{Entry, Standing, Tuned, given, limits, percent, reloads, risk};
use crate::base::money::group_thousands;
use crate::engine::require::Metric;

const ABOUT: &str = "Points, one for each setting: money that lies idle to the right, risk of a stop \
                     upward on a logarithmic scale, with 95 % intervals; a line joins the settings \
                     that none beats on both.";

/// A setting as a point.
struct Dot<'t> {
    entry: &'t Entry,
    idle: f64,
    risk: f64,
}

/// A logarithmic scale of shares.
struct Shares {
    low: f64,
    top: f64,
    bottom: f64,
}

impl Shares {
    fn at(&self, share: f64) -> f64 {
        let part = (share.max(self.low) / self.low).log10() / (1.0 / self.low).log10();
        self.bottom - part.clamp(0.0, 1.0) * (self.bottom - self.top)
    }
}

pub fn draw(t: &Tuned) -> Option<Drawing> {
    let best = pivot(t)?;
    let dots: Vec<Dot<'_>> = t
        .entries
        .iter()
        .map(|entry| Dot {
            entry,
            idle: entry.idle_usd,
            risk: risk(t, entry).value,
        })
        .filter(|d| d.idle.is_finite() && d.risk.is_finite())
        .collect();
    if dots.len() < 2 {
        return None;
    }
    let (mut d, top) = frame::sheet(&title(t, best), &subtitle(t), ABOUT, theme::HEIGHT);
    let room = Room {
        left: theme::MARGIN + 64.0,
        top: top + 44.0,
        right: theme::WIDTH - theme::MARGIN - 8.0,
        bottom: d.height - 74.0,
    };
    let seen = dots.iter().map(|p| p.risk).filter(|r| *r > 0.0);
    let least = seen.fold(0.01, f64::min);
    let low = libm::pow(10.0, (least * 0.8).log10().floor()).max(1e-7);
    let y = Shares {
        low,
        top: room.top,
        bottom: room.bottom,
    };
    let most = dots.iter().map(|p| p.idle).fold(1.0, f64::max) * 1.06;
    let x = |idle: f64| room.left + (idle / most).clamp(0.0, 1.0) * (room.right - room.left);
    axes(&mut d, t, room, &y, most);
    if let Some(r) = t.accept.as_ref().filter(|r| r.metric.is_probability()) {
        let at = y.at(r.value);
        d.dashed((room.left, at), (room.right, at), 1.8, theme::GREEN);
        let style = Style::bold(theme::SMALL, theme::GREEN).haloed();
        let text = format!("accepted: {}", given(&r.metric, r.value));
        d.text((room.right, at - 7.0), Anchor::End, style, &text);
    }
    let line: Vec<Point> = front(&dots)
        .iter()
        .map(|p| (x(p.idle), y.at(p.risk)))
        .collect();
    d.line(line.clone(), 2.2, theme::AXIS);
    for p in &dots {
        point(&mut d, t, p, (x(p.idle), y.at(p.risk)), &y);
    }
    let accepted = t.accept.as_ref().filter(|r| r.metric.is_probability());
    let limit = accepted.map(|r| ((room.left, y.at(r.value)), (room.right, y.at(r.value))));
    let intervals = dots.iter().map(|p| {
        let found = risk(t, p.entry);
        ((x(p.idle), y.at(found.high)), (x(p.idle), y.at(found.low)))
    });
    let near = Near {
        bounds: Room {
            bottom: room.bottom - 2.0,
            ..room
        },
        rooms: dots
            .iter()
            .map(|p| around((x(p.idle), y.at(p.risk)), radius(p.entry) + 2.0))
            .collect(),
        lines: pieces(&line).chain(limit).chain(intervals).collect(),
    };
    for p in named(&dots) {
        label(&mut d, t, p, (x(p.idle), y.at(p.risk)), &near);
    }
    Some(d)
}

fn axes(d: &mut Drawing, t: &Tuned, room: Room, y: &Shares, most: f64) {
    let style = Style::plain(theme::TICK, theme::TEXT);
    let small = Style::plain(theme::SMALL, theme::MUTED);
    let mut share = 1.0;
    while share >= y.low * 0.999 {
        let at = y.at(share);
        d.rule((room.left, at), (room.right, at), 1.0, theme::GRID);
        let text = percent(share).replace(' ', &say::NBSP.to_string());
        d.text_mid((room.left - 10.0, at), Anchor::End, style, &text);
        share /= 10.0;
    }
    let (values, step) = ticks(0.0, most, 8.0);
    for v in values {
        let at = room.left + v / most * (room.right - room.left);
        d.rule((at, room.bottom), (at, room.bottom + 5.0), 1.0, theme::AXIS);
        let text = say::axis_usd(v, step);
        d.text((at, room.bottom + 22.0), Anchor::Middle, style, &text);
    }
    d.rule(
        (room.left, room.bottom),
        (room.right, room.bottom),
        1.2,
        theme::AXIS,
    );
    let of = match t.accept.as_ref().map(|r| &r.metric) {
        Some(Metric::PStockOut) => "share of reload cycles that run dry".to_owned(),
        _ => format!("share of {}s with a stop by the wallet", t.about.trial_word),
    };
    d.text((theme::MARGIN, room.top - 16.0), Anchor::Start, small, &of);
    let at = ((room.left + room.right) / 2.0, room.bottom + 46.0);
    d.text(
        at,
        Anchor::Middle,
        small,
        "money idle in the wallet, average",
    );
}

fn tint(e: &Entry) -> theme::Color {
    match e.standing {
        Standing::Recommended => theme::BLUE,
        _ if e.candidate.origin.today => theme::VERMILLION,
        _ if !e.candidate.origin.listed => theme::PURPLE,
        _ if e.state.will_do() => theme::GREEN,
        _ => theme::AXIS,
    }
}

fn point(d: &mut Drawing, t: &Tuned, p: &Dot<'_>, at: Point, y: &Shares) {
    let found = risk(t, p.entry);
    let color = tint(p.entry);
    d.rule(
        (at.0, y.at(found.low)),
        (at.0, y.at(found.high)),
        1.4,
        color,
    );
    d.dot(at, radius(p.entry), color);
}

fn radius(e: &Entry) -> f64 {
    if is_important(e) { 6.0 } else { 3.5 }
}

fn is_important(e: &Entry) -> bool {
    e.standing == Standing::Recommended || e.candidate.origin.today
}

fn around(at: Point, half: f64) -> Room {
    Room {
        left: at.0 - half,
        top: at.1 - half,
        right: at.0 + half,
        bottom: at.1 + half,
    }
}

/// Settings that none beats on both, from little idle money to much.
fn front<'d, 't>(dots: &'d [Dot<'t>]) -> Vec<&'d Dot<'t>> {
    let listed = dots.iter().filter(|p| p.entry.candidate.origin.listed);
    let mut all: Vec<&Dot<'_>> = listed.collect();
    all.sort_by(|a, b| a.idle.total_cmp(&b.idle).then(a.risk.total_cmp(&b.risk)));
    let mut best = f64::INFINITY;
    all.retain(|p| {
        let beats = p.risk < best;
        best = best.min(p.risk);
        beats
    });
    all
}

/// Points that get their name, the important ones first.
fn named<'d, 't>(dots: &'d [Dot<'t>]) -> Vec<&'d Dot<'t>> {
    let of = |which: &dyn Fn(&Entry) -> bool| -> Vec<&'d Dot<'t>> {
        dots.iter().filter(|p| which(p.entry)).collect()
    };
    let mut all = of(&|e| e.standing == Standing::Recommended);
    all.extend(of(&|e| e.candidate.origin.today));
    all.extend(of(&|e| e.candidate.origin.published.is_some()));
    all.extend(front(dots));
    let mut seen: Vec<*const Entry> = Vec::new();
    all.retain(|p| {
        let new = !seen.contains(&std::ptr::from_ref(p.entry));
        seen.push(p.entry);
        new
    });
    all
}

/// Names cover no point and no line; an important point gets its name even across a line.
fn label(d: &mut Drawing, t: &Tuned, p: &Dot<'_>, at: Point, near: &Near) {
    let e = p.entry;
    let setting = e.candidate.setting.as_ref();
    let short = setting.map_or("no auto-reload".to_owned(), |s| {
        format!("{}{}", s.short(), limits(t, s, false))
    });
    let text = match (&e.standing, &e.candidate.origin) {
        (Standing::Recommended, _) => format!("recommended: {short}"),
        (_, o) if o.today => format!("today: {short}"),
        (_, o) => match &o.published {
            Some((id, _)) => format!("{id}: {short}"),
            None => short,
        },
    };
    let color = theme::ink(tint(e));
    if !is_important(e) {
        near.put(d, at, Style::plain(theme::SMALL, color).haloed(), &text);
        return;
    }
    let style = Style::bold(theme::LABEL, color).haloed();
    if !near.put(d, at, style, &text) {
        let across = Near {
            lines: Vec::new(),
            ..near.clone()
        };
        across.put(d, at, style, &text);
    }
}

fn title(t: &Tuned, best: &Entry) -> String {
    let Some(s) = &best.candidate.setting else {
        return String::new();
    };
    let money = say::usd(best.idle_usd);
    match t.recommended() {
        Some(_) => format!(
            "{}: {money} idle and {} a {} keep the risk you accept",
            say::upper_first(&s.phrase()),
            reloads(best.reloads),
            t.about.trial_word
        ),
        None => "No setting that was tried buys the risk you accept".to_owned(),
    }
}

fn subtitle(t: &Tuned) -> String {
    format!(
        "every setting tried, with 95{}% intervals · line: none is better on both · {} new trials, seed{}{}",
        say::NBSP,
        group_thousands(t.trials),
        say::NBSP,
        t.fresh_seed
    )
}
