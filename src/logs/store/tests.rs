use super::*;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::logs::record::{Compaction, LimitHit, OutputCount, Prompt, Request, Row, Rows, Tokens};
use proptest::prelude::*;
use std::fs;

/// A file's requests: as many as `n`, of an identity that hangs on `file`.
pub fn rows(file: u64, n: u64) -> Rows {
    let mut rows = Rows::default();
    let session = rows.names.add(&format!("session {file}"));
    let model = rows.names.add("model");
    for i in 0..n {
        let request = Request {
            at: Instant(1000 * i as i64 - 5),
            until: Instant(1000 * i as i64),
            session,
            model,
            tokens: Tokens {
                input: i,
                output: i << 40,
                cache_write_1h: 1,
                ..Tokens::default()
            },
            sidechain: i % 2 == 1,
            fast: i % 3 == 1,
            unsplit: i % 5 == 1,
            output: [
                OutputCount::Placeholder,
                OutputCount::Unfinished,
                OutputCount::Final,
            ][i as usize % 3],
            logged_cost: (i % 2 == 0).then_some(Money(i as i64)),
            web_searches: i as u32,
            count: 1,
            ..Request::default()
        };
        let key = u128::from(file) << 64 | u128::from(i);
        rows.receipt.usage_rows += 1;
        rows.rows.push(Row { key, request });
        let at = Instant(i as i64);
        rows.prompts.push(Prompt { at, session, key });
        rows.compactions.push(Compaction {
            at,
            session,
            key,
            automatic: i % 2 == 0,
            before: i,
        });
        rows.limit_hits.push(LimitHit {
            at,
            session,
            key,
            words: model,
            resets: (i % 2 == 0).then_some(at),
        });
    }
    rows
}

fn merged(file: u64, n: u64) -> Merger {
    let mut merged = Merger::default();
    merged.take(&mut rows(file, n));
    merged
}

fn stamp(size: u64) -> Stamp {
    let mut stamp = Stamp::default();
    stamp.size = size;
    stamp
}

fn fresh(file: u64, n: u64) -> Fresh {
    Fresh::new(
        &PathBuf::from(format!("/logs/{file}")),
        stamp(n),
        &merged(file, n),
    )
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Requests by path.
fn requests(folder: &Path) -> Vec<(String, usize)> {
    let store = Store::open(folder).unwrap();
    let records = store.records.iter();
    records
        .map(|(path, r)| {
            (
                path.display().to_string(),
                store.requests(r).unwrap().copies.len(),
            )
        })
        .collect()
}

fn keep(folder: &Path, fresh: Vec<Fresh>) -> Option<String> {
    Store::open(folder).unwrap().keep(fresh).unwrap()
}

#[test]
fn what_is_kept_comes_back() {
    let before = merged(1, 50);
    let after = pack::unpack(&pack::pack(&before)).unwrap();
    assert_eq!(after.copies, before.copies);
    assert_eq!((after.rows, &after.receipt), (before.rows, &before.receipt));
    let (a, b) = (after.finish(), before.finish());
    assert_eq!(a.requests, b.requests);
    assert_eq!((a.prompts, a.compactions), (b.prompts, b.compactions));
    assert_eq!((a.limit_hits, a.receipt), (b.limit_hits, b.receipt));
}

#[test]
fn records_are_added_and_replaced() {
    let folder = folder();
    assert_eq!(keep(folder.path(), vec![fresh(1, 3), fresh(2, 4)]), None);
    assert_eq!(keep(folder.path(), vec![fresh(1, 5)]), None);
    assert_eq!(
        requests(folder.path()),
        [("/logs/1".to_owned(), 5), ("/logs/2".to_owned(), 4)]
    );
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.record(Path::new("/logs/1")).unwrap().stamp, stamp(5));
    assert_eq!(store.below(Path::new("/logs")).count(), 2);
    assert_eq!(store.below(Path::new("/logs/1")).count(), 1);
    assert_eq!(store.below(Path::new("/log")).count(), 0);
}

#[test]
fn old_records_do_not_pile_up() {
    let folder = folder();
    for n in 0..40 {
        keep(folder.path(), vec![fresh(1, 2000 + n), fresh(2, 1)]);
    }
    let size = fs::metadata(folder.path().join("requests-1.store"))
        .unwrap()
        .len();
    let one = fresh(1, 2040).bytes.len() as u64;
    assert!(
        size < WASTE as u64 + 4 * one,
        "{size} bytes, a record has {one}"
    );
    assert_eq!(requests(folder.path())[0].1, 2039);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "the store and its lock"
    );
}

