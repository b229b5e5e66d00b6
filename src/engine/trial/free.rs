//! Chains that run by themselves, and what they use.

use super::*;
use crate::demand::kernel::ChainKernel;
use crate::engine::compiled::UseKernel;

/// A request that ends after the lease.
#[derive(Clone, Copy)]
pub(super) struct Flight {
    pub ends: i64,
    pub class: usize,
    pub credits: bool,
    /// Pico-dollars if credits pay, else window units.
    pub amount: i64,
}

/// What was used through one kind of chain and model.
pub(super) struct Used {
    role: usize,
    model: usize,
    /// Whether the wallet pays.
    pub credits: bool,
    /// By life of cache writes (five minutes, an hour), then below and above the prompt-size tier.
    pub sums: [[Sum; 2]; 2],
    /// Charges of requests that end after the lease: they are made then.
    late: i64,
    /// Charges to the wallet, integrated from each one to the end of the lease, pico-dollar
    /// milliseconds.
    pub area: i128,
}

/// Parts of [`Used::sums`].
pub(super) const PARTS: [(usize, usize); 4] = [(0, 0), (0, 1), (1, 0), (1, 1)];

impl Used {
    /// The entry of a role and its model, which a new one must be told who pays.
    pub fn find(all: &mut Vec<Used>, role: usize, model: usize, credits: bool) -> &mut Used {
        let same = |u: &Used| u.role == role && u.model == model;
        let at = all.iter().position(same).unwrap_or_else(|| {
            all.push(Used {
                role,
                model,
                credits,
                sums: [[Sum::default(); 2]; 2],
                late: 0,
                area: 0,
            });
            all.len() - 1
        });
        &mut all[at]
    }

    /// The model as the role uses it.
    pub fn uses<'c>(&self, c: &'c Compiled<'_>) -> &'c UseKernel {
        &c.roles[self.role].uses[self.model]
    }

    /// List price and window units of a part.
    pub fn price(&self, uses: &UseKernel, one_hour: usize, tier: usize) -> (i64, i64) {
        let rate = if tier == 1 {
            &uses.rates.tier
        } else {
            &uses.rates.base
        };
        price_at(rate, &self.sums[one_hour][tier].tokens(one_hour == 1))
    }

    /// Window units, or what the wallet is charged, within the lease.
    pub fn amount(&self, uses: &UseKernel) -> i64 {
        let all = PARTS.iter().map(|(h, t)| {
            let (cost, units) = self.price(uses, *h, *t);
            if self.credits { cost } else { units }
        });
        all.sum::<i64>() - self.late
    }
}

/// Totals of some requests.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    /// Wraps around zero while a part is taken out before it is put in.
    pub requests: u64,
    pub input: i64,
    pub write: i64,
    pub read: i64,
    pub output: i64,
    pub misses: u64,
    pub rewritten: i64,
}

/// Why a run of one chain stopped.
pub(super) enum Stopped {
    Due,
    /// A choice is due: of a model, or of sub-agents.
    After(Next),
    Ended,
    /// This chain alone uses more than there is.
    Over,
}

/// Requests after which a chain looks whether it used too much.
const LOOK: u64 = 16;

/// One chain running by itself: the hot loop of the whole program.
pub(super) struct Run<'r> {
    pub kernel: &'r ChainKernel,
    pub uses: &'r UseKernel,
    pub until: i64,
    pub stop_at_prompt: bool,
    pub stop_always: bool,
    pub flights: &'r mut Vec<Flight>,
    /// Window units, or dollars of the wallet, beyond which going on is in vain.
    pub budget: i64,
}

