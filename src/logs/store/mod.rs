//! Keeps the requests of files that were read, because transcripts are deleted after a month: times,
//! token counts and names, never a prompt or an answer.
//!
//! One file of records, one record for each transcript as it was when it was read. Records are only
//! added, each with a checksum, under a lock: a program that is killed leaves a torn last record,
//! which the next one drops. When most of the file is old records it is written anew beside itself
//! and swapped in. What is damaged is set aside, and what can be read of it is taken over.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::{Bound, Range};
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy;

use super::merge::Merger;
use stamp::Stamp;

pub mod last;
mod pack;
mod records;
mod rows;
pub mod stamp;

/// Format of the store's file, part of its name: a later version leaves this one's file alone.
const VERSION: u32 = 1;
/// How long to wait for another process to finish writing.
const PATIENCE: Duration = Duration::from_secs(2);
/// Records that are out of date may take this much before the file is written anew, bytes.
const WASTE: usize = 1 << 20;
/// Beginning of the name of a file that is being written anew.
const FRESH_PREFIX: &str = "fresh-";

/// The user's folder for what programs keep: `BURNCAST_DATA_DIR`, or else `burncast` in the
/// system's place.
pub fn default_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("BURNCAST_DATA_DIR").filter(|v| !v.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    let system = etcetera::choose_base_strategy().ok()?;
    Some(system.data_dir().join("burncast"))
}

/// What is known of one transcript.
#[derive(Clone, Debug)]
pub struct Record {
    pub stamp: Stamp,
    body: Range<usize>,
    /// All bytes of the record.
    length: usize,
}

/// A store that was read into memory.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    bytes: Vec<u8>,
    /// By path, in the order of its bytes: paths compare part by part, which takes long.
    records: BTreeMap<OsString, Record>,
    damaged: bool,
    /// Of the file that holds just this; none if that is not sure.
    stamp: Option<Stamp>,
}

/// A record to be kept.
#[derive(Debug)]
pub struct Fresh {
    pub path: PathBuf,
    pub stamp: Stamp,
    bytes: Vec<u8>,
}

impl Fresh {
    /// What a file with this stamp holds.
    pub fn new(path: &Path, stamp: Stamp, merged: &Merger) -> Fresh {
        Fresh {
            path: path.to_owned(),
            stamp,
            bytes: records::record(path, stamp, &pack::pack(merged)),
        }
    }
}

