//! Merged requests and prompts as bytes, each as what differs from the one before: as short as they
//! are, they are read in a tenth of the time that a general format takes.

use crate::base::money::Money;
use crate::base::time::Instant;
use crate::logs::names::Name;
use crate::logs::record::{OutputCount, Prompt, Request};

/// Bits of the first byte of a request, beside its flags and the kind of output.
const SAME_NAMES: u8 = 1 << 7;
/// Bits of the second byte: what does not have its usual value, and follows.
const LASTED: u8 = 1;
const WRITE_5M: u8 = 1 << 1;
const WRITE_1H: u8 = 1 << 2;
const SEARCHES: u8 = 1 << 3;
const COST: u8 = 1 << 4;
const COUNT: u8 = 1 << 5;

/// Requests in bytes.
pub fn requests(all: &[Request]) -> Vec<u8> {
    let mut out = Vec::with_capacity(32 * all.len());
    let mut before = Request::default();
    for r in all {
        let same = names(r) == names(&before);
        out.push(flags(r) | if same { SAME_NAMES } else { 0 });
        let rest = [
            (LASTED, r.until != r.at),
            (WRITE_5M, r.tokens.cache_write_5m != 0),
            (WRITE_1H, r.tokens.cache_write_1h != 0),
            (SEARCHES, r.web_searches != 0),
            (COST, r.logged_cost.is_some()),
            (COUNT, r.count != 1),
        ];
        let rest = rest.iter().filter(|b| b.1).fold(0, |all, b| all | b.0);
        out.push(rest);
        put_signed(&mut out, r.at.0.wrapping_sub(before.at.0));
        if !same {
            for name in names(r) {
                put(&mut out, u64::from(name.number()));
            }
        }
        for n in [r.tokens.input, r.tokens.cache_read, r.tokens.output] {
            put(&mut out, n);
        }
        let mut some = |bit: u8, n: u64| {
            if rest & bit != 0 {
                put(&mut out, n);
            }
        };
        some(LASTED, zigzag(r.until.0.wrapping_sub(r.at.0)));
        some(WRITE_5M, r.tokens.cache_write_5m);
        some(WRITE_1H, r.tokens.cache_write_1h);
        some(SEARCHES, u64::from(r.web_searches));
        some(COST, zigzag(r.logged_cost.map_or(0, |c| c.0)));
        some(COUNT, u64::from(r.count));
        before = *r;
    }
    out
}

/// So many requests back from bytes; none if they mean nothing.
pub fn read_requests(bytes: &[u8], count: usize) -> Option<Vec<Request>> {
    let mut from = Source(bytes);
    let mut all = Vec::with_capacity(count.min(bytes.len()));
    let mut before = Request::default();
    for _ in 0..count {
        let (flags, rest) = (from.byte()?, from.byte()?);
        let mut r = Request {
            at: Instant(before.at.0.wrapping_add(from.signed()?)),
            model: before.model,
            session: before.session,
            project: before.project,
            agent: before.agent,
            count: 1,
            ..Request::default()
        };
        if flags & SAME_NAMES == 0 {
            for name in [&mut r.model, &mut r.session, &mut r.project, &mut r.agent] {
                *name = Name::numbered(from.small()?);
            }
        }
        r.tokens.input = from.number()?;
        r.tokens.cache_read = from.number()?;
        r.tokens.output = from.number()?;
        r.until = match rest & LASTED {
            0 => r.at,
            _ => Instant(r.at.0.wrapping_add(from.signed()?)),
        };
        if rest & WRITE_5M != 0 {
            r.tokens.cache_write_5m = from.number()?;
        }
        if rest & WRITE_1H != 0 {
            r.tokens.cache_write_1h = from.number()?;
        }
        if rest & SEARCHES != 0 {
            r.web_searches = from.small()?;
        }
        if rest & COST != 0 {
            r.logged_cost = Some(Money(from.signed()?));
        }
        if rest & COUNT != 0 {
            r.count = from.small()?;
        }
        set_flags(&mut r, flags);
        all.push(r);
        before = r;
    }
    from.0.is_empty().then_some(all)
}

/// Prompts in bytes.
pub fn prompts(all: &[Prompt]) -> Vec<u8> {
    let mut out = Vec::with_capacity(24 * all.len());
    let mut before = 0;
    for p in all {
        put_signed(&mut out, p.at.0.wrapping_sub(before));
        put(&mut out, u64::from(p.session.number()));
        out.extend_from_slice(&p.key.to_le_bytes());
        before = p.at.0;
    }
    out
}