#[test]
fn what_a_killed_program_left_behind_is_dropped() {
    let whole = folder();
    keep(whole.path(), vec![fresh(1, 2)]);
    let first = fs::read(whole.path().join("requests-1.store"))
        .unwrap()
        .len();
    keep(whole.path(), vec![fresh(2, 2)]);
    let bytes = fs::read(whole.path().join("requests-1.store")).unwrap();
    for cut in 0..bytes.len() {
        let folder = folder();
        fs::write(folder.path().join("requests-1.store"), &bytes[..cut]).unwrap();
        let known = requests(folder.path());
        assert_eq!(known.len(), usize::from(cut >= first), "{cut}");
        assert_eq!(keep(folder.path(), vec![fresh(3, 1)]), None, "{cut}");
        assert_eq!(requests(folder.path()).len(), known.len() + 1, "{cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn damage_is_set_aside_and_the_rest_is_saved(
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
        lost in 0..40_usize,
    ) {
        let folder = folder();
        keep(folder.path(), (1..6).map(|n| fresh(n, 4)).collect());
        let file = folder.path().join("requests-1.store");
        let mut bytes = fs::read(&file).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        bytes.drain(at..(at + lost).min(bytes.len()));
        fs::write(&file, &bytes).unwrap();
        let left = requests(folder.path());
        prop_assert!(left.len() >= 3);
        let was_damaged = Store::open(folder.path()).unwrap().is_damaged();
        let note = keep(folder.path(), vec![fresh(9, 1)]);
        prop_assert_eq!(note.is_some(), was_damaged);
        prop_assert_eq!(requests(folder.path()).len(), left.len() + 1);
        prop_assert!(!Store::open(folder.path()).unwrap().is_damaged());
        if was_damaged {
            let aside = fs::read(folder.path().join("requests-1.damaged-1")).unwrap();
            prop_assert_eq!(aside, bytes);
        }
    }

    #[test]
    fn nonsense_is_no_store(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let folder = folder();
        fs::write(folder.path().join("requests-1.store"), &bytes).unwrap();
        prop_assert_eq!(requests(folder.path()).len(), 0);
        keep(folder.path(), vec![fresh(1, 1)]);
        prop_assert_eq!(requests(folder.path()).len(), 1);
        prop_assert_eq!(pack::unpack(&bytes).map_or(0, |m| m.copies.len()) < 300, true);
    }
}

#[test]
fn processes_do_not_lose_each_others_records() {
    let folder = folder();
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let folder = folder.path();
            scope.spawn(move || {
                for n in 0..10 {
                    let mut store = Store::open(folder).unwrap();
                    store
                        .keep(vec![fresh(worker * 100 + n, 3), fresh(7777, n)])
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(requests(folder.path()).len(), 81);
    assert!(!Store::open(folder.path()).unwrap().is_damaged());
}

#[test]
fn a_longer_reading_by_another_process_stays() {
    let folder = folder();
    let mut slow = Store::open(folder.path()).unwrap();
    keep(folder.path(), vec![fresh(1, 9)]);
    slow.keep(vec![fresh(1, 4)]).unwrap();
    assert_eq!(requests(folder.path()), [("/logs/1".to_owned(), 9)]);
    // A file that did become shorter was known before.
    keep(folder.path(), vec![fresh(1, 2)]);
    assert_eq!(requests(folder.path()), [("/logs/1".to_owned(), 2)]);
}

#[test]
fn what_stands_in_the_way_is_an_error_and_no_panic() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(Store::open(&file.join("below")).is_err());
    let mut store = Store::open(&folder.path().join("none")).unwrap();
    fs::write(folder.path().join("none"), "").unwrap();
    assert!(store.keep(vec![fresh(1, 1)]).is_err());
    fs::create_dir(folder.path().join("requests-1.store")).unwrap();
    assert!(Store::open(folder.path()).is_err());
    let held = tempfile::tempdir().unwrap();
    let lock = lock(held.path(), PATIENCE).unwrap();
    let late = Store::open(held.path()).unwrap().keep(vec![fresh(1, 1)]);
    assert_eq!(late.unwrap_err().kind(), io::ErrorKind::WouldBlock);
    drop(lock);
    assert!(keep(held.path(), vec![fresh(1, 1)]).is_none());
}

#[test]
fn a_later_version_is_left_alone() {
    let folder = folder();
    fs::write(folder.path().join("requests-2.store"), "later").unwrap();
    assert_eq!(
        newer(folder.path()),
        Some(folder.path().join("requests-2.store"))
    );
    keep(folder.path(), vec![fresh(1, 1)]);
    assert_eq!(
        fs::read(folder.path().join("requests-2.store")).unwrap(),
        b"later"
    );
}
