//! Whether a file is still the one that was read.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::base::time::Instant;

/// Raised when a reader learns to read more, or otherwise, or when copies are merged by another rule:
/// files are then read again.
pub const READER: u32 = 2;

/// Bytes at the end of a file that are compared.
const TAIL: u64 = 4096;

/// Size, time and place of a file, a hash of its end, and who read it.
///
/// Where the system keeps a time that no program can set back, that of the last change of the file
/// or of anything about it, the first three are enough; elsewhere the end is compared as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub size: u64,
    /// Nanoseconds since 1970.
    modified: i64,
    /// Number of the file and time of its last change; 0 where the system has neither.
    place: u64,
    tail: u64,
    pub reader: u32,
}

impl Stamp {
    /// All but the hash.
    pub fn of(meta: &Metadata) -> Stamp {
        Stamp {
            size: meta.len(),
            modified: modified(meta),
            place: place(meta),
            tail: 0,
            reader: READER,
        }
    }

    /// With the hash of the end of the first `size` bytes.
    ///
    /// # Errors
    /// When reading fails.
    pub fn with_tail(self, file: &mut File) -> io::Result<Stamp> {
        let from = self.size.saturating_sub(TAIL);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::with_capacity(TAIL as usize);
        file.take(self.size - from).read_to_end(&mut tail)?;
        Ok(Stamp {
            tail: xxhash_rust::xxh3::xxh3_64(&tail),
            ..self
        })
    }

    /// All of it, for a sum over many.
    pub fn bytes(self) -> [u8; 36] {
        let mut all = [0; 36];
        let parts = [
            &self.size.to_le_bytes()[..],
            &self.modified.to_le_bytes(),
            &self.place.to_le_bytes(),
            &self.tail.to_le_bytes(),
            &self.reader.to_le_bytes(),
        ];
        for (to, from) in all.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        all
    }

    /// Whether a file with the same stamp is surely the same, whatever its end.
    pub fn is_certain(self) -> bool {
        self.place != 0
    }

    /// Whether everything but the hash is the same.
    pub fn looks_like(self, other: Stamp) -> bool {
        Stamp { tail: 0, ..self } == Stamp { tail: 0, ..other }
    }

    /// When the file was written last.
    pub fn written(self) -> Instant {
        Instant(self.modified.div_euclid(1_000_000))
    }
}

fn modified(meta: &Metadata) -> i64 {
    let Ok(time) = meta.modified() else { return 0 };
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |n| -n),
    }
}

#[cfg(unix)]
fn place(meta: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let parts = [meta.ino() as i64, meta.ctime(), meta.ctime_nsec()];
    let bytes: Vec<u8> = parts.iter().flat_map(|n| n.to_le_bytes()).collect();
    xxhash_rust::xxh3::xxh3_64(&bytes).max(1)
}

#[cfg(not(unix))]
fn place(_: &Metadata) -> u64 {
    0
}
