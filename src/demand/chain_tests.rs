//! What a chain does with its context and its cache, request by request.

use super::*;
use crate::base::law::{Draw, Law};
use crate::base::stream::Purpose;
use crate::base::time::Span;
use crate::demand::kernel::Known;
use crate::demand::spec::{CacheSpec, ChainSpec, CompactionSpec, Ttl};

const SAME: Factors = Factors {
    tokenizer: 1.0,
    effort_requests: 1.0,
    effort_output: 1.0,
};
const MINUTE: i64 = 60_000;

fn spread(median: f64) -> Draw {
    Draw::of(Law::LogNormal {
        mu: libm::log(median),
        sigma: 1.0,
    })
}

fn spec() -> ChainSpec {
    ChainSpec {
        prompts: Draw::constant(50.0),
        requests_per_prompt: Draw::constant(4.0),
        first_prompt: None,
        gap_s: Draw::constant(10.0),
        prompt_gap_s: Draw::constant(60.0),
        first_context: Draw::constant(10_000.0),
        growth: Draw::constant(500.0),
        early_growth: 0.0,
        early_requests: 0.0,
        session_growth: Draw::constant(1.0),
        input: Draw::constant(3.0),
        output: Draw::constant(200.0),
        compaction: None,
        cache: cache(Ttl::OneHour),
        context_max: 1_000_000,
        latency: Span(1_000),
        output_us_per_token: 10_000,
    }
}

fn cache(on_plan: Ttl) -> CacheSpec {
    CacheSpec::Ttl {
        on_plan: vec![(on_plan, 1.0)],
        on_credits: Ttl::FiveMinutes,
        miss_rate: 0.0,
        shared: None,
    }
}

fn open(k: &ChainKernel, session: u64) -> Chain {
    let rng = Stream::open(9, Purpose::Session, 0, 0, session);
    Chain::open(rng, k, &[0; HELD], SAME, 1.0)
}

fn ask(c: &mut Chain, k: &ChainKernel, now: i64, credits: bool) -> Tokens {
    c.request::<false>(k, now, credits).0
}

#[test]
fn a_warm_cache_reads_the_old_context_and_writes_the_growth() {
    let k = ChainKernel::new(&spec(), &mut Known::default());
    let mut c = open(&k, 0);
    let first = ask(&mut c, &k, 0, false);
    let cold = (first.input, first.write, first.read, first.rewritten);
    assert_eq!(cold, (3, 10_000, 0, 0));
    assert!(first.one_hour);
    assert_eq!(first.output, 200);
    let second = ask(&mut c, &k, 60 * MINUTE, false);
    let warm = (second.input, second.write, second.read, second.rewritten);
    assert_eq!(warm, (3, 500, 10_000, 0));
    assert_eq!(second.prompt(), 10_503);
}

#[test]
fn after_its_life_everything_is_written_again() {
    let k = ChainKernel::new(&spec(), &mut Known::default());
    let mut c = open(&k, 0);
    ask(&mut c, &k, 0, false);
    let late = ask(&mut c, &k, 60 * MINUTE + 1, false);
    assert_eq!((late.write, late.read, late.rewritten), (10_500, 0, 10_000));
    // A read renews the life.
    let t = 60 * MINUTE + 1;
    assert_eq!(ask(&mut c, &k, t + 59 * MINUTE, false).read, 10_500);
    assert_eq!(ask(&mut c, &k, t + 118 * MINUTE, false).read, 11_000);
}

#[test]
fn credits_shorten_the_life_to_five_minutes() {
    let k = ChainKernel::new(&spec(), &mut Known::default());
    let mut c = open(&k, 0);
    ask(&mut c, &k, 0, false);
    // The entry was written on the plan: credits may still read it.
    let paid = ask(&mut c, &k, 30 * MINUTE, true);
    assert_eq!((paid.read, paid.one_hour), (10_000, false));
    let mut other = c.clone();
    assert_eq!(ask(&mut other, &k, 35 * MINUTE, false).read, 10_500);
    let missed = ask(&mut c, &k, 35 * MINUTE + 1, false);
    assert_eq!((missed.read, missed.rewritten), (0, 10_500));
}

#[test]
fn misses_come_at_their_rate() {
    let mut s = spec();
    s.cache = CacheSpec::Ttl {
        on_plan: vec![(Ttl::OneHour, 1.0)],
        on_credits: Ttl::FiveMinutes,
        miss_rate: 0.25,
        shared: None,
    };
    s.prompts = Draw::constant(10_000.0);
    let k = ChainKernel::new(&s, &mut Known::default());
    let mut c = open(&k, 0);
    let n = 20_000;
    let missed = (0..n)
        .filter(|i| ask(&mut c, &k, i * 1_000, false).rewritten > 0)
        .count();
    let z = (missed as f64 - 0.25 * n as f64) / (n as f64 * 0.25 * 0.75).sqrt();
    assert!(z.abs() < 4.0, "{missed} of {n}");
}

