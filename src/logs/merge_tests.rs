use super::*;
use crate::base::money::Money;
use crate::logs::record::Tokens;
use proptest::prelude::*;

/// A row in words: its identity, its time, its names and its numbers.
#[derive(Clone, Debug)]
struct Logged {
    id: u8,
    at: i64,
    names: [u8; 4],
    tokens: [u64; 5],
    flags: [bool; 4],
    output: u8,
    cost: Option<i64>,
}

fn logged() -> impl Strategy<Value = Logged> {
    let parts = (
        0..12_u8,
        0..6_i64,
        prop::array::uniform4(0..3_u8),
        prop::array::uniform5(0..4_u64),
        any::<[bool; 4]>(),
        0..3_u8,
        prop::option::of(0..3_i64),
    );
    parts.prop_map(|(id, at, names, tokens, flags, output, cost)| Logged {
        id,
        at,
        names,
        tokens,
        flags,
        output,
        cost,
    })
}

fn add(rows: &mut Rows, l: &Logged) {
    let text = |kind: &str, n: u8| format!("{kind}{n}");
    let [model, session, project, agent] = l.names;
    let [input, write_5m, write_1h, read, output] = l.tokens;
    let request = Request {
        at: Instant(l.at),
        until: Instant(l.at),
        model: rows.names.add(&text("model", model)),
        session: rows.names.add(&text("session", session)),
        project: rows.names.add(&text("project", project)),
        agent: rows.names.add(&text("agent", agent)),
        tokens: Tokens {
            input,
            cache_write_5m: write_5m,
            cache_write_1h: write_1h,
            cache_read: read,
            output,
        },
        sidechain: l.flags[0],
        fast: l.flags[1],
        batch: l.flags[2],
        unsplit: l.flags[3] && write_1h == 0,
        output: match l.output {
            0 => OutputCount::Placeholder,
            1 => OutputCount::Unfinished,
            _ => OutputCount::Final,
        },
        logged_cost: l.cost.map(Money),
        count: 1,
        ..Request::default()
    };
    let key = u128::from(l.id);
    rows.receipt.usage_rows += 1;
    rows.rows.push(Row { key, request });
    let key = u128::from(l.id % 3);
    rows.prompts.push(Prompt {
        at: request.at,
        session: request.session,
        key,
    });
    rows.limit_hits.push(LimitHit {
        at: request.at,
        session: request.session,
        key,
        words: request.agent,
        resets: l.cost.map(Instant),
    });
}

/// All of it, to be compared.
fn shown(logs: &Logs) -> String {
    let names: Vec<&str> = logs.names.all().map(|n| logs.names.text(n)).collect();
    format!(
        "{names:?}\n{:#?}\n{:?}\n{:?}\n{:?}",
        logs.requests, logs.prompts, logs.limit_hits, logs.receipt
    )
}

fn all_at_once(list: &[Logged]) -> Logs {
    let mut rows = Rows::default();
    list.iter().for_each(|l| add(&mut rows, l));
    merge(rows)
}

proptest! {
    /// In any order, in any files, files merged first by themselves or in any groups.
    #[test]
    fn order_and_grouping_do_not_matter(
        list in prop::collection::vec(logged(), 0..60),
        places in prop::collection::vec((any::<u32>(), 0..5_usize, 0..3_usize), 60),
    ) {
        let plain = all_at_once(&list);
        let mut shuffled: Vec<_> = list.iter().zip(&places).collect();
        shuffled.sort_by_key(|(_, place)| place.0);
        let mut workers = vec![Merger::default(); 3];
        for file in 0..5 {
            let mut merged = Merger::default();
            let mut rows = Rows::default();
            for (l, place) in shuffled.iter().filter(|(_, p)| p.1 == file) {
                add(&mut rows, l);
                if place.0.is_multiple_of(3) {
                    merged.take(&mut rows);
                }
            }
            merged.take(&mut rows);
            workers[places[file].2].join(&merged);
        }
        let mut all = Merger::default();
        workers.iter().for_each(|w| all.join(w));
        prop_assert_eq!(shown(&all.finish()), shown(&plain));
        let r = &plain.receipt;
        prop_assert_eq!(r.usage_rows, r.requests + r.duplicates);
    }
}

