//! Files in pieces of whole lines, so that a reader meets gigabytes with a small buffer.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read at once. They stay in the nearest cache while they are looked through.
const PIECE: usize = 256 << 10;
/// A buffer that a long line made larger than this is given back.
const KEEP: usize = 4 << 20;
/// A file larger than this is read by several threads, each a stretch of about this length.
pub const STRETCH: u64 = 4 << 20;

/// Calls `each` with runs of whole lines, until `length` bytes are read or the source ends. Only the
/// last run may lack its line end. Returns the bytes read.
///
/// A line that does not fit makes the buffer grow to at most twice its length.
///
/// # Errors
/// When reading fails.
pub fn lines(
    source: &mut impl Read,
    length: u64,
    buffer: &mut Vec<u8>,
    mut each: impl FnMut(&[u8]),
) -> io::Result<u64> {
    buffer.clear();
    let mut read = 0;
    loop {
        let looked = buffer.len();
        let left = length - read;
        if buffer.len() == buffer.capacity() {
            let more = buffer.len().max(PIECE);
            let more = usize::try_from(left).map_or(more, |left| more.min(left.max(1)));
            buffer.reserve_exact(more);
        }
        let room = (buffer.capacity() - buffer.len()) as u64;
        let got = source.by_ref().take(room.min(left)).read_to_end(buffer)?;
        read += got as u64;
        if got == 0 {
            break;
        }
        let fresh = buffer.get(looked..).unwrap_or_default();
        if let Some(last) = memchr::memrchr(b'\n', fresh) {
            let end = looked + last + 1;
            each(buffer.get(..end).unwrap_or_default());
            buffer.copy_within(end.., 0);
            buffer.truncate(buffer.len() - end);
            if buffer.capacity() > KEEP && buffer.len() < PIECE {
                buffer.shrink_to(PIECE);
            }
        }
    }
    if !buffer.is_empty() {
        each(buffer);
    }
    buffer.clear();
    buffer.shrink_to(PIECE);
    Ok(read)
}

/// Cuts a file of `length` bytes into stretches of whole lines: where each begins, and the end.
///
/// # Errors
/// When reading fails.
pub fn cuts(file: &mut File, length: u64) -> io::Result<Vec<u64>> {
    let mut cuts = vec![0];
    let mut buffer = vec![0; 64 << 10];
    for nth in 1..length / STRETCH {
        let mut at = nth * STRETCH;
        file.seek(SeekFrom::Start(at))?;
        // A line that is longer than a stretch is nobody's to share.
        while at < (nth + 1) * STRETCH {
            let got = file.read(&mut buffer)?;
            if got == 0 {
                break;
            }
            if let Some(end) = memchr::memchr(b'\n', buffer.get(..got).unwrap_or_default()) {
                cuts.push(at + end as u64 + 1);
                break;
            }
            at += got as u64;
        }
    }
    cuts.push(length);
    cuts.dedup();
    Ok(cuts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn pieces(text: &[u8], length: u64) -> (Vec<Vec<u8>>, u64) {
        let mut found = Vec::new();
        let read = lines(&mut &text[..], length, &mut Vec::new(), |p| {
            found.push(p.to_vec())
        });
        (found, read.unwrap())
    }

    #[test]
    fn lines_stay_whole_whatever_their_length() {
        let mut text = Vec::new();
        for length in [0, 1, PIECE - 2, 5, PIECE, PIECE + 1, 3 * PIECE, 7] {
            text.extend(std::iter::repeat_n(b'x', length));
            text.push(b'\n');
        }
        text.extend(b"no end");
        let (found, read) = pieces(&text, u64::MAX);
        assert_eq!(read, text.len() as u64);
        assert_eq!(found.concat(), text);
        let (last, others) = found.split_last().unwrap();
        assert_eq!(last, b"no end");
        assert!(others.iter().all(|p| p.ends_with(b"\n")));
        let (found, read) = pieces(&text, 10);
        assert_eq!((found.concat().len(), read), (10, 10));
        assert_eq!(pieces(b"", 10), (vec![], 0));
    }

    #[test]
    fn a_giant_line_takes_no_more_than_twice_its_length() {
        let length = 40 << 20;
        let mut buffer = Vec::new();
        let mut most = 0;
        let text = vec![b'x'; length];
        lines(&mut &text[..], length as u64, &mut buffer, |p| {
            most = p.len()
        })
        .unwrap();
        assert_eq!(most, length);
        assert!(buffer.capacity() <= KEEP);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn stretches_are_the_whole_file(lengths in prop::collection::vec(0..3_000_000_usize, 0..12)) {
            let mut text = Vec::new();
            for length in lengths {
                text.extend(std::iter::repeat_n(b'x', length));
                text.push(b'\n');
            }
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&text).unwrap();
            let cuts = cuts(&mut file, text.len() as u64).unwrap();
            prop_assert_eq!(cuts[0], 0);
            prop_assert_eq!(*cuts.last().unwrap(), text.len() as u64);
            prop_assert!(cuts.is_sorted());
            for cut in &cuts[1..cuts.len().max(1)] {
                prop_assert!(text.is_empty() || text[*cut as usize - 1] == b'\n');
            }
        }
    }
}
