use super::*;
use std::fs;

fn env(config: Option<&str>, xdg: Option<&str>, home: Option<&str>) -> Env {
    Env {
        claude_config_dir: config.map(str::to_owned),
        xdg_config_home: xdg.map(PathBuf::from),
        home: home.map(PathBuf::from),
    }
}

fn roots(env: &Env) -> Vec<String> {
    let roots = env.roots();
    roots.iter().map(|p| p.display().to_string()).collect()
}

#[test]
fn places_of_the_program() {
    assert_eq!(
        roots(&env(None, None, Some("/home/me"))),
        [
            "/home/me/.config/claude/projects",
            "/home/me/.claude/projects"
        ]
    );
    assert_eq!(
        roots(&env(None, Some("/cfg"), Some("/home/me"))),
        ["/cfg/claude/projects", "/home/me/.claude/projects"]
    );
    assert_eq!(
        roots(&env(
            Some("/a, ~/b/projects,,"),
            Some("/cfg"),
            Some("/home/me")
        )),
        ["/a/projects", "/home/me/b/projects"]
    );
    assert!(roots(&env(None, None, None)).is_empty());
}

/// Makes empty files and searches a path below the folder.
fn found(files: &[&str], path: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    for file in files {
        let file = root.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    let mut search = Search::default();
    search.add(&root.join(path)).unwrap();
    search.done();
    let below = |p: &Path| p.strip_prefix(&root).unwrap().display().to_string();
    let files = search.files.iter();
    files.map(|f| (below(&f.path), f.below.clone())).collect()
}

#[test]
fn transcripts_at_any_depth_but_no_journals() {
    let files = [
        "projects/-a/s1.jsonl",
        "projects/-a/s1/subagents/agent-1.jsonl",
        "projects/-a/s1/subagents/workflows/w/agent-2.JSONL",
        "projects/-a/s1/subagents/journal.jsonl",
        "projects/-a/s1/subagents/agent-1.meta.json",
        "projects/-a/journal.jsonl",
        "history.txt",
    ];
    let names: Vec<String> = found(&files, "").into_iter().map(|f| f.0).collect();
    assert_eq!(
        names,
        [
            "projects/-a/journal.jsonl",
            "projects/-a/s1.jsonl",
            "projects/-a/s1/subagents/agent-1.jsonl",
            "projects/-a/s1/subagents/workflows/w/agent-2.JSONL",
        ]
    );
}

#[test]
fn a_project_is_known_from_wherever_the_search_begins() {
    let file = "x/projects/-home-me-app/s1/subagents/agent-1.jsonl";
    for path in [
        "x",
        "x/projects",
        "x/projects/-home-me-app",
        "x/projects/-home-me-app/s1",
        file,
    ] {
        let below = &found(&[file], path)[0].1;
        let origin = crate::logs::readers::Origin { path: below };
        assert_eq!(origin.project(), Some("-home-me-app"), "{path}: {below}");
        assert_eq!(origin.stem(), "agent-1");
    }
    let plain = &found(&["projects/archive/app/s1.jsonl"], "projects/archive")[0].1;
    assert_eq!(plain, "app/s1.jsonl");
    let single = &found(&["some/s1.jsonl"], "some/s1.jsonl")[0].1;
    assert_eq!(single, "s1.jsonl");
}

#[cfg(unix)]
#[test]
fn links_neither_loop_nor_double() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("a/b")).unwrap();
    fs::write(root.join("a/s.jsonl"), "").unwrap();
    symlink("../..", root.join("a/b/up")).unwrap();
    symlink("a", root.join("again")).unwrap();
    symlink("s.jsonl", root.join("a/copy.jsonl")).unwrap();
    symlink("nowhere", root.join("a/gone.jsonl")).unwrap();
    let mut search = Search::default();
    search.add(root).unwrap();
    search.add(&root.join("again")).unwrap();
    search.add(&root.join("a/s.jsonl")).unwrap();
    search.done();
    assert_eq!(search.files.len(), 1);
    assert!(search.files[0].named);
    assert!(search.unreadable.is_empty());
}
