//! Which settings are tried.

use super::setting::{Candidate, Origin, Setting};
use crate::account::spec::{ReloadAmount, WalletSpec};
use crate::base::money::{Money, PICO_PER_CENT};
use crate::catalog::reloads::Reloads;

/// Most settings of one search.
pub const SETTINGS_MAX: usize = 2_000;

/// Thresholds and targets that people type, in dollars: the own lists are taken from here.
const AMOUNTS: [i64; 13] = [1, 2, 5, 10, 15, 20, 25, 50, 100, 150, 200, 500, 1_000];
/// Least distance of a target from its threshold where no vendor says.
const GAP: Money = Money::usd(5);

/// The lists of a search; an empty one is filled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    pub threshold: Vec<Money>,
    pub reload_to: Vec<Money>,
    pub add: Vec<Money>,
    /// `None` = no cap.
    pub cap: Vec<Option<Money>>,
    /// `None` = unlimited.
    pub monthly_limit: Vec<Option<Money>>,
}

/// What some trials on a purse that never refuses say about the use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Charged in the dearest month of a trial: what is exceeded in a tenth and in a hundredth of
    /// trials.
    pub p90: Money,
    pub p99: Money,
}

/// All settings to try: the lists, today's setting, and published ones.
pub fn candidates(
    lists: &Lists,
    base: &WalletSpec,
    used: Use,
    min_gap: Option<Money>,
) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    let mut add = |setting: Option<Setting>, origin: Origin| match all
        .iter_mut()
        .find(|c| c.setting == setting)
    {
        Some(known) => {
            known.origin.listed |= origin.listed;
            known.origin.today |= origin.today;
            known.origin.published = known.origin.published.take().or(origin.published);
        }
        None => all.push(Candidate { setting, origin }),
    };
    for setting in listed(lists, base, used, min_gap) {
        let origin = Origin {
            listed: true,
            ..Origin::default()
        };
        add(Some(setting), origin);
    }
    let today = Origin {
        today: true,
        ..Origin::default()
    };
    add(Setting::of(base), today);
    for published in &Reloads::embedded().settings {
        let setting = Setting {
            threshold: published.threshold,
            amount: ReloadAmount::To(published.reload_to),
            cap: published.cap,
            monthly_limit: base.monthly_limit,
        };
        let origin = Origin {
            published: Some((published.id.clone(), published.made_for.clone())),
            ..Origin::default()
        };
        add(Some(setting), origin);
    }
    all
}

/// Every combination of the lists that can work.
fn listed(
    lists: &Lists,
    base: &WalletSpec,
    used: Use,
    min_gap: Option<Money>,
) -> impl Iterator<Item = Setting> {
    let own_amounts = lists.reload_to.is_empty() && lists.add.is_empty();
    let thresholds = match lists.threshold.as_slice() {
        [] => up_to(used.p90.0 / 3, Money::usd(10)),
        given => given.to_vec(),
    };
    let amounts: Vec<ReloadAmount> = if own_amounts {
        let targets = up_to(used.p90.0, Money::usd(25));
        targets.into_iter().map(ReloadAmount::To).collect()
    } else {
        let to = lists.reload_to.iter().map(|m| ReloadAmount::To(*m));
        to.chain(lists.add.iter().map(|m| ReloadAmount::Add(*m)))
            .collect()
    };
    let enough = round_up(used.p99);
    let today = base.auto_reload.as_ref().map(|a| a.cap);
    let caps = options(&lists.cap, today.unwrap_or(None), own_amounts, enough);
    let limits = options(
        &lists.monthly_limit,
        base.monthly_limit,
        own_amounts,
        enough,
    );
    let gap = min_gap.unwrap_or(GAP);
    let mut all = Vec::new();
    for threshold in thresholds {
        for amount in &amounts {
            for cap in &caps {
                for monthly_limit in &limits {
                    let setting = Setting {
                        threshold,
                        amount: *amount,
                        cap: *cap,
                        monthly_limit: *monthly_limit,
                    };
                    // A pair that somebody wrote down is tried even if the vendor's dialog would
                    // not take it.
                    let wanted = !own_amounts || setting.step() >= gap;
                    if wanted && setting.is_possible() && !all.contains(&setting) {
                        all.push(setting);
                    }
                }
            }
        }
    }
    all.into_iter()
}

