//! Models, their rates and the classes of request: what the catalogue knows, what the scenario
//! brings, and every modifier as a model of its own.

use std::cell::RefCell;

use rust_decimal::prelude::ToPrimitive;

use super::fields::{At, Cx, Fields};
use super::plan::{self, Plan};
use super::problems::{Place, Problem};
use crate::account::rates::{KINDS, Rate, RateCard};
use crate::account::spec::Class;
use crate::account::terms::{Sort, Terms};
use crate::base::money::Money;
use crate::catalog::{Catalog, PriceEntry, Rates};
use crate::engine::experiment::Model;

/// Flags of an actor that change what its requests cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mode {
    pub fast: Option<Place>,
    pub batch: Option<Place>,
    pub us_only: Option<Place>,
}

/// Prices of the five kinds, pico-dollars per token, and those of long prompts.
#[derive(Clone, Copy)]
struct Card {
    base: [i64; KINDS],
    above: Option<(i64, [i64; KINDS])>,
}

/// A model that the scenario brings itself.
struct Own {
    name: String,
    family: String,
    card: Card,
    tokenizer: f64,
    context: Option<u64>,
}

/// A model in use: where it stands in the experiment and what else is known about it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub index: usize,
    pub class: usize,
    pub tokenizer: f64,
    /// Its full name and its family, whatever the scenario calls it.
    pub name: String,
    pub family: String,
}

/// Everything that requests are made of.
pub(super) struct Registry<'a> {
    cx: &'a Cx,
    plan: &'a Plan,
    own: Vec<Own>,
    terms: Terms,
    models: RefCell<Vec<Model>>,
    /// Longest prompt and output of each model, its own tokens.
    contexts: RefCell<Vec<Option<u64>>>,
    classes: RefCell<Vec<Class>>,
}

impl<'a> Registry<'a> {
    pub fn new(cx: &'a Cx, plan: &'a Plan, own: &[Fields<'_>], grants: Vec<Vec<String>>) -> Self {
        let mut all: Vec<Own> = Vec::new();
        for f in own {
            let Some(model) = read_own(f) else { continue };
            let taken = Catalog::embedded().model(&model.name).is_ok();
            if taken || all.iter().any(|m| m.name == model.name) {
                let what = format!("the model \"{}\" exists already", model.name);
                f.bad(
                    f.place("name"),
                    what,
                    "names must differ",
                    "choose another name",
                );
            }
            all.push(model);
        }
        Registry {
            cx,
            plan,
            own: all,
            terms: plan.terms(grants),
            models: RefCell::default(),
            contexts: RefCell::default(),
            classes: RefCell::default(),
        }
    }

    pub fn into_parts(self) -> (Vec<Model>, Vec<Class>) {
        (self.models.into_inner(), self.classes.into_inner())
    }

    /// Finds a model by its name (a family means its newest) and prepares it for a client and mode.
    pub fn find(&self, name: At<&str>, client: &str, mode: Mode) -> Option<Known> {
        if let Some(own) = self.own.iter().find(|m| m.name == name.value) {
            for at in [mode.fast, mode.batch, mode.us_only].into_iter().flatten() {
                let what = format!("\"{}\" has no such mode", own.name);
                let help = "write its prices into [[model]] instead";
                self.cx.report(Problem::new(at, what).help(help));
            }
            let class = self.class(client, &own.name, &own.family, false);
            return Some(Known {
                index: self.model(own.name.clone(), own.card, own.context),
                class,
                tokenizer: own.tokenizer,
                name: own.name.clone(),
                family: own.family.clone(),
            });
        }
        let entry = self.entry(name)?;
        let card = self.card(entry, name, mode)?;
        let class = self.class(client, &entry.model, &entry.family, mode.fast.is_some());
        let long = entry.model.as_str();
        if let Some(rule) = self
            .plan
            .entry
            .and_then(|e| e.needs_credits(long, &entry.family, u64::MAX))
            && let Some(above) = rule.prompt_above
        {
            self.cx.warn(format!(
                "{long}: prompts above {above} tokens are paid by credits on every plan; here the plan pays for them too."
            ));
        }
        Some(Known {
            index: self.model(
                full_name(&entry.model, mode),
                card,
                Some(u64::from(entry.context_window)),
            ),
            class,
            tokenizer: entry.tokenizer.factor.to_f64().unwrap_or(1.0),
            name: entry.model.clone(),
            family: entry.family.clone(),
        })
    }

    fn entry(&self, name: At<&str>) -> Option<&'static PriceEntry> {
        let (catalog, date) = (Catalog::embedded(), self.plan.price_date);
        if self.cx.own_models.borrow().iter().any(|m| m == name.value) {
            // Its own table was wrong, which is reported there.
            return None;
        }
        let on = catalog.prices_on(date);
        if let Some((_, newest)) = on.iter().find(|(m, _)| m.family == name.value) {
            return Some(newest);
        }
        match catalog.price(name.value, date) {
            Ok(entry) => {
                let problem = plan::stale(name.at, date, entry.as_of);
                let fresh = problem.is_none();
                problem.into_iter().for_each(|p| self.cx.report(p));
                fresh.then_some(entry)
            }
            Err(e) => {
                self.cx.report(plan::lookup_problem(&e, name.at, date));
                None
            }
        }
    }

