//! How requests follow each other: the keys that actors and sub-agents share.

use rust_decimal::prelude::ToPrimitive;

use super::doc::{Item, Node};
use super::draws::Wanted;
use super::fields::Fields;
use super::mixes;
use super::plan::Plan;
use crate::base::law::{Draw, Level};
use crate::base::time::Span;
use crate::demand::spec::{
    CacheSpec, ChainSpec, CompactionSpec, ModelUse, OneOffSpec, SubAgentSpec, Ttl,
};

/// Probability of a miss that nothing explains, where the scenario does not say.
const MISS_RATE: f64 = 0.02;
/// Output tokens of a compaction, where the scenario does not say.
const COMPACTION_OUTPUT: f64 = 2000.0;
/// Context bound, where neither scenario nor preset says.
const CONTEXT_MAX: i64 = 200_000;
/// Whole tokens and milliseconds stay far inside integers.
const CONTEXT_LIMIT: u64 = 1 << 40;

/// What holds where a chain does not say otherwise.
pub(super) struct Defaults<'a> {
    cache: CacheSpec,
    /// The actor's chain, from which sub-agents inherit.
    parent: Option<&'a ChainSpec>,
}

impl Defaults<'_> {
    /// Of an actor: the plan's times to live.
    pub fn main(plan: &Plan) -> Defaults<'static> {
        let ttl = |span: Span| {
            if span > Span::minutes(5) {
                Ttl::OneHour
            } else {
                Ttl::FiveMinutes
            }
        };
        let known = plan.entry.map(|e| e.cache_ttl);
        let on_credits = known.map_or(Ttl::FiveMinutes, |c| ttl(c.credits));
        let on_plan = known.and_then(|c| c.plan).map_or(on_credits, ttl);
        Defaults {
            cache: CacheSpec::Ttl {
                on_plan: vec![(on_plan, 1.0)],
                on_credits,
                miss_rate: MISS_RATE,
                shared: None,
            },
            parent: None,
        }
    }

    fn sub(parent: &ChainSpec) -> Defaults<'_> {
        let cache = match parent.cache {
            CacheSpec::None => CacheSpec::None,
            CacheSpec::Ttl { miss_rate, .. } => CacheSpec::Ttl {
                on_plan: vec![(Ttl::FiveMinutes, 1.0)],
                on_credits: Ttl::FiveMinutes,
                miss_rate,
                shared: None,
            },
        };
        Defaults {
            cache,
            parent: Some(parent),
        }
    }
}

/// Reads the chain of a table.
pub(super) fn read(f: &Fields<'_>, d: &Defaults<'_>) -> Option<ChainSpec> {
    let (session, prompt, each) = (
        Wanted::per(Level::Session),
        Wanted::per(Level::Prompt),
        Wanted::each(),
    );
    let sub = d.parent.is_some();
    let one = || Some(Draw::constant(1.0));
    let of = |pick: fn(&ChainSpec) -> &Draw| d.parent.map(|p| pick(p).clone());
    let prompts = draw(
        f,
        "prompts",
        session.positive(),
        if sub { one() } else { None },
    );
    let requests = draw(f, "requests_per_prompt", prompt.positive(), None);
    let first_prompt = if !sub && f.has("first_prompt") {
        Some(f.draw("first_prompt", session.positive())?)
    } else {
        None
    };
    let gap = draw(f, "gap", each.seconds(), of(|p| &p.gap_s));
    let prompt_gap = draw(
        f,
        "prompt_gap",
        prompt.seconds(),
        if sub { gap.clone() } else { None },
    );
    let first = draw(f, "first_context", session, of(|p| &p.first_context));
    let growth = draw(f, "growth", each, of(|p| &p.growth));
    let session_growth = draw(f, "session_growth", session, one());
    let zero = if sub {
        of(|p| &p.input)
    } else {
        Some(Draw::constant(0.0))
    };
    let input = draw(f, "input", each, zero);
    let output = draw(f, "output", each, of(|p| &p.output));
    let early_growth = f.number("early_growth").map_or(0.0, |n| n.value);
    let early_requests = f.number("early_requests").map_or(4.5, |n| n.value);
    let compaction = compaction(f);
    let cache = cache(f, &d.cache);
    let context_max = context_max(f, d);
    let latency = f.length("latency").map_or_else(
        || d.parent.map_or(Span::seconds(2), |p| p.latency),
        |l| l.value.span(),
    );
    let speed = f.number("speed").map_or_else(
        || d.parent.map_or(25_000, |p| p.output_us_per_token),
        |n| libm::round(1e6 / n.value) as i64,
    );
    Some(ChainSpec {
        prompts: prompts?,
        requests_per_prompt: requests?,
        first_prompt,
        gap_s: gap?,
        prompt_gap_s: prompt_gap?,
        first_context: first?,
        growth: growth?,
        early_growth,
        early_requests,
        session_growth: session_growth?,
        input: input?,
        output: output?,
        compaction: compaction.ok()?,
        cache: cache?,
        context_max,
        latency,
        output_us_per_token: speed,
    })
}

