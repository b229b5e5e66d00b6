//! What a comparison of models rests on: tokenizers, and how many more requests the weaker one needs.

use crate::analysis::words;
use crate::demand::spec::ModelUse;
use crate::engine::experiment::Experiment;

/// A place where the scenario says what the same work takes on a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// The actor's name, without the number of a copy.
    pub actor: String,
    pub model: String,
}

/// A model in use and what the same work takes on it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFact {
    pub model: String,
    /// Some sub-agents use it, or some main chain.
    pub sub_agents: bool,
    pub main: bool,
    /// Tokens of its own for one of the reference tokenizer.
    pub tokenizer: f64,
    /// Requests and output for the same work; where actors differ, the largest.
    pub requests: f64,
    pub output: f64,
    /// The scenario says so for every actor that uses it; else 1 is taken for granted.
    pub given: bool,
}

/// The models in use, in the order of the experiment.
pub fn of(experiment: &Experiment, efforts: &[Effort]) -> Vec<ModelFact> {
    let mut facts: Vec<(usize, ModelFact)> = Vec::new();
    for actor in &experiment.actors {
        let stem = crate::analysis::spend::stem(&actor.name);
        let subs = actor.sub_agents.iter().flat_map(|s| s.all_models());
        let main = actor.models.iter().map(|m| (m, false));
        for (m, sub) in main.chain(subs.map(|m| (m, true))) {
            if m.weight > 0.0
                && let Some(fact) = fact(experiment, m, sub, |model| {
                    let says =
                        |e: &Effort| (e.actor == actor.name || e.actor == stem) && e.model == model;
                    efforts.iter().any(says)
                })
            {
                merge(&mut facts, m.model, fact);
            }
        }
    }
    facts.sort_by_key(|f| f.0);
    facts.into_iter().map(|f| f.1).collect()
}

fn fact(
    experiment: &Experiment,
    m: &ModelUse,
    sub: bool,
    given: impl Fn(&str) -> bool,
) -> Option<ModelFact> {
    let name = &experiment.models.get(m.model)?.name;
    // `opus-5.5 (fast)` is opus-5.5 to the scenario's author.
    let base = name.split(' ').next().unwrap_or(name);
    Some(ModelFact {
        model: name.clone(),
        sub_agents: sub,
        main: !sub,
        tokenizer: m.tokenizer,
        requests: m.effort_requests,
        output: m.effort_output,
        given: given(base) || m.effort_requests != 1.0 || m.effort_output != 1.0,
    })
}

fn merge(facts: &mut Vec<(usize, ModelFact)>, model: usize, new: ModelFact) {
    match facts.iter_mut().find(|f| f.0 == model) {
        Some((_, old)) => {
            old.sub_agents |= new.sub_agents;
            old.main |= new.main;
            old.requests = old.requests.max(new.requests);
            old.output = old.output.max(new.output);
            old.given &= new.given;
        }
        None => facts.push((model, new)),
    }
}

/// A mix as in tables and as in sentences: `30 % opus, 70 % sonnet`, `30 % Opus 5.5, 70 % Sonnet 5.5`.
/// Tables leave versions out where families tell the parts apart.
pub fn mix_words(parts: &[(String, f64)]) -> (String, String) {
    let family = |name: &str| name.split('-').next().unwrap_or(name).to_owned();
    let told_apart = |name: &str| {
        let same = parts.iter().filter(|p| family(&p.0) == family(name));
        same.count() == 1
    };
    let said = |name: &dyn Fn(&str) -> String| {
        let all = parts
            .iter()
            .map(|(model, share)| format!("{} {}", words::percent(*share), name(model)));
        all.collect::<Vec<_>>().join(", ")
    };
    match parts {
        [(one, _)] => (one.clone(), words::model(one)),
        _ => (
            said(&|name| match told_apart(name) {
                true => family(name),
                false => name.to_owned(),
            }),
            said(&words::model),
        ),
    }
}