    fn card(&self, entry: &PriceEntry, name: At<&str>, mode: Mode) -> Option<Card> {
        let mut factor = rust_decimal::Decimal::ONE;
        if mode.batch.is_some() {
            factor *= entry.batch_factor;
        }
        if let Some(at) = mode.us_only {
            match entry.us_only_factor {
                Some(f) => factor *= f,
                None => {
                    let what = format!("{} cannot be pinned to the United States", entry.model);
                    self.cx
                        .report(Problem::new(at, what).help("remove us_only"));
                    return None;
                }
            }
        }
        let scaled = |r: &Rates| r.scaled(factor).map(|r| prices(&r));
        let card = match mode.fast {
            Some(at) => {
                let Some(fast) = &entry.fast else {
                    let what = format!(
                        "{} has no fast mode on {}",
                        entry.model, self.plan.price_date
                    );
                    let help = "burncast prices shows which models have one";
                    self.cx.report(Problem::new(at, what).help(help));
                    return None;
                };
                scaled(fast).map(|base| Card { base, above: None })
            }
            None => {
                let above = entry.above.as_ref();
                let tier = above.and_then(|a| Some((i64::from(a.tokens), scaled(&a.rates)?)));
                scaled(&entry.rates).map(|base| Card { base, above: tier })
            }
        };
        if card.is_none() {
            let what = format!("the price of {} is not whole in pico-dollars", entry.model);
            self.cx.report(Problem::new(name.at, what));
        }
        card
    }

    /// Warns when a context cannot be held by a model; `context_max` is in reference tokens.
    pub fn check_context(&self, index: usize, tokenizer: f64, context_max: i64) {
        let Some(Some(most)) = self.contexts.borrow().get(index).copied() else {
            return;
        };
        if context_max as f64 * tokenizer > most as f64 * 1.5 {
            let name = self
                .models
                .borrow()
                .get(index)
                .map_or(String::new(), |m| m.name.clone());
            self.cx.warn(format!(
                "context_max of {context_max} is more than {name} takes ({most} of its own tokens)."
            ));
        }
    }

    fn model(&self, name: String, card: Card, context: Option<u64>) -> usize {
        let rate = |price: [i64; KINDS]| Rate::new(price, self.plan.meter.units(price));
        let rates = match card.above {
            None => RateCard::flat(rate(card.base)),
            Some((tier_above, tier)) => RateCard {
                base: rate(card.base),
                tier: rate(tier),
                tier_above,
            },
        };
        let mut models = self.models.borrow_mut();
        if let Some(i) = models.iter().position(|m| m.name == name) {
            return i;
        }
        models.push(Model { name, rates });
        self.contexts.borrow_mut().push(context);
        models.len() - 1
    }

    fn class(&self, client: &str, model: &str, family: &str, fast: bool) -> usize {
        let class = self.terms.class(&Sort {
            client,
            model,
            family,
            fast,
            prompt: 0,
        });
        let mut classes = self.classes.borrow_mut();
        if let Some(i) = classes.iter().position(|c| *c == class) {
            return i;
        }
        classes.push(class);
        classes.len() - 1
    }
}

fn full_name(model: &str, mode: Mode) -> String {
    let flags = [
        (mode.fast, "fast"),
        (mode.batch, "batch"),
        (mode.us_only, "US only"),
    ];
    let on: Vec<&str> = flags
        .iter()
        .filter(|(flag, _)| flag.is_some())
        .map(|(_, name)| *name)
        .collect();
    if on.is_empty() {
        model.to_owned()
    } else {
        format!("{model} ({})", on.join(", "))
    }
}

fn prices(r: &Rates) -> [i64; KINDS] {
    [r.input, r.write_5m, r.write_1h, r.read, r.output]
}

/// Dollars per million tokens as pico-dollars per token.
fn per_token(f: &Fields<'_>, name: &'static str, price: At<Money>) -> Option<i64> {
    if price.value.0 % 1_000_000 != 0 {
        let what = format!("{name} has more than six decimals");
        f.bad(
            price.at,
            what,
            "prices are whole pico-dollars per token",
            "",
        );
        return None;
    }
    Some(price.value.0 / 1_000_000)
}

fn read_card(f: &Fields<'_>) -> Option<[i64; KINDS]> {
    let rate = |name: &'static str| match f.money(name) {
        Some(price) => Ok(per_token(f, name, price)),
        None if f.has(name) => Ok(None),
        None => Err(()),
    };
    let input = rate("input").unwrap_or_else(|()| {
        f.missing("input", "");
        None
    });
    let output = rate("output").unwrap_or_else(|()| {
        f.missing("output", "");
        None
    });
    let write_5m = rate("cache_write_5m").unwrap_or(input);
    let write_1h = rate("cache_write_1h").unwrap_or(write_5m);
    let read = rate("cache_read").unwrap_or(input);
    Some([input?, write_5m?, write_1h?, read?, output?])
}

fn read_own(f: &Fields<'_>) -> Option<Own> {
    let name = f.text("name");
    if name.is_none() && !f.has("name") {
        f.missing("name", "");
    }
    let base = read_card(f);
    let above = f.sub("above").and_then(|a| {
        let tokens = a.count("tokens");
        if !a.has("tokens") {
            a.missing("tokens", "");
        }
        Some((tokens?.value as i64, read_card(&a)?))
    });
    let tokenizer = f.number("tokenizer").map_or(1.0, |n| n.value);
    let context = f.count("context_max").map(|n| n.value);
    let family = f.text("family").map(|t| t.value);
    let name = name?.value.to_owned();
    Some(Own {
        family: family.unwrap_or(&name).to_owned(),
        name,
        card: Card { base: base?, above },
        tokenizer,
        context,
    })
}
