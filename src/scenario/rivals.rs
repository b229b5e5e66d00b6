//! What a scenario is compared with: its variants, and the same work on other models.

use std::sync::Arc;

use super::build::Scenario;
use super::plan;
use super::problems::{Place, Problem, Problems, Source};
use crate::catalog::Catalog;

/// A scenario that takes part in a comparison.
#[derive(Clone, Debug)]
pub struct Rival {
    pub title: RivalTitle,
    pub scenario: Scenario,
}

/// What a rival is called.
#[derive(Clone, Debug, PartialEq)]
pub enum RivalTitle {
    AsItStands,
    Variant(String),
    /// Models with shares that sum to one.
    Models(Vec<(String, f64)>),
}

/// Rivals, and what a reader must know of how they were made.
#[derive(Clone, Debug)]
pub struct Rivals {
    pub rivals: Vec<Rival>,
    pub notes: Vec<String>,
}

/// The name of the command-line argument in messages.
const ARGUMENT: &str = "--models";

impl Scenario {
    /// The scenario as it stands and each of its variants.
    ///
    /// # Errors
    /// Every problem of a variant.
    pub fn variants(&self) -> Result<Rivals, Problems> {
        let mut rivals = vec![Rival {
            title: RivalTitle::AsItStands,
            scenario: self.clone(),
        }];
        for variant in &self.variants {
            rivals.push(Rival {
                title: RivalTitle::Variant(variant.name.clone()),
                scenario: self.with(&variant.sets)?,
            });
        }
        Ok(Rivals {
            rivals,
            notes: Vec::new(),
        })
    }

    /// The same work on other models: for each mix (`opus-5.5`, `opus-5.5:0.3+sonnet-5.5:0.7`) the
    /// scenario with the models of every actor replaced. Sub-agents that have a mix of their own keep
    /// it, unless `sub_agents`. A single mix is held against the scenario as it stands.
    ///
    /// # Errors
    /// Every mix that cannot be read or names an unknown model; problems of the changed scenario.
    pub fn on_models(&self, mixes: &[String], sub_agents: bool) -> Result<Rivals, Problems> {
        let read = self.read_mixes(mixes)?;
        let mut rivals = Vec::new();
        if read.len() == 1 {
            rivals.push(Rival {
                title: RivalTitle::AsItStands,
                scenario: self.clone(),
            });
        }
        for mix in read {
            let scenario = self.with(&self.sets_for(&mix, sub_agents))?;
            rivals.push(Rival {
                title: RivalTitle::Models(mix),
                scenario,
            });
        }
        let notes = vec![self.note(sub_agents)];
        Ok(Rivals { rivals, notes })
    }

    /// Every place where the scenario says what the same work takes on a model: the actor's name (not
    /// numbered) and the model's full name.
    pub fn efforts(&self) -> Vec<(String, String)> {
        let actors = self.effective["actor"].as_array();
        let mut all = Vec::new();
        for actor in actors.into_iter().flatten() {
            let name = actor["name"].as_str().unwrap_or_default();
            for key in actor["effort"]
                .as_object()
                .into_iter()
                .flat_map(|e| e.keys())
            {
                let model = self.full_name(key).unwrap_or_else(|| key.clone());
                all.push((name.to_owned(), model));
            }
        }
        all
    }

    /// Reads all mixes; every problem is reported.
    fn read_mixes(&self, mixes: &[String]) -> Result<Vec<Vec<(String, f64)>>, Problems> {
        let text = mixes.join(",");
        let (mut read, mut problems) = (Vec::new(), Vec::new());
        let mut start = 0;
        for mix in mixes {
            match self.read_mix(mix, start) {
                Ok(mix) => read.push(mix),
                Err(more) => problems.extend(more),
            }
            start += mix.len() + 1;
        }
        if problems.is_empty() {
            return Ok(read);
        }
        let source = Source {
            name: ARGUMENT.to_owned(),
            text: Arc::from(text),
        };
        Err(Problems::new(ARGUMENT, vec![source], problems))
    }

