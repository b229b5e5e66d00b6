//! The end of a trial: statistics are closed, money is checked, the row is written.

use super::*;

impl<W: Watch> Trial<'_, '_, W> {
    pub(in crate::engine) fn finish(mut self, rows: &mut Vec<i64>) -> Result<(), TrialError> {
        let (c, end) = (self.c, self.c.exp.end);
        self.account.close(end, &mut self.world);
        self.tally.stops.close(c, &mut self.tally.sums, end.0);
        self.tally.count_trial(c.account.seats);
        check(&self.account)?;
        self.world.money().left = self.account.wallet.balance().0;
        let from = rows.len();
        rows.resize(from + c.layout.width, 0);
        let row = &mut rows[from..];
        let account = &self.account;
        let windows = c.account.windows.len();
        let mut set = |f: Field, v: i64| row[c.layout.at(f)] = v;
        set(Field::Requests, self.requests);
        for p in 0..windows {
            let stats = account.stats[p];
            set(Field::FirstDrain(p), since_start(c, stats.first_drain));
            set(Field::Drains(p), stats.drains);
            set(Field::EmptyMs(p), stats.empty_ms);
            set(Field::PeakUse(p), stats.peak_ppm);
            set(Field::Used(p), stats.used);
            set(Field::Periods(p), stats.periods);
            set(Field::WindowLimit(p), account.limits[p]);
        }
        for (m, money) in self.world.months.iter().enumerate().take(c.layout.months) {
            set(Field::Covered(m), money.covered);
            set(Field::Api(m), money.api);
        }
        stopped_fields(c, &self.tally.stops, self.lost, row);
        wallet_fields(c, &mut self.account, &self.world.months, row);
        Ok(())
    }
}

/// Whether a finished trial can be counted.
pub(in crate::engine) fn check(account: &Account<'_>) -> Result<(), TrialError> {
    if account.wallet.ledger.overflow {
        return Err(TrialError::MoneyOverflow);
    }
    if !account.wallet.is_conserved() {
        return Err(TrialError::NotConserved);
    }
    Ok(())
}

fn since_start(c: &Compiled<'_>, at: i64) -> i64 {
    if at == NEVER {
        NEVER
    } else {
        at - c.exp.start.0
    }
}

/// Writes what was refused and for how long, for what reason.
pub(in crate::engine) fn stopped_fields(
    c: &Compiled<'_>,
    stops: &Stops,
    lost: i64,
    row: &mut [i64],
) {
    let windows = c.account.windows.len();
    let mut set = |f: Field, v: i64| row[c.layout.at(f)] = v;
    set(Field::Blocked, stops.requests);
    set(Field::BlockedByWallet, stops.requests_by_wallet);
    set(Field::Lost, lost);
    set(Field::BlockedMs, stops.ms_by_reason.iter().sum());
    for p in 0..windows {
        set(Field::StoppedMs(p), stops.ms_by_reason[p]);
    }
    let of_wallet = (0..REASON_SLOTS)
        .filter(|s| Reason::from_slot(*s).is_some_and(Reason::is_wallet))
        .map(|s| stops.ms_by_reason[s])
        .sum();
    set(Field::StoppedMs(windows), of_wallet);
}

/// Writes what became of the wallet and of the money in it.
pub(in crate::engine) fn wallet_fields(
    c: &Compiled<'_>,
    account: &mut Account<'_>,
    months: &[MonthMoney],
    row: &mut [i64],
) {
    let (start, end) = (c.exp.start.0, c.exp.end.0);
    let wallet = &mut account.wallet;
    let mut set = |f: Field, v: i64| row[c.layout.at(f)] = v;
    set(Field::Reloads, wallet.reloads);
    set(Field::LateReloads, wallet.late_reloads);
    set(Field::Declines, wallet.declines);
    set(Field::TopUps, wallet.top_ups_done);
    set(Field::Left, wallet.balance().0);
    set(Field::Expired, wallet.expired);
    set(Field::Idle, wallet.mean_balance(start, end));
    set(Field::FromBought, wallet.from_bought);
    let pool = c.account.windows.len();
    let stats = wallet.stats;
    set(Field::FirstDrain(pool), since_start(c, stats.first_drain));
    set(Field::Drains(pool), stats.drains);
    set(Field::EmptyMs(pool), stats.empty_ms);
    set(Field::PeakUse(pool), stats.peak_ppm);
    set(Field::Used(pool), stats.used);
    set(Field::Periods(pool), stats.periods);
    for (m, money) in months.iter().enumerate().take(c.layout.months) {
        set(Field::Extra(m), money.extra);
        set(Field::Card(m), money.card);
        set(Field::MonthLeft(m), money.left);
    }
    for (m, money) in months.iter().enumerate().take(c.layout.months) {
        let elsewhere = c.account.wallet.tax(Money(row[c.layout.at(Field::Api(m))]));
        // What leaves the range of money is told when costs are added up.
        let tax = money.tax.saturating_add(c.exp.fee_tax(m).0);
        let tax = tax.saturating_add(elsewhere.0);
        row[c.layout.at(Field::Tax(m))] = tax;
    }
}
