//! Foreign formats of logs: which text is which, and what each reader makes of it.

mod support {
    pub mod foreign;
}

use burncast::base::money::Money;
use burncast::base::time::Instant;
use burncast::logs::readers::{FORMATS, Format, NotThisFormat, Origin};
use burncast::logs::{Logs, OutputCount, Request, Rows, Tokens, merge};
use support::foreign;

fn format(name: &str) -> &'static Format {
    FORMATS.iter().find(|f| f.name == name).unwrap()
}

fn ms(text: &str) -> Instant {
    let at: jiff::Timestamp = text.parse().unwrap();
    Instant(at.as_millisecond())
}

fn rows(name: &str, texts: &[&str]) -> Result<Rows, NotThisFormat> {
    let mut rows = Rows::default();
    for (i, text) in texts.iter().enumerate() {
        let path = format!("file-{i}");
        (format(name).read)(text.as_bytes(), Origin { path: &path }, &mut rows)?;
    }
    Ok(rows)
}

fn read(name: &str, texts: &[&str]) -> Logs {
    merge(rows(name, texts).unwrap())
}

fn sample(name: &str, which: &str) -> String {
    let all = foreign::logs(name);
    all.into_iter().find(|(w, _)| *w == which).unwrap().1
}

fn tokens(input: u64, w5: u64, w1: u64, read: u64, output: u64) -> Tokens {
    Tokens {
        input,
        cache_write_5m: w5,
        cache_write_1h: w1,
        cache_read: read,
        output,
    }
}

/// Model, tokens, agent, cost in cents.
fn short(logs: &Logs) -> Vec<(&str, Tokens, &str, Option<Money>)> {
    let text = |name| logs.names.text(name);
    let requests = logs.requests.iter();
    let mut all: Vec<_> = requests
        .map(|r| (text(r.model), r.tokens, text(r.agent), r.logged_cost))
        .collect();
    // What happened at one instant stands in the order of its keys.
    all.sort_by_key(|r| std::cmp::Reverse(r.1.total()));
    all
}

