//! Every grouping sums up the same requests.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::base::time::Instant;
use crate::base::zones::zone;
use crate::logs::{Names, OutputCount, Tokens};

/// 2026-10-20T00:00Z, a few days before the clocks change in Europe.
const BEGIN: i64 = 1_792_454_400_000;

fn question(by: &[By], zone: TimeZone) -> Question {
    Question {
        by: by.to_vec(),
        zone,
        zone_name: "test".to_owned(),
        since: None,
        until: None,
        cost: CostFrom::Auto,
    }
}

fn logs(all: &[(i64, u8, u8, u64, bool)]) -> Logs {
    let mut names = Names::default();
    let models = ["claude-opus-4-8", "claude-sonnet-4-6", "unknown-1"];
    let mut requests: Vec<Request> = all
        .iter()
        .map(|&(at, model, session, tokens, sidechain)| Request {
            at: Instant(BEGIN + at),
            until: Instant(BEGIN + at + 1000),
            model: names.add(models[usize::from(model) % 3]),
            session: names.add(&format!("s{session}")),
            project: names.add(&format!("p{}", session % 3)),
            tokens: Tokens {
                input: tokens,
                cache_write_5m: tokens / 2,
                cache_write_1h: tokens / 3,
                cache_read: tokens * 7,
                output: tokens % 1000,
            },
            sidechain,
            output: OutputCount::Final,
            count: 1,
            ..Request::default()
        })
        .collect();
    requests.sort_by_key(|r| r.at);
    Logs {
        names,
        requests,
        ..Logs::default()
    }
}

proptest! {
    /// Tokens, dollars and requests of the groups add up to the total, to the token.
    #[test]
    fn all_groupings_agree(
        all in prop::collection::vec(
            (0i64..40 * 86_400_000, 0u8..3, 0u8..12, 0u64..1_000_000, any::<bool>()),
            0..120,
        ),
        nested in prop::collection::vec(0usize..8, 1..=4),
    ) {
        let logs = logs(&all);
        let berlin = zone("Europe/Berlin").unwrap();
        let single = By::ALL.iter().map(|b| vec![*b]);
        let nested: Vec<By> = nested.iter().map(|i| By::ALL[*i]).collect();
        for by in single.chain([nested]) {
            let u = usage(&logs, Catalog::embedded(), &question(&by, berlin.clone()));
            prop_assert_eq!(u.total.tokens, logs.total());
            prop_assert_eq!(u.total.requests, all.len() as u64);
            let mut sum = Sum::default();
            for g in &u.groups {
                prop_assert_eq!(g.keys.len(), by.len());
                prop_assert!(g.sum.requests > 0);
                sum.join(&g.sum);
            }
            let total = Sum { sessions: 0, ..u.total };
            prop_assert_eq!(sum, total);
        }
    }
}

fn keys(all: &[(i64, u8, u8, u64, bool)], by: By, zone: TimeZone) -> Vec<String> {
    let u = usage(&logs(all), Catalog::embedded(), &question(&[by], zone));
    u.groups.into_iter().map(|mut g| g.keys.remove(0)).collect()
}

/// Days are local, also when the clocks change; weeks begin on Mondays.
#[test]
fn days_are_local() {
    let berlin = zone("Europe/Berlin").unwrap();
    let hour = 3_600_000;
    // 21:59 and 22:00 UTC are 23:59 and 0:00 in summer; after 25 October midnight is 23:00 UTC.
    let at = [
        22 * hour - 60_000,
        22 * hour,
        6 * 24 * hour - hour - 60_000,
        6 * 24 * hour - hour,
    ];
    let all = at.map(|t| (t, 0, 0, 1, false));
    let days = ["2026-10-20", "2026-10-21", "2026-10-25", "2026-10-26"];
    assert_eq!(keys(&all, By::Day, berlin.clone()), days);
    assert_eq!(
        keys(&all, By::Week, berlin.clone()),
        ["2026-10-19", "2026-10-26"]
    );
    assert_eq!(keys(&all, By::Month, berlin), ["2026-10"]);
}

/// A window lasts five hours from the ten-minute mark before its first request; the next one opens
/// with the next request, whenever that is.
#[test]
fn windows_open_with_a_request() {
    let minute = 60_000;
    let at = [7, 300, 309, 310, 1000].map(|m| (m * minute, 0, 0, 1, false));
    assert_eq!(
        keys(&at, By::Window, TimeZone::UTC),
        ["2026-10-20 00:00", "2026-10-20 05:00", "2026-10-20 16:40"]
    );
}

/// Models stand in order of dollars, those without a price behind.
#[test]
fn models_stand_in_order_of_dollars() {
    let all = [
        (0, 1, 0, 1_000_000, false),
        (1, 2, 0, 1_000_000, false),
        (2, 0, 0, 1_000_000, true),
    ];
    assert_eq!(
        keys(&all, By::Model, TimeZone::UTC),
        ["claude-opus-4-8", "claude-sonnet-4-6", "unknown-1"]
    );
    assert_eq!(keys(&all, By::Actor, TimeZone::UTC), ["sub-agents", "main"]);
}