    /// `a`, `a:0.3+b:0.7`; `start` is where it stands in the argument.
    fn read_mix(&self, text: &str, start: usize) -> Result<Vec<(String, f64)>, Vec<Problem>> {
        let (mut parts, mut problems): (Vec<(String, f64)>, _) = (Vec::new(), Vec::new());
        let mut at = start;
        let several = text.contains('+');
        for part in text.split('+') {
            let place = Place::new(0, at..at + part.len());
            at += part.len() + 1;
            let (name, weight) = match part.rsplit_once(':') {
                Some((name, weight)) => (name.trim(), Some(weight.trim())),
                None => (part.trim(), None),
            };
            if let Err(problem) = self.known(name, place) {
                problems.push(problem);
                continue;
            }
            let name = self.full_name(name).unwrap_or_else(|| name.to_owned());
            let number = weight.map(|w| w.trim_end_matches('%').trim().parse::<f64>().ok());
            let number = match number {
                None if !several => Some(1.0),
                None => None,
                Some(n) => n.filter(|n| n.is_finite() && *n > 0.0 && *n < 1e12),
            };
            match (number, parts.iter_mut().find(|p| p.0 == name)) {
                (Some(n), Some(twin)) => twin.1 += n,
                (Some(n), None) => parts.push((name, n)),
                (None, _) => problems.push(
                    Problem::new(place, format!("\"{}\" has no share above 0", part.trim()))
                        .expected("expected MODEL:SHARE")
                        .help("for instance opus-5.5:0.3+sonnet-5.5:0.7"),
                ),
            }
        }
        let total: f64 = parts.iter().map(|p| p.1).sum();
        parts.iter_mut().for_each(|p| p.1 /= total);
        match problems.is_empty() {
            true => Ok(parts),
            false => Err(problems),
        }
    }

    pub(super) fn own_models(&self) -> impl Iterator<Item = &str> {
        let models = self.effective["model"].as_array();
        models
            .into_iter()
            .flatten()
            .filter_map(|m| m["name"].as_str())
    }

    /// Whether a model exists on the scenario's day.
    fn known(&self, name: &str, at: Place) -> Result<(), Problem> {
        if name.is_empty() {
            let problem = Problem::new(at, "no model").expected("expected the name of a model");
            return Err(problem.help("burncast prices lists them"));
        }
        if self.full_name(name).is_some() {
            return Ok(());
        }
        match Catalog::embedded().price(name, self.price_date) {
            Ok(_) => Ok(()),
            Err(e) => Err(plan::lookup_problem(&e, at, self.price_date)),
        }
    }

    /// The identifier of a model: its own name, or the newest of a family.
    fn full_name(&self, name: &str) -> Option<String> {
        if let Some(own) = self.own_models().find(|m| *m == name) {
            return Some(own.to_owned());
        }
        let catalog = Catalog::embedded();
        let on = catalog.prices_on(self.price_date);
        let newest = on.iter().find(|(m, _)| m.family == name);
        newest
            .map(|(_, entry)| entry.model.clone())
            .or_else(|| Some(catalog.price(name, self.price_date).ok()?.model.clone()))
    }

    /// The settings that put every actor on a mix.
    fn sets_for(&self, mix: &[(String, f64)], sub_agents: bool) -> Vec<String> {
        let models = match mix {
            [(one, _)] => quoted(one),
            _ => {
                let parts = mix
                    .iter()
                    .map(|(m, share)| format!("{} = {share}", quoted(m)));
                format!("{{ {} }}", parts.collect::<Vec<_>>().join(", "))
            }
        };
        let mut sets = Vec::new();
        for (i, actor) in self.actor_tables().enumerate() {
            let key = self.actor_key(i, actor);
            sets.push(format!("actor.{key}.models={models}"));
            let own = OWN_MIXES
                .iter()
                .filter(|(_, at)| sub_agents && has(actor, at));
            sets.extend(own.map(|(name, _)| format!("actor.{key}.{name}={models}")));
        }
        sets
    }

    /// How a setting names the actor of that number.
    pub(super) fn actor_key(&self, i: usize, actor: &serde_json::Value) -> String {
        // An actor may be called as another one's number is: names come first there.
        let clash = self
            .actor_tables()
            .any(|a| a["name"] == i.to_string().as_str());
        match clash {
            true => quoted(actor["name"].as_str().unwrap_or_default()),
            false => i.to_string(),
        }
    }

    pub(super) fn actor_tables(&self) -> impl Iterator<Item = &serde_json::Value> {
        self.effective["actor"].as_array().into_iter().flatten()
    }

    /// Whose models are replaced and whose stay.
    fn note(&self, sub_agents: bool) -> String {
        let name = |a: &serde_json::Value| a["name"].as_str().unwrap_or_default().to_owned();
        let all: Vec<String> = self.actor_tables().map(name).collect();
        let own = |a: &&serde_json::Value| OWN_MIXES.iter().any(|(_, at)| has(a, at));
        let kept: Vec<String> = self.actor_tables().filter(own).map(name).collect();
        let replaced = format!("--models replaces the models of {}", listed(&all));
        match (kept.is_empty(), sub_agents) {
            (true, _) => format!("{replaced}, sub-agents included"),
            (false, true) => format!("{replaced} and of all sub-agents"),
            (false, false) => format!(
                "{replaced}; sub-agents of {} keep their own mix (--sub-agents-too replaces it)",
                listed(&kept)
            ),
        }
    }
}

