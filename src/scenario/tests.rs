//! Tests of the format as a whole.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Files of a folder with an ending, in order.
fn files(name: &str, ending: &str) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == ending))
        .collect();
    all.sort();
    all
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_shipped_scenario_loads() {
    let all = files("scenarios", "toml");
    assert!(all.len() >= 14, "{} scenarios", all.len());
    for path in all {
        let scenario = load(&path, &[]).unwrap_or_else(|p| panic!("{p}"));
        let text = read(&path);
        assert!(
            text.starts_with('#'),
            "{} opens with its question",
            path.display()
        );
        assert!(scenario.question.is_some() && !scenario.sources.is_empty());
        assert_eq!(scenario.horizon, "1-31 December 2026");
        for variant in &scenario.variants {
            scenario
                .with(&variant.sets)
                .unwrap_or_else(|p| panic!("{p}"));
        }
    }
}

/// The message of every wrong file, letter by letter; `BLESS=1` writes them anew.
#[test]
fn every_wrong_file_says_why() {
    let bless = std::env::var_os("BLESS").is_some();
    let all = files("tests/bad_input", "toml");
    assert!(all.len() >= 40, "{} wrong files", all.len());
    let mut different = Vec::new();
    for path in all {
        let name = format!(
            "tests/bad_input/{}",
            path.file_name().unwrap().to_string_lossy()
        );
        let bytes = std::fs::read(&path).unwrap();
        // A first line `#! --set a=b` gives settings of the command line.
        let sets: Vec<String> = String::from_utf8_lossy(&bytes)
            .lines()
            .filter_map(|l| l.strip_prefix("#! --set ").map(str::to_owned))
            .collect();
        let problems = match load(&path, &sets) {
            Ok(_) => panic!("{name} has no problem"),
            Err(problems) => problems,
        };
        let full = path.display().to_string();
        let text = problems.render(false, 100).replace(&full, &name);
        let golden = path.with_extension("txt");
        if bless {
            std::fs::write(&golden, &text).unwrap();
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != text {
            different.push(format!("{name}\n{text}"));
        }
    }
    assert!(
        different.is_empty(),
        "BLESS=1 accepts:\n{}",
        different.join("\n")
    );
}

#[test]
fn a_huge_file_is_refused_before_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("huge.toml");
    std::fs::write(&path, vec![b'['; 10 << 20]).unwrap();
    let text = load(&path, &[]).unwrap_err().render(false, 100);
    assert!(text.contains("too large: 10 MB"), "{text}");
    assert!(
        load(dir.path(), &[])
            .unwrap_err()
            .to_string()
            .contains("folder")
    );
    let gone = dir.path().join("gone.toml");
    assert!(
        load(&gone, &[])
            .unwrap_err()
            .to_string()
            .contains("no such file")
    );
}

#[test]
fn nonsense_of_the_largest_size_ends_soon() {
    for line in ["[[[[", "a = 1\n", "= = =\n", "x.y = {\n", "\"\\u{1}\n"] {
        let text = line.repeat((2 << 20) / line.len());
        assert!(parse("nonsense.toml", &text, &[]).is_err());
    }
}

#[test]
fn colour_is_asked_for() {
    let problems = parse("a.toml", "bogus = 1", &[]).unwrap_err();
    assert!(!problems.render(false, 80).contains('\u{1b}'));
    assert!(problems.render(true, 80).contains('\u{1b}'));
}

fn small(extra: &str) -> String {
    format!(
        "start = 2026-12-01\nhorizon = \"1 month\"\n{extra}\n[[actor]]\nname = \"me\"\npreset = \"claude-code-heavy\"\nmodels = \"opus-5.5\"\n"
    )
}

#[test]
fn presets_and_first_scenarios_check_cleanly() {
    assert_eq!(presets().len(), 8);
    let plans = [
        "free",
        "pro",
        "max-5x",
        "max-20x",
        "team-standard",
        "team-premium",
        "enterprise-seat",
        "enterprise-usage",
        "api",
    ];
    for preset in presets() {
        assert!(!preset.description.is_empty() && preset.source.starts_with("https://"));
        assert!(preset.text.starts_with('#'));
        for plan in plans {
            let text = init(preset.name, plan);
            parse("first.toml", &text, &[])
                .unwrap_or_else(|p| panic!("{} {plan}: {p}", preset.name));
        }
    }
}

#[test]
fn settings_reach_every_place() {
    let text =
        small("[wallet]\nbalance = 20\n[[wallet.grant]]\namount = 5\n[plan]\nname = \"max-5x\"");
    let base = parse("a.toml", &text, &[]).unwrap();
    let set =
        |s: &str| parse("a.toml", &text, &[s.to_owned()]).unwrap_or_else(|p| panic!("{s}: {p}"));
    use crate::base::money::Money;
    assert_eq!(
        set("wallet.balance=12.34")
            .experiment
            .account
            .wallet
            .balance,
        Money::cents(1234)
    );
    assert_eq!(
        set("wallet.grant.0.amount = 7")
            .experiment
            .account
            .wallet
            .grants[0]
            .amount,
        Money::usd(7)
    );
    assert_eq!(set("plan.name=max-20x").plan, "Max 20x");
    assert_eq!(
        set("actor.\"me\".models=sonnet-5.5").experiment.models[0].name,
        "sonnet-5.5"
    );
    assert_eq!(set("actor.0.count=3").experiment.actors.len(), 3);
    assert_eq!(set("run.trials=17").run.trials, 17);
    let scenario = set("plan.window.week.limit=300");
    let windows = &scenario.experiment.account.windows;
    assert_eq!(windows.len(), base.experiment.account.windows.len());
    let week = windows.iter().find(|w| w.name == "week").unwrap();
    assert_eq!(week.provenance.name(), "given");
    let scenario = set("actor.me.sub_agents.share=0.1");
    let subs = scenario.experiment.actors[0].sub_agents.as_ref().unwrap();
    assert_eq!(subs.share_of_sessions, 0.1);
    assert_ne!(scenario.hash, base.hash);
    assert_eq!(set("wallet.balance=20").hash, base.hash);
    assert!(
        set("actor.me.sub_agents=false").experiment.actors[0]
            .sub_agents
            .is_none()
    );
}

