//! The end of a trial: statistics are closed, money is checked, the row is written.

use super::*;

impl<W: Watch> Trial<'_, '_, W> {
    pub(super) fn finish(mut self, rows: &mut Vec<i64>) -> Result<(), TrialError> {
        let (c, start, end) = (self.c, self.c.exp.start.0, self.c.exp.end);
        self.account.close(end, &mut self.world);
        self.tally.stops.close(c, &mut self.tally.sums, end.0);
        self.tally.count_trial(c.exp.account.seats);
        let account = &mut self.account;
        if account.wallet.ledger.overflow {
            return Err(TrialError::MoneyOverflow);
        }
        if !account.wallet.is_conserved() {
            return Err(TrialError::NotConserved);
        }
        self.world.money().left = account.wallet.balance().0;
        let from = rows.len();
        rows.resize(from + c.layout.width, 0);
        let row = &mut rows[from..];
        let mut set = |f: Field, v: i64| row[c.layout.at(f)] = v;
        let stops = &self.tally.stops;
        set(Field::Requests, self.requests);
        set(Field::Blocked, stops.requests);
        set(Field::BlockedByWallet, stops.requests_by_wallet);
        set(Field::Lost, self.lost);
        set(Field::BlockedMs, stops.ms_by_reason.iter().sum());
        set(Field::Reloads, account.wallet.reloads);
        set(Field::Declines, account.wallet.declines);
        set(Field::TopUps, account.wallet.top_ups_done);
        set(Field::Left, account.wallet.balance().0);
        set(Field::Expired, account.wallet.expired);
        set(Field::Idle, account.wallet.mean_balance(start, end.0));
        set(Field::FromBought, account.wallet.from_bought);
        let windows = c.exp.account.windows.len();
        for p in 0..=windows {
            let stats = if p < windows {
                account.stats[p]
            } else {
                account.wallet.stats
            };
            let first = stats.first_drain;
            set(
                Field::FirstDrain(p),
                if first == NEVER { NEVER } else { first - start },
            );
            set(Field::Drains(p), stats.drains);
            set(Field::EmptyMs(p), stats.empty_ms);
            set(Field::PeakUse(p), stats.peak_ppm);
            set(Field::Used(p), stats.used);
            set(Field::Periods(p), stats.periods);
            if p < windows {
                set(Field::WindowLimit(p), account.limits[p]);
                set(Field::StoppedMs(p), stops.ms_by_reason[p]);
            } else {
                let of_wallet = (0..REASON_SLOTS)
                    .filter(|s| Reason::from_slot(*s).is_some_and(Reason::is_wallet))
                    .map(|s| stops.ms_by_reason[s])
                    .sum();
                set(Field::StoppedMs(p), of_wallet);
            }
        }
        for (m, money) in self.world.months.iter().enumerate().take(c.layout.months) {
            set(Field::Covered(m), money.covered);
            set(Field::Extra(m), money.extra);
            set(Field::Card(m), money.card);
            set(Field::Tax(m), money.tax);
            set(Field::Api(m), money.api);
            set(Field::MonthLeft(m), money.left);
        }
        Ok(())
    }
}
