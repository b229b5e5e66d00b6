//! Rules of the house that a program can check, each with what to do instead.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import, besides itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("stats", &["base"]),
    ("catalog", &["base"]),
    ("account", &["base"]),
    ("demand", &["base"]),
    ("logs", &["base"]),
    ("engine", &["base", "account", "demand"]),
    (
        "scenario",
        &["base", "account", "demand", "engine", "catalog"],
    ),
    (
        "analysis",
        &[
            "base", "stats", "account", "demand", "engine", "catalog", "logs",
        ],
    ),
    (
        "fit",
        &["base", "stats", "account", "catalog", "logs", "scenario"],
    ),
    (
        "report",
        &[
            "base", "stats", "account", "engine", "analysis", "catalog", "logs", "fit",
        ],
    ),
    (
        "cli",
        &[
            "base", "account", "engine", "analysis", "catalog", "report", "scenario", "logs", "fit",
        ],
    ),
];

/// Longest file of code, in lines. The aim is 400; beyond this a file must be split.
const LINES_MAX: usize = 470;

fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut todo = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(dir)];
    while let Some(dir) = todo.pop() {
        let mut entries: Vec<_> = fs::read_dir(&dir)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn room_of(path: &Path) -> Option<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut parts = path.strip_prefix(src).ok()?.components();
    let first = parts.next()?.as_os_str().to_str()?.to_owned();
    parts.next().map(|_| first)
}

/// Rooms named in `crate::…` paths of a file, its tests left out.
fn imports(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|l| !l.trim_start().starts_with("//"))
        .flat_map(|l| l.split("crate::").skip(1))
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or("")
        })
        .collect()
}

#[test]
fn imports_go_down_only() {
    let table: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let Some(room) = room_of(&path) else { continue };
        let is_test = path.file_stem().is_some_and(|s| {
            let s = s.to_string_lossy();
            s.contains("test") || s.contains("fixture")
        });
        let allowed = table.get(room.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("a new room `{room}`: add it to the table"));
        for used in imports(&text) {
            let known = table.contains_key(used);
            if known && used != room && !is_test && !allowed.contains(&used) {
                wrong.push(format!(
                    "{}: `{room}` must not use `{used}`",
                    path.display()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "move the code to the room below instead:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_table_of_rooms_is_complete() {
    let rooms: Vec<String> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    let map = fs::read_to_string("ARCHITECTURE.md").unwrap();
    for room in rooms {
        assert!(
            MAY_IMPORT.iter().any(|r| r.0 == room),
            "{room} is not in the table"
        );
        assert!(
            map.contains(&format!("`{room}/`")),
            "ARCHITECTURE.md does not name {room}/"
        );
    }
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = sources("src")
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert!(
        long.is_empty(),
        "split by what a reader looks for:\n{}",
        long.join("\n")
    );
}

/// Words that must not stand in code, with what to write instead.
const BANNED: &[(&str, &str)] = &[
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
    ("#[ignore", "make the test fast, or measure in benches/"),
    (
        "HashMap::new",
        "BTreeMap or Vec: hash order must not reach output",
    ),
    ("SmallRng", "base::stream::Stream: named generators only"),
    (
        "thread_rng",
        "base::stream::Stream: every draw is addressed",
    ),
    ("SystemTime::now", "nothing here depends on the time of day"),
    (
        ".powf(",
        "libm::pow: the platform's maths differs in the last bit",
    ),
];

#[test]
fn banned_words_have_a_replacement() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        for (number, line) in text.lines().enumerate() {
            for (word, instead) in BANNED {
                let is_fixture = path.to_string_lossy().contains("fixture");
                if line.contains(word) && !is_fixture {
                    let at = format!("{}:{}", path.display(), number + 1);
                    wrong.push(format!("{at}: {word} … {instead}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_commands_and_reports_print() {
    for (path, text) in sources("src") {
        let room = room_of(&path).unwrap_or_default();
        if ["cli", "report"].contains(&room.as_str()) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in ["println!(", "eprintln!(", "print!("] {
            let is_test = path.to_string_lossy().contains("test");
            assert!(
                is_test || !code.contains(word),
                "{}: return it instead",
                path.display()
            );
        }
    }
}
