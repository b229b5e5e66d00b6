//! An experiment compiled into tables, shared by all threads.

use std::sync::Arc;

use super::experiment::{Experiment, IncidentKind};
use super::limits::LimitTables;
use super::outcome::{Layout, SpendSum};
use crate::account::rates::RateCard;
use crate::account::reason::WINDOWS_MAX;
use crate::account::spec::AccountSpec;
use crate::base::law::{Draw, Law, Level};
use crate::base::stream::{Purpose, Stream};
use crate::base::table::Sampler;
use crate::demand::calendar::CalendarKernel;
use crate::demand::kernel::{ChainKernel, HELD, Known, Mix};
use crate::demand::spec::{ActorSpec, ChainSpec, ModelUse, Reaction, Rhythm, SubAgentSpec};

/// A model in use by a chain, as the hot loop needs it.
#[derive(Clone, Debug)]
pub struct UseKernel {
    pub class: usize,
    pub rates: RateCard,
    pub model: usize,
    /// Index into the spend slots; the slot of the dearer price tier follows.
    pub spend: usize,
}

/// Tables of one kind of chain of an actor: index `2 * actor` the main chain, `+ 1` sub-agents; those of
/// one request stand behind all these ([`OneOffKernel`]).
#[derive(Clone, Debug)]
pub struct Role {
    pub kernel: ChainKernel,
    pub mix: Mix,
    pub model_per: Level,
    pub uses: Vec<UseKernel>,
}

/// Tables of an actor's sub-agents and run-aways.
#[derive(Clone, Debug)]
pub struct Extras {
    pub share_of_sessions: f64,
    pub per_session: Option<Sampler>,
    pub at_once: Option<Sampler>,
    pub one_off: Option<OneOffKernel>,
    pub runaway: Option<(f64, Sampler)>,
    /// Reaction time of each `top-up` in the actor's list, else `None`.
    pub reaction_s: Vec<Option<Sampler>>,
    /// Open hours (ms), ascending; empty: all hours.
    pub open: Vec<(i64, i64)>,
    /// Classes that the actor or its sub-agents use, ascending.
    pub classes: Vec<usize>,
}

impl Extras {
    /// The role of a sub-agent that begins, `role` unless it makes one request only; of those the share
    /// of the context that is read from the cache. Draws only where some are set apart.
    pub fn kind(&self, role: usize, rng: &mut Stream) -> (usize, Option<f64>) {
        let Some(one) = &self.one_off else {
            return (role, None);
        };
        let (which, read) = (rng.unit(), rng.word());
        if which >= one.share {
            (role, None)
        } else if which < one.share * one.uncached {
            (one.role + 1, None)
        } else {
            (one.role, Some(one.read.sample(read)))
        }
    }
}

/// Sub-agents of one request.
#[derive(Clone, Debug)]
pub struct OneOffKernel {
    pub share: f64,
    pub uncached: f64,
    /// Index of the role of those with a context; the one of those without follows.
    pub role: usize,
    /// Share of the context that is read from the cache.
    pub read: Sampler,
}

/// Tables of an incident.
#[derive(Clone, Debug)]
pub struct IncidentKernel {
    pub kind: IncidentKind,
    pub count: Sampler,
    pub minutes: Sampler,
}

/// The compiled experiment.
#[derive(Clone, Debug)]
pub struct Compiled<'e> {
    /// What is simulated; its account and its seed may be replaced by the two below.
    pub exp: &'e Experiment,
    pub account: &'e AccountSpec,
    pub seed: u64,
    /// Two per actor; the second is a copy of the first where there are no sub-agents.
    pub roles: Arc<[Role]>,
    pub extras: Arc<[Extras]>,
    pub calendars: Arc<[CalendarKernel]>,
    limits: Arc<LimitTables>,
    pub reload_delay_s: Option<Arc<Sampler>>,
    pub top_up_delay_s: Arc<Sampler>,
    pub incidents: Arc<[IncidentKernel]>,
    /// Identities of the spend slots, with nothing spent.
    pub spend: Vec<SpendSum>,
    pub layout: Layout,
    /// Index of the first grant kind that is promotional, if any is.
    pub has_promotional: bool,
}