/// Where sub-agents may have a mix of their own, as a setting and in the scenario as JSON.
const OWN_MIXES: [(&str, &str); 2] = [
    ("sub_agents.models", "/sub_agents/models"),
    ("sub_agents.one_off.models", "/sub_agents/one_off/models"),
];

fn has(actor: &serde_json::Value, at: &str) -> bool {
    actor.pointer(at).is_some_and(|models| !models.is_null())
}

/// A TOML string: backslash and quote escaped, no control characters in names of models and actors.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn listed(names: &[String]) -> String {
    match names {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => names.join(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
start = 2026-12-01
horizon = "1 week"
[plan]
name = "max-5x"
[[actor]]
name = "1"
preset = "claude-code-moderate"
models = "opus-5.5"
effort = { sonnet = { requests = 1.3 } }
[[actor]]
name = "agent"
preset = "background-agent"
models = "haiku-5.5"
sub_agents = { share = 0.5, per_session = 2, models = "haiku-5.5", requests_per_prompt = 3, one_off = { share = 0.2, models = "haiku-5.5" } }
"#;

    fn scenario() -> Scenario {
        match super::super::parse("mine.toml", TEXT, &[]) {
            Ok(scenario) => scenario,
            Err(problems) => panic!("{}", problems.render(false, 100)),
        }
    }

    fn mixes(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|t| (*t).to_owned()).collect()
    }

    fn models_of(rival: &Rival) -> Vec<Vec<(String, f64)>> {
        let e = &rival.scenario.experiment;
        let of = |a: &crate::demand::spec::ActorSpec| {
            a.models
                .iter()
                .map(|m| (e.models[m.model].name.clone(), m.weight))
                .collect()
        };
        e.actors.iter().map(of).collect()
    }

    #[test]
    fn every_actor_works_on_the_mix() {
        let found = scenario()
            .on_models(&mixes(&["opus", "opus-5.5:30%+sonnet-5.5:0.7e2%"]), false)
            .unwrap();
        assert_eq!(found.rivals.len(), 2);
        let opus = ("opus-5.5".to_owned(), 1.0);
        assert_eq!(
            models_of(&found.rivals[0]),
            vec![vec![opus.clone()], vec![opus]]
        );
        let mix = vec![("opus-5.5".to_owned(), 0.3), ("sonnet-5.5".to_owned(), 0.7)];
        assert_eq!(found.rivals[1].title, RivalTitle::Models(mix.clone()));
        assert_eq!(models_of(&found.rivals[1]), vec![mix.clone(), mix]);
        let agent = &found.rivals[0].scenario.experiment;
        let subs = agent.actors[1].sub_agents.as_ref().unwrap();
        assert_eq!(agent.models[subs.models[0].model].name, "haiku-5.5");
        assert!(
            found.notes[0].contains("sub-agents of agent keep"),
            "{}",
            found.notes[0]
        );
        let too = scenario().on_models(&mixes(&["opus"]), true).unwrap();
        assert_eq!(too.rivals.len(), 2, "against the scenario as it stands");
        let exp = &too.rivals[1].scenario.experiment;
        let subs = exp.actors[1].sub_agents.as_ref().unwrap();
        let all: Vec<&str> = subs
            .all_models()
            .map(|m| exp.models[m.model].name.as_str())
            .collect();
        assert_eq!(all, ["opus-5.5", "opus-5.5"]);
    }

    #[test]
    fn efforts_are_found_by_family_too() {
        assert_eq!(
            scenario().efforts(),
            [("1".to_owned(), "sonnet-5.5".to_owned())]
        );
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let bad = mixes(&["opus-5,5", "sonet-5.5:0.2+opus-5.5", ":3", "opus-5.5:-1"]);
        let Err(problems) = scenario().on_models(&bad, false) else {
            panic!("unknown models are no models");
        };
        let text = problems.render(false, 100);
        assert_eq!(problems.len(), 5, "{text}");
        assert!(text.contains("did you mean \"sonnet-5.5\"?"), "{text}");
        assert!(text.contains("[--models:1:"), "{text}");
    }
}