/// A main thread's copy with a number from the beginning of the stream takes the final one from a
/// sub-agent's copy, in any order; a main thread's own final number stands.
#[test]
fn a_final_output_wins_over_a_placeholder() {
    use OutputCount::{Final, Placeholder, Unfinished};
    let merged = |copies: &[(bool, OutputCount, u64)]| {
        let mut rows = Rows::default();
        for &(sidechain, output, n) in copies {
            let request = Request {
                tokens: Tokens {
                    input: n,
                    output: n,
                    ..Tokens::default()
                },
                sidechain,
                output,
                count: 1,
                ..Request::default()
            };
            rows.rows.push(Row { key: 1, request });
        }
        let r = merge(rows).requests[0];
        (r.sidechain, r.output, r.tokens.output, r.tokens.input)
    };
    let (main, side) = (false, true);
    for wanting in [Placeholder, Unfinished] {
        let mut copies = [
            (main, wanting, 3),
            (side, Final, 160),
            (side, Placeholder, 7),
        ];
        assert_eq!(merged(&copies), (false, Final, 160, 3));
        copies.reverse();
        assert_eq!(merged(&copies), (false, Final, 160, 3));
    }
    let both = [
        (main, Placeholder, 3),
        (side, Final, 160),
        (main, Final, 150),
    ];
    assert_eq!(merged(&both), (false, Final, 150, 150));
    let none = [(main, Placeholder, 3), (side, Unfinished, 160)];
    assert_eq!(merged(&none), (false, Placeholder, 3, 3));
}

#[test]
fn a_copy_that_knows_the_split_wins_over_one_that_does_not() {
    let mut rows = Rows::default();
    let mut push = |write_5m, write_1h, unsplit| {
        let tokens = Tokens {
            cache_write_5m: write_5m,
            cache_write_1h: write_1h,
            ..Tokens::default()
        };
        let request = Request {
            tokens,
            unsplit,
            count: 1,
            ..Request::default()
        };
        rows.rows.push(Row { key: 1, request });
    };
    push(100, 0, true);
    push(0, 100, false);
    push(0, 0, false);
    let logs = merge(rows);
    assert_eq!(logs.requests[0].tokens.cache_write_5m, 0);
    assert_eq!(logs.requests[0].tokens.cache_write_1h, 100);
    assert_eq!(logs.receipt.unsplit_writes, 0);
}

#[test]
fn a_project_is_called_by_its_path_where_a_session_names_it() {
    let mut rows = Rows::default();
    let project = rows.names.add("-home-me-my-app");
    rows.names.add("/home/me/my_app");
    rows.names.add("/home/me/my.app");
    let request = Request {
        project,
        ..Request::default()
    };
    rows.rows.push(Row { key: 1, request });
    let logs = merge(rows);
    assert_eq!(logs.names.text(logs.requests[0].project), "/home/me/my.app");
    assert_eq!(logs.names.len(), 2, "names that nothing uses are gone");
}

#[test]
fn keys_tell_requests_apart_by_what_is_known() {
    let same = key("msg_1", "req_1", "a", "u1");
    assert_eq!(same, key("msg_1", "req_2", "b", "u2"));
    assert_eq!(key("chat-1", "", "a", "u1"), key("chat-1", "x", "a", "u2"));
    assert_ne!(key("chat-1", "", "a", ""), key("chat-1", "", "b", ""));
    assert_eq!(key("", "r", "a", "u1"), key("", "r", "a", "u2"));
    assert_ne!(key("", "r", "a", ""), key("r", "", "a", ""));
    assert_ne!(key("", "", "a", "u1"), key("", "", "a", "u2"));
    assert_ne!(part_key(same, 0), part_key(same, 1));
    assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
}

#[test]
fn folders_are_called_as_the_program_calls_them() {
    assert_eq!(folder_of("/home/me/a_b.c"), "-home-me-a-b-c");
    assert_eq!(folder_of("C:\\w\\\u{e9}\u{1f600}"), "C--w----");
}
