use super::*;
use crate::logs::record::{Logs, Tokens};
use serde_json::{Value, json};

fn rows_of(text: &[u8]) -> Rows {
    let mut rows = Rows::default();
    let origin = Origin {
        path: "projects/-home-me-app/session-1.jsonl",
    };
    read(text, origin, &mut rows).unwrap();
    rows
}

fn logs_of(lines: &[Value]) -> Logs {
    let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
    merge::merge(rows_of(text.as_bytes()))
}

fn row() -> Value {
    json!({"type": "assistant", "timestamp": "2026-10-05T10:00:00.000Z", "uuid": "u1",
        "sessionId": "s1", "requestId": "req_1", "version": "2.1.100", "cwd": "/home/me/app",
        "message": {"id": "msg_1", "model": "claude-sonnet-4-6", "stop_reason": "end_turn",
            "usage": {"input_tokens": 10, "output_tokens": 160,
                "cache_creation_input_tokens": 100, "cache_read_input_tokens": 1000,
                "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40}}}})
}

/// The row with some of its fields replaced; paths as `/message/usage/speed`.
fn with(mut row: Value, fields: &[(&str, Value)]) -> Value {
    for (path, value) in fields {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = row.pointer_mut(parent).unwrap();
        parent[name] = value.clone();
    }
    row
}

#[test]
fn a_row_in_full() {
    let logs = logs_of(&[with(
        row(),
        &[
            ("/agentId", json!("a1")),
            ("/isSidechain", json!(true)),
            ("/costUSD", json!(0.012345)),
            ("/message/usage/speed", json!("fast")),
            ("/message/usage/service_tier", json!("batch")),
            ("/message/usage/inference_geo", json!("us")),
            (
                "/message/usage/server_tool_use",
                json!({"web_search_requests": 3}),
            ),
        ],
    )]);
    let r = logs.requests[0];
    assert_eq!(r.at, Instant(1_791_194_400_000));
    assert_eq!(logs.names.text(r.session), "s1");
    assert_eq!(logs.names.text(r.model), "claude-sonnet-4-6");
    assert_eq!(logs.names.text(r.project), "/home/me/app");
    assert_eq!(logs.names.text(r.agent), "a1");
    let tokens = Tokens {
        input: 10,
        cache_write_5m: 60,
        cache_write_1h: 40,
        cache_read: 1000,
        output: 160,
    };
    assert_eq!(r.tokens, tokens);
    assert_eq!(r.logged_cost, Some(Money(12_345_000_000)));
    assert_eq!(r.web_searches, 3);
    assert!(r.sidechain && r.fast && r.batch && r.us_only && !r.unsplit);
    assert_eq!(r.output, OutputCount::Final);
}

#[test]
fn wrong_types_never_lose_a_row() {
    let odd = [
        ("/message/usage/input_tokens", json!("10"), 1),
        ("/message/usage/input_tokens", json!(-5), 1),
        ("/message/usage/input_tokens", json!(1.5), 1),
        ("/message/usage/input_tokens", json!(u64::MAX), 1),
        ("/message/usage/input_tokens", json!([[1]]), 1),
        ("/message/usage/input_tokens", json!(null), 0),
        ("/message/usage/speed", json!(null), 0),
        ("/message/usage/speed", json!(7), 1),
        ("/message/usage/cache_creation", json!(7), 1),
        ("/message/usage/server_tool_use", json!([]), 1),
        ("/message/usage/iterations", json!({}), 0),
        ("/message/id", json!(7), 1),
        ("/message/model", json!({}), 1),
        ("/timestamp", json!(true), 1),
        ("/timestamp", json!("yesterday"), 0),
        ("/sessionId", json!(7), 1),
        ("/isSidechain", json!("false"), 1),
        ("/costUSD", json!("1.25"), 1),
        ("/costUSD", json!(-1), 1),
        ("/cwd", json!(7), 1),
        ("/version", json!(2.1), 1),
        ("/uuid", json!(null), 0),
    ];
    for (path, value, count) in odd {
        let logs = logs_of(&[with(row(), &[(path, value.clone())])]);
        assert_eq!(logs.requests.len(), 1, "{path} {value}");
        assert_eq!(logs.receipt.odd_fields, count, "{path} {value}");
        assert_eq!(logs.requests[0].tokens.output, 160);
    }
    let huge = row().to_string().replace(":10,", ":1e999,");
    let logs = merge::merge(rows_of(huge.as_bytes()));
    assert_eq!((logs.requests.len(), logs.receipt.odd_fields), (1, 1));
    let twice = row().to_string().replacen('{', "{\"type\":\"user\",", 1);
    assert_eq!(merge::merge(rows_of(twice.as_bytes())).requests.len(), 1);
    let latin: Vec<u8> = row()
        .to_string()
        .bytes()
        .map(|b| if b == b'p' { 0xe9 } else { b })
        .collect();
    assert_eq!(rows_of(&latin).receipt.broken_rows, 0);
}

#[test]
fn whole_numbers_may_be_written_otherwise() {
    let text = row().to_string().replace(":160", ":1.6e2");
    assert_eq!(
        merge::merge(rows_of(text.as_bytes())).requests[0]
            .tokens
            .output,
        160
    );
}

#[test]
fn rows_without_a_time_stand_at_the_row_before() {
    let undated = |id: &str| {
        with(
            row(),
            &[("/timestamp", Value::Null), ("/message/id", json!(id))],
        )
    };
    let mut rows =
        rows_of(format!("{}\n{}\n{}\n", undated("msg_0"), row(), undated("msg_2")).as_bytes());
    assert_eq!(rows.receipt.undated, 1);
    assert_eq!(rows.rows[0].request.at, Rows::UNDATED);
    assert_eq!(rows.rows[2].request.at, rows.rows[1].request.at);
    rows.settle(Instant(7));
    assert_eq!(rows.rows[0].request.at, Instant(7));
}

#[test]
fn lines_that_are_cut_broken_or_empty() {
    let whole = row().to_string();
    let text = format!(
        "\u{feff}{whole}\r\n\n{{\"type\":\n[1]\n{}",
        &whole[..whole.len() / 2]
    );
    let r = rows_of(text.as_bytes()).receipt;
    assert_eq!(
        (r.rows, r.usage_rows, r.broken_rows, r.cut_lines),
        (4, 1, 2, 1)
    );
    let r = rows_of(whole.as_bytes()).receipt;
    assert_eq!(
        (r.usage_rows, r.cut_lines),
        (1, 0),
        "whole although nothing ends it"
    );
}

#[test]
fn rows_add_up() {
    let lines = [
        row(),
        json!({"type": "user", "message": {"content": "hello"}, "uuid": "p"}),
        json!({"type": "progress", "data": {"type": "hook_progress"}}),
        with(row(), &[("/isApiErrorMessage", json!(true))]),
        with(row(), &[("/message/model", json!(SYNTHETIC))]),
        with(row(), &[("/message/usage", Value::Null)]),
        with(
            row(),
            &[(
                "/message/usage/iterations",
                json!([{"type": "advisor_message", "model": "m"}]),
            )],
        ),
    ];
    let r = logs_of(&lines).receipt;
    assert_eq!(r.rows, lines.len() as u64);
    assert_eq!(
        r.rows,
        r.usage_rows - r.parts
            + r.errors
            + r.synthetic
            + r.other_rows
            + r.broken_rows
            + r.cut_lines
    );
    assert_eq!(
        (r.usage_rows, r.parts, r.requests, r.duplicates),
        (3, 1, 2, 1)
    );
    assert_eq!((r.errors, r.synthetic, r.other_rows), (1, 1, 3));
}

#[test]
fn output_is_trusted_by_version_and_stop_reason() {
    let of = |version: &str, stop: Value| {
        let fields = [("/version", json!(version)), ("/message/stop_reason", stop)];
        logs_of(&[with(row(), &fields)]).requests[0].output
    };
    assert_eq!(of("2.1.7", Value::Null), OutputCount::Unfinished);
    assert_eq!(of("2.1.8", Value::Null), OutputCount::Placeholder);
    assert_eq!(of("2.1.58", Value::Null), OutputCount::Placeholder);
    assert_eq!(of("2.1.58-beta.1", Value::Null), OutputCount::Placeholder);
    assert_eq!(of("2.1.59", Value::Null), OutputCount::Unfinished);
    assert_eq!(of("2.0.20", Value::Null), OutputCount::Unfinished);
    assert_eq!(of("2.1.20", json!("tool_use")), OutputCount::Final);
}

#[test]
fn costs_keep_every_digit() {
    assert_eq!(money(b"1.25"), Some(Money::cents(125)));
    assert_eq!(money(b"1e-7"), Some(Money(100_000)));
    assert_eq!(money(b"0.00310500000000000012"), Some(Money(3_105_000_000)));
    assert_eq!(money(b"99999999"), None);
    assert_eq!(money(b"-1"), None);
}

#[test]
fn prompts_are_what_people_wrote() {
    let user =
        |content: Value| json!({"type": "user", "uuid": "u", "message": {"content": content}});
    let text = |t: &str| json!({"type": "text", "text": t});
    let said = [
        user(json!("fix the test")),
        user(json!([text("fix the test")])),
        user(json!([
            text("<ide_opened_file>a.rs</ide_opened_file>"),
            text("fix it")
        ])),
        user(json!("<ide_selection>x</ide_selection>\nfix it")),
        user(json!([{"type": "image", "source": {}}])),
        with(user(json!("x")), &[("/userKind", json!("prompt"))]),
        json!({"type": "user", "userKind": "prompt"}),
    ];
    for line in said {
        assert_eq!(
            logs_of(std::slice::from_ref(&line)).prompts.len(),
            1,
            "{line}"
        );
    }
    let other = [
        user(json!([{"type": "tool_result", "content": "ok"}])),
        user(json!([text("x"), {"type": "tool_result", "content": "ok"}])),
        user(json!("[Request interrupted by user for tool use]")),
        user(json!("<command-name>/clear</command-name>")),
        user(json!("<local-command-stdout></local-command-stdout>")),
        user(json!("<system-reminder>be brief</system-reminder>")),
        user(json!("  ")),
        user(json!(null)),
        with(user(json!("x")), &[("/isMeta", json!(true))]),
        with(user(json!("x")), &[("/isSidechain", json!(true))]),
        with(user(json!("x")), &[("/isCompactSummary", json!(true))]),
        with(
            user(json!("x")),
            &[("/toolUseResult", json!({"usage": {"output_tokens": 9}}))],
        ),
        with(user(json!("x")), &[("/userKind", json!("command"))]),
    ];
    for line in other {
        assert_eq!(
            logs_of(std::slice::from_ref(&line)).prompts.len(),
            0,
            "{line}"
        );
    }
}

#[test]
fn prompts_of_a_fork_count_once() {
    let prompt = |uuid: &str, session: &str, at: &str| {
        json!({"type": "user", "uuid": uuid, "sessionId": session, "timestamp": at,
            "message": {"content": "go"}})
    };
    let at = "2026-10-05T10:00:00.123Z";
    let logs = logs_of(&[prompt("a", "s2", at), prompt("b", "s1", at)]);
    assert_eq!(logs.prompts.len(), 1);
    assert_eq!(logs.names.text(logs.prompts[0].session), "s1");
    let second = "2026-10-05T10:00:00.000Z";
    let logs = logs_of(&[prompt("a", "s1", second), prompt("b", "s2", second)]);
    assert_eq!(logs.prompts.len(), 2);
}

#[test]
fn compactions() {
    let line = |trigger: &str, sidechain: bool| {
        json!({"type": "system", "subtype": "compact_boundary", "uuid": trigger, "sessionId": "s1",
            "timestamp": "2026-10-05T10:00:00Z", "isSidechain": sidechain,
            "compactMetadata": {"trigger": trigger, "preTokens": 155_000}})
    };
    let logs = logs_of(&[
        line("auto", false),
        line("manual", false),
        line("auto", true),
    ]);
    let found: Vec<_> = logs
        .compactions
        .iter()
        .map(|c| (c.automatic, c.before))
        .collect();
    assert_eq!(found.len(), 2);
    assert!(found.contains(&(true, 155_000)) && found.contains(&(false, 155_000)));
}

#[test]
fn refusals_are_kept_with_their_words() {
    let error = |text: &str| {
        json!({"type": "assistant", "uuid": text, "timestamp": "2026-10-05T10:00:00Z",
            "isApiErrorMessage": true,
            "message": {"model": SYNTHETIC, "content": [{"type": "text", "text": text}]}})
    };
    let epoch = "Claude AI usage limit reached|1791201600";
    let logs = logs_of(&[error(epoch), error("API Error: 529 overloaded")]);
    assert_eq!((logs.limit_hits.len(), logs.receipt.limit_hits), (1, 1));
    assert_eq!(logs.limit_hits[0].resets, Some(Instant(1_791_201_600_000)));
    assert_eq!(logs.names.text(logs.limit_hits[0].words), epoch);
    let stripped = |kind: &str| {
        json!({"type": "assistant", "uuid": kind, "errKind": kind, "isApiErrorMessage": true,
            "message": {"model": SYNTHETIC, "usage": {}}})
    };
    let logs = logs_of(&[
        stripped("limit_generic"),
        stripped("extra_usage_out"),
        stripped("auth"),
    ]);
    assert_eq!(logs.limit_hits.len(), 2);
}

#[test]
fn which_words_are_a_refusal() {
    for words in [
        "Claude AI usage limit reached|1791201600",
        "Claude usage limit reached. Your limit will reset at 3pm (America/New_York).",
        "5-hour limit reached ∙ resets 3pm",
        "Opus weekly limit reached ∙ resets Oct 9, 5pm",
        "You've hit your limit · resets 3pm (Europe/Berlin)",
        "You\u{2019}ve hit your session limit · resets 3:45pm",
        "You've hit your monthly spend limit · raise it at claude.ai/settings/usage",
        "You've reached your Fable limit.",
        "You're out of extra usage · resets 9pm",
        "You're out of usage credits. Run /usage-credits",
        "Your org is out of usage · add funds",
        "Credit balance is too low",
        "You have reached your specified workspace API usage limits",
        "This request would exceed your account's rate limit",
    ] {
        assert!(limits::refused(words), "{words}");
    }
    for words in [
        "Server is temporarily limiting requests (not your usage limit)",
        "API Error: 400 input length and max_tokens exceed context limit: 190000 + 21000 > 200000",
        "Prompt is too long",
        "Usage credits required for 1M context",
        "You've hit your stride. There is no limit to what follows in this long text",
        "",
    ] {
        assert!(!limits::refused(words), "{words}");
    }
}

#[test]
fn when_the_allowance_is_back() {
    let at = when::instant(b"2026-10-05T10:00:00Z").unwrap();
    let resets = |words: &str| limits::resets(words, at);
    let utc = |text: &str| Some(when::instant(text.as_bytes()).unwrap());
    assert_eq!(
        resets("hit your limit · resets 3pm (Europe/Berlin)"),
        utc("2026-10-05T13:00:00Z")
    );
    assert_eq!(
        resets("hit your limit · resets 11am (Europe/Berlin)"),
        utc("2026-10-06T09:00:00Z")
    );
    assert_eq!(
        resets("limit will reset at 3:45 PM (UTC)."),
        utc("2026-10-05T15:45:00Z")
    );
    assert_eq!(resets("resets 12am (UTC)"), utc("2026-10-06T00:00:00Z"));
    assert_eq!(resets("resets 15:00 (UTC)"), utc("2026-10-05T15:00:00Z"));
    assert_eq!(
        resets("resets Oct 9 at 5pm (Asia/Tokyo)"),
        utc("2026-10-09T08:00:00Z")
    );
    assert_eq!(
        resets("resets Oct 4, 5pm (UTC)"),
        utc("2027-10-04T17:00:00Z")
    );
    assert_eq!(
        resets("resets Wed 12:00 AM (UTC)"),
        utc("2026-10-07T00:00:00Z")
    );
    for unknown in [
        "resets 3pm",
        "resets soon (UTC)",
        "resets 3pm (Nowhere)",
        "resets 25:99 (UTC)",
        "x|",
        "|99999999999999999999",
    ] {
        assert_eq!(resets(unknown), None, "{unknown}");
    }
}
