//! Reading and merging a tree of transcripts.
//!
//! `cargo bench --bench logs` makes a tree of its own; `cargo bench --bench logs -- FOLDER` reads
//! that one. The page cache is warm after the first round.

use std::path::{Path, PathBuf};
use std::time::Instant;

use burncast::logs::Logs;
use burncast::logs::source::{Keep, Options, read};

const ROUNDS: usize = 7;

fn main() {
    let given = std::env::args().skip(1).find(|a| !a.starts_with("--"));
    let Some(folder) = given.map(PathBuf::from) else {
        return;
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{} on {cores} cores", folder.display());
    for threads in [1, cores] {
        let options = Options {
            paths: vec![folder.clone()],
            threads,
            ..Options::default()
        };
        round(&format!("read, {threads} threads"), &options);
    }
    let store = tempfile::tempdir().expect("a temporary folder");
    let options = Options {
        paths: vec![folder.clone()],
        store: Keep::Folder(store.path().to_owned()),
        ..Options::default()
    };
    let before = Instant::now();
    read(&options).expect("a readable tree");
    println!(
        "first time with a store: {:.0} ms",
        before.elapsed().as_secs_f64() * 1e3
    );
    round("unchanged, from the store", &options);
    println!("peak memory {:.1} MB", peak_memory());
}

fn round(what: &str, options: &Options) {
    let mut times: Vec<f64> = Vec::new();
    let mut logs = Logs::default();
    for _ in 0..ROUNDS {
        let before = Instant::now();
        logs = read(options).expect("a readable tree");
        times.push(before.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let (best, median) = (times[0], times[times.len() / 2]);
    let r = &logs.receipt;
    println!(
        "{what}: best {:.0} ms, median {:.0} ms, {:.0} MB/s; {} files, {} rows, {} usage rows, {} requests",
        best * 1e3,
        median * 1e3,
        r.bytes as f64 / 1e6 / best,
        r.files,
        r.rows,
        r.usage_rows,
        r.requests
    );
}

/// Most memory that this process had at once, MB.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|l| l.trim().split(' ').next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
