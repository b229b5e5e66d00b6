use super::*;
use crate::analysis::fixture::{about, events, experiment, outcome};
use crate::analysis::summarise::findings;

fn written(table: &Table) -> String {
    let experiment = experiment();
    let outcome = outcome(&experiment);
    let findings = findings(&experiment, &outcome, &about(), &|_| Ok(events())).unwrap();
    let sheet = Sheet {
        findings: &findings,
        experiment: &experiment,
        outcome: &outcome,
    };
    let mut out = Vec::new();
    (table.write)(&sheet, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The first lines of every table, as they are.
#[test]
fn tables_look_as_promised() {
    let mut text = String::new();
    for table in TABLES {
        text.push_str(&format!("== {}: {}\n", table.file, table.describe));
        for line in written(table).lines().take(4) {
            text.push_str(line);
            text.push('\n');
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_table_reads_back_with_equal_widths() {
    for table in TABLES {
        let text = written(table);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let mut names: Vec<&str> = header.iter().collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(
            names.len(),
            header.len(),
            "{}: a column name twice",
            table.file
        );
        let rows: Vec<_> = reader.records().map(|r| r.unwrap()).collect();
        assert!(!rows.is_empty(), "{} is empty", table.file);
    }
}

/// A missing value is empty: a pool that lasts has no time of draining.
#[test]
fn never_is_an_empty_cell() {
    let text = written(TABLES.iter().find(|t| t.file == "trials.csv").unwrap());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = header
        .iter()
        .position(|h| h == "wallet_first_drain")
        .unwrap();
    let last = reader.records().last().unwrap().unwrap();
    assert_eq!((&last[at], &last[at + 1]), ("", ""));
    assert_eq!(&last[0], "99");
    assert_eq!(&last[1], "298");
}

/// The list names every file of this folder that writes a table.
#[test]
fn the_list_is_complete() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/tables");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| !["mod", "cell", "tests"].contains(&name.as_str()))
        .collect();
    files.sort();
    let mut listed: Vec<String> = TABLES
        .iter()
        .map(|t| t.file.trim_end_matches(".csv").to_owned())
        .collect();
    listed.sort();
    assert_eq!(files, listed);
}
