//! Random accounts and what comes their way.

use burncast::account::Payment;
use burncast::account::reason::WINDOWS_MAX;
use burncast::account::spec::*;
use burncast::base::law::Draw;
use burncast::base::money::Money;
use burncast::base::stream::{Purpose, Stream};
use burncast::base::time::{Instant, Span};

use super::accounts::{Case, DAY, END, HOUR, Happens, MINUTE, Request, START};

/// What a random account has; each bit can be switched off alone.
pub mod has {
    pub const WINDOWS: u32 = 1;
    pub const SEATS: u32 = 2;
    pub const ACCESS: u32 = 4;
    pub const GRANTS: u32 = 8;
    pub const LIMITS: u32 = 16;
    pub const RELOAD: u32 = 32;
    pub const PURCHASES: u32 = 64;
    pub const ARREARS: u32 = 128;
    pub const INCIDENTS: u32 = 256;
    pub const FLIGHTS: u32 = 512;
    pub const LIFE: u32 = 1024;
    pub const TOP_UPS: u32 = 2048;
    pub const USED: u32 = 4096;
    pub const CLASSES: u32 = 8192;
    pub const BALANCE: u32 = 16384;
    pub const ALL: u32 = 32767;
}

/// A random case: `features` of [`has`], `n` requests.
pub fn case(seed: u64, features: u32, n: usize) -> Case {
    let mut maker = Maker {
        rng: Stream::open(seed, Purpose::Resample, 1, 1, 1),
        features,
    };
    maker.case(n)
}

struct Maker {
    rng: Stream,
    features: u32,
}

