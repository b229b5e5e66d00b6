//! Readings put in order: which belong to one period of a window, when that period began, and what
//! was logged between them.

use super::uses::{PerMeter, Uses, before};
use crate::base::time::{Instant, Span};
use crate::logs::state::Reading;

/// Resets of one period differ by fractions of a second, or by what a screen rounds.
const SAME_RESET: Span = Span::minutes(5);
/// Windows that open with a request begin on marks of this distance.
const MARK: Span = Span::minutes(10);
/// A percentage that falls by more than this without a reset began anew.
const FALL: f64 = 1.5;
/// Readings of one period that are used; more say nothing new, since neighbours share their rounding.
const KEPT: usize = 24;
/// Readings of a window that are used, newest periods first.
const KEPT_IN_ALL: usize = 480;
/// Windows that are followed through the log from a sure beginning; each may have been opened by
/// something that is not in it.
const FOLLOWED: i64 = 4;
/// From the last request on, how long a silent log still is a log.
const AFTER: Span = Span::minutes(30);

/// A kind of window, as far as its readings matter.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub length: Span,
    /// Whether it opens with a request; if not, it is fixed.
    pub by_request: bool,
}

/// A reading that is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    pub at: Instant,
    /// As given.
    pub percent: f64,
    /// A refusal: the window was used up, and by little more.
    pub hit: bool,
    /// Hours since the reading before it, or since the period began.
    pub hours: f64,
    /// Logged since then; dollars of each meter.
    pub spent: PerMeter,
    /// Logged use that this reading may hold or not.
    pub near: PerMeter,
}

/// Readings of one period of a window, in order of time. Never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// When the period began, if that is known: then the first link counts from there.
    pub start: Option<Instant>,
    pub links: Vec<Link>,
}

/// Readings that are not used, and periods as they were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Before the logs begin, or after they end.
    pub outside: usize,
    /// Alone in their period, whose beginning is not known.
    pub alone: usize,
    /// After the window, or another one that stops all work, was used up.
    pub full: usize,
    /// Between others of the same period, or older than enough newer ones.
    pub spare: usize,
    /// The window was not open.
    pub closed: usize,
    /// Periods whose beginning the readings give, the log gives, nothing gives.
    pub starts: [usize; 3],
    /// Falls of the percentage within a period.
    pub falls: usize,
}

/// A reading, and whether it is a refusal.
pub type Marked<'a> = (&'a Reading, bool);

/// Readings of one period.
struct Period<'a> {
    resets: Option<Instant>,
    readings: Vec<Marked<'a>>,
    /// Began in the middle: nothing is known of its beginning.
    fell: bool,
}