impl Store {
    /// Reads the store of a folder; an empty one if there is none yet.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn open(folder: &Path) -> io::Result<Store> {
        let mut store = Store {
            folder: folder.to_owned(),
            bytes: Vec::new(),
            records: BTreeMap::new(),
            damaged: false,
            stamp: None,
        };
        store.load()?;
        Ok(store)
    }

    fn load(&mut self) -> io::Result<()> {
        (self.bytes, self.stamp) = (Vec::new(), None);
        match fs_err::File::open(self.file()) {
            Ok(mut file) => {
                // Before its bytes: whatever is added meanwhile changes the stamp.
                self.stamp = Some(Stamp::of(&file.metadata()?));
                file.read_to_end(&mut self.bytes)?;
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
        let found = records::parse(&self.bytes);
        self.damaged = found.damaged;
        self.records = found.records;
        Ok(())
    }

    fn file(&self) -> PathBuf {
        file(&self.folder, VERSION)
    }

    /// What is known of a file.
    pub fn record(&self, path: &Path) -> Option<&Record> {
        self.records.get(path.as_os_str())
    }

    /// Everything known of files below a folder.
    pub fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = (&'a Path, &'a Record)> {
        let begin = folder.as_os_str().as_encoded_bytes();
        let from = self
            .records
            .range::<OsStr, _>((Bound::Included(folder.as_os_str()), Bound::Unbounded));
        from.take_while(move |(path, _)| path.as_encoded_bytes().starts_with(begin))
            .map(|(path, record)| (Path::new(path), record))
            .filter(move |(path, _)| path.starts_with(folder))
    }

    /// The requests of a record; none if it cannot be understood.
    pub fn requests(&self, record: &Record) -> Option<Merger> {
        pack::unpack(self.bytes.get(record.body.clone())?)
    }

    /// Of the file that holds just what this store holds; none if that is not sure.
    pub fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }

    /// Whether there is something to repair.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Adds records. Returns what a person should know: damage that was found and set aside.
    ///
    /// # Errors
    /// When the disk does not let it, or another process holds the store for too long.
    pub fn keep(&mut self, fresh: Vec<Fresh>) -> io::Result<Option<String>> {
        fs_err::create_dir_all(&self.folder)?;
        let lock = lock(&self.folder, PATIENCE)?;
        let known: BTreeMap<PathBuf, Stamp> = fresh
            .iter()
            .filter_map(|f| Some((f.path.clone(), self.record(&f.path)?.stamp)))
            .collect();
        let before = self.stamp;
        self.load()?;
        let alone = before == self.stamp;
        // Another process may have read the same file in the meantime, at a greater length.
        let better = |f: &Fresh| {
            let now = self.record(&f.path).map(|r| r.stamp);
            now.is_none()
                || now == known.get(&f.path).copied()
                || now.is_some_and(|s| s.size < f.stamp.size)
        };
        let fresh: Vec<Fresh> = fresh.into_iter().filter(better).collect();
        let set_aside = self.damaged.then(|| self.set_aside()).transpose()?;
        let replaced = fresh
            .iter()
            .filter_map(|f| self.records.remove(f.path.as_os_str()));
        let _ = replaced.count();
        let live: usize = self.records.values().map(|r| r.length).sum();
        let new: usize = fresh.iter().map(|f| f.bytes.len()).sum();
        let waste = self.bytes.len().saturating_sub(live);
        if self.damaged || waste > WASTE.max(live + new) {
            self.write_anew(&fresh)?;
        } else if !fresh.is_empty() {
            self.append(&fresh)?;
        }
        self.stamp = alone.then(|| stamp(&self.folder)).flatten();
        drop(lock);
        Ok(set_aside)
    }

    /// Behind the last whole record; a torn one is overwritten.
    fn append(&self, fresh: &[Fresh]) -> io::Result<()> {
        let mut file = fs_err::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.file())?;
        let end = records::parse(&self.bytes).end;
        let mut bytes = Vec::new();
        if end == 0 {
            bytes.extend_from_slice(&records::HEADER);
        }
        fresh.iter().for_each(|f| bytes.extend_from_slice(&f.bytes));
        file.set_len(end as u64)?;
        file.seek(SeekFrom::Start(end as u64))?;
        file.write_all(&bytes)
    }

    /// All live records and the fresh ones into a new file, which takes the old one's place.
    fn write_anew(&self, fresh: &[Fresh]) -> io::Result<()> {
        sweep(&self.folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(FRESH_PREFIX)
            .tempfile_in(&self.folder)?;
        file.write_all(&records::HEADER)?;
        for (path, record) in &self.records {
            let body = self.bytes.get(record.body.clone()).unwrap_or_default();
            file.write_all(&records::record(Path::new(path), record.stamp, body))?;
        }
        for f in fresh {
            file.write_all(&f.bytes)?;
        }
        file.as_file().sync_all()?;
        file.persist(self.file()).map_err(|e| e.error)?;
        Ok(())
    }

    /// Copies the damaged file to a name of its own, so that nothing of it is lost.
    fn set_aside(&self) -> io::Result<String> {
        let name = |n: u32| self.folder.join(format!("requests-{VERSION}.damaged-{n}"));
        let free = (1..).map(name).find(|p| !p.exists());
        let target = free.unwrap_or_else(|| name(0));
        fs_err::copy(self.file(), &target)?;
        Ok(format!(
            "the store of requests was damaged: {} could be read again, the damaged file is kept as {}",
            match self.records.len() {
                0 => "nothing".to_owned(),
                1 => "one file's requests".to_owned(),
                n => format!("{n} files' requests"),
            },
            target.display()
        ))
    }
}

fn file(folder: &Path, version: u32) -> PathBuf {
    folder.join(format!("requests-{version}.store"))
}

/// A later version's file beside this one's.
pub fn newer(folder: &Path) -> Option<PathBuf> {
    let newer = |n| file(folder, n);
    (VERSION + 1..VERSION + 5).map(newer).find(|f| f.exists())
}

/// Of the store's file as it is now; none if there is none.
pub fn stamp(folder: &Path) -> Option<Stamp> {
    let meta = std::fs::metadata(file(folder, VERSION)).ok()?;
    Some(Stamp::of(&meta)).filter(|s| s.is_certain())
}

/// Removes what processes that were killed left half-written; for whoever holds the lock.
fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(FRESH_PREFIX) {
            fs_err::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Waits for the folder's lock; it is free again when the file is dropped, or its process ends.
fn lock(folder: &Path, patience: Duration) -> io::Result<File> {
    let path = folder.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
    const STEP: Duration = Duration::from_millis(5);
    for _ in 0..=patience.as_millis() / STEP.as_millis() {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(STEP),
            Err(TryLockError::Error(e)) => return Err(e),
        }
    }
    Err(io::Error::new(
        io::ErrorKind::WouldBlock,
        "another process holds it",
    ))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
