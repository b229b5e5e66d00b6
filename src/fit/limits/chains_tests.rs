use super::*;
use crate::catalog::Scope;
use crate::fit::limits::uses::Uncounted;
use crate::logs::state::WindowKind;
use crate::logs::{Logs, Request, Tokens};

const SESSION: Shape = Shape {
    length: Span::hours(5),
    by_request: true,
};
/// 2026-10-12T00:00Z.
const DAY: i64 = 1_791_763_200_000;

fn minute(n: i64) -> Instant {
    Instant(DAY + n * 60_000)
}

/// A dollar of Opus 4.8 at each of these minutes of the day.
fn uses(minutes: &[i64]) -> Uses {
    let mut logs = Logs::default();
    let model = logs.names.add("claude-opus-4-8");
    logs.requests = minutes
        .iter()
        .map(|n| Request {
            at: minute(*n),
            until: minute(*n),
            model,
            tokens: Tokens {
                output: 40_000,
                ..Tokens::default()
            },
            count: 1,
            ..Request::default()
        })
        .collect();
    let mut left = Uncounted::default();
    Uses::of(&logs, &Scope::All, &mut |_| None, &mut left)
}

fn reading(at: i64, percent: f64, resets: Option<i64>) -> Reading {
    Reading {
        at: minute(at),
        kind: WindowKind::Session,
        percent,
        whole: true,
        resets: resets.map(minute),
    }
}

fn found(readings: &[Reading], uses: &Uses) -> (Vec<Chain>, Sorted) {
    let marked: Vec<Marked<'_>> = readings.iter().map(|r| (r, false)).collect();
    chains(SESSION, &marked, uses, &[])
}

fn begins(chains: &[Chain]) -> Vec<Option<i64>> {
    let minutes = |at: Instant| (at.0 - DAY) / 60_000;
    chains.iter().map(|c| c.start.map(minutes)).collect()
}

#[test]
fn a_reset_says_when_its_period_began() {
    let uses = uses(&[0, 605, 620, 700, 1000]);
    let readings = [
        reading(610, 1.0, Some(900)),
        reading(650, 2.0, Some(900)),
        reading(1001, 1.0, Some(1300)),
    ];
    let (chains, sorted) = found(&readings, &uses);
    assert_eq!(begins(&chains), [Some(600), Some(1000)]);
    assert_eq!(sorted.starts, [2, 0, 0]);
    // One dollar before the first reading of each period, one more before the second.
    let spent: Vec<Vec<i64>> = chains
        .iter()
        .map(|c| c.links.iter().map(|l| l.spent[0].round() as i64).collect())
        .collect();
    assert_eq!(spent, [vec![1, 1], vec![1]]);
}

#[test]
fn without_a_reset_the_log_is_followed() {
    // Silence until 605, so that a window opens at 600; the request at 910 opens the next one.
    let uses = uses(&[0, 605, 800, 910, 1000]);
    let readings = [
        reading(650, 10.0, None),
        reading(850, 20.0, None),
        reading(950, 5.0, None),
        reading(1001, 9.0, None),
    ];
    let (chains, _) = found(&readings, &uses);
    assert_eq!(begins(&chains), [Some(600), Some(910)]);
    // A fall that the log cannot explain leaves the beginning open.
    let other = [
        reading(850, 20.0, None),
        reading(880, 5.0, None),
        reading(900, 6.0, None),
    ];
    let (chains, sorted) = found(&other, &uses);
    assert_eq!(begins(&chains), [Some(600), None]);
    assert_eq!(sorted.starts, [0, 1, 1]);
}

#[test]
fn what_says_nothing_is_left_out_and_counted() {
    let uses = uses(&[600, 700]);
    let readings = [
        reading(10, 3.0, Some(250)),
        reading(620, 0.0, None),
        reading(640, 30.0, Some(900)),
        reading(650, 100.0, Some(900)),
        reading(660, 100.0, Some(900)),
        reading(2000, 4.0, Some(2200)),
    ];
    let (chains, sorted) = found(&readings, &uses);
    assert_eq!(chains.len(), 1);
    assert_eq!(chains[0].links.len(), 2);
    assert_eq!((sorted.outside, sorted.closed, sorted.full), (2, 1, 1));
    // Another window was used up from 630 on: nothing after it counts.
    let marked: Vec<Marked<'_>> = readings.iter().map(|r| (r, false)).collect();
    let (chains, _) = super::chains(SESSION, &marked, &uses, &[(minute(630), minute(2500))]);
    assert!(chains.is_empty());
}

#[test]
fn a_fall_within_a_period_begins_anew() {
    let uses = uses(&[600, 610, 620, 630, 700]);
    let readings = [
        reading(611, 20.0, Some(900)),
        reading(625, 2.0, Some(900)),
        reading(635, 9.0, Some(900)),
    ];
    let (chains, sorted) = found(&readings, &uses);
    assert_eq!(begins(&chains), [Some(600), None]);
    assert_eq!(sorted.falls, 1);
}

#[test]
fn of_many_readings_the_telling_ones_are_kept() {
    let all: Vec<Reading> = (0..1000)
        .map(|i| reading(i, (i / 10) as f64, None))
        .collect();
    let marked: Vec<Marked<'_>> = all.iter().map(|r| (r, false)).collect();
    let kept = thin(&marked);
    assert_eq!(kept.len(), KEPT);
    assert_eq!(
        (kept[0].0.at, kept[KEPT - 1].0.at),
        (minute(0), minute(999))
    );
    let still: Vec<Reading> = (0..50).map(|i| reading(i, 7.0, None)).collect();
    let marked: Vec<Marked<'_>> = still.iter().map(|r| (r, false)).collect();
    assert_eq!(thin(&marked).len(), 2);
}
