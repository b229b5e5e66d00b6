//! The store's file: a header, then records, each with a mark, its length and a checksum.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::stamp::Stamp;
use super::{Record, VERSION};

/// How the file begins.
pub const HEADER: [u8; 16] = {
    let mut header = *b"burncast\r\n\x1a\0\0\0\0\0";
    header[12] = VERSION as u8;
    header
};

/// How a record begins; it holds bytes that no text has.
const MARK: [u8; 4] = *b"\xfb\xffRq";
/// Mark, length and checksum.
const FRAME: usize = 4 + 4 + 8;

/// What stands before the requests of a record.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    path: &'a [u8],
    stamp: Stamp,
}

/// What a file holds.
pub struct Parsed {
    /// The last record of each path.
    pub records: BTreeMap<OsString, Record>,
    /// Where the last whole record ends.
    pub end: usize,
    /// Something lies between whole records, or the header is another one. A torn record at the
    /// end is no damage: its writer was killed, or is writing.
    pub damaged: bool,
}

/// A record in bytes.
pub fn record(path: &Path, stamp: Stamp, requests: &[u8]) -> Vec<u8> {
    let path = path.as_os_str().as_encoded_bytes();
    let mut body = postcard::to_stdvec(&Head { path, stamp }).unwrap_or_default();
    body.extend_from_slice(requests);
    let mut record = Vec::with_capacity(FRAME + body.len());
    record.extend_from_slice(&MARK);
    record.extend_from_slice(&u32::try_from(body.len()).unwrap_or(0).to_le_bytes());
    record.extend_from_slice(&xxh3_64(&body).to_le_bytes());
    record.extend_from_slice(&body);
    record
}

/// Finds the records of a file.
pub fn parse(bytes: &[u8]) -> Parsed {
    let header = bytes.starts_with(&HEADER);
    let mut found = Parsed {
        records: BTreeMap::new(),
        end: if header { HEADER.len() } else { 0 },
        damaged: !header && !HEADER.starts_with(bytes),
    };
    let mut at = found.end;
    while let Some(rest) = bytes.get(at..).filter(|r| !r.is_empty()) {
        match one(rest) {
            Some((path, stamp, body, length)) => {
                found.damaged |= at != found.end;
                let body = at + body..at + length;
                let record = Record {
                    stamp,
                    body,
                    length,
                };
                found.records.insert(path, record);
                at += length;
                found.end = at;
            }
            // On to the next mark.
            None => match memchr::memmem::find(rest.get(1..).unwrap_or_default(), &MARK) {
                Some(next) => at += next + 1,
                None => break,
            },
        }
    }
    found
}

/// The record at the beginning of these bytes: path, stamp, where its requests begin, its length.
fn one(bytes: &[u8]) -> Option<(OsString, Stamp, usize, usize)> {
    let rest = bytes.strip_prefix(&MARK)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    let body = rest.get(..u32::from_le_bytes(*length) as usize)?;
    if xxh3_64(body) != u64::from_le_bytes(*sum) {
        return None;
    }
    let (head, requests) = postcard::take_from_bytes::<Head<'_>>(body).ok()?;
    let whole = FRAME + body.len();
    let path = path_of(head.path)?;
    Some((path, head.stamp, whole - requests.len(), whole))
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Option<OsString> {
    let text: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    Some(text.to_owned())
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}
