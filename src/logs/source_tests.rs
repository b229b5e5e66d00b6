use super::*;
use std::fs;

fn row(id: &str, output: u64) -> String {
    format!(
        r#"{{"type":"assistant","timestamp":"2026-10-05T10:00:00.001Z","sessionId":"s","uuid":"{id}{output}","message":{{"id":"msg_{id}","model":"m","usage":{{"output_tokens":{output}}}}}}}"#
    ) + "\n"
}

/// A folder of logs, and a place for the store beside it.
struct Place(tempfile::TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        files
            .iter()
            .for_each(|(name, text)| place.write(name, text));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("logs").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn options(&self, paths: &[&str]) -> Options {
        Options {
            paths: paths.iter().map(|p| self.path(p)).collect(),
            store: Keep::Folder(self.0.path().join("store")),
            ..Options::default()
        }
    }

    fn read(&self, paths: &[&str]) -> Logs {
        let logs = read(&self.options(paths)).unwrap();
        let r = &logs.receipt;
        assert_eq!(r.usage_rows, r.requests + r.duplicates, "{r:?}");
        logs
    }
}

fn wrong(options: &Options, env: &Env, stdin: &str) -> String {
    match read_from(options, env, &mut stdin.as_bytes()) {
        Err(SourceError::Wrong(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn stdin() -> Options {
    Options {
        paths: vec!["-".into()],
        ..Options::default()
    }
}

#[test]
fn standard_input_is_read_like_a_file() {
    let env = Env::default();
    let text = row("a", 1) + &row("a", 5) + &row("b", 2);
    let logs = read_from(&stdin(), &env, &mut text.as_bytes()).unwrap();
    assert_eq!((logs.requests.len(), logs.total().output), (2, 7));
    assert_eq!(
        (logs.receipt.files, logs.receipt.bytes),
        (1, text.len() as u64)
    );
    assert!(wrong(&stdin(), &env, "hello").contains("-: no known format"));
}

#[test]
fn nothing_found_says_where_it_was_looked_for() {
    let place = Place::new(&[("empty/notes.txt", "")]);
    let env = Env {
        home: Some(place.path("home")),
        ..Env::default()
    };
    let text = wrong(&Options::default(), &env, "");
    assert!(text.contains("home/.claude/projects"), "{text}");
    assert!(text.contains("home/.config/claude/projects"), "{text}");
    assert!(text.contains("CLAUDE_CONFIG_DIR"), "{text}");
    assert!(wrong(&Options::default(), &Env::default(), "").contains("no home folder"));
    let text = wrong(&place.options(&["empty"]), &env, "");
    assert!(
        text.contains("no logs found in") && text.contains("empty"),
        "{text}"
    );
}

#[test]
fn the_programs_own_folders_are_read_by_default() {
    let place = Place::new(&[
        ("home/.claude/projects/-a/s.jsonl", &row("a", 1)),
        ("home/.config/claude/projects/-a/s.jsonl", &row("b", 2)),
        ("home/.claude/history.jsonl", "{}"),
    ]);
    let env = Env {
        home: Some(place.path("home")),
        ..Env::default()
    };
    let logs = read_from(&Options::default(), &env, &mut io::empty()).unwrap();
    assert_eq!((logs.receipt.files, logs.total().output), (2, 3));
}

#[test]
fn all_wrong_paths_are_told_at_once() {
    let place = Place::new(&[
        ("a.jsonl", &row("a", 1)),
        ("b.txt", "hello"),
        ("c.txt", "x"),
    ]);
    let env = Env::default();
    let text = wrong(&place.options(&["a.jsonl", "no/1", "no/2"]), &env, "");
    assert!(
        text.contains("no/1: there is no such") && text.contains("no/2"),
        "{text}"
    );
    let text = wrong(&place.options(&["a.jsonl", "b.txt", "c.txt"]), &env, "");
    assert!(
        text.contains("b.txt: no known format") && text.contains("c.txt"),
        "{text}"
    );
    let unknown = Options {
        format: Some("claude-cod".to_owned()),
        ..place.options(&["a.jsonl"])
    };
    assert!(wrong(&unknown, &env, "").contains("did you mean claude-code?"));
}

#[test]
fn files_in_folders_may_be_something_else() {
    let place = Place::new(&[
        ("a.jsonl", &row("a", 1)),
        ("b.jsonl", "hello\n"),
        ("c.jsonl", ""),
    ]);
    let logs = place.read(&[""]);
    let r = &logs.receipt;
    assert_eq!((r.files, r.unknown_files, r.requests), (2, 1, 1));
    assert!(
        r.notes
            .iter()
            .any(|n| n.contains("b.jsonl: no known format")),
        "{:?}",
        r.notes
    );
}

#[test]
fn unchanged_files_come_from_the_store() {
    let place = Place::new(&[
        ("p/a.jsonl", &(row("a", 1) + "broken\n")),
        ("p/b.jsonl", &row("b", 2)),
    ]);
    let first = place.read(&[""]);
    assert_eq!(first.receipt.unchanged_files, 0);
    let again = place.read(&[""]);
    assert_eq!(again.receipt.unchanged_files, 2);
    assert_eq!(again.requests, first.requests);
    let mut receipt = again.receipt;
    receipt.unchanged_files = 0;
    assert_eq!(receipt, first.receipt);
    assert!(place.0.path().join("store").exists());
}

/// Whether a reading comes whole from the last one, or file by file from the store.
#[test]
fn the_last_reading_is_what_the_store_says() {
    let place = Place::new(&[
        ("p/a.jsonl", &(row("a", 1) + "broken\n")),
        ("p/b.jsonl", &row("b", 2)),
        ("p/c.jsonl", "no transcript"),
    ]);
    place.read(&[""]);
    let last = place.0.path().join("store/last-1.reading");
    let whole = place.read(&[""]);
    assert_eq!(whole.receipt.unchanged_files, 2);
    fs::remove_file(&last).unwrap();
    assert_eq!(place.read(&[""]), whole);
    assert!(last.exists(), "written again");
    // Another question, another format, and files that are gone.
    assert_eq!(place.read(&["p"]), whole);
    fs::remove_file(place.path("p/b.jsonl")).unwrap();
    let kept = place.read(&["p"]);
    assert_eq!((kept.total().output, kept.receipt.kept_files), (3, 1));
    assert_eq!(place.read(&["p"]), kept);
    fs::remove_file(&last).unwrap();
    assert_eq!(place.read(&["p"]), kept);
}

#[test]
fn changed_files_are_read_again() {
    let place = Place::new(&[("a.jsonl", &row("a", 1))]);
    place.read(&[""]);
    place.write("a.jsonl", &(row("a", 1) + &row("a", 7) + &row("b", 2)));
    let logs = place.read(&[""]);
    assert_eq!((logs.receipt.unchanged_files, logs.total().output), (0, 9));
    // The same length, time and place, but another end.
    let time = fs::metadata(place.path("a.jsonl"))
        .unwrap()
        .modified()
        .unwrap();
    place.write("a.jsonl", &(row("a", 1) + &row("a", 7) + &row("b", 5)));
    let file = fs::File::options()
        .write(true)
        .open(place.path("a.jsonl"))
        .unwrap();
    file.set_modified(time).unwrap();
    let logs = place.read(&[""]);
    assert_eq!((logs.receipt.unchanged_files, logs.total().output), (0, 12));
}

#[test]
fn requests_outlive_their_files() {
    let place = Place::new(&[
        ("p/a.jsonl", &row("a", 1)),
        ("p/b.jsonl", &row("b", 2)),
        ("q/c.jsonl", &row("c", 4)),
    ]);
    place.read(&[""]);
    fs::remove_file(place.path("p/a.jsonl")).unwrap();
    let logs = place.read(&[""]);
    let r = &logs.receipt;
    assert_eq!(logs.total().output, 7);
    assert_eq!((r.files, r.kept_files, r.kept_requests), (2, 1, 1));
    assert_eq!(place.read(&["p"]).total().output, 3, "only what was below");
    assert_eq!(place.read(&["q"]).total().output, 4);
    fs::remove_dir_all(place.path("p")).unwrap();
    assert_eq!(
        place.read(&["p"]).total().output,
        3,
        "nor does the folder matter"
    );
    fs::remove_dir_all(place.path("")).unwrap();
    assert_eq!(place.read(&[""]).total().output, 7);
    let nothing = Options {
        store: Keep::Nothing,
        ..place.options(&[""])
    };
    assert!(matches!(read(&nothing), Err(SourceError::Wrong(_))));
}

#[test]
fn requests_outlive_a_file_that_was_cut() {
    let place = Place::new(&[("a.jsonl", &(row("a", 1) + &row("b", 2)))]);
    place.read(&[""]);
    place.write("a.jsonl", &row("b", 2));
    for kept in [1, 1] {
        let logs = place.read(&[""]);
        assert_eq!((logs.total().output, logs.receipt.kept_requests), (3, kept));
    }
}

#[test]
fn without_a_store_nothing_is_left_behind() {
    let place = Place::new(&[("a.jsonl", &row("a", 1))]);
    let options = Options {
        store: Keep::Nothing,
        ..place.options(&[""])
    };
    read(&options).unwrap();
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1);
    place.read(&["a.jsonl"]);
    assert!(
        !place.0.path().join("store").exists(),
        "a file that is named is not kept"
    );
}

#[test]
fn reading_goes_on_without_a_store_that_cannot_be_used() {
    let place = Place::new(&[("a.jsonl", &row("a", 1))]);
    fs::write(place.0.path().join("store"), "in the way").unwrap();
    let logs = place.read(&[""]);
    assert_eq!(logs.total().output, 1);
    assert_eq!(logs.receipt.notes.len(), 1, "{:?}", logs.receipt.notes);
}

#[test]
fn threads_and_stretches_do_not_show() {
    let filler = format!(r#"{{"type":"user","x":"{}"}}"#, "y".repeat(30_000)) + "\n";
    let mut long = String::new();
    for n in 0..400 {
        long += &row(&format!("{}", n / 2), n);
        long += &filler;
    }
    let place = Place::new(&[("long.jsonl", &long), ("fork.jsonl", &row("7", 9))]);
    let read = |threads| {
        let options = Options {
            store: Keep::Nothing,
            threads,
            ..place.options(&[""])
        };
        let logs = read(&options).unwrap();
        let names: Vec<&str> = logs.names.all().map(|n| logs.names.text(n)).collect();
        format!("{:?} {names:?} {:?}", logs.requests, logs.receipt)
    };
    let one = read(1);
    assert!(one.contains("requests: 200"), "{one}");
    assert!([2, 3, 8, 0].iter().all(|&threads| read(threads) == one));
}
