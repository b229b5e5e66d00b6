//! The work itself: the same demand with nothing in its way, so that what it is worth at list price
//! and what it takes of each window do not depend on what stops it.

use crate::account::spec::{Access, Funding, Limit};
use crate::base::law::{Draw, Level};
use crate::engine::experiment::Experiment;

/// A window that no scenario empties: dollars of metered value.
const ENDLESS_USD: f64 = 1_000_000.0;

/// The experiment without any limit: windows never run dry, what the plan does not cover is paid on
/// account, nothing goes wrong. Sessions, models and who pays for which kind of request stay.
pub fn unhindered(experiment: &Experiment) -> Experiment {
    let mut free = lean(experiment);
    for window in &mut free.account.windows {
        window.used = 0.0;
        window.limit = Limit::Usd(Draw {
            per: Level::Trial,
            ..Draw::constant(ENDLESS_USD)
        });
    }
    paid_as_used(&mut free);
    free.account.wallet.daily_limit = None;
    free.incidents.clear();
    free
}

/// The experiment without the timeline, which a comparison does not show: its marks cost time.
pub fn lean(experiment: &Experiment) -> Experiment {
    let mut lean = experiment.clone();
    lean.steps = vec![lean.start, lean.end];
    lean
}

/// Extra usage that never runs out: charged when it is used, without a limit of the user's own. The
/// vendor's daily limit stays.
pub fn paid_as_used(experiment: &mut Experiment) {
    let wallet = &mut experiment.account.wallet;
    wallet.access = Access::On;
    wallet.funding = Funding::Arrears;
    wallet.auto_reload = None;
    wallet.monthly_limit = None;
    wallet.member_limit = None;
    // Money that is there already would make the same work look cheaper.
    wallet.balance = crate::base::money::Money::ZERO;
    wallet.grants.clear();
    wallet.purchases.clear();
    for class in &mut experiment.account.classes {
        class.grants = 0;
    }
}
