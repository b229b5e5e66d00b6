//! The account and a naive auditor agree on everything, over random accounts and requests.

mod support {
    pub mod accounts;
    pub mod auditor;
    pub mod auditor_time;
    pub mod cases;
}

use burncast::account::ledger::Posting;
use burncast::account::world::PurchaseKind;
use proptest::prelude::*;
use support::accounts::{Case, END, Real, Says, drive};
use support::auditor::{Auditor, Fact};
use support::cases::{case, has};

/// Runs both through a case and compares all that can be seen.
fn compare(case: &Case) -> Vec<Says> {
    let (mut real, mut auditor) = (Real::new(case), Auditor::new(case));
    let (a, b) = (drive(&mut real, case), drive(&mut auditor, case));
    for (k, (x, y)) in real.world.notes.iter().zip(&auditor.notes).enumerate() {
        assert_eq!(x, y, "note {k}: account, auditor");
    }
    assert_eq!(real.world.notes.len(), auditor.notes.len());
    for (k, (x, y)) in a.iter().zip(&b).enumerate() {
        assert_eq!(x, y, "request {k}: account, auditor");
    }
    assert_eq!(real.balance(), auditor.balance());
    compare_totals(&real, &auditor);
    for w in 0..=case.spec.windows.len() {
        let window = (w < case.spec.windows.len()).then_some(w);
        let stats = window.map_or(real.account.wallet.stats, |w| real.account.stats[w]);
        let seen = (stats.first_drain, stats.drains, stats.empty_ms);
        assert_eq!(seen, auditor.dry_spells(END, window), "pool {window:?}");
    }
    a.into_iter().map(|v| v.0).collect()
}

fn compare_totals(real: &Real<'_>, auditor: &Auditor<'_>) {
    let bought = |f: &Fact, of: fn(i64, i64, i64) -> i64| match *f {
        Fact::Bought { pay, get, tax, .. } => of(pay, get, tax),
        _ => 0,
    };
    let pay = auditor.sum(|f| bought(f, |pay, _, _| pay));
    let bonus = auditor.sum(|f| bought(f, |pay, get, _| get - pay));
    let tax = auditor.sum(|f| match *f {
        Fact::Invoiced { tax, .. } => tax,
        _ => bought(f, |_, _, tax| tax),
    });
    let of = |want: fn(&Fact) -> i64| auditor.sum(want);
    let usage = of(|f| {
        if let Fact::Charged { cost, .. } = *f {
            cost
        } else {
            0
        }
    });
    let expired = of(|f| if let Fact::Expired(x) = *f { x } else { 0 });
    let invoiced = of(|f| {
        if let Fact::Invoiced { pay, .. } = *f {
            pay
        } else {
            0
        }
    });
    let reloads = of(|f| {
        i64::from(matches!(
            f,
            Fact::Bought {
                kind: PurchaseKind::Reload,
                ..
            }
        ))
    });
    let declines = of(|f| i64::from(*f == Fact::Declined));
    let want = [pay, bonus, usage, expired, tax, invoiced, reloads, declines];
    let w = &real.account.wallet;
    let t = |p| real.total(p);
    let seen = [
        t(Posting::Purchase),
        t(Posting::Bonus),
        t(Posting::Usage),
        t(Posting::Expired),
        t(Posting::Tax),
        t(Posting::Invoice),
        w.reloads,
        w.declines,
    ];
    assert_eq!(
        seen, want,
        "purchases, bonus, usage, expired, tax, invoices, reloads, declines"
    );
    assert!(w.is_conserved() && !w.ledger.overflow);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_account_agrees_with_its_auditor(seed: u64, off in 0u32..=has::ALL, n in 1usize..90) {
        // Most features on; shrinking switches them off.
        let features = has::ALL & !(off & (off >> 3));
        compare(&case(seed, features, n));
    }
}

/// The random accounts reach every verdict, so that agreement means something.
#[test]
fn every_verdict_occurs() {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for seed in 0..1_200 {
        for says in compare(&case(
            seed,
            has::ALL & !((seed as u32).wrapping_mul(2_654_435_761) >> 20),
            60,
        )) {
            *seen.entry(format!("{says:?}")).or_default() += 1;
        }
    }
    // Two payers, ten reasons of the wallet, four windows.
    assert_eq!(seen.len(), 16, "{seen:?}");
    assert!(seen.values().all(|n| *n >= 10), "{seen:?}");
}
