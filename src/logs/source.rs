//! From paths to merged logs.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::base::text::suggest;
use crate::base::time::Instant;

use super::readers::{FORMATS, Format, Origin};
use super::reading::{self, How, Outcome, Refused};
use super::record::Logs;
use super::roots::{Env, Found, Search};
use super::store::stamp::Stamp;
use super::store::{self, Store, last};

/// What to read and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files, folders, or `-` for standard input; none: the folders of Claude Code.
    pub paths: Vec<PathBuf>,
    /// Name of the format, if it is not to be found out.
    pub format: Option<String>,
    /// 0: one for each core.
    pub threads: usize,
    pub store: Keep,
}

/// Where to keep requests of files that may be deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Nowhere: nothing is kept, and nothing kept earlier is used.
    #[default]
    Nothing,
    /// In the user's data folder.
    Default,
    Folder(PathBuf),
}

/// Why logs could not be read.
#[derive(Debug)]
pub enum SourceError {
    /// The input is wrong; one line for each problem.
    Wrong(String),
    /// The machine failed.
    Io(io::Error),
}

/// Reads and merges logs. Files found in folders are kept in the store, if there is one, and those
/// that are gone come from it.
///
/// # Errors
/// When a path is missing, a file that was named cannot be read or has no known format, or nothing
/// is found. All wrong paths and files are told at once.
pub fn read(options: &Options) -> Result<Logs, SourceError> {
    read_from(options, &Env::of_process(), &mut io::stdin().lock())
}

fn read_from(options: &Options, env: &Env, stdin: &mut dyn Read) -> Result<Logs, SourceError> {
    let format = options.format.as_deref().map(format).transpose()?;
    let mut notes = Vec::new();
    let folder = store_folder(&options.store, &mut notes);
    let folder = folder.as_deref();
    let (search, last) = std::thread::scope(|scope| {
        let last = scope.spawn(|| folder.and_then(last::read));
        (search(options, env), last.join().ok().flatten())
    });
    let mut search = search?;
    let from_stdin = options.paths.iter().any(|p| p == Path::new("-"));
    let found = last::found(&search, format.map_or("", |f| f.name)).filter(|_| !from_stdin);
    let key = |store: Option<Stamp>| {
        Some(last::Key {
            found: found?,
            store: store?,
        })
    };
    if let (Some(now), Some((then, logs))) = (key(folder.and_then(store::stamp)), last)
        && now == then
        && notes.is_empty()
    {
        return Ok(logs);
    }
    let mut store = folder.and_then(|folder| open_store(folder, &mut notes));
    complete(&mut search, options, env, store.as_ref())?;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let how = How {
        format,
        threads: if options.threads == 0 {
            cores
        } else {
            options.threads
        },
        store: store.as_ref(),
    };
    let mut outcome = reading::files(&search.files, how);
    if from_stdin {
        standard_input(stdin, format, &mut outcome);
    }
    refused(&search.files, &mut outcome)?;
    if let Some(store) = &store {
        kept(store, &search, &mut outcome);
    }
    let receipt = &mut outcome.merged.receipt;
    receipt.unreadable += search.unreadable.len() as u64;
    let unread = search.unreadable.iter();
    notes.extend(unread.map(|e| format!("not read: {e}")));
    if let Some(store) = &mut store {
        let fresh = std::mem::take(&mut outcome.fresh);
        if !fresh.is_empty() || store.is_damaged() {
            match store.keep(fresh) {
                Ok(note) => notes.extend(note),
                Err(e) => notes.push(format!("requests are not kept this time: {e}")),
            }
        }
    }
    let certain = notes.is_empty()
        && !outcome
            .refused
            .iter()
            .any(|r| matches!(r.1, Refused::Io(_)));
    let mut logs = outcome.merged.finish();
    logs.receipt.notes.extend(notes);
    logs.receipt.notes.sort();
    if let (Some(folder), Some(key)) = (
        folder,
        key(store.and_then(|s| s.stamp())).filter(|_| certain),
    ) {
        // Without it the next reading takes a little longer: no reason to trouble anyone.
        let _ = last::write(folder, key, &logs);
    }
    Ok(logs)
}

fn format(name: &str) -> Result<&'static Format, SourceError> {
    let found = FORMATS.iter().find(|f| f.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
        let hint = suggest(name, names.iter().copied()).map_or_else(
            || format!("there are: {}", names.join(", ")),
            |near| format!("did you mean {near}?"),
        );
        SourceError::Wrong(format!("unknown format of logs \"{name}\"; {hint}"))
    })
}

/// The store's folder, if requests are to be kept.
fn store_folder(keep: &Keep, notes: &mut Vec<String>) -> Option<PathBuf> {
    let folder = match keep {
        Keep::Nothing => return None,
        Keep::Folder(folder) => Some(folder.clone()),
        Keep::Default => store::default_folder(),
    };
    match &folder {
        None => notes.push("requests are not kept: there is no home folder".to_owned()),
        Some(folder) => notes.extend(store::newer(folder).map(|f| {
            format!(
                "a later version of burncast keeps requests in {}, which this one cannot read",
                f.display()
            )
        })),
    }
    folder
}

fn open_store(folder: &Path, notes: &mut Vec<String>) -> Option<Store> {
    let store = Store::open(folder);
    store
        .inspect_err(|e| notes.push(format!("kept requests cannot be read: {e}")))
        .ok()
}