impl Run<'_> {
    /// Runs the chain, whoever pays, and adds up what it uses.
    pub fn by_itself(&mut self, chain: &mut Chain, at: &mut i64, used: &mut Used) -> Stopped {
        match (self.kernel.plain, used.credits) {
            (true, false) => self.go::<true, false>(chain, at, used),
            (false, false) => self.go::<false, false>(chain, at, used),
            (true, true) => self.go::<true, true>(chain, at, used),
            (false, true) => self.go::<false, true>(chain, at, used),
        }
    }

    #[inline(never)]
    fn go<const PLAIN: bool, const CREDITS: bool>(
        &mut self,
        chain: &mut Chain,
        at: &mut i64,
        used: &mut Used,
    ) -> Stopped {
        let k = self.kernel;
        let (until, rates) = (self.until, &self.uses.rates);
        let mut own = chain.clone();
        let mut now = *at;
        let (mut n, mut input, mut write, mut read) = (0u64, 0i64, 0i64, 0i64);
        let (mut output, mut late, mut area) = (0i64, 0i64, 0i128);
        let mut rare = [Sum::default(); 2];
        let one_hour = match CREDITS {
            true => k.one_hour_on_credits(),
            false => own.one_hour_on_plan(),
        };
        let stopped = loop {
            let (t, next) = own.request::<PLAIN>(k, now, CREDITS);
            let gap = next.gap();
            let ends = now + k.duration_ms(t.output).min(gap);
            n += 1;
            input += t.input;
            write += t.write;
            read += t.read;
            output += t.output;
            let above = t.prompt() > rates.tier_above;
            if t.rewritten > 0 {
                rare[usize::from(above)].misses += 1;
                rare[usize::from(above)].rewritten += t.rewritten;
            }
            if above {
                // Counted below as if it were not above: take it out there and put it in here.
                rare[0].subtract(&t);
                rare[1].add(&t);
            }
            if ends >= until {
                let rate = if above { &rates.tier } else { &rates.base };
                let (cost, units) = price_at(rate, &t);
                let amount = if CREDITS { cost } else { units };
                late += amount;
                self.flights.push(Flight {
                    ends,
                    class: self.uses.class,
                    credits: CREDITS,
                    amount,
                });
            } else if CREDITS {
                let rate = if above { &rates.tier } else { &rates.base };
                area += i128::from(price_at(rate, &t).0) * i128::from(until - ends);
            }
            if gap == NEVER {
                break Stopped::Ended;
            }
            now += gap;
            if self.stop_always || (self.stop_at_prompt && matches!(next, Next::Prompt(_))) {
                break Stopped::After(next);
            }
            if now >= until {
                break Stopped::Due;
            }
            if n % LOOK == 0 {
                let sum = Sum {
                    input,
                    write,
                    read,
                    output,
                    ..Sum::default()
                };
                let (cost, units) = price_at(&rates.base, &sum.tokens(one_hour == 1));
                if (if CREDITS { cost } else { units }) > self.budget {
                    break Stopped::Over;
                }
            }
        };
        *at = now;
        *chain = own;
        let [mut low, high] = rare;
        low.requests = low.requests.wrapping_add(n);
        low.input += input;
        low.write += write;
        low.read += read;
        low.output += output;
        used.late += late;
        used.area += area;
        used.sums[one_hour][0].join(&low);
        used.sums[one_hour][1].join(&high);
        stopped
    }
}

impl Sum {
    fn add(&mut self, t: &Tokens) {
        self.requests = self.requests.wrapping_add(1);
        self.input += t.input;
        self.write += t.write;
        self.read += t.read;
        self.output += t.output;
    }

    fn subtract(&mut self, t: &Tokens) {
        self.requests = self.requests.wrapping_sub(1);
        self.input -= t.input;
        self.write -= t.write;
        self.read -= t.read;
        self.output -= t.output;
    }

    fn join(&mut self, o: &Sum) {
        self.requests = self.requests.wrapping_add(o.requests);
        self.input += o.input;
        self.write += o.write;
        self.read += o.read;
        self.output += o.output;
        self.misses += o.misses;
        self.rewritten += o.rewritten;
    }

    /// The sum as the tokens of one large request: prices are per token, so the price of the sum
    /// is the sum of the prices.
    fn tokens(&self, one_hour: bool) -> Tokens {
        Tokens {
            input: self.input,
            write: self.write,
            read: self.read,
            output: self.output,
            rewritten: self.rewritten,
            one_hour,
            compaction: false,
        }
    }
}