/// Usual amounts up to one, at least up to `least`.
fn up_to(most: i64, least: Money) -> Vec<Money> {
    let most = most.max(least.0);
    let usual = AMOUNTS.iter().map(|d| Money::usd(*d));
    usual.filter(|m| m.0 <= most).collect()
}

/// Given caps or limits; else today's, and if that may be too little, one that is enough for 99 of
/// 100 trials.
fn options(
    given: &[Option<Money>],
    today: Option<Money>,
    own: bool,
    enough: Money,
) -> Vec<Option<Money>> {
    if !given.is_empty() {
        return given.to_vec();
    }
    match today {
        Some(limit) if own && limit < enough => vec![today, Some(enough)],
        _ => vec![today],
    }
}

/// The next of 1, 1.5, 2, 3, 5 and 7.5 times a power of ten.
pub fn round_up(amount: Money) -> Money {
    let mut power = 10 * PICO_PER_CENT;
    loop {
        for tenths in [10, 15, 20, 30, 50, 75] {
            let step = Money(power / 10 * tenths);
            if step >= amount || power >= i64::MAX / 100 {
                return step;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture;

    fn base() -> WalletSpec {
        fixture::experiment().account.wallet
    }

    #[test]
    fn lists_are_combined_and_what_cannot_work_is_left_out() {
        let lists = Lists {
            threshold: vec![Money::usd(5), Money::usd(20), Money::usd(5)],
            reload_to: vec![Money::usd(15), Money::usd(120)],
            cap: vec![Some(Money::usd(100)), None],
            ..Lists::default()
        };
        let all: Vec<Setting> = listed(&lists, &base(), Use::default(), None).collect();
        let shown: Vec<String> = all
            .iter()
            .map(|s| format!("{} {:?}", s.short(), s.cap.map(|c| c.0 / 1_000_000_000_000)))
            .collect();
        // 15 below 20 buys nothing, 120 below 5 does not fit under a cap of 100.
        let expected = [
            "15 below 5 Some(100)",
            "15 below 5 None",
            "120 below 5 None",
            "120 below 20 Some(100)",
            "120 below 20 None",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn own_lists_suit_the_use() {
        let small = Use {
            p90: Money::usd(8),
            p99: Money::usd(12),
        };
        let large = Use {
            p90: Money::usd(700),
            p99: Money::usd(900),
        };
        let count = |used| {
            let all: Vec<Setting> =
                listed(&Lists::default(), &base(), used, Some(Money::usd(10))).collect();
            let most = all.iter().map(|s| s.threshold).max();
            assert!(all.iter().all(|s| s.step() >= Money::usd(10)));
            (all.len(), most)
        };
        let (few, low) = count(small);
        let (many, high) = count(large);
        assert_eq!((low, high), (Some(Money::usd(10)), Some(Money::usd(200))));
        assert!(few >= 8 && few < many && many < 400, "{few} {many}");
    }

    #[test]
    fn today_and_published_settings_are_among_them() {
        let base = base();
        let all = candidates(&Lists::default(), &base, Use::default(), None);
        let today: Vec<_> = all.iter().filter(|c| c.origin.today).collect();
        assert_eq!(today.len(), 1);
        assert_eq!(today[0].setting, Setting::of(&base));
        let published = all.iter().filter(|c| c.origin.published.is_some());
        assert_eq!(published.count(), 4);
        for (i, c) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|o| o.setting != c.setting));
        }
    }

    #[test]
    fn amounts_are_rounded_up() {
        for (from, to) in [(1, 1), (12, 15), (214, 300), (301, 500), (760, 1_000)] {
            assert_eq!(round_up(Money::usd(from)), Money::usd(to), "{from}");
        }
        assert!(round_up(Money::MAX) > Money::usd(1_000));
    }
}
