//! The world around the account in a trial: payment outcomes and the money of each month.

use super::compiled::Compiled;
use super::experiment::IncidentKind;
use super::incidents::Incident;
use super::replay::{Event, PurchaseKind, What};
use crate::account::world::{Note, Payment, World};
use crate::base::stream::{Purpose, Stream};
use crate::base::time::Instant;

/// Receives the events of a trial.
pub trait Watch {
    /// False: events are not even built.
    const ACTIVE: bool;
    /// True: each request that the wallet pays for is told, in order of time.
    const COUNTS_CHARGES: bool = true;
    fn event(&mut self, event: Event);

    /// Asked before each request that the wallet pays for; true: the trial pauses there.
    #[inline(always)]
    fn pauses(&mut self) -> bool {
        false
    }

    /// Told of each request that the wallet pays for.
    #[inline(always)]
    fn charged(&mut self, _: Charge) {}
}

/// A request that the wallet pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// When the gate was asked, ms.
    pub at: i64,
    /// When the charge posts, ms.
    pub ends: i64,
    /// Pico-dollars.
    pub cost: i64,
    pub seat: u32,
    pub class: u32,
    /// Actor, session and sub-agent (0: none) that made it.
    pub chain: (u32, u32, u32),
    /// Whether the chain ends with it.
    pub last: bool,
}

/// Watches nothing.
pub struct Blind;

impl Watch for Blind {
    const ACTIVE: bool = false;
    const COUNTS_CHARGES: bool = false;
    fn event(&mut self, _: Event) {}
}

impl Watch for Vec<Event> {
    const ACTIVE: bool = true;
    fn event(&mut self, event: Event) {
        self.push(event);
    }
}

/// Money of one reporting month, pico-dollars.
#[derive(Clone, Copy, Debug, Default)]
pub struct MonthMoney {
    pub covered: i64,
    pub extra: i64,
    pub card: i64,
    pub tax: i64,
    pub api: i64,
    pub left: i64,
}

/// Payments, months and the watcher of one trial.
pub struct Surroundings<'t, 'e, W> {
    pub c: &'t Compiled<'e>,
    pub trial: u64,
    pub incidents: Vec<Incident>,
    pub months: Vec<MonthMoney>,
    pub month: usize,
    pub watch: &'t mut W,
}

impl<W: Watch> Surroundings<'_, '_, W> {
    /// Tells the watcher.
    #[inline(always)]
    pub fn tell(&mut self, at: i64, what: impl FnOnce() -> What) {
        if W::ACTIVE {
            self.watch.event(Event {
                at: Instant(at),
                what: what(),
            });
        }
    }

    #[inline(always)]
    pub fn money(&mut self) -> &mut MonthMoney {
        &mut self.months[self.month]
    }

    fn declines_now(&self, at: i64) -> bool {
        self.incidents
            .iter()
            .any(|i| i.kind == IncidentKind::DeclinedPayments && i.from <= at && at < i.until)
    }
}

impl<W: Watch> World for Surroundings<'_, '_, W> {
    fn payment(&mut self, attempt: u32, at: Instant) -> Payment {
        let c = self.c;
        let attempt = u64::from(attempt);
        let mut rng = Stream::open(c.seed, Purpose::Payment, self.trial, 0, attempt);
        let delay = c
            .reload_delay_s
            .as_ref()
            .map_or(0.0, |d| d.sample(rng.word()));
        let decline = c
            .account
            .wallet
            .auto_reload
            .as_ref()
            .map_or(0.0, |a| a.decline);
        let declined = rng.chance(decline) || self.declines_now(at.0);
        Payment {
            delay_ms: (delay.max(0.0) * 1000.0) as i64,
            declined,
        }
    }

    fn note(&mut self, at: Instant, note: Note) {
        match note {
            Note::Charged { cost, .. } => self.money().extra += cost.0,
            Note::Purchase { kind, pay, tax, .. } => {
                let m = self.money();
                m.card += pay.0;
                m.tax += tax.0;
                // An invoice is a card charge for money that was already counted as spent.
                debug_assert!(pay.0 >= 0 || kind == PurchaseKind::Invoice);
            }
            _ => {}
        }
        self.tell(at.0, || What::Account(note));
    }
}
