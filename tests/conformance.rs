//! Twenty-two ways in which transcripts repeat, split, cut or hide usage, each with the one right
//! count. Every case is written as the program writes it and read like any other folder.

use std::fs;
use std::path::Path;

use burncast::base::money::Money;
use burncast::logs::source::{Options, read};
use burncast::logs::{Logs, Request, Tokens};
use serde_json::{Value, json};

/// A tree of transcripts: lines by path below `projects/-home-me-app/`.
struct Tree(tempfile::TempDir);

impl Tree {
    fn of(files: &[(&str, Vec<Value>)]) -> Tree {
        let tree = Tree(tempfile::tempdir().unwrap());
        for (name, lines) in files {
            let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
            tree.write(name, &text);
        }
        tree
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join("projects/-home-me-app").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self) -> Logs {
        read_path(self.0.path())
    }
}

fn read_path(path: &Path) -> Logs {
    let options = Options {
        paths: vec![path.to_owned()],
        ..Options::default()
    };
    let logs = read(&options).unwrap();
    let r = &logs.receipt;
    assert_eq!(r.usage_rows, r.requests + r.duplicates, "{r:?}");
    assert_eq!(r.requests, logs.requests.len() as u64);
    let rows = r.usage_rows - r.parts + r.synthetic + r.errors;
    assert_eq!(
        r.rows,
        rows + r.other_rows + r.broken_rows + r.cut_lines,
        "{r:?}"
    );
    logs
}

/// The row that every case starts from.
fn base() -> Value {
    json!({
        "parentUuid": null, "isSidechain": false, "userType": "external", "cwd": "/home/me/app",
        "sessionId": "s1", "version": "2.1.190", "gitBranch": "main", "type": "assistant",
        "uuid": "u1", "timestamp": "2026-10-05T10:00:00.000Z", "requestId": "req_x",
        "message": {
            "model": "claude-sonnet-4-6", "id": "msg_x", "type": "message", "role": "assistant",
            "content": [{"type": "text", "text": "done"}],
            "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": 10, "cache_creation_input_tokens": 100,
                "cache_read_input_tokens": 1000, "output_tokens": 160,
                "service_tier": "standard"},
        },
    })
}

/// The row with fields replaced, by pointer.
fn with(mut row: Value, fields: &[(&str, Value)]) -> Value {
    for (path, value) in fields {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = row.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(name.to_string(), value.clone());
    }
    row
}

fn without(mut row: Value, field: &str) -> Value {
    row.as_object_mut().unwrap().remove(field);
    row
}

fn output(row: Value, tokens: u64) -> Value {
    with(row, &[("/message/usage/output_tokens", json!(tokens))])
}

fn at(row: Value, second: &str) -> Value {
    with(
        row,
        &[("/timestamp", json!(format!("2026-10-05T{second}Z")))],
    )
}

fn sidechain(row: Value) -> Value {
    with(
        row,
        &[("/isSidechain", json!(true)), ("/agentId", json!("a1"))],
    )
}

/// Rows of one message while it streams.
fn streamed(row: &Value) -> Vec<Value> {
    [
        (5, "10:00:00.000"),
        (7, "10:00:01.000"),
        (160, "10:00:02.000"),
    ]
    .map(|(tokens, second)| at(output(row.clone(), tokens), second))
    .to_vec()
}

const ALL: Tokens = Tokens {
    input: 10,
    cache_write_5m: 100,
    cache_write_1h: 0,
    cache_read: 1000,
    output: 160,
};

/// One request with just the base row's tokens.
fn once(logs: &Logs) -> Request {
    assert_eq!(logs.requests.len(), 1);
    assert_eq!(logs.total(), ALL);
    logs.requests[0]
}

const MAIN: &str = "s1.jsonl";
const AGENT: &str = "s1/subagents/agent-a1.jsonl";

#[test]
fn a_message_of_three_rows() {
    let logs = Tree::of(&[(MAIN, streamed(&base()))]).read();
    once(&logs);
    assert_eq!(logs.receipt.duplicates, 2);
}

#[test]
fn b_without_request_ids() {
    let rows = streamed(&without(base(), "requestId"));
    once(&Tree::of(&[(MAIN, rows)]).read());
}

#[test]
fn c_ids_of_a_gateway() {
    let row = with(base(), &[("/message/id", json!("chatcmpl-1"))]);
    let rows = [5, 160].map(|t| output(without(row.clone(), "requestId"), t));
    once(&Tree::of(&[(MAIN, rows.to_vec())]).read());
}

