//! When each pool drains: the share of trials in which it has not run dry yet.

use super::axes::{Panel, thin, widest};
use super::canvas::{Anchor, Drawing, Point, Room, Style};
use super::near::{crosses, pieces};
use super::place::spread;
use super::theme::{self, Color};
use super::when::Clock;
use super::{frame, say};
use crate::analysis::findings::{Findings, PoolFinding};
use crate::base::time::Instant;

const ABOUT: &str = "Lines fall from 100 % as pools run dry for the first time; \
                     dots mark the date by which half of all trials have drained.";
/// Height of the label of a line: two rows and some air.
const LABEL: f64 = 42.0;
/// Height of the name of a pool that never drains, under one heading for all of them.
const NEVER: f64 = 21.0;

/// A pool as it is drawn.
struct Curve<'f> {
    pool: &'f PoolFinding,
    color: Color,
    points: Vec<Point>,
}

pub fn draw(f: &Findings) -> Option<Drawing> {
    if f.pools.is_empty() {
        return None;
    }
    let clock = Clock::new(&f.header);
    let needed = 200.0 + LABEL * f.pools.len() as f64;
    let (mut d, top) = frame::open(f, &title(f, &clock), ABOUT, needed.max(theme::HEIGHT));
    let name = Style::bold(theme::LABEL, theme::INK);
    let fact = Style::plain(theme::TICK, theme::INK);
    let names: Vec<String> = f.pools.iter().map(|p| name.fit(&p.label, 236.0)).collect();
    let facts: Vec<String> = f.pools.iter().map(|p| how_often(p, f)).collect();
    let column = widest(&name, names.iter().map(String::as_str))
        .max(widest(&fact, facts.iter().map(String::as_str)))
        .max(fact.width("all of them never run dry:"));
    let room = Room {
        left: 104.0,
        top: top + 46.0,
        right: d.width - 36.0 - column - 18.0,
        bottom: d.height - 56.0,
    };
    let panel = Panel::new(&clock, room, 0.0, 100.0);
    axes(&mut d, &panel, f);
    let curves: Vec<Curve<'_>> = (f.pools.iter().enumerate())
        .map(|(i, pool)| Curve {
            pool,
            color: theme::pool(i, pool.is_wallet),
            points: points(pool, &panel),
        })
        .collect();
    for curve in &curves {
        band(&mut d, curve, &panel);
    }
    // The headline pool comes first in the list, so it is drawn last, on top.
    for curve in curves.iter().rev() {
        d.line(curve.points.clone(), 3.0, curve.color);
    }
    end_labels(&mut d, &curves, &panel, &names, &facts);
    medians(&mut d, &curves, &panel);
    Some(d)
}

fn axes(d: &mut Drawing, panel: &Panel<'_>, f: &Findings) {
    let marks: Vec<(f64, String)> = (0..=5)
        .map(|i| f64::from(i) * 20.0)
        .map(|v| (v, format!("{v:.0}{}%", say::NBSP)))
        .collect();
    panel.left_axis(d, &marks);
    let ticks = panel.time_ticks();
    panel.time_axis(d, &ticks, true);
    let caption = format!(
        "Share of {} in which the pool has not run dry yet",
        say::trials(&f.header)
    );
    let style = Style::plain(theme::TICK, theme::TEXT);
    let at = (theme::MARGIN, panel.room.top - 22.0);
    d.text(at, Anchor::Start, style, &caption);
}

/// The curve from full at the start to the end of the horizon.
fn points(pool: &PoolFinding, panel: &Panel<'_>) -> Vec<Point> {
    let thinned = thin(&pool.survival, 700, |p| p.share);
    let mut out: Vec<Point> = thinned
        .iter()
        .map(|p| panel.point(p.at, p.share * 100.0))
        .collect();
    let last = out.last().map_or(panel.y.at(100.0), |p| p.1);
    if out.first().is_none_or(|p| p.0 > panel.room.left) {
        out.insert(0, (panel.room.left, panel.y.at(100.0)));
    }
    if out.last().is_none_or(|p| p.0 < panel.room.right) {
        out.push((panel.room.right, last));
    }
    out
}