/// A distribution with a default, or a problem where there is none.
fn draw(f: &Fields<'_>, name: &'static str, wanted: Wanted, default: Option<Draw>) -> Option<Draw> {
    match default {
        Some(default) => f.draw_or(name, wanted, default),
        None if f.has(name) => f.draw(name, wanted),
        None => {
            f.missing(
                name,
                "give it, or take a preset: preset = \"claude-code-moderate\"",
            );
            None
        }
    }
}

fn context_max(f: &Fields<'_>, d: &Defaults<'_>) -> i64 {
    match f.count("context_max") {
        Some(n) if n.value > CONTEXT_LIMIT => {
            f.bad(
                n.at,
                "context_max is beyond any model",
                "",
                "write tokens, like 200_000",
            );
            CONTEXT_MAX
        }
        Some(n) => n.value as i64,
        None => d.parent.map_or(CONTEXT_MAX, |p| p.context_max),
    }
}

/// Nothing where none is wanted, an error where it is wrong.
fn compaction(f: &Fields<'_>) -> Result<Option<CompactionSpec>, ()> {
    let Some(c) = f.sub_or_off("compaction") else {
        return match f.item("compaction").map(|i| &i.node) {
            None | Some(Node::Flag(false)) => Ok(None),
            Some(_) => Err(()),
        };
    };
    let session = Wanted::per(Level::Session);
    for key in ["at", "to"] {
        if !c.has(key) {
            c.missing(key, "");
        }
    }
    let at = c.draw("at", session.positive());
    let to = c.draw("to", Wanted::each());
    let output = c.draw_or("output", Wanted::each(), Draw::constant(COMPACTION_OUTPUT));
    let (at, to, output) = (at.ok_or(())?, to.ok_or(())?, output.ok_or(())?);
    if to.quantile(0.5) >= at.quantile(0.5) {
        let what = format!(
            "compaction to {:.0} tokens is not below the {:.0} at which it happens",
            to.quantile(0.5),
            at.quantile(0.5)
        );
        c.bad(
            c.place("to"),
            what,
            "medians; it would compact for ever",
            "lower to, or raise at",
        );
        return Err(());
    }
    Ok(Some(CompactionSpec { at, to, output }))
}

fn cache(f: &Fields<'_>, default: &CacheSpec) -> Option<CacheSpec> {
    let Some(item) = f.item("cache") else {
        return Some(default.clone());
    };
    if let Node::Text(_) = item.node {
        return f.choice("cache").map(|_| CacheSpec::None);
    }
    let c = f.sub("cache")?;
    let (plan, credits, miss) = match default {
        CacheSpec::Ttl {
            on_plan,
            on_credits,
            miss_rate,
            ..
        } => (on_plan.clone(), *on_credits, *miss_rate),
        CacheSpec::None => (vec![(Ttl::FiveMinutes, 1.0)], Ttl::FiveMinutes, MISS_RATE),
    };
    let on_plan = match c.item("on_plan") {
        Some(item) => ttl_weights(&c, item),
        None => Some(plan),
    };
    let on_credits = match c.choice("on_credits").map(|w| w.value) {
        Some("1h") => Ttl::OneHour,
        Some(_) => Ttl::FiveMinutes,
        None => credits,
    };
    let miss_rate = c
        .share("miss_rate")
        .map_or(miss, |s| s.value.to_f64().unwrap_or(miss));
    let shared = if c.has("shared") {
        Some(c.draw("shared", Wanted::per(Level::Session))?)
    } else {
        None
    };
    Some(CacheSpec::Ttl {
        on_plan: on_plan?,
        on_credits,
        miss_rate,
        shared,
    })
}

