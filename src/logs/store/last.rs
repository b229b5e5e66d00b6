//! The last reading as it came out of the merge. Where nothing has changed since, it is the answer,
//! and neither the store nor the merge is needed.
//!
//! One file beside the store, written anew as a whole. It can be deleted at any time.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::logs::names::Names;
use crate::logs::receipt::Receipt;
use crate::logs::record::{Compaction, LimitHit, Logs};
use crate::logs::roots::Search;

use super::stamp::Stamp;
use super::{FRESH_PREFIX, lock, rows, sweep};

/// Format of the file, part of its name. Raised whenever [`Packed`] or something in it changes.
const VERSION: u32 = 1;
/// How the file begins.
const MARK: [u8; 8] = *b"\xfb\xffBcLast";

/// What a reading hangs on: what was found, and what the store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub found: u128,
    pub store: Stamp,
}

/// A reading as it is written down.
#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    key: Key,
    names: Names,
    /// How many requests and prompts, and their bytes.
    counts: [usize; 2],
    #[serde(borrow)]
    requests: &'a [u8],
    #[serde(borrow)]
    prompts: &'a [u8],
    compactions: Vec<Compaction>,
    limit_hits: Vec<LimitHit>,
    receipt: Receipt,
}

/// A sum over the files and folders that were found, and the format that was asked for. None where
/// the system cannot tell for sure that a file is unchanged, and where files were named: those are
/// always read.
pub fn found(search: &Search, format: &str) -> Option<u128> {
    if !search.unreadable.is_empty() {
        return None;
    }
    let mut sum = Xxh3::new();
    let mut add = |bytes: &[u8]| {
        sum.update(&bytes.len().to_le_bytes());
        sum.update(bytes);
    };
    add(format.as_bytes());
    for list in [&search.folders, &search.missing] {
        add(&list.len().to_le_bytes());
        for path in list {
            let path = std::path::absolute(path).ok()?;
            add(path.as_os_str().as_encoded_bytes());
        }
    }
    for file in &search.files {
        let stamp = Stamp::of(&file.meta);
        if file.named || !stamp.is_certain() {
            return None;
        }
        add(file.path.as_os_str().as_encoded_bytes());
        add(&stamp.bytes());
    }
    Some(sum.digest128())
}

/// The last reading that a folder has; none if there is none that can be understood.
pub fn read(folder: &Path) -> Option<(Key, Logs)> {
    let bytes = fs_err::read(file(folder)).ok()?;
    let rest = bytes.strip_prefix(&MARK)?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    if xxh3_64(rest) != u64::from_le_bytes(*sum) {
        return None;
    }
    let packed: Packed<'_> = postcard::from_bytes(rest).ok()?;
    let Packed {
        key,
        names,
        counts: [requests, prompts],
        mut receipt,
        compactions,
        limit_hits,
        ..
    } = packed;
    receipt.unchanged_files = receipt.files;
    let logs = Logs {
        requests: rows::read_requests(packed.requests, requests)?,
        prompts: rows::read_prompts(packed.prompts, prompts)?,
        names,
        compactions,
        limit_hits,
        receipt,
    };
    Some((key, logs))
}

/// Writes a reading down.
///
/// # Errors
/// When the disk does not let it, or another process holds the store.
pub fn write(folder: &Path, key: Key, logs: &Logs) -> io::Result<()> {
    let reading = packed(key, logs).map_err(io::Error::other)?;
    let _lock = lock(folder, Duration::ZERO)?;
    sweep(folder)?;
    let mut fresh = tempfile::Builder::new()
        .prefix(FRESH_PREFIX)
        .tempfile_in(folder)?;
    fresh.write_all(&MARK)?;
    fresh.write_all(&xxh3_64(&reading).to_le_bytes())?;
    fresh.write_all(&reading)?;
    fresh.persist(file(folder)).map_err(|e| e.error)?;
    Ok(())
}

fn packed(key: Key, logs: &Logs) -> postcard::Result<Vec<u8>> {
    postcard::to_stdvec(&Packed {
        key,
        names: logs.names.clone(),
        counts: [logs.requests.len(), logs.prompts.len()],
        requests: &rows::requests(&logs.requests),
        prompts: &rows::prompts(&logs.prompts),
        compactions: logs.compactions.clone(),
        limit_hits: logs.limit_hits.clone(),
        receipt: logs.receipt.clone(),
    })
}

fn file(folder: &Path) -> PathBuf {
    folder.join(format!("last-{VERSION}.reading"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::merge::merge;
    use crate::logs::record::Rows;
    use crate::logs::store::tests::rows as some_rows;

    fn logs() -> Logs {
        merge(some_rows(3, 20))
    }

    fn key(found: u128) -> Key {
        let store = Stamp::default();
        Key { found, store }
    }

    #[test]
    fn a_reading_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).is_none());
        write(folder.path(), key(7), &merge(Rows::default())).unwrap();
        fs_err::write(folder.path().join("fresh-killed"), "half").unwrap();
        write(folder.path(), key(9), &logs()).unwrap();
        assert_eq!(read(folder.path()), Some((key(9), logs())));
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_damaged_file_is_no_reading() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), key(9), &logs()).unwrap();
        let whole = fs_err::read(file(folder.path())).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs_err::write(file(folder.path()), &damaged).unwrap();
            assert!(read(folder.path()).is_none(), "byte {at}");
            fs_err::write(file(folder.path()), &whole[..at]).unwrap();
            assert!(read(folder.path()).is_none(), "{at} bytes");
        }
    }

    /// When this fails, [`VERSION`] must go up: files that were written before mean something else.
    #[test]
    fn the_layout_belongs_to_the_version() {
        let bytes = packed(key(9), &logs()).unwrap();
        assert_eq!(
            (VERSION, bytes.len(), xxh3_64(&bytes)),
            (1, 1311, 5_632_177_243_539_346_976)
        );
    }
}
