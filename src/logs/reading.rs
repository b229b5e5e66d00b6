//! Reads files on all cores and merges what they hold.
//!
//! A thread takes one stretch of a file after the other and merges what it finds there at once, so
//! that memory holds requests, not rows. Whoever finishes the last stretch of a file puts the
//! stretches together, in order: rows without a time take it from the row before them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::base::time::Instant;

use super::merge::Merger;
use super::pieces::{self, STRETCH};
use super::readers::{FORMATS, Format, Origin, Unit};
use super::record::Rows;
use super::roots::Found;
use super::store::stamp::Stamp;
use super::store::{Fresh, Record, Store};

/// What a part of a file held.
#[derive(Debug, Default)]
pub struct Part {
    pub merged: Merger,
    /// Names and times of the part, and its rows whose time is not known yet.
    pub rows: Rows,
    pub bytes: u64,
}

/// Why a file was not read.
#[derive(Debug)]
pub enum Refused {
    /// It has no known format.
    Unknown,
    /// It is not what it seemed to be.
    Wrong(String),
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(e: io::Error) -> Refused {
        Refused::Io(e)
    }
}

/// Reads `length` bytes, or all there is.
///
/// # Errors
/// When reading fails or the text is of no known format.
pub fn part(
    source: &mut impl Read,
    length: u64,
    format: Option<&'static Format>,
    origin: Origin<'_>,
    buffer: &mut Vec<u8>,
) -> Result<Part, Refused> {
    let mut part = Part::default();
    let mut format = format;
    let mut refused = None;
    let mut document = Vec::new();
    part.bytes = pieces::lines(source, length, buffer, |piece| {
        let Some(f) = format.or_else(|| recognise(piece)) else {
            refused.get_or_insert(Refused::Unknown);
            return;
        };
        format = Some(f);
        if f.unit == Unit::Document {
            document.extend_from_slice(piece);
        } else if let Err(e) = (f.read)(piece, origin, &mut part.rows) {
            refused.get_or_insert(Refused::Wrong(e.0));
        } else {
            part.merged.take(&mut part.rows);
        }
    })?;
    if let Some(f) = format.filter(|f| f.unit == Unit::Document) {
        let read = (f.read)(&document, origin, &mut part.rows);
        read.map_err(|e| Refused::Wrong(e.0))?;
        part.merged.take(&mut part.rows);
    }
    refused.map_or(Ok(part), Err)
}

fn recognise(head: &[u8]) -> Option<&'static Format> {
    FORMATS.iter().find(|f| (f.recognise)(head))
}

/// Puts the parts of a file together. Rows before the first time in the file take that time; in a
/// file without any they take `written`.
pub fn whole(parts: Vec<Part>, written: Instant) -> Merger {
    let (mut first, mut last) = (None, None);
    let mut early = Vec::new();
    let mut all: Option<Merger> = None;
    for Part {
        mut merged,
        mut rows,
        ..
    } in parts
    {
        let times = rows.times;
        match last {
            Some(last) => {
                rows.settle(last);
                merged.take(&mut rows);
            }
            None => early.push(rows),
        }
        first = first.or(times.map(|t| t.0));
        last = times.map(|t| t.1).or(last);
        match &mut all {
            None => all = Some(merged),
            Some(all) => all.join(&merged),
        }
    }
    let mut all = all.unwrap_or_default();
    for mut rows in early {
        rows.settle(first.unwrap_or(written));
        all.take(&mut rows);
    }
    all
}

/// A file to read, in stretches.
struct Job<'a> {
    found: &'a Found,
    stamp: Stamp,
    /// What the store has of a file that looks unchanged.
    known: Option<&'a Record>,
    format: Option<&'static Format>,
    cuts: Vec<u64>,
    parts: Mutex<Vec<(usize, Result<Part, Refused>)>>,
}

/// What came of reading.
#[derive(Debug, Default)]
pub struct Outcome {
    pub merged: Merger,
    /// To be kept.
    pub fresh: Vec<Fresh>,
    /// Files that were not read, and why.
    pub refused: Vec<(PathBuf, Refused)>,
}

/// How to read.
#[derive(Clone, Copy)]
pub struct How<'a> {
    /// Instead of the format that a file seems to have.
    pub format: Option<&'static Format>,
    pub threads: usize,
    pub store: Option<&'a Store>,
}