fn ttl_weights(c: &Fields<'_>, item: &Item) -> Option<Vec<(Ttl, f64)>> {
    let mut all = Vec::new();
    for (name, weight) in mixes::weights(c, "on_plan", item)? {
        match name.value {
            "1h" => all.push((Ttl::OneHour, weight)),
            "5m" => all.push((Ttl::FiveMinutes, weight)),
            other => {
                let what = format!("a cache does not live \"{other}\"");
                c.bad(name.at, what, "expected \"5m\" or \"1h\"", "");
                return None;
            }
        }
    }
    Some(all)
}

/// Reads the sub-agents of an actor: nothing where none is wanted, an error where they are wrong.
pub(super) fn sub_agents(
    f: &Fields<'_>,
    parent: Option<&ChainSpec>,
    mut find: impl FnMut(&Item) -> Option<Vec<ModelUse>>,
    own: Option<&[ModelUse]>,
) -> Result<Option<SubAgentSpec>, ()> {
    let Some(s) = f.sub_or_off("sub_agents") else {
        return match f.item("sub_agents").map(|i| &i.node) {
            None | Some(Node::Flag(false)) => Ok(None),
            Some(_) => Err(()),
        };
    };
    let session = Wanted::per(Level::Session);
    for key in ["share", "per_session"] {
        if !s.has(key) {
            s.missing(key, "");
        }
    }
    let share = s.share("share").map(|x| x.value.to_f64().unwrap_or(1.0));
    let per_session = s.draw("per_session", session.positive());
    let at_once = s.draw_or(
        "at_once",
        Wanted::per(Level::Prompt).positive(),
        Draw::constant(1.0),
    );
    let models = match s.item("models") {
        Some(item) => find(item),
        None => own.map(<[ModelUse]>::to_vec),
    };
    let chain = parent.and_then(|p| read(&s, &Defaults::sub(p)));
    let one_off = one_off(&s, chain.as_ref(), find, models.as_deref());
    Ok(Some(SubAgentSpec {
        share_of_sessions: share.ok_or(())?,
        per_session: per_session.ok_or(())?,
        at_once: at_once.ok_or(())?,
        models: models.ok_or(())?,
        chain: chain.ok_or(())?,
        one_off: one_off?,
    }))
}

/// Reads the sub-agents of one request: nothing where none are set apart, an error where they are
/// wrong.
fn one_off(
    s: &Fields<'_>,
    others: Option<&ChainSpec>,
    mut find: impl FnMut(&Item) -> Option<Vec<ModelUse>>,
    their_models: Option<&[ModelUse]>,
) -> Result<Option<OneOffSpec>, ()> {
    let Some(f) = s.sub_or_off("one_off") else {
        return match s.item("one_off").map(|i| &i.node) {
            None | Some(Node::Flag(false)) => Ok(None),
            Some(_) => Err(()),
        };
    };
    if !f.has("share") {
        f.missing("share", "");
    }
    let share = f.share("share").map(|x| x.value.to_f64().unwrap_or(1.0));
    let uncached = f.share("uncached");
    let read = f.draw_or("read", Wanted::each(), Draw::constant(0.0));
    if let Some(most) = read.as_ref().map(|r| r.quantile(1.0)).filter(|m| *m > 1.0) {
        let what = format!("read goes up to {most}");
        f.bad(
            f.place("read"),
            what,
            "a share of the context, 0 to 1",
            "write 0.95, or a law with max = 1",
        );
        return Err(());
    }
    let mut models = match f.item("models") {
        Some(item) => find(item),
        None => their_models.map(<[ModelUse]>::to_vec),
    };
    // One request is one request on any model.
    for m in models.iter_mut().flatten() {
        m.effort_requests = 1.0;
    }
    let others = others.ok_or(())?;
    let draw = |name, default: &Draw| f.draw_or(name, Wanted::each(), default.clone()).ok_or(());
    let chain = ChainSpec {
        prompts: Draw::constant(1.0),
        requests_per_prompt: Draw::constant(1.0),
        first_context: draw("context", &others.first_context)?,
        output: draw("output", &others.output)?,
        compaction: None,
        ..others.clone()
    };
    Ok(Some(OneOffSpec {
        share: share.ok_or(())?,
        models: models.ok_or(())?,
        read: read.ok_or(())?,
        uncached: uncached.map_or(0.0, |x| x.value.to_f64().unwrap_or(0.0)),
        bare: ChainSpec {
            first_context: Draw::constant(0.0),
            input: draw("input", &others.input)?,
            ..chain.clone()
        },
        chain,
    }))
}
