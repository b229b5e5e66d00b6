//! Broken transcripts: whatever is done to a line, the reader ends soon, panics never and counts
//! every row.

use std::time::{Duration, Instant};

use burncast::logs::readers::{FORMATS, Format, Origin};
use burncast::logs::{Rows, merge};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

const INPUTS: usize = 10_000;

/// Lines that between them have every field that is read.
const LINES: &[&str] = &[
    r#"{"parentUuid":null,"isSidechain":false,"cwd":"/home/me/app","sessionId":"s1","version":"2.1.30","type":"assistant","uuid":"u1","timestamp":"2026-10-05T10:00:00.000Z","requestId":"req_1","costUSD":0.0123,"message":{"model":"claude-opus-4-8","id":"msg_1","content":[{"type":"text","text":"a \"b\" \\ caf\u00e9 \ud83d\ude00"}],"stop_reason":"end_turn","usage":{"input_tokens":10,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":160,"cache_creation":{"ephemeral_5m_input_tokens":60,"ephemeral_1h_input_tokens":40},"server_tool_use":{"web_search_requests":1},"service_tier":"batch","speed":"fast","inference_geo":"us","iterations":[{"type":"message"},{"type":"advisor_message","model":"m","input_tokens":1,"output_tokens":2}]}}}"#,
    r#"{"type":"progress","timestamp":"2026-10-05T10:00:00Z","sessionId":"s1","data":{"type":"agent_progress","agentId":"a1","message":{"type":"assistant","uuid":"u2","message":{"id":"msg_2","model":"m","usage":{"output_tokens":60}}}}}"#,
    r#"{"type":"assistant","isApiErrorMessage":true,"timestamp":"2026-10-05T10:00:00.000Z","message":{"model":"<synthetic>","content":[{"type":"text","text":"You've hit your limit · resets Oct 9 at 3:30pm (Europe/Berlin)"}]}}"#,
    r#"{"type":"assistant","isApiErrorMessage":true,"message":{"model":"<synthetic>","content":"Claude AI usage limit reached|1791201600"}}"#,
    r#"{"type":"user","uuid":"u3","timestamp":"2026-10-05T10:00:00.123+02:00","message":{"content":[{"type":"text","text":"<ide_selection>x</ide_selection> do it"}]}}"#,
    r#"{"type":"user","uuid":"u4","message":{"content":[{"type":"tool_result","content":[]}]},"toolUseResult":{"usage":{}}}"#,
    r#"{"type":"system","subtype":"compact_boundary","uuid":"u5","compactMetadata":{"trigger":"auto","preTokens":155000}}"#,
];

/// Pieces that are likely to be minded.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\n",
    b"\0",
    b"\xff",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"99999999999999999999999",
    b"0.1",
    b"\"usage\":{}",
    b"|",
    b"resets 3pm (",
    b"T24:61:61Z",
    b"9999999-01-01",
    b"\r\n",
    b"\xef\xbb\xbf",
    b"(UTC)",
];

fn mutated(rng: &mut Xoshiro256PlusPlus) -> Vec<u8> {
    let pick = |rng: &mut Xoshiro256PlusPlus, n: usize| rng.random_range(0..n.max(1));
    let mut text = Vec::new();
    for _ in 0..1 + pick(rng, 3) {
        text.extend_from_slice(LINES[pick(rng, LINES.len())].as_bytes());
        text.push(b'\n');
    }
    for _ in 0..1 + pick(rng, 6) {
        let at = pick(rng, text.len());
        let to = at + pick(rng, (text.len() - at).min(40) + 1);
        match pick(rng, 7) {
            0 if !text.is_empty() => text[at] ^= 1 << pick(rng, 8),
            1 => text.truncate(at),
            2 => drop(text.drain(at..to)),
            3 => {
                let copy = text[at..to].to_vec();
                let into = pick(rng, text.len());
                text.splice(into..into, copy);
            }
            4 => {
                let depth = pick(rng, 3000);
                let open: &[u8] = [&b"["[..], b"{\"a\":", b"\"\\"][pick(rng, 3)];
                text.splice(at..at, open.repeat(depth));
            }
            _ => {
                let piece = PIECES[pick(rng, PIECES.len())];
                text.splice(at..to, piece.to_vec());
            }
        }
    }
    text
}

fn transcripts() -> &'static Format {
    FORMATS.iter().find(|f| f.name == "claude-code").unwrap()
}

#[test]
fn mutated_lines_neither_panic_nor_hang() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let (mut bytes, mut requests, mut broken) = (0, 0, 0);
    for number in 0..INPUTS {
        let text = mutated(&mut rng);
        let mut rows = Rows::default();
        let begun = Instant::now();
        let origin = Origin {
            path: "projects/-a/s.jsonl",
        };
        (transcripts().read)(&text, origin, &mut rows).unwrap();
        let logs = merge(rows);
        assert!(begun.elapsed() < Duration::from_secs(2), "input {number}");
        let r = &logs.receipt;
        assert_eq!(r.usage_rows, r.requests + r.duplicates, "input {number}");
        let known = r.usage_rows - r.parts + r.synthetic + r.errors + r.other_rows;
        assert_eq!(
            r.rows,
            known + r.broken_rows + r.cut_lines,
            "input {number}"
        );
        let lines = text
            .split(|&b| b == b'\n')
            .filter(|l| !l.trim_ascii().is_empty());
        assert!(r.rows <= lines.count() as u64);
        bytes += text.len();
        requests += r.requests;
        broken += r.broken_rows + r.cut_lines;
    }
    // The inputs are neither all whole nor all broken.
    assert!(
        requests > 1000 && broken > 1000,
        "{bytes} bytes, {requests}, {broken}"
    );
}

#[test]
fn depth_and_length_take_time_in_proportion() {
    const MANY: usize = 2_000_000;
    let repeated: [&[u8]; 7] = [
        b"[",
        b"{\"a\":",
        b"\\\"",
        b"\"",
        b"\\",
        b"{\"message\":",
        b"{\"data\":{\"message\":",
    ];
    for piece in repeated {
        for around in [
            "",
            r#"{"type":"assistant","message":{"content":"#,
            r#"{"x":""#,
        ] {
            let mut text = around.as_bytes().to_vec();
            text.extend(piece.repeat(MANY / piece.len()));
            let mut rows = Rows::default();
            let begun = Instant::now();
            (transcripts().read)(&text, Origin { path: "-" }, &mut rows).unwrap();
            assert!(begun.elapsed() < Duration::from_secs(5));
            assert_eq!(
                rows.receipt.cut_lines + rows.receipt.broken_rows,
                rows.receipt.rows
            );
        }
    }
}
