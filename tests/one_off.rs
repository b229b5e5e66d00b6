//! Sub-agents that make one request only, as the scenario describes them.

use std::collections::BTreeMap;

use burncast::engine::Watch;
use burncast::engine::replay::{Event, What};
use burncast::engine::run::Prepared;
use burncast::scenario;

const SCENARIO: &str = r#"
title   = "Warm-ups, forks and workers"
start   = 2026-09-01
horizon = "20 days"
[run]
trials = 1
seed   = 3
[[plan.window]]
id     = "all"
opens  = "fixed"
length = "31 days"
limit  = 1_000_000
[[actor]]
name   = "me"
client = "claude-code"
hours  = "always"
models = "opus-4.6"
sessions_per_day    = 20
prompts             = 4
requests_per_prompt = 2
gap           = 5
prompt_gap    = 60
first_context = 20_000
growth        = 1_000
input         = 3
output        = 200
[actor.sub_agents]
share               = 1
per_session         = 5
at_once             = 5
models              = "haiku-4.5"
requests_per_prompt = 4
first_context       = 12_000
one_off = { share = 0.6, models = "opus-4.6", uncached = 0.25, input = 860, context = 50_000, read = 0.9 }
"#;

/// A request's model and tokens: input, written for 5 min and 1 h, read, output.
type Asked = (usize, [i64; 5]);

/// The requests of each sub-agent, by session and its number.
#[derive(Default)]
struct Seen(BTreeMap<(u32, u32), Vec<Asked>>);

impl Watch for Seen {
    const ACTIVE: bool = true;

    fn event(&mut self, event: Event) {
        if let What::Request {
            session,
            sub_agent: Some(agent),
            model,
            tokens,
            ..
        } = event.what
        {
            let all = self.0.entry((session, agent)).or_default();
            all.push((model, tokens));
        }
    }
}

#[test]
fn one_request_each_with_a_prompt_of_its_own() {
    let experiment = match scenario::parse("kinds", SCENARIO, &[]) {
        Ok(s) => s.experiment,
        Err(problems) => panic!("{}", problems.render(false, 100)),
    };
    let mut seen = Seen::default();
    let prepared = Prepared::new(&experiment);
    prepared.watch(0..1, &mut seen, |_| {}).unwrap();
    let name = |model: usize| experiment.models[model].name.as_str();
    let (mut bare, mut forks, mut workers) = (0u32, 0u32, 0u32);
    for requests in seen.0.values() {
        match requests.as_slice() {
            [(model, [860, 0, 0, 0, 200])] => {
                assert_eq!(name(*model), "opus-4.6");
                bare += 1;
            }
            [(model, [3, 5_000, 0, 45_000, 200])] => {
                assert_eq!(name(*model), "opus-4.6");
                forks += 1;
            }
            all => {
                assert_eq!(all.len(), 4, "{all:?}");
                assert_eq!(name(all[0].0), "haiku-4.5");
                assert_eq!(all[0].1, [3, 12_000, 0, 0, 200]);
                workers += 1;
            }
        }
    }
    let all = f64::from(bare + forks + workers);
    assert!(all > 1_900.0, "{all} sub-agents");
    let near = |n: u32, share: f64| (f64::from(n) / all - share).abs() < 0.04;
    assert!(
        near(bare, 0.15) && near(forks, 0.45),
        "{bare} {forks} {workers}"
    );
}