/// Puts the readings of one window (in order of time) into chains. `stopped` are the times in which
/// another window was used up.
pub fn chains(
    shape: Shape,
    readings: &[Marked<'_>],
    uses: &Uses,
    stopped: &[(Instant, Instant)],
) -> (Vec<Chain>, Sorted) {
    let mut sorted = Sorted::default();
    let Some((first, last)) = uses.span() else {
        sorted.outside = readings.len();
        return (Vec::new(), sorted);
    };
    let inside = |r: &&Marked<'_>| r.0.at >= first && before(r.0.at, AFTER) <= last;
    let usable: Vec<Marked<'_>> = readings.iter().filter(inside).copied().collect();
    sorted.outside = readings.len() - usable.len();
    let periods = periods(shape, &usable, &mut sorted);
    let mut all = Vec::new();
    let mut earlier = Earlier::default();
    for mut period in periods {
        let last_reading = period.readings.last().map(|r| r.0.at);
        cut(&mut period, stopped, &mut sorted);
        let start = begin(shape, &period, earlier, uses, first);
        earlier = Earlier {
            last: last_reading.or(earlier.last),
            start: start.or(earlier.start),
        };
        let kept = thin(&period.readings);
        sorted.spare += period.readings.len() - kept.len();
        let least = if start.is_some() { 1 } else { 2 };
        if kept.len() < least {
            sorted.alone += kept.len();
            continue;
        }
        let how = match (start, period.resets) {
            (Some(_), Some(_)) => 0,
            (Some(_), None) => 1,
            (None, _) => 2,
        };
        sorted.starts[how] += 1;
        all.push(chain(start, &kept, uses));
    }
    newest(&mut all, &mut sorted);
    (all, sorted)
}

/// The periods that the readings belong to.
fn periods<'a>(shape: Shape, readings: &[Marked<'a>], sorted: &mut Sorted) -> Vec<Period<'a>> {
    let told = readings.iter().any(|r| r.0.resets.is_some());
    let mut all: Vec<Period<'a>> = Vec::new();
    for &(reading, hit) in readings {
        // A window that is not open has no reset, where others have one.
        if told && reading.resets.is_none() && reading.percent == 0.0 {
            sorted.closed += 1;
            continue;
        }
        let joins = all.last().map(|p| p.takes(shape, reading));
        match (joins, all.last_mut()) {
            (Some(Joins::Yes), Some(period)) => {
                period.resets = period.resets.or(reading.resets);
                period.readings.push((reading, hit));
            }
            (joins, _) => {
                let fell = joins == Some(Joins::Fell);
                sorted.falls += usize::from(fell);
                all.push(Period {
                    resets: reading.resets,
                    readings: vec![(reading, hit)],
                    fell,
                });
            }
        }
    }
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joins {
    Yes,
    No,
    /// The same period, but its percentage fell: somebody gave it back.
    Fell,
}

impl Period<'_> {
    fn takes(&self, shape: Shape, next: &Reading) -> Joins {
        let (Some(&(first, _)), Some(&(last, _))) = (self.readings.first(), self.readings.last())
        else {
            return Joins::Yes;
        };
        let fell = next.percent < last.percent - FALL;
        match (self.resets, next.resets) {
            (Some(a), Some(b)) if a.0.abs_diff(b.0) > SAME_RESET.0.unsigned_abs() => Joins::No,
            (Some(at), _) if next.at >= at => Joins::No,
            (Some(_), _) if fell => Joins::Fell,
            (None, Some(at)) if first.at < before(at, shape.length) => Joins::No,
            (None, _) if fell || next.at.0.saturating_sub(first.at.0) >= shape.length.0 => {
                Joins::No
            }
            _ => Joins::Yes,
        }
    }
}

/// Leaves out what a stop makes meaningless: readings after the window was used up, and from the
/// first time on in which another one was.
fn cut(period: &mut Period<'_>, stopped: &[(Instant, Instant)], sorted: &mut Sorted) {
    let all = period.readings.len();
    let is_full = |r: &Marked<'_>| r.0.percent >= 100.0;
    if let Some(full) = period.readings.iter().position(is_full) {
        // A refusal says more than the first reading after it.
        let same = |r: &&Marked<'_>| r.1;
        let hit = period.readings.iter().skip(full).find(same).copied();
        period.readings.truncate(full + 1);
        if let (Some(hit), Some(end)) = (hit, period.readings.last_mut())
            && hit.0.at.0.saturating_sub(end.0.at.0) < MARK.0
        {
            *end = hit;
        }
    }
    let covered = |at: Instant| stopped.iter().any(|(a, b)| *a < at && at < *b);
    if let Some(n) = period.readings.iter().position(|r| covered(r.0.at)) {
        period.readings.truncate(n);
    }
    sorted.full += all - period.readings.len();
}

/// The period before: its last reading, and the last beginning that is known.
#[derive(Clone, Copy, Default)]
struct Earlier {
    last: Option<Instant>,
    start: Option<Instant>,
}