#[test]
fn a_compaction_shrinks_the_context_and_leaves_the_cache_cold() {
    let mut s = spec();
    s.compaction = Some(CompactionSpec {
        at: Draw::constant(11_000.0),
        to: Draw::constant(4_000.0),
        output: Draw::constant(1_500.0),
    });
    let k = ChainKernel::new(&s, &mut Known::default());
    let mut c = open(&k, 0);
    let mut seen = Vec::new();
    for i in 0..5 {
        let (t, next) = c.request::<false>(&k, i * 1_000, false);
        seen.push((t.write, t.read, t.output, t.compaction, c.in_prompt, next));
    }
    let go = Next::Request(10_000);
    assert_eq!(
        seen,
        [
            (10_000, 0, 200, false, 1, go),
            (500, 10_000, 200, false, 2, go),
            (500, 10_500, 200, false, 3, go),
            // The summary is a request of its own: the prompt's count stands still.
            (500, 11_000, 1_500, true, 3, go),
            (4_500, 0, 200, false, 0, Next::Prompt(60_000)),
        ]
    );
}

/// Each request outgrows what the compaction before it freed: all are compactions.
#[test]
fn a_chain_that_always_compacts_ends() {
    let mut s = spec();
    s.growth = Draw::constant(9_000.0);
    s.prompts = Draw::constant(3.0);
    s.compaction = Some(CompactionSpec {
        at: Draw::constant(5_000.0),
        to: Draw::constant(4_000.0),
        output: Draw::constant(1_500.0),
    });
    let k = ChainKernel::new(&s, &mut Known::default());
    let (requests, _) = open(&k, 0).rest(&k, 0);
    // Three prompts of four requests, and the first compaction, which comes on top.
    assert_eq!(requests, 13);
}

#[test]
fn without_a_cache_the_whole_context_is_input() {
    let mut s = spec();
    s.cache = CacheSpec::None;
    let k = ChainKernel::new(&s, &mut Known::default());
    let mut c = open(&k, 0);
    let tokens: Vec<_> = (0..3).map(|i| ask(&mut c, &k, i, i == 2)).collect();
    let parts = |t: &Tokens| (t.input, t.write, t.read, t.rewritten);
    assert_eq!(parts(&tokens[0]), (10_003, 0, 0, 0));
    assert_eq!(parts(&tokens[1]), (10_503, 0, 0, 0));
    assert_eq!(parts(&tokens[2]), (11_003, 0, 0, 0));
}

#[test]
fn a_switch_of_model_drops_the_cache_and_changes_the_tokenizer() {
    let k = ChainKernel::new(&spec(), &mut Known::default());
    let mut c = open(&k, 0);
    ask(&mut c, &k, 0, false);
    c.switch_model(Factors {
        tokenizer: 2.0,
        effort_requests: 1.0,
        effort_output: 0.5,
    });
    let t = ask(&mut c, &k, 1_000, false);
    assert_eq!((t.write, t.read, t.output), (11_000, 0, 200));
    assert_eq!(ask(&mut c, &k, 2_000, false).read, 11_000);
}

#[test]
fn a_lost_request_does_not_reach_the_cache() {
    let k = ChainKernel::new(&spec(), &mut Known::default());
    let mut c = open(&k, 0);
    ask(&mut c, &k, 0, false);
    let mut kept = c.clone();
    c.lose(&k, 50 * MINUTE);
    let t = ask(&mut c, &k, 60 * MINUTE, false);
    assert_eq!((t.write, t.read), (1_000, 10_000));
    c.lose(&k, 119 * MINUTE);
    assert_eq!(ask(&mut c, &k, 121 * MINUTE, false).read, 0);
    // The draws are those of a request that was made.
    kept.request::<false>(&k, 50 * MINUTE, false);
    kept.request::<false>(&k, 60 * MINUTE, false);
    assert_eq!(kept.request::<false>(&k, 61 * MINUTE, false).0.output, 200);
}