#[test]
fn d_a_fork_repeats_its_parent() {
    let fork = with(
        base(),
        &[("/sessionId", json!("s2")), ("/uuid", json!("u2"))],
    );
    once(&Tree::of(&[(MAIN, vec![base()]), ("s2.jsonl", vec![fork])]).read());
}

#[test]
fn e_a_sub_agent_replays_its_parent() {
    let replay = with(sidechain(base()), &[("/requestId", json!("req_y"))]);
    let request = once(&Tree::of(&[(MAIN, vec![base()]), (AGENT, vec![replay])]).read());
    assert!(!request.sidechain);
}

#[test]
fn e2_a_sub_agent_replays_its_parent_later() {
    let replay = with(sidechain(base()), &[("/requestId", json!("req_y"))]);
    let replay = at(output(replay, 900), "10:00:30.000");
    let request = once(&Tree::of(&[(MAIN, vec![base()]), (AGENT, vec![replay])]).read());
    assert!(!request.sidechain);
}

/// A call of a sub-agent's own: 60 tokens of output by another model.
fn own_call() -> Value {
    let fields = [
        ("/message/id", json!("msg_y")),
        ("/message/model", json!("claude-haiku-4-5-20251001")),
        ("/requestId", json!("req_y")),
        ("/uuid", json!("u9")),
    ];
    output(sidechain(with(base(), &fields)), 60)
}

#[test]
fn f_a_sub_agent_with_calls_of_its_own() {
    let logs = Tree::of(&[(MAIN, vec![output(base(), 100)]), (AGENT, vec![own_call()])]).read();
    assert_eq!((logs.requests.len(), logs.total().output), (2, 160));
    let haiku = logs.requests.iter().find(|r| r.sidechain).unwrap();
    assert_eq!(logs.names.text(haiku.model), "claude-haiku-4-5-20251001");
    assert_eq!(logs.names.text(haiku.agent), "a1");
}

#[test]
fn g_a_sub_agent_logged_twice() {
    let parent = vec![output(base(), 100), own_call()];
    let logs = Tree::of(&[(MAIN, parent), (AGENT, vec![own_call()])]).read();
    assert_eq!((logs.requests.len(), logs.total().output), (2, 160));
}

#[test]
fn h_a_row_made_on_the_machine() {
    let error = with(
        base(),
        &[
            ("/message/id", json!("11111111-2222")),
            ("/message/model", json!("<synthetic>")),
            (
                "/message/usage",
                json!({"input_tokens": 0, "output_tokens": 0}),
            ),
            ("/isApiErrorMessage", json!(true)),
        ],
    );
    let logs = Tree::of(&[(MAIN, vec![base(), error])]).read();
    once(&logs);
    assert_eq!(logs.receipt.errors, 1);
}