/// The paths to look in.
fn roots(options: &Options, env: &Env) -> Vec<PathBuf> {
    if options.paths.is_empty() {
        return env.roots();
    }
    let named = options.paths.iter().filter(|p| *p != Path::new("-"));
    named.cloned().collect()
}

/// Finds the files.
fn search(options: &Options, env: &Env) -> Result<Search, SourceError> {
    let mut search = Search::default();
    for path in roots(options, env) {
        match search.add(&path) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => search.missing.push(path),
            Err(e) => return Err(SourceError::Io(e)),
        }
    }
    search.done();
    Ok(search)
}

/// Takes folders that are gone from the store; complains of those that it does not know either, and
/// of nothing to read.
fn complete(
    search: &mut Search,
    options: &Options,
    env: &Env,
    store: Option<&Store>,
) -> Result<(), SourceError> {
    let default = options.paths.is_empty();
    let has_kept = |path: &Path| store.is_some_and(|s| s.below(path).next().is_some());
    let mut wrong = Vec::new();
    for path in &search.missing {
        let gone = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        if has_kept(&gone) {
            search.folders.push(gone);
        } else if !default {
            let path = path.display();
            wrong.push(format!("{path}: there is no such file or folder"));
        }
    }
    if !wrong.is_empty() {
        return Err(SourceError::Wrong(wrong.join("\n")));
    }
    let kept = search.folders.iter().any(|f| has_kept(f));
    let stdin = options.paths.iter().any(|p| p == Path::new("-"));
    if search.files.is_empty() && !stdin && !kept && search.unreadable.is_empty() {
        let nothing = nothing_found(&roots(options, env), default);
        return Err(SourceError::Wrong(nothing));
    }
    Ok(())
}

fn nothing_found(roots: &[PathBuf], default: bool) -> String {
    let places: Vec<String> = roots.iter().map(|p| p.display().to_string()).collect();
    let hint = if default {
        "give a path, or set CLAUDE_CONFIG_DIR"
    } else {
        "transcripts are files that end in .jsonl; name a file of another format itself"
    };
    match places.as_slice() {
        [] => format!("no logs: there is no home folder to look in; {hint}"),
        places => format!("no logs found in {}; {hint}", places.join(", ")),
    }
}

fn standard_input(stdin: &mut dyn Read, format: Option<&'static Format>, outcome: &mut Outcome) {
    let origin = Origin { path: "-" };
    let mut source = stdin;
    match reading::part(&mut source, u64::MAX, format, origin, &mut Vec::new()) {
        Ok(part) => {
            let bytes = part.bytes;
            let mut merged = reading::whole(vec![part], Instant(0));
            merged.receipt.files = 1;
            merged.receipt.bytes = bytes;
            outcome.merged.join(&merged);
        }
        Err(e) => outcome.refused.push((PathBuf::from("-"), e)),
    }
}

/// What to do about files that were not read: one that was named is an error, one that was found in
/// a folder is counted and told.
fn refused(files: &[Found], outcome: &mut Outcome) -> Result<(), SourceError> {
    let receipt = &mut outcome.merged.receipt;
    let found: BTreeSet<&Path> = files
        .iter()
        .filter(|f| !f.named)
        .map(|f| f.path.as_path())
        .collect();
    let mut wrong = Vec::new();
    for (path, why) in &mut outcome.refused {
        let named = !found.contains(path.as_path());
        let path = path.display();
        match why {
            Refused::Unknown if named => {
                let names: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
                wrong.push(format!(
                    "{path}: no known format; there are: {}",
                    names.join(", ")
                ));
            }
            Refused::Wrong(text) if named => wrong.push(format!("{path}: {text}")),
            Refused::Io(e) if named => {
                let e = io::Error::new(e.kind(), format!("{path}: {e}"));
                return Err(SourceError::Io(e));
            }
            Refused::Unknown => {
                receipt.unknown_files += 1;
                receipt
                    .notes
                    .push(format!("not read: {path}: no known format"));
            }
            Refused::Wrong(text) => {
                receipt.unknown_files += 1;
                receipt.notes.push(format!("not read: {path}: {text}"));
            }
            Refused::Io(e) if e.kind() == io::ErrorKind::NotFound => {}
            Refused::Io(e) => {
                receipt.unreadable += 1;
                receipt.notes.push(format!("not read: {path}: {e}"));
            }
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(SourceError::Wrong(wrong.join("\n")))
    }
}

/// Adds the requests of files that are gone.
fn kept(store: &Store, search: &Search, outcome: &mut Outcome) {
    let refused = outcome.refused.iter().map(|(path, _)| path.as_os_str());
    let refused: FxHashSet<&OsStr> = refused.collect();
    let read = search.files.iter().map(|f| f.path.as_os_str());
    let mut done: FxHashSet<&OsStr> = read.filter(|p| !refused.contains(p)).collect();
    for folder in &search.folders {
        for (path, record) in store.below(folder) {
            if !done.insert(path.as_os_str()) {
                continue;
            }
            let Some(mut merged) = store.requests(record) else {
                continue;
            };
            let receipt = &mut merged.receipt;
            (receipt.files, receipt.bytes) = (0, 0);
            receipt.kept_files = 1;
            receipt.kept_requests = merged.copies.len() as u64;
            outcome.merged.join(&merged);
        }
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