/// Every text is known as its own format and no other, as a whole, cut short, and with what editors
/// put in front of it.
#[test]
fn every_format_is_recognised_as_itself_only() {
    let mut wrong = Vec::new();
    for owner in FORMATS {
        for (which, text) in foreign::logs(owner.name) {
            let marked = format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
            let spaced = format!("\n  {text}");
            let head = text.get(..600).unwrap_or(&text);
            let mut forms = vec![text.as_str(), head, &marked];
            if owner.name != "csv" {
                forms.push(&spaced);
            }
            for text in forms {
                for format in FORMATS {
                    let known = (format.recognise)(text.as_bytes());
                    if known != (format.name == owner.name) {
                        wrong.push(format!(
                            "{} ({which}) as {}: {known}",
                            owner.name, format.name
                        ));
                    }
                }
            }
        }
    }
    for text in [
        "",
        "\n",
        "{}",
        "[]",
        "hello, model",
        "{\"a\": 1}",
        "\u{0}\u{1}",
        "{\"daily\": 3}",
    ] {
        for format in FORMATS {
            if (format.recognise)(text.as_bytes()) {
                wrong.push(format!("{text:?} as {}", format.name));
            }
        }
    }
    for form in burncast::logs::state::FORMS {
        for text in foreign::states(form.name) {
            for format in FORMATS {
                if (format.recognise)(text.as_bytes()) {
                    wrong.push(format!("{} as {}", form.name, format.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same file twice changes nothing: every row has an identity.
#[test]
fn what_is_read_twice_counts_once() {
    for format in FORMATS {
        for (which, text) in foreign::logs(format.name) {
            let (once, twice) = (
                read(format.name, &[&text]),
                read(format.name, &[&text, &text]),
            );
            let name = format!("{} ({which})", format.name);
            assert!(!once.requests.is_empty(), "{name} has no request");
            assert_eq!(once.total(), twice.total(), "{name}");
            assert_eq!(once.requests.len(), twice.requests.len(), "{name}");
            assert_eq!(once.prompts.len(), twice.prompts.len(), "{name}");
            let r = &once.receipt;
            assert_eq!(r.usage_rows, r.requests + r.duplicates, "{name}");
        }
    }
}

#[test]
fn codex_sessions_are_differences_of_totals() {
    let logs = read("codex", &[foreign::CODEX]);
    assert_eq!(
        short(&logs),
        [
            ("gpt-5", tokens(200, 0, 300, 1000, 20), "", None),
            ("gpt-5", tokens(400, 0, 0, 600, 70), "", None),
        ]
    );
    assert_eq!(logs.requests[1].at, ms("2026-11-20T10:01:00Z"));
    assert_eq!(logs.names.text(logs.requests[0].session), "root");
    assert_eq!(logs.names.text(logs.requests[0].project), "/home/me/app");
    assert_eq!(logs.prompts.len(), 1);
    assert_eq!((logs.receipt.rows, logs.receipt.unsplit_writes), (7, 1));
    assert!(logs.requests.iter().all(|r| !r.is_aggregate()));
}

#[test]
fn codex_forks_do_not_count_their_history_again() {
    let alone = read("codex", &[foreign::CODEX]).total();
    for order in [
        [foreign::CODEX, foreign::CODEX_FORK],
        [foreign::CODEX_FORK, foreign::CODEX],
    ] {
        let both = read("codex", &order);
        assert_eq!(both.requests.len(), 4);
        assert_eq!(both.receipt.duplicates, 2);
        // 500 more of which 400 were cached, then 40 after the totals fell.
        let own = tokens(100 + 40, 0, 0, 400, 10 + 4);
        assert_eq!(both.total(), alone.plus(own));
        let own: Vec<&Request> = both.requests.iter().filter(|r| r.sidechain).collect();
        assert_eq!(own.len(), 2);
        assert_eq!(both.names.text(own[0].session), "child");
        assert_eq!(both.requests[0].at, ms("2026-11-20T10:00:10Z"));
    }
}

#[test]
fn ccusage_rows_are_aggregates_by_model() {
    let logs = read("ccusage", &[&sample("ccusage", "daily")]);
    let cents = |n| Some(Money::cents(n));
    assert_eq!(
        short(&logs),
        [
            (
                "claude-opus-4-8",
                tokens(20, 0, 2000, 20_000, 200),
                "",
                cents(40)
            ),
            (
                "claude-haiku-4-5",
                tokens(10, 0, 1000, 10_000, 100),
                "",
                cents(10)
            ),
            ("claude-opus-4-8", tokens(1, 0, 0, 4, 2), "", cents(1)),
        ]
    );
    let fast: Vec<&Request> = logs.requests.iter().filter(|r| r.fast).collect();
    assert_eq!(fast.len(), 1);
    assert_eq!(fast[0].tokens.input, 20);
    assert_eq!(
        (fast[0].at, fast[0].until),
        (ms("2026-11-19T00:00:00Z"), ms("2026-11-20T00:00:00Z"))
    );
    assert!(
        logs.requests
            .iter()
            .all(|r| r.count == 0 && r.output == OutputCount::Final)
    );
    assert_eq!(logs.receipt.unsplit_writes, 2);
}

#[test]
fn ccusage_in_all_its_shapes() {
    let logs = read("ccusage", &[&sample("ccusage", "all agents")]);
    let gpt = Some(Money(3_000_000_000));
    assert_eq!(
        short(&logs),
        [
            ("gpt-5", tokens(900, 0, 0, 100, 200), "codex", gpt),
            (
                "claude-sonnet-4-6",
                tokens(500, 0, 20, 30, 100),
                "claude",
                Some(Money::cents(2))
            ),
        ]
    );
    assert_eq!(
        logs.receipt.told_twice, 1,
        "the month tells what the days told"
    );

    let logs = read("ccusage", &[&sample("ccusage", "projects")]);
    let projects: Vec<&str> = logs
        .requests
        .iter()
        .map(|r| logs.names.text(r.project))
        .collect();
    assert_eq!(projects.len(), 2);
    assert!(projects.contains(&"shop") && projects.contains(&"site"));

    let logs = read("ccusage", &[&sample("ccusage", "sessions")]);
    let first = &logs.requests[0];
    assert_eq!(logs.names.text(first.session), "abc");
    assert_eq!(
        (first.at, first.until),
        (ms("2026-11-19T00:00:00Z"), ms("2026-11-21T00:00:00Z"))
    );
    assert_eq!(logs.requests[1].at, ms("2026-11-20T10:00:00Z"));

    let logs = read("ccusage", &[&sample("ccusage", "blocks")]);
    let [block] = logs.requests.as_slice() else {
        panic!("a gap is no block");
    };
    assert_eq!(block.tokens, tokens(5, 0, 7, 8, 6));
    assert_eq!(
        logs.names.text(block.model),
        "claude-opus-5-5 + claude-haiku-4-5"
    );
    assert_eq!((block.count, block.until), (12, ms("2026-11-20T12:34:00Z")));

    let logs = read("ccusage", &[&sample("ccusage", "older")]);
    assert_eq!(logs.total(), tokens(277, 0, 512, 1024, 31456));
    assert_eq!(logs.requests[0].logged_cost, Some(Money::cents(1758)));
}

#[test]
fn litellm_prompts_are_taken_apart() {
    for which in ["list", "data"] {
        let logs = read("litellm", &[&sample("litellm", which)]);
        assert_eq!(
            short(&logs),
            [
                (
                    "claude-opus-5-5",
                    tokens(300, 700, 0, 4000, 31),
                    "laptop",
                    Some(Money(72_500_000))
                ),
                (
                    "claude-opus-5-5",
                    tokens(100, 0, 700, 4000, 5),
                    "k1",
                    Some(Money::cents(1))
                ),
            ],
            "{which}"
        );
        assert_eq!(logs.requests[0].until, ms("2026-11-20T10:00:02Z"));
        assert_eq!(logs.names.text(logs.requests[0].project), "t1");
        let r = &logs.receipt;
        assert_eq!((r.synthetic, r.errors, r.unsplit_writes), (1, 1, 1));
    }
    let logs = read("litellm", &[&sample("litellm", "lines")]);
    assert_eq!(logs.total(), tokens(30, 0, 0, 0, 2));
    let r = &logs.receipt;
    assert_eq!((r.broken_rows, r.odd_fields), (1, 1));
}

#[test]
fn telemetry_events_are_requests() {
    for which in ["events", "both"] {
        let logs = read("opentelemetry", &[&sample("opentelemetry", which)]);
        let cost = Some(Money(87_500_000_000));
        assert_eq!(
            short(&logs),
            [
                (
                    "claude-opus-5-5",
                    tokens(120, 0, 90, 8000, 350),
                    "anna@example.com",
                    cost
                ),
                ("claude-haiku-4-5", tokens(1, 0, 0, 0, 2), "Explore", None),
            ],
            "{which}"
        );
        assert!(logs.requests[0].fast && !logs.requests[0].sidechain);
        assert!(logs.requests[1].sidechain);
        assert_eq!(logs.requests[0].at, ms("2026-11-20T10:00:05Z"));
        assert_eq!(logs.prompts.len(), 1);
        assert_eq!(logs.receipt.told_twice, if which == "both" { 3 } else { 0 });
        assert_eq!(logs.receipt.without_id, 1);
    }
}

#[test]
fn telemetry_metrics_are_aggregates() {
    let logs = read("opentelemetry", &[&sample("opentelemetry", "metrics")]);
    let opus: Vec<&Request> = logs
        .requests
        .iter()
        .filter(|r| r.tokens.output > 0)
        .collect();
    assert_eq!(opus.len(), 1);
    assert_eq!(opus[0].tokens, tokens(120, 0, 90, 0, 350));
    assert_eq!(opus[0].logged_cost, Some(Money(87_500_000_000)));
    assert_eq!(
        (opus[0].count, opus[0].until),
        (0, ms("2026-11-20T10:01:00Z"))
    );
    // A sum that grows from 100 to 130 within two minutes.
    assert_eq!(logs.total().input, 120 + 130);
    assert_eq!(logs.requests.len(), 3);
}

#[test]
fn admin_reports_are_aggregates_by_group() {
    let logs = read("admin-api", &[&sample("admin-api", "two pages")]);
    assert_eq!(logs.requests.len(), 3);
    let first = logs.requests.iter().find(|r| r.batch).unwrap();
    assert_eq!(first.tokens, tokens(1500, 500, 1000, 200, 500));
    assert_eq!(
        (first.web_searches, first.us_only, first.fast),
        (10, true, false)
    );
    assert_eq!(logs.names.text(first.agent), "apikey_1");
    assert_eq!(logs.names.text(first.project), "wrkspc_1");
    assert_eq!((first.count, first.until), (0, ms("2026-11-21T00:00:00Z")));
    assert_eq!(logs.receipt.unsplit_writes, 0);

    let logs = read("admin-api", &[&sample("admin-api", "buckets")]);
    assert_eq!(logs.total(), tokens(3, 0, 0, 0, 4));

    let logs = read("admin-api", &[&sample("admin-api", "claude code")]);
    let cost = Some(Money::cents(1025));
    assert_eq!(
        short(&logs),
        [(
            "claude-opus-5-5",
            tokens(100_000, 0, 5000, 10_000, 35_000),
            "anna@example.com",
            cost
        )]
    );
}

#[test]
fn cost_reports_say_what_to_ask_for() {
    let text = r#"{"data": [{"starting_at": "2026-11-20T00:00:00Z",
        "ending_at": "2026-11-21T00:00:00Z", "results": [{"amount": "123.45", "currency": "USD",
        "description": "Claude Opus usage"}]}], "has_more": false, "next_page": null}"#;
    assert!((format("admin-api").recognise)(text.as_bytes()));
    let error = rows("admin-api", &[text]).unwrap_err();
    assert!(error.0.contains("usage_report/messages"), "{}", error.0);
}

#[test]
fn a_table_is_read_strictly() {
    let logs = read("csv", &[&sample("csv", "table")]);
    assert_eq!(
        short(&logs),
        [
            ("claude-opus-5-5", tokens(10, 0, 100, 1000, 160), "", None),
            ("claude-haiku-4-5", tokens(1, 2, 3, 4, 5), "Explore", None),
            ("claude-haiku-4-5", tokens(1, 2, 3, 4, 5), "Explore", None),
            ("claude-opus-5-5", tokens(10, 0, 0, 0, 0), "", None),
        ]
    );
    assert_eq!(logs.requests[3].count, 0);
    assert!(logs.requests[0].sidechain && logs.requests[0].at == ms("2026-11-20T10:00:00Z"));
    let logs = read("csv", &[&sample("csv", "least")]);
    assert_eq!(logs.total(), tokens(2, 4, 5, 3, 1));

    let wrong = "timestamp,model,input,cache_write_5m,cache_write_1h,cach_read,output,output,count\n\
        2026-11-20T10:00:00,,1.5,0,0,0,-3,0,many\n\
        2026-11-20T10:00:00Z,m\n\
        2026-11-20T10:00:00Z,m,1,2,3,4,5,6,1\n";
    let mut rows = Rows::default();
    let origin = Origin { path: "use.csv" };
    let error = (format("csv").read)(wrong.as_bytes(), origin, &mut rows).unwrap_err();
    insta::assert_snapshot!(error.0);
    assert!(
        rows.rows.is_empty(),
        "a table that is wrong is not read in part"
    );
}

/// What is no JSON at all is an error, what is broken in places is counted.
#[test]
fn broken_documents() {
    for name in ["ccusage", "litellm", "opentelemetry", "admin-api"] {
        for text in ["", "\n\n"] {
            assert!(rows(name, &[text]).is_ok(), "{name} {text:?}");
        }
        for text in ["hello", "{\"data\": [", "\u{0}"] {
            assert!(rows(name, &[text]).is_err(), "{name} {text:?}");
        }
        for (which, text) in foreign::logs(name) {
            let cut = text.get(..text.len() - 3).unwrap();
            match rows(name, &[cut]) {
                Ok(rows) => assert!(
                    rows.receipt.cut_lines + rows.receipt.broken_rows > 0,
                    "{name} {which}"
                ),
                Err(e) => assert!(e.0.contains("line"), "{name} {which}: {}", e.0),
            }
        }
    }
    // Rows of other types than expected are counted, whatever they are.
    let odd =
        r#"{"data": [1, null, "x", [], {"request_id": "a", "startTime": {}}, {"startTime": 5}]}"#;
    let read = rows("litellm", &[odd]).unwrap();
    assert_eq!((read.rows.len(), read.receipt.rows), (0, 6));
    assert_eq!(read.receipt.broken_rows, 6);
}
