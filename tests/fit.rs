//! The screen and the document of a fit, of a person with known habits.

mod recovery_support;

use burncast::analysis::realism::{Row, measure};
use burncast::fit::Fitted;
use burncast::report::fit::{Check, document, screen};
use burncast::scenario;
use recovery_support::one;

fn checked(fitted: &Fitted) -> Vec<Row> {
    let alone = scenario::parse("the observed days", &fitted.alone(), &[]).unwrap();
    let simulated = measure(&alone.experiment, 20, 2).unwrap();
    simulated.compare(&fitted.observed, true)
}

#[test]
fn no_line_is_longer_than_the_screen_and_nothing_is_cut_off() {
    let fitted = one(3, 90);
    let rows = checked(&fitted);
    assert!(rows.len() > 20);
    let check = Check {
        rows: &rows,
        trials: 20,
    };
    for width in [80, 100] {
        let text = screen(&fitted, Some(&check), Some("me.toml"), width);
        for line in text.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        assert!(!text.contains('…'), "{text}");
        for key in fitted.keys.iter().filter(|k| k.value.is_some()) {
            let words = key.words.split_whitespace().last().unwrap_or_default();
            assert!(
                text.contains(key.name) && text.contains(words),
                "{}",
                key.name
            );
        }
        assert_eq!(
            text.contains("p90  ") || text.contains("p90\n"),
            width == 100
        );
    }
}

/// A week of logs: what too few days say nothing about is the preset's, and the comparison says so.
#[test]
fn what_rests_on_the_preset_is_said() {
    let fitted = one(3, 7);
    assert!(fitted.key("active").unwrap().value.is_none());
    let rows = checked(&fitted);
    let check = Check {
        rows: &rows,
        trials: 20,
    };
    let text = screen(&fitted, Some(&check), None, 100);
    assert!(text.contains("Left to the preset"), "{text}");
    let document = document(&fitted, Some(&check), "");
    let quantities = document["check"]["quantities"].as_array().unwrap();
    let why = |id: &str| {
        let q = quantities.iter().find(|q| q["id"] == id);
        q.map(|q| q["why"].clone())
    };
    assert_eq!(why("gap"), Some(serde_json::Value::Null));
    let preset = fitted.keys.iter().filter(|k| k.value.is_none());
    let told = quantities.iter().filter_map(|q| q["why"].as_str());
    let told: Vec<&str> = told.collect();
    for key in preset.filter(|k| k.name.starts_with("sub_agents.")) {
        assert!(
            told.iter().any(|w| w.contains(key.name)),
            "{}: {told:?}",
            key.name
        );
    }
}