/// Reads files and merges what they hold.
pub fn files(found: &[Found], how: How<'_>) -> Outcome {
    let jobs: Vec<Job<'_>> = found.iter().map(|f| Job::new(f, how)).collect();
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (job, j) in jobs.iter().enumerate() {
        stretches.extend((1..j.cuts.len()).map(|nth| (job, nth - 1)));
    }
    // Long ones first, so that no thread is left with one at the end.
    stretches.sort_by_key(|&(job, nth)| {
        let length = jobs.get(job).map_or(0, |j| j.length(nth));
        (std::cmp::Reverse(length), job, nth)
    });
    let next = AtomicUsize::new(0);
    let work = || {
        let mut outcome = Outcome::default();
        let mut buffer = Vec::new();
        while let Some(&(job, nth)) = stretches.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(job) = jobs.get(job) {
                job.stretch(nth, how, &mut buffer, &mut outcome);
            }
        }
        outcome
    };
    let threads = how.threads.min(stretches.len()).max(1);
    let others: Vec<Outcome> = std::thread::scope(|scope| {
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = vec![work()];
        for handle in handles {
            match handle.join() {
                Ok(outcome) => all.push(outcome),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    let mut others = others.into_iter();
    let mut all = others.next().unwrap_or_default();
    for other in others {
        all.merged.join(&other.merged);
        all.fresh.extend(other.fresh);
        all.refused.extend(other.refused);
    }
    all.fresh.sort_by(|a, b| a.path.cmp(&b.path));
    all.refused.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

impl<'a> Job<'a> {
    fn new(found: &'a Found, how: How<'a>) -> Job<'a> {
        let stamp = Stamp::of(&found.meta);
        let store = how.store.filter(|_| !found.named);
        let known = store.and_then(|s| s.record(&found.path));
        let known = known.filter(|r| r.stamp.looks_like(stamp));
        let mut job = Job {
            found,
            stamp,
            known,
            format: how.format,
            cuts: vec![0, stamp.size],
            parts: Mutex::default(),
        };
        if stamp.size >= 2 * STRETCH && known.is_none() {
            // Whatever goes wrong here goes wrong again when the file is read, and is told there.
            let _ = job.cut();
        }
        job
    }

    /// Cuts a long file into stretches.
    fn cut(&mut self) -> io::Result<()> {
        let mut file = File::open(&self.found.path)?;
        let mut head = Vec::new();
        (&mut file).take(1 << 16).read_to_end(&mut head)?;
        self.format = self.format.or_else(|| recognise(&head));
        if self.format.is_some_and(|f| f.unit == Unit::Lines) {
            self.cuts = pieces::cuts(&mut file, self.stamp.size)?;
        }
        Ok(())
    }

    fn length(&self, nth: usize) -> u64 {
        match self.cuts.get(nth..nth + 2) {
            // Nothing of it will be read, as far as one can tell.
            Some(_) if self.known.is_some() => 0,
            Some(&[from, to]) => to - from,
            _ => 0,
        }
    }

    fn stretch(&self, nth: usize, how: How<'_>, buffer: &mut Vec<u8>, outcome: &mut Outcome) {
        if self.unchanged(how, outcome).is_some() {
            return;
        }
        let part = self.read(nth, buffer);
        let Ok(mut parts) = self.parts.lock() else {
            return;
        };
        parts.push((nth, part));
        if parts.len() + 1 < self.cuts.len() {
            return;
        }
        let mut parts = std::mem::take(&mut *parts);
        parts.sort_by_key(|p| p.0);
        let read: Result<Vec<Part>, Refused> = parts.into_iter().map(|p| p.1).collect();
        if let Err(refused) = read.and_then(|parts| self.done(parts, how, outcome)) {
            outcome.refused.push((self.found.path.clone(), refused));
        }
    }

    /// Takes a file that has not changed from the store.
    fn unchanged(&self, how: How<'_>, outcome: &mut Outcome) -> Option<()> {
        let known = self.known?;
        if !self.stamp.is_certain() {
            let mut file = File::open(&self.found.path).ok()?;
            if self.stamp.with_tail(&mut file).ok()? != known.stamp {
                return None;
            }
        }
        let mut merged = how.store?.requests(known)?;
        merged.receipt.unchanged_files = 1;
        outcome.merged.join(&merged);
        Some(())
    }

    fn read(&self, nth: usize, buffer: &mut Vec<u8>) -> Result<Part, Refused> {
        let from = self.cuts.get(nth).copied().unwrap_or(0);
        let to = self.cuts.get(nth + 1).copied().unwrap_or(from);
        let mut file = File::open(&self.found.path)?;
        if from > 0 {
            file.seek(SeekFrom::Start(from))?;
        }
        let origin = Origin {
            path: &self.found.below,
        };
        part(&mut file, to - from, self.format, origin, buffer)
    }

    /// A file was read whole.
    fn done(&self, parts: Vec<Part>, how: How<'_>, outcome: &mut Outcome) -> Result<(), Refused> {
        let bytes = parts.iter().map(|p| p.bytes).sum();
        let mut merged = whole(parts, self.stamp.written());
        merged.receipt.files = 1;
        merged.receipt.bytes = bytes;
        if let Some(store) = how.store.filter(|_| !self.found.named) {
            let mut file = File::open(&self.found.path)?;
            let stamp = self.stamp.with_tail(&mut file)?;
            let before = store.record(&self.found.path);
            let before = before.filter(|r| r.stamp.reader == stamp.reader);
            if let Some(before) = before.and_then(|r| store.requests(r)) {
                merged.keep_from(&before);
            }
            let fresh = Fresh::new(&self.found.path, stamp, &merged);
            outcome.fresh.push(fresh);
        }
        outcome.merged.join(&merged);
        Ok(())
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
