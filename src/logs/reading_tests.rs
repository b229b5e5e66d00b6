use super::*;
use crate::logs::record::Logs;
use proptest::prelude::*;

fn row(id: usize, second: Option<usize>) -> String {
    let time = second.map_or("null".to_owned(), |s| {
        format!("\"2026-10-05T10:00:{s:02}.000Z\"")
    });
    format!(
        r#"{{"type":"assistant","timestamp":{time},"sessionId":"s","message":{{"id":"msg_{id}","usage":{{"output_tokens":{id}}}}}}}"#
    )
}

fn read(parts: &[String]) -> Logs {
    let parts = parts.iter().map(|text| {
        let origin = Origin { path: "p/s.jsonl" };
        part(
            &mut text.as_bytes(),
            u64::MAX,
            None,
            origin,
            &mut Vec::new(),
        )
        .unwrap()
    });
    whole(parts.collect(), Instant(77)).finish()
}

fn shown(logs: &Logs) -> String {
    format!("{:#?} {:?}", logs.requests, logs.receipt)
}

proptest! {
    #[test]
    fn stretches_do_not_show(
        rows in prop::collection::vec((0..8_usize, prop::option::of(0..60_usize)), 0..30),
        cuts in prop::collection::vec(any::<bool>(), 30),
    ) {
        let rows: Vec<String> = rows.iter().map(|&(id, at)| row(id, at) + "\n").collect();
        let mut parts = vec![String::new()];
        for (row, cut) in rows.iter().zip(cuts) {
            if cut {
                parts.push(String::new());
            }
            parts.last_mut().unwrap().push_str(row);
        }
        prop_assert_eq!(shown(&read(&parts)), shown(&read(&[rows.concat()])));
    }
}

#[test]
fn rows_without_a_time_take_a_neighbours() {
    let rows = [row(1, None), row(2, Some(5)), row(3, None), row(4, Some(9))].join("\n");
    let logs = read(&[rows]);
    let at: Vec<i64> = logs.requests.iter().map(|r| r.at.0 % 60_000).collect();
    assert_eq!(at, [5000, 5000, 5000, 9000]);
    assert_eq!(logs.receipt.undated, 2);
    assert_eq!(read(&[row(1, None)]).requests[0].at, Instant(77));
}

#[test]
fn what_is_refused() {
    let read = |text: &str, format| {
        let origin = Origin { path: "x" };
        part(
            &mut text.as_bytes(),
            u64::MAX,
            format,
            origin,
            &mut Vec::new(),
        )
    };
    assert!(matches!(read("hello", None), Err(Refused::Unknown)));
    assert!(read("", None).is_ok());
    let forced = read("hello\n", Some(&FORMATS[0]));
    assert_eq!(forced.unwrap().merged.receipt.broken_rows, 1);
}