#[test]
fn j_all_writes_live_an_hour() {
    let row = with(
        base(),
        &[
            (
                "/message/usage/cache_creation_input_tokens",
                json!(1_000_000),
            ),
            (
                "/message/usage/cache_creation",
                json!({
                "ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1_000_000}),
            ),
        ],
    );
    let tokens = Tree::of(&[(MAIN, vec![row])]).read().requests[0].tokens;
    assert_eq!(
        (tokens.cache_write_5m, tokens.cache_write_1h),
        (0, 1_000_000)
    );
}

#[test]
fn j2_the_split_names_a_part_only() {
    let row = with(
        base(),
        &[
            (
                "/message/usage/cache_creation_input_tokens",
                json!(1_000_000),
            ),
            (
                "/message/usage/cache_creation",
                json!({"ephemeral_1h_input_tokens": 400_000}),
            ),
        ],
    );
    let tokens = Tree::of(&[(MAIN, vec![row])]).read().requests[0].tokens;
    assert_eq!(
        (tokens.cache_write_5m, tokens.cache_write_1h),
        (600_000, 400_000)
    );
}

#[test]
fn k_the_last_line_is_cut() {
    let whole = base().to_string();
    let tree = Tree::of(&[]);
    let cut = with(base(), &[("/message/id", json!("msg_z"))]).to_string();
    tree.write(MAIN, &format!("{whole}\n{}", &cut[..cut.len() / 2]));
    let logs = tree.read();
    once(&logs);
    assert_eq!(logs.receipt.cut_lines, 1);
}

#[test]
fn l_an_old_row_states_its_cost() {
    let row = with(
        base(),
        &[("/costUSD", json!(1.25)), ("/version", json!("1.0.30"))],
    );
    let request = once(&Tree::of(&[(MAIN, vec![row])]).read());
    assert_eq!(request.logged_cost, Some(Money::cents(125)));
}

#[test]
fn m_an_advisor_within_the_call() {
    let parts = json!([
        {"type": "message", "input_tokens": 10, "output_tokens": 160},
        {"type": "advisor_message", "model": "claude-opus-4-8", "input_tokens": 7,
            "output_tokens": 40, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0},
    ]);
    let row = with(base(), &[("/message/usage/iterations", parts)]);
    let early = with(
        output(base(), 5),
        &[("/message/usage/iterations", json!([]))],
    );
    let logs = Tree::of(&[(MAIN, vec![early, row.clone(), row])]).read();
    assert_eq!((logs.requests.len(), logs.total().output), (2, 200));
    let is_advisor = |r: &&Request| logs.names.text(r.model) == "claude-opus-4-8";
    let advisor = logs.requests.iter().find(is_advisor).unwrap();
    assert_eq!((advisor.tokens.input, advisor.tokens.output), (7, 40));
}

#[test]
fn o_fields_that_are_null() {
    let fields = [
        ("/message/usage/speed", Value::Null),
        ("/message/usage/service_tier", Value::Null),
    ];
    once(&Tree::of(&[(MAIN, vec![with(base(), &fields)])]).read());
}

#[test]
fn p_a_tool_is_given_null_fields() {
    let content = json!([{"type": "tool_use", "id": "toolu_1", "name": "Query",
        "input": {"id": null, "model": null, "usage": {"output_tokens": 5000}}}]);
    once(&Tree::of(&[(MAIN, vec![with(base(), &[("/message/content", content)])])]).read());
}

#[test]
fn q_a_message_streams_over_midnight() {
    let row = |tokens, time: &str| with(output(base(), tokens), &[("/timestamp", json!(time))]);
    let rows = vec![
        row(5, "2026-10-05T23:59:59.900Z"),
        row(160, "2026-10-06T00:00:01.000Z"),
    ];
    let request = once(&Tree::of(&[(MAIN, rows)]).read());
    let before = "2026-10-05T23:59:59.900Z"
        .parse::<jiff::Timestamp>()
        .unwrap();
    assert_eq!(request.at.0, before.as_millisecond());
    assert_eq!(request.lasted().0, 1100);
}

/// The parent's report of a sub-agent's call.
fn report() -> Value {
    let inner = json!({"type": "assistant", "timestamp": "2026-10-05T10:00:05.000Z",
        "requestId": "req_y", "uuid": "u8", "message": own_call()["message"]});
    json!({"type": "progress", "sessionId": "s1", "uuid": "u7", "isSidechain": false,
        "timestamp": "2026-10-05T10:00:06.000Z", "cwd": "/home/me/app", "version": "2.1.30",
        "data": {"type": "agent_progress", "agentId": "a1", "message": inner}})
}

#[test]
fn r_a_sub_agent_only_in_reports() {
    let logs = Tree::of(&[(MAIN, vec![output(base(), 100), report()])]).read();
    assert_eq!((logs.requests.len(), logs.total().output), (2, 160));
    assert!(logs.requests.iter().any(|r| r.sidechain));
}

#[test]
fn r2_a_sub_agent_in_reports_and_its_own_file() {
    let parent = vec![output(base(), 100), report()];
    let logs = Tree::of(&[(MAIN, parent), (AGENT, vec![own_call()])]).read();
    assert_eq!((logs.requests.len(), logs.total().output), (2, 160));
}

#[test]
fn s_the_summary_of_a_sub_agent() {
    let result = json!({"type": "user", "sessionId": "s1", "uuid": "u3",
        "timestamp": "2026-10-05T10:00:07.000Z",
        "message": {"role": "user", "content": [{"type": "tool_result", "content": "ok"}]},
        "toolUseResult": {"totalTokens": 5000, "usage": {"output_tokens": 5000}}});
    let logs = Tree::of(&[(MAIN, vec![base(), result])]).read();
    once(&logs);
    assert!(logs.prompts.is_empty());
}

#[test]
fn t_web_searches() {
    let row = with(
        base(),
        &[(
            "/message/usage/server_tool_use",
            json!({"web_search_requests": 100, "web_fetch_requests": 7}),
        )],
    );
    let request = once(&Tree::of(&[(MAIN, vec![row])]).read());
    assert_eq!(request.web_searches, 100);
}

#[test]
fn u_fast_mode() {
    let fields = [
        ("/message/model", json!("claude-opus-4-8")),
        ("/message/usage/speed", json!("fast")),
    ];
    let request = once(&Tree::of(&[(MAIN, vec![with(base(), &fields)])]).read());
    assert!(request.fast);
}