impl Maker {
    fn has(&self, what: u32) -> bool {
        self.features & what != 0
    }
    fn below(&mut self, n: i64) -> i64 {
        self.rng.below(n as u64) as i64
    }
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as i64) as usize]
    }
    /// A whole minute of the horizon, so that ties are frequent.
    fn minute(&mut self) -> i64 {
        START + self.below(40 * 24 * 4) * 15 * MINUTE
    }
    /// Up to so many dollars, sometimes whole, sometimes to the last pico-dollar.
    fn money(&mut self, usd: i64) -> Money {
        let pico = 1 + self.below(usd * 1_000_000_000_000);
        if self.rng.chance(0.5) {
            Money(pico)
        } else {
            Money::usd(1 + pico / 1_000_000_000_000)
        }
    }
    fn maybe(&mut self, p: f64, usd: i64) -> Option<Money> {
        self.rng.chance(p).then(|| self.money(usd))
    }

    fn case(&mut self, n: usize) -> Case {
        let windows = self.windows();
        let seats = if self.has(has::SEATS) {
            1 + self.below(3)
        } else {
            1
        } as usize;
        let wallet = self.wallet();
        let mut spec = AccountSpec {
            seats,
            classes: self.classes(windows.len()),
            windows,
            wallet,
            month_starts: vec![Instant(START + 11 * DAY), Instant(START + 31 * DAY)],
            day_starts: (1..40).map(|d| Instant(START + d * DAY)).collect(),
        };
        let limits = self.limits(&spec.windows);
        let payments: Vec<Payment> = (0..7)
            .map(|_| Payment {
                delay_ms: self.pick(&[0, 0, MINUTE, 7 * HOUR]),
                declined: self.rng.chance(0.3),
            })
            .collect();
        // A card that never works, tried every minute for 40 days, would take the auditor, which reads
        // all facts again at each, hours.
        if let Some(auto) = &mut spec.wallet.auto_reload
            && payments.iter().all(|p| p.declined)
        {
            auto.retry = Span::hours(9);
        }
        let events = self.events(n, &spec);
        Case {
            spec,
            limits,
            payments,
            events,
        }
    }

    fn windows(&mut self) -> Vec<WindowSpec> {
        let n = if self.has(has::WINDOWS) {
            self.below(5)
        } else {
            0
        };
        let mut all = Vec::new();
        for w in 0..n {
            let opens = if self.rng.chance(0.5) {
                Opens::FirstRequest {
                    length: Span::hours(self.pick(&[5, 30])),
                    round: self.pick(&[Span::ZERO, Span::minutes(10), Span::hours(1)]),
                    open_until: self
                        .rng
                        .chance(0.4)
                        .then(|| Instant(START + self.below(30) * HOUR + 1)),
                }
            } else {
                let first = START + 1 + self.below(7 * 24) * HOUR;
                let resets = (0..self.below(7))
                    .map(|k| Instant(first + k * 7 * DAY))
                    .collect();
                Opens::Fixed { resets }
            };
            let limit = if w > 0 && self.rng.chance(0.4) {
                Limit::ShareOf {
                    window: self.below(w) as usize,
                    share: 0.5,
                }
            } else {
                Limit::Usd(Draw::constant(1.0))
            };
            all.push(WindowSpec {
                name: format!("w{w}"),
                label: String::new(),
                message: String::new(),
                opens,
                limit,
                provenance: Provenance::Given,
                used: if self.has(has::USED) {
                    self.pick(&[0.0, 0.3, 1.0])
                } else {
                    0.0
                },
            });
        }
        all
    }

    fn limits(&mut self, windows: &[WindowSpec]) -> [i64; WINDOWS_MAX] {
        let mut limits = [0; WINDOWS_MAX];
        for (w, spec) in windows.iter().enumerate() {
            limits[w] = match spec.limit {
                Limit::ShareOf { window, share } => ((limits[window] as f64 * share) as i64).max(1),
                Limit::Usd(_) => self.money(12).0,
            };
        }
        limits
    }

    fn classes(&mut self, windows: usize) -> Vec<Class> {
        let n = if self.has(has::CLASSES) { 3 } else { 1 };
        let all = (1u8 << windows) - 1;
        (0..n)
            .map(|k| Class {
                plan: k < 2,
                windows: if k == 0 {
                    all
                } else {
                    all & self.below(256) as u8
                },
                grants: if k == 0 { 7 } else { self.below(8) as u32 },
                third_party: self.rng.chance(0.5),
            })
            .collect()
    }

    fn wallet(&mut self) -> WalletSpec {
        let access = if self.has(has::ACCESS) {
            let on = Access::On;
            let off = [Access::Off, Access::Impossible, Access::OrganisationOff];
            let [a, b, c] = off;
            self.pick(&[
                on,
                on,
                on,
                on,
                on,
                on,
                a,
                b,
                c,
                Access::SeatTierOff,
                Access::MemberOff,
            ])
        } else {
            Access::On
        };
        let arrears = self.has(has::ARREARS) && self.rng.chance(0.25);
        let limits = self.has(has::LIMITS);
        WalletSpec {
            access,
            funding: if arrears {
                Funding::Arrears
            } else {
                Funding::Prepaid
            },
            label: String::new(),
            balance: if self.has(has::BALANCE) {
                self.maybe(0.7, 15).unwrap_or_default()
            } else {
                Money::ZERO
            },
            grants: self.grants(),
            monthly_limit: if limits { self.maybe(0.4, 20) } else { None },
            member_limit: if limits { self.maybe(0.3, 10) } else { None },
            daily_limit: if limits { self.maybe(0.3, 4) } else { None },
            spent_before: if limits { self.money(3) } else { Money::ZERO },
            auto_reload: (self.has(has::RELOAD) && !arrears).then(|| self.reload()),
            purchases: self.purchases(),
            tax_ppm: self.pick(&[0, 190_000, 77_777]),
            bought_life: self.has(has::LIFE).then(|| Span::days(self.pick(&[1, 9]))),
            top_up_delay: Draw::constant(0.0),
        }
    }

    fn grants(&mut self) -> Vec<GrantSpec> {
        let n = if self.has(has::GRANTS) {
            self.below(4)
        } else {
            0
        };
        (0..n)
            .map(|_| {
                let from = self.minute();
                let length = (1 + self.below(30)) * 12 * HOUR;
                let starts = self.rng.chance(0.5).then_some(Instant(from));
                let born = starts.map_or(START, |s| s.0);
                GrantSpec {
                    label: String::new(),
                    amount: self.money(5),
                    promotional: self.rng.chance(0.6),
                    starts,
                    expires: self.rng.chance(0.7).then_some(Instant(born + length)),
                }
            })
            .collect()
    }

    fn reload(&mut self) -> AutoReload {
        let threshold = self.money(5);
        AutoReload {
            threshold,
            amount: if self.rng.chance(0.5) {
                ReloadAmount::To(Money(threshold.0 + self.money(9).0))
            } else {
                ReloadAmount::Add(self.money(6))
            },
            cap: self.maybe(0.5, 40),
            delay: Draw::constant(0.0),
            decline: 0.0,
            retry: self.pick(&[Span::minutes(1), Span::hours(9)]),
            off_after: self.pick(&[None, None, Some(1), Some(3)]),
        }
    }

    fn purchases(&mut self) -> Vec<Purchase> {
        let n = if self.has(has::PURCHASES) {
            self.below(4)
        } else {
            0
        };
        let mut all: Vec<Purchase> = (0..n)
            .map(|_| {
                let pay = self.money(6);
                let bonus = self.pick(&[0, 1]);
                Purchase {
                    at: Instant(self.minute()),
                    pay,
                    get: Money(pay.0 + pay.0 / 9 * bonus),
                }
            })
            .collect();
        all.sort_by_key(|p| p.at);
        all
    }

    fn events(&mut self, n: usize, spec: &AccountSpec) -> Vec<(i64, Happens)> {
        let mut all = Vec::new();
        for _ in 0..n {
            let request = Request {
                at: self.minute(),
                lasts: if self.has(has::FLIGHTS) {
                    self.pick(&[0, 15 * MINUTE, 6 * HOUR])
                } else {
                    0
                },
                class: self.below(spec.classes.len() as i64) as usize,
                seat: self.below(spec.seats as i64) as usize,
                cost: self.money(2).0,
                units: self.money(3).0,
            };
            all.push((request.at, Happens::Asks(request)));
        }
        for _ in 0..if self.has(has::INCIDENTS) {
            self.below(4)
        } else {
            0
        } {
            let from = self.minute();
            let until = from + self.pick(&[15 * MINUTE, 30 * HOUR]);
            let both = [
                Happens::RefusesFalsely(until),
                Happens::UsesWrongBucket(until),
            ];
            all.push((from, self.pick(&both)));
            all.push((until, Happens::EndsIncidents));
        }
        for _ in 0..if self.has(has::TOP_UPS) {
            self.below(4)
        } else {
            0
        } {
            let (at, pay) = (self.minute(), self.money(4));
            let arrives = at + self.pick(&[0, HOUR]);
            all.push((at, Happens::TopUp(arrives, pay, Money(pay.0 + pay.0 / 10))));
        }
        all.retain(|e| e.0 < END);
        all.sort_by_key(|e| e.0);
        all
    }
}