#[test]
fn the_schema_knows_what_the_parser_asks_for() {
    // Every key that reading asks for is in the list (debug assertions see to that); here: every key
    // of the list is asked for by somebody.
    let mut asked: BTreeSet<(&str, &str)> = BTreeSet::new();
    for text in ASKS_EVERYTHING {
        let cx = fields::Cx::new(None);
        let (doc, problems) = doc::parse(text, 0);
        assert!(problems.is_empty(), "{problems:?}");
        build::check(&cx, &doc);
        asked.extend(cx.asked());
    }
    let mut specs = vec![&format::TOP];
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut never = Vec::new();
    while let Some(spec) = specs.pop() {
        if !seen.insert(spec.title) {
            continue;
        }
        for key in spec.keys {
            let by_hand = ["[[variant]]", "mixture", "effort"].contains(&spec.title)
                || matches!(key.kind, keys::Kind::Settings);
            if !by_hand && !asked.contains(&(spec.title, key.name)) && key.name != "preset" {
                never.push(format!("{}: {}", spec.title, key.name));
            }
            match key.kind {
                keys::Kind::Tables(below, _) | keys::Kind::MapOf(below) => specs.push(below),
                keys::Kind::Draw => specs.push(&format::DRAW),
                kind => specs.extend(kind.spec()),
            }
        }
    }
    assert!(never.is_empty(), "nobody reads {never:?}");
    assert!(seen.len() >= 20, "{seen:?}");
}

const ASKS_EVERYTHING: [&str; 2] = [
    include_str!("tests_all_keys.toml"),
    "[[actor]]\noutput = { csv = \"gone.csv\", column = \"output\" }\n",
];

#[test]
fn a_scenario_with_every_key_is_right() {
    let scenario = parse("all.toml", ASKS_EVERYTHING[0], &[]).unwrap_or_else(|p| panic!("{p}"));
    assert_eq!(scenario.experiment.actors.len(), 3);
    assert_eq!(scenario.variants[0].sets, ["wallet.balance=1"]);
}

#[test]
fn the_schema_describes_every_key() {
    let schema = schema();
    let actor = &schema["properties"]["actor"]["items"]["properties"];
    assert_eq!(schema["additionalProperties"], false);
    assert!(actor["models"]["description"].as_str().unwrap().len() > 10);
    assert_eq!(actor["client"]["enum"][0], "claude-code");
    assert!(schema["$defs"]["distribution"]["anyOf"][2]["properties"]["median"].is_object());
}

mod mutations {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever happens to a scenario's text, the answer is a scenario or problems.
        #[test]
        fn nothing_panics(at in 0.0..1.0f64, cut in 0usize..40, with in ".{0,12}", which in 0usize..2) {
            let texts = [include_str!("../../scenarios/max5x-heavy.toml"), include_str!("tests_all_keys.toml")];
            let text = texts[which];
            let mut begin = (at * text.len() as f64) as usize;
            while !text.is_char_boundary(begin) { begin -= 1; }
            let mut end = (begin + cut).min(text.len());
            while !text.is_char_boundary(end) { end += 1; }
            let changed = format!("{}{with}{}", &text[..begin], &text[end..]);
            if let Err(problems) = super::parse("mutated.toml", &changed, &[]) {
                prop_assert!(!problems.is_empty());
                prop_assert!(problems.render(false, 80).starts_with("error: "));
            }
        }

        /// Numbers of any size in any place of a number.
        #[test]
        fn no_number_panics(nth in 0usize..120, number in prop::sample::select(vec![
            "0", "-1", "1e308", "-1e308", "nan", "inf", "1e-300", "9223372036854775807",
            "99999999999999999999999999999999999999999", "0.00000000000000000000000000000001",
            "1_000_000_000_000", "18446744073709551615", "\"\"", "\"100 %\"", "[]", "{}", "false",
            "2026-02-29", "0000-01-01", "9999-12-31T23:59:59Z", "\"9999999999 years\"", "\"mon\"",
        ])) {
            let text = include_str!("tests_all_keys.toml");
            let mut seen = 0;
            let changed: String = text.lines().map(|line| {
                let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else {
                    return format!("{line}\n");
                };
                seen += 1;
                if seen == nth + 1 { format!("{key} = {number}\n") } else { format!("{line}\n") }
            }).collect();
            let _ = super::parse("numbers.toml", &changed, &[]).map_err(|p| p.render(false, 80));
        }

        /// Settings of any form.
        #[test]
        fn no_setting_panics(setting in "[a-z0-9_.\"'= {}\\[\\]-]{0,30}") {
            let text = include_str!("../../scenarios/max5x-heavy.toml");
            let _ = super::parse("set.toml", text, &[setting]).map_err(|p| p.render(false, 80));
        }
    }
}