/// Outputs of some requests, by (session, prompt).
fn outputs(per: Level, person: &[u32; HELD]) -> Vec<(u64, u32, i64)> {
    let mut s = spec();
    s.output = Draw {
        per,
        ..spread(300.0)
    };
    let k = ChainKernel::new(&s, &mut Known::default());
    assert_eq!(k.plain, per == Level::Request);
    let mut all = Vec::new();
    for session in 0..4 {
        let rng = Stream::open(9, Purpose::Session, 0, 0, session);
        let mut c = Chain::open(rng, &k, person, SAME, 1.0);
        for i in 0..24 {
            let prompt = c.prompt;
            all.push((session, prompt, ask(&mut c, &k, i * 1_000, false).output));
        }
    }
    all
}

fn distinct<K: Ord + Copy>(of: &[(K, i64)]) -> (usize, usize) {
    let mut keys: Vec<K> = of.iter().map(|x| x.0).collect();
    let mut pairs = of.to_vec();
    keys.sort_unstable();
    keys.dedup();
    pairs.sort_unstable();
    pairs.dedup();
    (keys.len(), pairs.len())
}

#[test]
fn held_draws_hold() {
    let person = [0x3000_0000; HELD];
    let by_prompt = |per| {
        let all = outputs(per, &person);
        distinct(&all.iter().map(|x| ((x.0, x.1), x.2)).collect::<Vec<_>>())
    };
    let by_session = |per| {
        let all = outputs(per, &person);
        distinct(&all.iter().map(|x| (x.0, x.2)).collect::<Vec<_>>())
    };
    assert_eq!(by_prompt(Level::Prompt), (24, 24), "one value per prompt");
    assert!(by_session(Level::Prompt).1 > 20, "prompts differ");
    assert_eq!(by_session(Level::Session), (4, 4), "one value per session");
    let all = outputs(Level::Session, &person);
    assert_ne!(all[0].2, all[24].2, "sessions differ");
    assert!(by_prompt(Level::Request).1 > 80, "requests differ");
    for per in [Level::Actor, Level::Trial] {
        let mut one: Vec<i64> = outputs(per, &person).iter().map(|x| x.2).collect();
        one.dedup();
        assert_eq!(one.len(), 1);
        assert_ne!(one[0], outputs(per, &[0xC000_0000; HELD])[0].2);
    }
}

/// The fast way of a plain kernel and the careful way draw the same.
#[test]
fn plain_and_careful_requests_are_the_same() {
    let mut s = spec();
    for d in [&mut s.output, &mut s.growth, &mut s.input] {
        *d = spread(300.0);
    }
    s.requests_per_prompt = spread(3.0);
    s.compaction = Some(CompactionSpec {
        at: Draw::constant(14_000.0),
        to: Draw::constant(4_000.0),
        output: Draw::constant(1_500.0),
    });
    let k = ChainKernel::new(&s, &mut Known::default());
    assert!(k.plain);
    let (mut a, mut b) = (open(&k, 1), open(&k, 1));
    for i in 0..500 {
        let now = i * 4 * MINUTE;
        let x = a.request::<true>(&k, now, i % 3 == 0);
        assert_eq!(x, b.request::<false>(&k, now, i % 3 == 0));
        if x.1 == Next::End {
            break;
        }
    }
}

#[test]
fn a_first_prompt_has_requests_of_its_own() {
    let count = |first_prompt: Option<Draw>| {
        let spec = ChainSpec {
            first_prompt,
            ..spec()
        };
        let kernel = ChainKernel::new(&spec, &mut Known::default());
        let mut chain = open(&kernel, 0);
        let mut all = vec![0u32];
        loop {
            match chain.request::<false>(&kernel, 0, false).1 {
                Next::Request(_) => *all.last_mut().unwrap() += 1,
                Next::Prompt(_) => all.push(0),
                Next::End => break all,
            }
        }
    };
    let usual = count(None);
    assert_eq!((usual.len(), usual[0], usual[1]), (50, 3, 3));
    let longer = count(Some(Draw::constant(9.0)));
    assert_eq!((longer[0], &longer[1..]), (8, &usual[1..]));
}

#[test]
fn what_is_found_in_the_cache_is_read() {
    let kernel = |cache| {
        let spec = ChainSpec { cache, ..spec() };
        ChainKernel::new(&spec, &mut Known::default())
    };
    let first = |k: &ChainKernel| {
        let mut chain = open(k, 0);
        chain.find_cached(k, 0.9);
        let t = ask(&mut chain, k, 0, false);
        (t.input, t.write, t.read)
    };
    assert_eq!(first(&kernel(cache(Ttl::OneHour))), (3, 1_000, 9_000));
    assert_eq!(first(&kernel(CacheSpec::None)), (10_003, 0, 0));
}