/// When a period began: its length before its reset. Without one, the log is followed from the last
/// beginning that is sure (a request after a silence, or a period that is known): each window lasts
/// its length, and the first request after it opens the next one.
fn begin(
    shape: Shape,
    period: &Period<'_>,
    earlier: Earlier,
    uses: &Uses,
    logs_begin: Instant,
) -> Option<Instant> {
    let first = period.readings.first()?.0.at;
    if period.fell {
        return None;
    }
    if let Some(resets) = period.resets {
        let minute = Span::minutes(1).0;
        let rounded = resets.0.saturating_add(minute / 2).div_euclid(minute) * minute;
        let start = before(Instant(rounded), shape.length);
        return (start >= logs_begin && start <= first).then_some(start);
    }
    if !shape.by_request {
        return None;
    }
    let mut open = anchor(shape, first, earlier, uses.starts())?;
    for _ in 0..FOLLOWED {
        let ends = Instant(open.0.saturating_add(shape.length.0));
        if ends > first {
            // The percentage fell between the reading before and this one: so the period began there.
            let fits = open <= first && earlier.last.is_none_or(|e| e < Instant(open.0 + MARK.0));
            return fits.then_some(open);
        }
        let starts = uses.starts();
        let next = starts.get(starts.partition_point(|s| *s < ends))?;
        open = marked(*next);
    }
    None
}

/// The last beginning before an instant that is sure.
fn anchor(shape: Shape, at: Instant, earlier: Earlier, starts: &[Instant]) -> Option<Instant> {
    let n = starts.partition_point(|s| *s <= at);
    let silent = (0..n).rev().take_while(|i| {
        let far = before(at, Span(shape.length.0.saturating_mul(FOLLOWED)));
        starts.get(*i).is_some_and(|s| *s > far)
    });
    let mut silent = silent.filter(|i| {
        let pair = i
            .checked_sub(1)
            .and_then(|b| starts.get(b))
            .zip(starts.get(*i));
        pair.is_some_and(|(a, b)| b.0.saturating_sub(a.0) >= shape.length.0)
    });
    let after_silence = silent
        .next()
        .and_then(|i| starts.get(i))
        .map(|s| marked(*s));
    after_silence.max(earlier.start)
}

/// The mark at or before an instant.
fn marked(at: Instant) -> Instant {
    Instant(at.0 - at.0.rem_euclid(MARK.0))
}

/// The readings that say most: the first and the last, ends of standstills, and steps in between.
fn thin<'a>(readings: &[Marked<'a>]) -> Vec<Marked<'a>> {
    let n = readings.len();
    let percent = |i: usize| readings.get(i).map(|r| r.0.percent);
    let ends = |i: &usize| {
        let before = i.checked_sub(1).and_then(percent);
        *i == 0 || *i + 1 == n || before != percent(*i) || percent(*i + 1) != percent(*i)
    };
    let kept: Vec<usize> = (0..n).filter(ends).collect();
    if kept.len() <= KEPT {
        return kept
            .iter()
            .filter_map(|i| readings.get(*i))
            .copied()
            .collect();
    }
    let at = |i: &usize| (kept.len() - 1) * i / (KEPT - 1);
    (0..KEPT)
        .filter_map(|i| readings.get(*kept.get(at(&i))?))
        .copied()
        .collect()
}

fn chain(start: Option<Instant>, kept: &[Marked<'_>], uses: &Uses) -> Chain {
    // A request at the very beginning belongs to the period that it opens.
    let mut since = start.map(|s| before(s, Span(1)));
    let links = kept
        .iter()
        .map(|&(r, hit)| {
            let from = since.unwrap_or(r.at);
            since = Some(r.at);
            Link {
                at: r.at,
                percent: r.percent,
                hit,
                hours: Span(r.at.0.saturating_sub(from.0)).as_hours(),
                spent: uses.between(from, r.at),
                near: uses.near(r.at),
            }
        })
        .collect();
    Chain { start, links }
}

/// Leaves out the oldest periods when there are more than enough.
fn newest(all: &mut Vec<Chain>, sorted: &mut Sorted) {
    let mut links = 0;
    let mut from = all.len();
    for chain in all.iter().rev() {
        links += chain.links.len();
        if links > KEPT_IN_ALL {
            break;
        }
        from -= 1;
    }
    sorted.spare += all.drain(..from).map(|c| c.links.len()).sum::<usize>();
}

#[cfg(test)]
#[path = "chains_tests.rs"]
mod tests;