/// The 95 % interval of the share.
fn band(d: &mut Drawing, curve: &Curve<'_>, panel: &Panel<'_>) {
    let thinned = thin(&curve.pool.survival, 350, |p| p.share);
    let high = thinned.iter().map(|p| panel.point(p.at, p.high * 100.0));
    let low = (thinned.iter().rev()).map(|p| panel.point(p.at, p.low * 100.0));
    d.area(high.chain(low).collect(), curve.color, 0.2);
}

fn how_often(pool: &PoolFinding, f: &Findings) -> String {
    let p = pool.p_drains.value;
    if p <= 0.0 {
        "never runs dry".to_string()
    } else {
        format!("runs dry {}", say::in_share(p, &f.header))
    }
}

fn end_labels(
    d: &mut Drawing,
    curves: &[Curve<'_>],
    panel: &Panel<'_>,
    names: &[String],
    facts: &[String],
) {
    let end = |c: &Curve<'_>| c.points.last().map_or(panel.room.bottom, |p| p.1);
    let never = |c: &Curve<'_>| c.pool.p_drains.value <= 0.0;
    let quiet = curves.iter().filter(|c| never(c)).count();
    // Several lines on the 100 % line are one group, so that they do not crowd out the others.
    let group = quiet > 1;
    let (top, bottom) = (panel.room.top - 20.0, panel.room.bottom + 6.0);
    let mut items: Vec<(Option<usize>, f64, f64)> = Vec::new();
    if group {
        items.push((None, panel.y.at(100.0), NEVER));
    }
    // First the quiet ones: of equal wishes the first stays on top.
    let mut order: Vec<usize> = (0..curves.len()).collect();
    order.sort_by_key(|i| !never(&curves[*i]));
    for i in order {
        let height = if group && never(&curves[i]) {
            NEVER
        } else {
            LABEL
        };
        items.push((Some(i), end(&curves[i]), height));
    }
    let wish: Vec<f64> = items.iter().map(|item| item.1).collect();
    let heights: Vec<f64> = items.iter().map(|item| item.2).collect();
    let at = spread(&wish, &heights, top, bottom);
    let right = panel.room.right;
    let x = right + 16.0;
    for ((item, wish, _), at) in items.into_iter().zip(at) {
        let Some(i) = item else {
            let style = Style::plain(theme::TICK, theme::TEXT);
            let text = match quiet == curves.len() {
                true => "all of them never run dry:".to_string(),
                false => format!("{quiet} never run dry:"),
            };
            d.text_mid((x, at), Anchor::Start, style, &text);
            continue;
        };
        let ink = theme::ink(curves[i].color);
        let name = Style::bold(theme::LABEL, ink);
        if group && never(&curves[i]) {
            d.text_mid((x, at), Anchor::Start, name, &names[i]);
            continue;
        }
        if (at - wish).abs() > 3.0 {
            let leader = vec![(right + 2.0, wish), (right + 12.0, at)];
            d.line(leader, 1.2, curves[i].color);
        }
        let fact = Style::plain(theme::TICK, ink);
        d.text((x, at - 3.0), Anchor::Start, name, &names[i]);
        d.text((x, at + 15.0), Anchor::Start, fact, &facts[i]);
    }
}

/// A dot where a curve passes one half, with its date beside it where no curve runs.
fn medians(d: &mut Drawing, curves: &[Curve<'_>], panel: &Panel<'_>) {
    let dots: Vec<(usize, Instant)> = curves
        .iter()
        .enumerate()
        .filter_map(|(i, c)| median(c.pool).map(|at| (i, at)))
        .collect();
    for (i, at) in &dots {
        d.dot(panel.point(*at, 50.0), 4.5, curves[*i].color);
    }
    let mut said: Vec<(f64, String)> = Vec::new();
    for (i, at) in dots {
        let (x, y) = panel.point(at, 50.0);
        let style = Style::bold(theme::TICK, theme::ink(curves[i].color)).haloed();
        let text = panel.clock.short(at);
        // Dots on one spot share a date.
        if said
            .iter()
            .any(|(sx, s)| (sx - x).abs() < 8.0 && *s == text)
        {
            continue;
        }
        said.push((x, text.clone()));
        let mut best: Option<(usize, Point, Anchor)> = None;
        for (n, (dx, dy)) in PLACES.into_iter().enumerate() {
            let anchor = if dx < 0.0 { Anchor::End } else { Anchor::Start };
            let place = (x + dx, y + dy);
            let room = Drawing::room(place, anchor, &style, &text).grown(3.0);
            let inside = room.left > panel.room.left && room.right < panel.room.right + 3.0;
            if !inside || !d.is_free(&room) {
                continue;
            }
            // Lines through the text are worse than a place further down the list.
            let hit = curves
                .iter()
                .filter(|c| pieces(&c.points).any(|l| crosses(l, &room)));
            let cost = n + 20 * hit.count();
            if best.is_none_or(|(least, _, _)| cost < least) {
                best = Some((cost, place, anchor));
            }
        }
        if let Some((_, place, anchor)) = best {
            d.text(place, anchor, style, &text);
        }
    }
}

/// Where the date of a median may stand, from its dot, best first.
const PLACES: [(f64, f64); 10] = [
    (10.0, -10.0),
    (-10.0, 22.0),
    (10.0, -28.0),
    (-10.0, 40.0),
    (12.0, 5.0),
    (-12.0, 5.0),
    (10.0, 22.0),
    (-10.0, -12.0),
    (10.0, -48.0),
    (-10.0, 60.0),
];

/// The instant by which half of all trials have drained the pool.
fn median(pool: &PoolFinding) -> Option<Instant> {
    (pool.first.iter())
        .find(|q| (q.p - 0.5).abs() < 1e-9)
        .and_then(|q| q.at)
}

fn title(f: &Findings, clock: &Clock<'_>) -> String {
    let h = &f.header;
    let first = (f.pools.iter())
        .filter_map(|p| median(p).map(|at| (at, p)))
        .min_by_key(|(at, _)| *at);
    if let Some((at, pool)) = first {
        let share = pool.p_drains.value;
        let runs = say::verb(pool, "runs", "run");
        let is = say::verb(pool, "is", "are");
        let pool = say::the_pool(pool);
        let at_once = (at - clock.start).0 as f64 <= 0.001 * (clock.end - clock.start).0 as f64;
        return if at_once {
            let often = if h.trials == 1 {
                String::new()
            } else {
                format!(" {}", say::in_share(share, h))
            };
            format!(
                "{} {is} empty from the start{often}",
                say::upper_first(&pool)
            )
        } else if h.trials == 1 {
            {
                let pool = say::upper_first(&pool);
                format!("{pool} {runs} dry by {}", clock.long(at))
            }
        } else {
            format!(
                "In half of all {}, {pool} {runs} dry by {}",
                say::trials(h),
                clock.long(at)
            )
        };
    }
    let most = (f.pools.iter().rev())
        // Of equals the first is named, as on the screen.
        .filter(|p| p.p_drains.value > 0.0)
        .max_by(|a, b| a.p_drains.value.total_cmp(&b.p_drains.value));
    match most {
        Some(pool) => format!(
            "{} {} dry {}",
            say::upper_first(&say::the_pool(pool)),
            say::verb(pool, "runs", "run"),
            say::in_share(pool.p_drains.value, h)
        ),
        None => format!("No pool runs dry {}", say::in_any(h)),
    }
}
