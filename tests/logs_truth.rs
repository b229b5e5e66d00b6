//! Trees of transcripts whose true totals are known.

mod support {
    pub mod logs_tree;
}

use std::collections::BTreeMap;
use std::path::Path;

use burncast::logs::source::{Keep, Options, read};
use burncast::logs::{Logs, Request, Tokens};
use support::logs_tree::{self, Plan, Truth};

fn plan(seed: u64) -> Plan {
    Plan {
        seed,
        sessions: 40,
        prompts: 4,
        text: 200,
    }
}

fn logs(path: &Path, store: Option<&Path>) -> Logs {
    let options = Options {
        paths: vec![path.to_owned()],
        store: store.map_or(Keep::Nothing, |s| Keep::Folder(s.to_owned())),
        ..Options::default()
    };
    read(&options).unwrap()
}

fn sums(logs: &Logs, name: impl Fn(&Request) -> String) -> BTreeMap<String, Tokens> {
    let mut sums: BTreeMap<String, Tokens> = BTreeMap::new();
    for r in &logs.requests {
        let sum = sums.entry(name(r)).or_default();
        *sum = sum.plus(r.tokens);
    }
    sums
}

const DAY: i64 = 86_400_000;
const WINDOW: i64 = 5 * 3_600_000;

fn agree(logs: &Logs, truth: &Truth) {
    let r = &logs.receipt;
    assert_eq!(logs.requests.len(), truth.calls.len());
    assert_eq!(logs.prompts.len(), truth.prompts);
    assert_eq!(logs.compactions.len(), truth.compactions);
    assert_eq!(logs.limit_hits.len(), truth.limit_hits);
    assert_eq!(
        (r.files, r.bytes, r.usage_rows),
        (truth.files, truth.bytes, truth.usage_rows)
    );
    assert_eq!(
        (r.errors, r.cut_lines, r.broken_rows),
        (truth.errors, truth.cut_lines, 0)
    );
    assert_eq!((r.odd_fields, r.undated, r.unreadable), (0, 0, 0));
    assert_eq!(r.usage_rows, r.requests + r.duplicates);
    let text = |name| logs.names.text(name).to_owned();
    assert_eq!(
        sums(logs, |r| text(r.model)),
        truth.by(|c| c.model.to_owned())
    );
    assert_eq!(
        sums(logs, |r| text(r.session)),
        truth.by(|c| c.session.clone())
    );
    assert_eq!(
        sums(logs, |r| r.sidechain.to_string()),
        truth.by(|c| c.sidechain.to_string())
    );
    for length in [DAY, WINDOW] {
        let by_time = sums(logs, |r| (r.at.0 / length).to_string());
        assert_eq!(by_time, truth.by(|c| (c.at / length).to_string()));
    }
}

#[test]
fn every_total_is_the_true_one() {
    for seed in 1..=4 {
        let folder = tempfile::tempdir().unwrap();
        let truth = logs_tree::write(folder.path(), &plan(seed));
        assert!(truth.calls.len() > 500 && truth.usage_rows > truth.calls.len() as u64);
        agree(&logs(folder.path(), None), &truth);
    }
}

#[test]
fn the_store_does_not_change_a_total() {
    let (tree, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let truth = logs_tree::write(tree.path(), &plan(9));
    let before = logs(tree.path(), Some(store.path()));
    agree(&before, &truth);
    let again = logs(tree.path(), Some(store.path()));
    agree(&again, &truth);
    assert_eq!(again.receipt.unchanged_files, truth.files);
    std::fs::remove_dir_all(tree.path().join("projects")).unwrap();
    let kept = logs(tree.path(), Some(store.path()));
    assert_eq!(kept.requests, before.requests);
    assert_eq!(kept.prompts, before.prompts);
    assert_eq!(kept.receipt.kept_files, truth.files);
    assert_eq!(kept.receipt.usage_rows, truth.usage_rows);
}