impl<'e> Compiled<'e> {
    /// Compiles a validated experiment; tables that `known` has are shared, new ones added to it.
    pub fn new(exp: &'e Experiment, known: &mut Known) -> Compiled<'e> {
        let mut spend = Vec::new();
        let chains = exp.actors.iter().flat_map(|a| {
            let subs = a.sub_agents.iter().flat_map(SubAgentSpec::chains);
            std::iter::once(&a.chain).chain(subs)
        });
        known.ahead(chains);
        let mut roles = Vec::new();
        let mut one_offs = Vec::new();
        for (a, actor) in exp.actors.iter().enumerate() {
            let mut role = |chain: &ChainSpec, models: &[ModelUse], model_per, sub| Role {
                kernel: ChainKernel::new(chain, known),
                mix: Mix::new(models),
                model_per,
                uses: models
                    .iter()
                    .map(|m| use_kernel(exp, a, m, sub, &mut spend))
                    .collect(),
            };
            let main = role(&actor.chain, &actor.models, actor.model_per, false);
            let subs = actor.sub_agents.as_ref();
            let sub = subs.map_or_else(
                || main.clone(),
                |s| role(&s.chain, &s.models, Level::Session, true),
            );
            roles.extend([main, sub]);
            if let Some(o) = subs.and_then(|s| s.one_off.as_ref()) {
                let role = |chain| role(chain, &o.models, Level::Session, true);
                one_offs.extend([&o.chain, &o.bare].map(role));
            }
        }
        roles.extend(one_offs);
        let mut behind = 2 * exp.actors.len();
        let extras: Vec<Extras> = exp
            .actors
            .iter()
            .map(|a| extras(a, &mut behind, known))
            .collect();
        let wallet = &exp.account.wallet;
        Compiled {
            exp,
            account: &exp.account,
            seed: exp.seed,
            roles: roles.into(),
            extras: extras.into(),
            calendars: exp
                .actors
                .iter()
                .map(|a| CalendarKernel::new(&a.rhythm, &a.chain.prompts, known))
                .collect(),
            limits: Arc::new(LimitTables::new(&exp.account.windows)),
            reload_delay_s: wallet
                .auto_reload
                .as_ref()
                .map(|a| Arc::new(known.sampler(&a.delay))),
            top_up_delay_s: Arc::new(known.sampler(&wallet.top_up_delay)),
            incidents: incidents(exp, known).into(),
            spend,
            layout: Layout::new(exp.account.windows.len() + 1, exp.months.len()),
            has_promotional: wallet.grants.iter().any(|g| g.promotional),
        }
    }

    /// The same demand and the same windows on another wallet, from another seed: the tables of
    /// demand are shared. `account` must differ from the experiment's in its wallet only.
    pub fn on(&self, account: &'e AccountSpec, seed: u64) -> Compiled<'e> {
        let delay = |a: &AccountSpec| a.wallet.auto_reload.as_ref().map(|r| r.delay.clone());
        let reload_delay_s = match (delay(account), delay(self.account)) {
            (new, old) if new == old => self.reload_delay_s.clone(),
            (new, _) => new.map(|d| Arc::new(Sampler::compile(&d))),
        };
        Compiled {
            account,
            seed,
            reload_delay_s,
            has_promotional: account.wallet.grants.iter().any(|g| g.promotional),
            ..self.clone()
        }
    }

    /// Sizes of the windows in one trial, in window units.
    pub fn draw_limits(&self, trial: u64) -> [i64; WINDOWS_MAX] {
        self.limits.draw(self.seed, trial)
    }

    /// Words of quantities that hold for a whole trial or actor.
    pub fn person_words(&self, trial: u64, role: usize) -> [u32; HELD] {
        let levels = &self.roles[role].kernel.levels;
        let mut words = [0u32; HELD];
        if levels.iter().all(|l| *l > Level::Actor) {
            return words;
        }
        // One word for the whole trial, so that actors share it; one for each actor.
        let mut shared = Stream::open(self.seed, Purpose::Person, trial, 0, 0);
        let mut own = Stream::open(self.seed, Purpose::Person, trial, role, 1);
        for (i, w) in words.iter_mut().enumerate() {
            let (s, o) = (shared.word(), own.word());
            *w = if levels[i] == Level::Trial { s } else { o };
        }
        words
    }
}

fn use_kernel(
    exp: &Experiment,
    actor: usize,
    m: &ModelUse,
    sub_agent: bool,
    spend: &mut Vec<SpendSum>,
) -> UseKernel {
    let mine = |s: &SpendSum| s.actor == actor && s.sub_agent == sub_agent && s.model == m.model;
    let known = spend.iter().position(mine);
    let at = known.unwrap_or(spend.len());
    for tier in [false, true].into_iter().filter(|_| known.is_none()) {
        spend.push(SpendSum {
            actor,
            sub_agent,
            model: m.model,
            tier,
            ..SpendSum::default()
        });
    }
    UseKernel {
        class: m.class,
        rates: exp.models[m.model].rates,
        model: m.model,
        spend: at,
    }
}

/// `behind`: index of the next role of sub-agents of one request.
fn extras(actor: &ActorSpec, behind: &mut usize, known: &mut Known) -> Extras {
    let subs = actor.sub_agents.as_ref();
    let open = match &actor.rhythm {
        Rhythm::Schedule { .. } => Vec::new(),
        Rhythm::Calendar { days, .. } => days
            .iter()
            .flat_map(|d| d.open.iter().map(|(a, b)| (a.0, b.0)))
            .collect(),
    };
    Extras {
        share_of_sessions: subs.map_or(0.0, |s| s.share_of_sessions),
        per_session: subs.map(|s| known.sampler(&s.per_session)),
        at_once: subs.map(|s| known.sampler(&s.at_once)),
        one_off: subs.and_then(|s| s.one_off.as_ref()).map(|o| {
            *behind += 2;
            OneOffKernel {
                share: o.share,
                uncached: o.uncached,
                role: *behind - 2,
                read: known.sampler(&o.read),
            }
        }),
        runaway: actor
            .runaway
            .as_ref()
            .map(|r| (r.probability, known.sampler(&r.hours))),
        reaction_s: actor
            .when_blocked
            .iter()
            .map(|r| match r {
                Reaction::TopUp { reaction_s, .. } => Some(known.sampler(reaction_s)),
                _ => None,
            })
            .collect(),
        open,
        classes: classes(actor),
    }
}

fn classes(actor: &ActorSpec) -> Vec<usize> {
    let subs = actor.sub_agents.iter().flat_map(|s| s.all_models());
    let all = actor.models.iter().chain(subs).map(|m| m.class);
    all.collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect()
}

fn incidents(exp: &Experiment, known: &mut Known) -> Vec<IncidentKernel> {
    let days = (exp.end - exp.start).as_hours() / 24.0;
    exp.incidents
        .iter()
        .map(|i| IncidentKernel {
            kind: i.kind,
            count: known.sampler(&Draw::of(if i.per_month > 0.0 {
                Law::Poisson {
                    mean: i.per_month * days / 30.0,
                }
            } else {
                Law::Constant(0.0)
            })),
            minutes: known.sampler(&i.minutes),
        })
        .collect()
}