/// So many prompts back from bytes; none if they mean nothing.
pub fn read_prompts(bytes: &[u8], count: usize) -> Option<Vec<Prompt>> {
    let mut from = Source(bytes);
    let mut all = Vec::with_capacity(count.min(bytes.len()));
    let mut at = 0i64;
    for _ in 0..count {
        at = at.wrapping_add(from.signed()?);
        let session = Name::numbered(from.small()?);
        let (key, rest) = from.0.split_first_chunk::<16>()?;
        from.0 = rest;
        all.push(Prompt {
            at: Instant(at),
            session,
            key: u128::from_le_bytes(*key),
        });
    }
    from.0.is_empty().then_some(all)
}

fn names(r: &Request) -> [Name; 4] {
    [r.model, r.session, r.project, r.agent]
}

/// One bit each: sidechain, fast, batch, US only, unsplit; two for the kind of output. The eighth bit is
/// free.
pub fn flags(r: &Request) -> u8 {
    let bits = [r.sidechain, r.fast, r.batch, r.us_only, r.unsplit];
    let bits = bits.iter().rev().fold(0, |all, &b| all << 1 | u8::from(b));
    let output = match r.output {
        OutputCount::Placeholder => 0,
        OutputCount::Unfinished => 1,
        OutputCount::Final => 2,
    };
    bits | output << 5
}

/// Sets what [`flags`] says.
pub fn set_flags(r: &mut Request, flags: u8) {
    let bit = |n: u8| flags >> n & 1 == 1;
    (r.sidechain, r.fast, r.batch) = (bit(0), bit(1), bit(2));
    (r.us_only, r.unsplit) = (bit(3), bit(4));
    r.output = match flags >> 5 & 3 {
        0 => OutputCount::Placeholder,
        1 => OutputCount::Unfinished,
        _ => OutputCount::Final,
    };
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_signed(out: &mut Vec<u8>, n: i64) {
    put(out, zigzag(n));
}

/// Small numbers of either sign as small ones.
fn zigzag(n: i64) -> u64 {
    (n << 1 ^ n >> 63) as u64
}

struct Source<'a>(&'a [u8]);

impl Source<'_> {
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    #[inline]
    fn number(&mut self) -> Option<u64> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let n = self.number()?;
        Some((n >> 1) as i64 ^ -((n & 1) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::record::Tokens;
    use proptest::prelude::*;

    fn any_number() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), 0..300u64, any::<u64>()]
    }

    prop_compose! {
        fn any_request()(
            times in any::<[i64; 2]>(),
            lasts in any::<bool>(),
            names in prop_oneof![Just([1u32; 4]), any::<[u32; 4]>()],
            tokens in [any_number(), any_number(), any_number(), any_number(), any_number()],
            numbers in [any_number(), any_number()],
            bits in any::<[bool; 5]>(),
            output in 0..3usize,
            cost in any::<Option<i64>>(),
        ) -> Request {
            let [model, session, project, agent] = names.map(Name::numbered);
            let [input, cache_write_5m, cache_write_1h, cache_read, output_tokens] = tokens;
            let [sidechain, fast, batch, us_only, unsplit] = bits;
            Request {
                at: Instant(times[0]),
                until: Instant(times[usize::from(lasts)]),
                model, session, project, agent,
                tokens: Tokens {
                    input, cache_write_5m, cache_write_1h, cache_read, output: output_tokens,
                },
                web_searches: numbers[0] as u32,
                count: numbers[1] as u32,
                sidechain, fast, batch, us_only, unsplit,
                output: [OutputCount::Placeholder, OutputCount::Unfinished, OutputCount::Final][output],
                logged_cost: cost.map(Money),
            }
        }
    }

    proptest! {
        #[test]
        fn requests_come_back(all in proptest::collection::vec(any_request(), 0..20)) {
            let bytes = requests(&all);
            prop_assert_eq!(read_requests(&bytes, all.len()), Some(all.clone()));
            prop_assert_eq!(read_requests(&bytes, all.len() + 1), None);
        }

        #[test]
        fn prompts_come_back(all in proptest::collection::vec(any::<(i64, u32, u128)>(), 0..20)) {
            let prompt = |&(at, session, key): &(i64, u32, u128)| Prompt {
                at: Instant(at),
                session: Name::numbered(session),
                key,
            };
            let all: Vec<Prompt> = all.iter().map(prompt).collect();
            let bytes = prompts(&all);
            prop_assert_eq!(read_prompts(&bytes, all.len()), Some(all.clone()));
            prop_assert_eq!(read_prompts(&bytes, all.len() + 1), None);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, count in 0..40usize) {
            let _ = read_requests(&bytes, count);
            let _ = read_prompts(&bytes, count);
        }
    }
}
