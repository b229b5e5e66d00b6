//! An account whose plan changes under it: other sizes, other windows, other rules, the same money.

use super::reason::WINDOWS_MAX;
use super::spec::{AccountSpec, Opens, WindowSpec};
use super::state::Account;
use super::windows::{NEVER, PoolStats, Seat};
use crate::base::time::Instant;

impl Account<'_> {
    /// The account under another specification from `now` on. A window is the same one if its name
    /// is: what was used of it stays used, and it resets when it would have. A new window is full
    /// (a fixed one) or closed. The wallet goes on; classes keep their numbers. All that is due up
    /// to `now` must have been carried out.
    pub fn renew<'b>(
        self,
        spec: &'b AccountSpec,
        limits: [i64; WINDOWS_MAX],
        now: Instant,
    ) -> Account<'b> {
        let fresh = Account::new(spec, now, limits);
        let twin: Vec<Option<usize>> = spec
            .windows
            .iter()
            .map(|w| self.spec.windows.iter().position(|o| o.name == w.name))
            .collect();
        let mut stats = [PoolStats::NEW; WINDOWS_MAX];
        for (w, old) in twin.iter().enumerate() {
            if let Some(old) = old {
                stats[w] = self.stats[*old];
            }
        }
        let change = Change {
            windows: &spec.windows,
            twin: &twin,
            old_limits: &self.limits,
            limits: &limits,
            now: now.0,
        };
        let mut account = Account {
            seats: self.seats.iter().map(|s| s.renewed(&change)).collect(),
            wallet: self.wallet,
            stats,
            calm: self.calm,
            false_refusal_until: self.false_refusal_until,
            wrong_bucket_until: self.wrong_bucket_until,
            in_flight: self.in_flight,
            flights: self.flights,
            next_month: spec.month_starts.partition_point(|t| *t <= now),
            next_day: spec.day_starts.partition_point(|t| *t <= now),
            ..fresh
        };
        account.wallet.schedule(&spec.wallet);
        account.reschedule();
        account
    }
}

/// What changes about the windows.
struct Change<'c> {
    windows: &'c [WindowSpec],
    /// For each window the old one of its name.
    twin: &'c [Option<usize>],
    old_limits: &'c [i64; WINDOWS_MAX],
    limits: &'c [i64; WINDOWS_MAX],
    now: i64,
}

impl Seat {
    fn renewed(&self, c: &Change<'_>) -> Seat {
        let mut seat = Seat::new(&[], c.limits, c.now);
        seat.spent_month = self.spent_month;
        for (w, spec) in c.windows.iter().enumerate() {
            let old = c.twin[w].filter(|o| self.open[*o]);
            let used = old.map_or(0, |o| c.old_limits[o] - self.room[o]);
            match &spec.opens {
                Opens::FirstRequest { .. } => {
                    let Some(o) = old else { continue };
                    seat.resets_at[w] = self.resets_at[o];
                }
                Opens::Fixed { resets } => {
                    let next = resets.partition_point(|r| r.0 <= c.now);
                    seat.next_fixed[w] = next;
                    seat.resets_at[w] = resets.get(next).map_or(NEVER, |r| r.0);
                }
            }
            seat.open[w] = true;
            seat.room[w] = c.limits[w].saturating_sub(used);
            if seat.room[w] <= 0 {
                seat.empty_since[w] = match old.map(|o| self.empty_since[o]) {
                    Some(since) if since != NEVER => since,
                    _ => c.now,
                };
            }
        }
        seat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::spec::{Access, Class, Funding, Limit, Provenance, WalletSpec};
    use crate::account::{Note, Payment, Verdict, World};
    use crate::base::law::Draw;
    use crate::base::money::Money;
    use crate::base::time::Span;

    struct Quiet;
    impl World for Quiet {
        fn payment(&mut self, _: u32, _: Instant) -> Payment {
            Payment {
                delay_ms: 0,
                declined: false,
            }
        }
        fn note(&mut self, _: Instant, _: Note) {}
    }

    fn window(name: &str, opens: Opens) -> WindowSpec {
        WindowSpec {
            name: name.into(),
            label: String::new(),
            message: String::new(),
            opens,
            limit: Limit::Usd(Draw::constant(1.0)),
            provenance: Provenance::Given,
            used: 0.0,
        }
    }

    fn session() -> WindowSpec {
        window(
            "session",
            Opens::FirstRequest {
                length: Span(500),
                round: Span::ZERO,
                open_until: None,
            },
        )
    }

    fn week(at: &[i64]) -> WindowSpec {
        let resets = at.iter().map(|t| Instant(*t)).collect();
        window("week", Opens::Fixed { resets })
    }

    fn spec(windows: Vec<WindowSpec>) -> AccountSpec {
        let class = Class {
            plan: true,
            windows: (1 << windows.len()) - 1,
            grants: 0,
            third_party: false,
        };
        AccountSpec {
            seats: 1,
            windows,
            wallet: WalletSpec {
                access: Access::Off,
                funding: Funding::Prepaid,
                label: String::new(),
                balance: Money::usd(7),
                grants: Vec::new(),
                monthly_limit: None,
                member_limit: None,
                daily_limit: None,
                spent_before: Money::ZERO,
                auto_reload: None,
                purchases: Vec::new(),
                tax_ppm: 0,
                bought_life: None,
                top_up_delay: Draw::constant(0.0),
            },
            classes: vec![class],
            month_starts: Vec::new(),
            day_starts: Vec::new(),
        }
    }

    /// A session that runs keeps what was used and its end; the week appears full; the money stays.
    #[test]
    fn what_was_used_stays_used() {
        let (before, after) = (
            spec(vec![session()]),
            spec(vec![week(&[700, 1400]), session()]),
        );
        let mut limits = [0; WINDOWS_MAX];
        limits[0] = 100;
        let mut a = Account::new(&before, Instant(0), limits);
        assert_eq!(a.gate(Instant(10), 0, 0, &mut Quiet), Verdict::Plan);
        a.post_plan(Instant(20), 0, 0, 60, &mut Quiet);
        a.begin(Instant(120), 0, 0, false, 5);
        (limits[0], limits[1]) = (1000, 40);
        let mut a = a.renew(&after, limits, Instant(100));
        assert_eq!(a.seats[0].room[..2], [1000, -20]);
        assert_eq!(a.seats[0].resets_at[..2], [700, 510]);
        assert_eq!(a.wallet.balance(), Money::usd(7));
        let refused = a.gate(Instant(110), 0, 0, &mut Quiet);
        assert!(matches!(refused, Verdict::Refused(r) if r.until == Some(Instant(510))));
        // The request in flight is charged under the new plan; the session ends as it would have.
        a.advance(Instant(510), &mut Quiet);
        assert_eq!(a.seats[0].room[0], 995);
        assert_eq!(a.gate(Instant(520), 0, 0, &mut Quiet), Verdict::Plan);
        assert_eq!(a.seats[0].room[1], 40);
    }
}
