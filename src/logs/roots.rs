//! Where logs lie: the program's own folders, or the paths that were given, down to single files.

use std::ffi::OsString;
use std::fs::Metadata;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

/// What the machine says about where programs keep their files.
#[derive(Clone, Debug, Default)]
pub struct Env {
    pub claude_config_dir: Option<String>,
    pub xdg_config_home: Option<PathBuf>,
    pub home: Option<PathBuf>,
}

impl Env {
    pub fn of_process() -> Env {
        let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
        Env {
            claude_config_dir: set("CLAUDE_CONFIG_DIR").map(|v| v.to_string_lossy().into_owned()),
            xdg_config_home: set("XDG_CONFIG_HOME").map(PathBuf::from),
            home: std::env::home_dir().filter(|h| !h.as_os_str().is_empty()),
        }
    }

    /// Folders in which Claude Code keeps transcripts, whether they are there or not. What
    /// `CLAUDE_CONFIG_DIR` lists, separated by commas, holds alone; otherwise both the old and the
    /// new place of the configuration.
    pub fn roots(&self) -> Vec<PathBuf> {
        if let Some(list) = &self.claude_config_dir {
            let entries = list.split(',').map(str::trim).filter(|e| !e.is_empty());
            return entries.map(|e| projects(self.expand(e))).collect();
        }
        let home = self.home.as_deref();
        let config = self.xdg_config_home.clone();
        let config = config.or_else(|| home.map(|h| h.join(".config")));
        let new = config.map(|c| c.join("claude"));
        let old = home.map(|h| h.join(".claude"));
        new.into_iter().chain(old).map(projects).collect()
    }

    /// `~` as the home folder: in a list of folders the shell leaves it as it is.
    fn expand(&self, entry: &str) -> PathBuf {
        match (&self.home, entry.strip_prefix("~/")) {
            (Some(home), Some(rest)) => home.join(rest),
            _ => PathBuf::from(entry),
        }
    }
}

/// The folder of transcripts in a folder of the configuration, which may be named itself.
fn projects(folder: PathBuf) -> PathBuf {
    if folder.file_name().is_some_and(|n| n == "projects") {
        folder
    } else {
        folder.join("projects")
    }
}

/// A file to read.
#[derive(Clone, Debug)]
pub struct Found {
    /// Without links, so that a file is read once.
    pub path: PathBuf,
    /// What a reader is told of the path, see [`super::readers::Origin`].
    pub below: String,
    /// Given by itself, not found in a folder: then it must be readable.
    pub named: bool,
    pub meta: Metadata,
}

impl Found {
    fn new(path: PathBuf, base: &Path, meta: Metadata, named: bool) -> Found {
        let below = path.strip_prefix(base).unwrap_or(&path);
        let below = below.to_string_lossy().into_owned();
        Found {
            path,
            below,
            named,
            meta,
        }
    }
}

/// What a search brought.
#[derive(Debug, Default)]
pub struct Search {
    pub files: Vec<Found>,
    /// Folders that were searched, without links.
    pub folders: Vec<PathBuf>,
    /// Paths that were given and are not there.
    pub missing: Vec<PathBuf>,
    /// What could not be looked into, and why.
    pub unreadable: Vec<String>,
    seen: FxHashSet<OsString>,
}

impl Search {
    /// Adds a file, or all transcripts below a folder.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn add(&mut self, path: &Path) -> std::io::Result<()> {
        let path = fs_err::canonicalize(path)?;
        let meta = fs_err::metadata(&path)?;
        let base = base(&path, meta.is_dir());
        if meta.is_dir() {
            fs_err::read_dir(&path)?;
            self.walk(&path, &base);
            self.folders.push(path);
        } else {
            self.files.push(Found::new(path, &base, meta, true));
        }
        Ok(())
    }

    /// Every file once, in the order of the bytes of their paths.
    pub fn done(&mut self) {
        // A file that was named and also found is one that was named.
        // By bytes: paths compare part by part, which takes long.
        self.files.sort_by(|a, b| {
            let order = a.path.as_os_str().cmp(b.path.as_os_str());
            order.then(b.named.cmp(&a.named))
        });
        self.files.dedup_by(|a, b| a.path == b.path);
        self.unreadable.sort();
    }

    /// Everything below a folder, level by level on all cores; links are followed, each folder is
    /// searched once.
    fn walk(&mut self, root: &Path, base: &Path) {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut level = vec![root.to_owned()];
        while !level.is_empty() {
            level.retain(|folder| self.seen.insert(folder.clone().into_os_string()));
            let share = level.len().div_ceil(cores).max(SHARE);
            let shares = level.chunks(share);
            let lists: Vec<Listing> = std::thread::scope(|scope| {
                let started: Vec<_> = shares
                    .map(|folders| scope.spawn(|| Listing::of(folders, base)))
                    .collect();
                let done = started.into_iter().map(|thread| thread.join());
                done.map(|list| list.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            });
            level.clear();
            for list in lists {
                level.extend(list.folders);
                self.files.extend(list.files);
                self.unreadable.extend(list.unreadable);
            }
        }
    }
}

/// Fewest folders that are worth a thread.
const SHARE: usize = 32;

/// What stands directly in some folders.
#[derive(Default)]
struct Listing {
    folders: Vec<PathBuf>,
    files: Vec<Found>,
    unreadable: Vec<String>,
}

impl Listing {
    fn of(folders: &[PathBuf], base: &Path) -> Listing {
        let mut list = Listing::default();
        for folder in folders {
            let entries = match fs_err::read_dir(folder) {
                Ok(entries) => entries,
                Err(e) => {
                    list.unreadable.push(e.to_string());
                    continue;
                }
            };
            for entry in entries {
                if let Err(e) = entry.and_then(|e| list.entry(&e, base)) {
                    list.unreadable.push(e.to_string());
                }
            }
        }
        list
    }

    fn entry(&mut self, entry: &fs_err::DirEntry, base: &Path) -> std::io::Result<()> {
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() {
            self.folders.push(path);
        } else if kind.is_symlink() {
            let Ok(target) = fs_err::canonicalize(&path) else {
                return Ok(()); // It leads nowhere.
            };
            let meta = fs_err::metadata(&target)?;
            if meta.is_dir() {
                self.folders.push(target);
            } else if is_transcript(&path) {
                self.files.push(Found::new(target, base, meta, false));
            }
        } else if is_transcript(&path) {
            match entry.metadata() {
                Ok(meta) => self.files.push(Found::new(path, base, meta, false)),
                // Deleted since the folder was listed.
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// A `.jsonl` file, but not the journal of a sub-agents' folder, which logs no calls.
fn is_transcript(path: &Path) -> bool {
    let ending = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("jsonl"));
    let journal = path.file_name().is_some_and(|n| n == "journal.jsonl")
        && path.components().any(|c| c.as_os_str() == "subagents");
    ending && !journal
}

/// The folder from which paths are told to readers: the `projects` folder if the path leads into
/// one project of it, or else the folder given.
fn base(path: &Path, is_dir: bool) -> PathBuf {
    for folder in path.ancestors() {
        let Some(parent) = folder.parent() else { break };
        let below_projects = parent.file_name().is_some_and(|n| n == "projects");
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        // `-home-me-app`, `C--work-app`: a path of which all separators were replaced.
        if below_projects && (name.starts_with('-') || name.get(1..3) == Some("--")) {
            return parent.to_owned();
        }
    }
    match path.parent() {
        Some(parent) if !is_dir => parent.to_owned(),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
#[path = "roots_tests.rs"]
mod tests;
