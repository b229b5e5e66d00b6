//! A tree of transcripts with all the faults of real ones, and its true totals.
//!
//! The truth is kept beside the writing, call by call, and knows nothing of how logs are read.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use burncast::logs::Tokens;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// How large, and which one.
pub struct Plan {
    pub seed: u64,
    pub sessions: usize,
    /// Prompts of a session, on average.
    pub prompts: usize,
    /// Bytes of text around the numbers, on average a row.
    pub text: usize,
}

/// What a tree really holds.
#[derive(Debug, Default)]
pub struct Truth {
    pub calls: Vec<Call>,
    pub prompts: usize,
    pub compactions: usize,
    pub limit_hits: usize,
    pub files: u64,
    pub bytes: u64,
    pub usage_rows: u64,
    pub errors: u64,
    pub cut_lines: u64,
}

/// One call, as it was made.
#[derive(Clone, Debug)]
pub struct Call {
    /// Milliseconds since 1970.
    pub at: i64,
    pub session: String,
    pub model: &'static str,
    pub sidechain: bool,
    pub tokens: Tokens,
}

impl Truth {
    /// Sums by a name of each call.
    pub fn by(&self, name: impl Fn(&Call) -> String) -> BTreeMap<String, Tokens> {
        let mut sums: BTreeMap<String, Tokens> = BTreeMap::new();
        for call in &self.calls {
            let sum = sums.entry(name(call)).or_default();
            *sum = sum.plus(call.tokens);
        }
        sums
    }
}

const MODELS: [&str; 3] = [
    "claude-opus-4-8",
    "claude-sonnet-4-6",
    "claude-haiku-4-5-20251001",
];
/// Versions with an output that can be trusted only on the last row.
const VERSIONS: [&str; 4] = ["1.0.77", "2.0.14", "2.1.90", "2.1.181"];
/// 2026-09-01.
const BEGIN: i64 = 1_788_220_800_000;

/// Writes a tree below `root`.
pub fn write(root: &Path, plan: &Plan) -> Truth {
    let mut writer = Writer {
        rng: Xoshiro256PlusPlus::seed_from_u64(plan.seed),
        truth: Truth::default(),
        ids: 0,
    };
    let mut heads: Vec<Vec<String>> = Vec::new();
    for n in 0..plan.sessions {
        let project = format!("-work-project-{}", writer.below(5));
        let folder = root.join("projects").join(&project);
        let id = writer.uuid();
        let parent = (!heads.is_empty()).then(|| writer.below(heads.len() as u64) as usize);
        // A fork begins with its parent's rows; a sub-agent that is asked aside replays them.
        let head = parent
            .and_then(|p| heads.get(p))
            .cloned()
            .unwrap_or_default();
        let fork = if writer.chance(0.15) {
            head.clone()
        } else {
            Default::default()
        };
        let mut session = Session::new(&mut writer, &id, &project, n as i64, plan);
        let rows = session.main(fork);
        let agents = session.agents(&head);
        heads.push(rows.iter().take(30).cloned().collect());
        writer.file(&folder.join(format!("{id}.jsonl")), &rows);
        for (agent, rows) in agents {
            let path = folder.join(&id).join("subagents");
            writer.file(&path.join(format!("agent-{agent}.jsonl")), &rows);
            fs::write(path.join("journal.jsonl"), "{\"type\":\"assistant\"}\n").unwrap();
        }
    }
    writer.truth
}

struct Writer {
    rng: Xoshiro256PlusPlus,
    truth: Truth,
    ids: u64,
}

impl Writer {
    fn below(&mut self, n: u64) -> u64 {
        self.rng.random_range(0..n.max(1))
    }

    fn chance(&mut self, p: f64) -> bool {
        self.rng.random_bool(p)
    }

    fn id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        format!("{prefix}{:016x}{:06x}", self.rng.random::<u64>(), self.ids)
    }

    fn uuid(&mut self) -> String {
        self.id("")
    }

    /// Text with everything that could be taken for something else.
    fn text(&mut self, length: usize) -> String {
        const WORDS: [&str; 8] = [
            "let x = 1;\\n",
            "\\\"usage\\\":{\\\"output_tokens\\\":99}",
            "caf\u{e9} \u{1f600} ",
            "\\u0041\\\\",
            "\\\"type\\\":\\\"assistant\\\",",
            "{[}] ",
            "plain words ",
            "\\t<command-name>",
        ];
        let mut text = String::new();
        let length = self.below(2 * length as u64 + 1) as usize;
        while text.len() < length {
            text += WORDS[self.below(WORDS.len() as u64) as usize];
        }
        text
    }

    fn file(&mut self, path: &Path, rows: &[String]) {
        let mut text = rows.concat();
        if self.chance(0.1) {
            text +=
                "{\"type\":\"assistant\",\"message\":{\"id\":\"msg_cut\",\"usage\":{\"output_tok";
            self.truth.cut_lines += 1;
        }
        self.truth.files += 1;
        self.truth.bytes += text.len() as u64;
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

struct Session<'a> {
    w: &'a mut Writer,
    plan: &'a Plan,
    id: String,
    cwd: String,
    version: &'static str,
    at: i64,
    agent: Option<String>,
}

impl<'a> Session<'a> {
    fn new(w: &'a mut Writer, id: &str, project: &str, n: i64, plan: &'a Plan) -> Session<'a> {
        let version = VERSIONS[w.below(VERSIONS.len() as u64) as usize];
        let at = BEGIN + n * 7_000_000 + w.below(86_400_000) as i64;
        Session {
            cwd: project.replace('-', "/"),
            id: id.to_owned(),
            w,
            plan,
            version,
            at,
            agent: None,
        }
    }

    /// Rows of the main thread, after those of the session that it forks.
    fn main(&mut self, fork: Vec<String>) -> Vec<String> {
        let mut rows = fork;
        self.w.truth.usage_rows += rows.iter().filter(|r| is_usage(r)).count() as u64;
        self.w.truth.errors += rows
            .iter()
            .filter(|r| r.contains("\"isApiErrorMessage\":true"))
            .count() as u64;
        let prompts = 1 + self.w.below(2 * self.plan.prompts as u64);
        for _ in 0..prompts {
            self.wait(60_000);
            rows.push(self.prompt());
            for _ in 0..=self.w.below(8) {
                self.call(&mut rows, None);
                let result = self.result();
                rows.push(result);
            }
            if self.w.chance(0.05) {
                rows.push(self.compaction());
            }
            if self.w.chance(0.05) {
                rows.push(self.refusal());
            }
        }
        rows
    }

    /// Files of sub-agents: their own calls, sometimes after a replay of another session's rows.
    fn agents(&mut self, head: &[String]) -> Vec<(String, Vec<String>)> {
        let count = self.w.below(3);
        let agents = (0..count).map(|_| {
            let agent = self.w.uuid();
            self.agent = Some(agent.clone());
            let mut rows = Vec::new();
            if self.w.chance(0.3) {
                let usage = head.iter().filter(|r| is_usage(r));
                rows.extend(
                    usage.map(|r| r.replace("\"isSidechain\":false", "\"isSidechain\":true")),
                );
                self.w.truth.usage_rows += rows.len() as u64;
            }
            for _ in 0..=self.w.below(12) {
                self.call(&mut rows, Some(&agent));
            }
            (agent, rows)
        });
        let agents = agents.collect::<Vec<_>>();
        self.agent = None;
        agents
    }

    fn wait(&mut self, ms: u64) {
        self.at += 1 + self.w.below(2 * ms) as i64;
        // A whole second would not tell one moment from another.
        self.at += i64::from(self.at % 1000 == 0);
    }

    fn envelope(&mut self, kind: &str) -> String {
        let time = jiff::Timestamp::from_millisecond(self.at).unwrap();
        let mut row = format!(
            r#"{{"parentUuid":null,"isSidechain":{},"userType":"external","cwd":"{}","sessionId":"{}","version":"{}","type":"{kind}","timestamp":"{time:.3}","uuid":"{}""#,
            self.agent.is_some(),
            self.cwd,
            self.id,
            self.version,
            self.w.uuid(),
        );
        if let Some(agent) = &self.agent {
            write!(row, r#","agentId":"{agent}""#).unwrap();
        }
        row
    }

    fn prompt(&mut self) -> String {
        self.w.truth.prompts += 1;
        let text = self.w.text(self.plan.text);
        self.envelope("user")
            + &format!(r#","message":{{"role":"user","content":"do {text}"}}}}"#)
            + "\n"
    }

    fn result(&mut self) -> String {
        self.wait(3000);
        let text = self.w.text(4 * self.plan.text);
        let result = format!(
            r#","message":{{"role":"user","content":[{{"tool_use_id":"t","type":"tool_result","content":"{text}"}}]}},"toolUseResult":{{"stdout":"{text}","usage":{{"output_tokens":77}}}}}}"#
        );
        self.envelope("user") + &result + "\n"
    }

    fn compaction(&mut self) -> String {
        self.wait(1000);
        self.w.truth.compactions += 1;
        self.envelope("system")
            + r#","subtype":"compact_boundary","compactMetadata":{"trigger":"auto","preTokens":155000}}"#
            + "\n"
    }

    fn refusal(&mut self) -> String {
        self.wait(1000);
        self.w.truth.limit_hits += 1;
        self.w.truth.errors += 1;
        self.envelope("assistant")
            + r#","message":{"id":"x","model":"<synthetic>","usage":{"input_tokens":0,"output_tokens":0},"content":[{"type":"text","text":"Claude AI usage limit reached|1790000000"}]},"isApiErrorMessage":true}"#
            + "\n"
    }

    /// One call in one to four rows, or only in its parent's report.
    fn call(&mut self, rows: &mut Vec<String>, agent: Option<&str>) {
        self.wait(8000);
        let model = MODELS[self.w.below(if agent.is_some() { 3 } else { 2 }) as usize];
        let written = self.w.below(9000);
        let hour = [0, written, self.w.below(written + 1)][self.w.below(3) as usize];
        let tokens = Tokens {
            input: self.w.below(20),
            cache_write_5m: written - hour,
            cache_write_1h: hour,
            cache_read: self.w.below(150_000),
            output: 1 + self.w.below(3000),
        };
        self.w.truth.calls.push(Call {
            at: self.at,
            session: self.id.clone(),
            model,
            sidechain: agent.is_some(),
            tokens,
        });
        let message = if self.w.chance(0.05) {
            self.w.id("chatcmpl-")
        } else {
            self.w.id("msg_01")
        };
        let request = (!self.w.chance(0.05)).then(|| self.w.id("req_01"));
        let copies = 1 + self.w.below(4);
        for copy in 1..=copies {
            let last = copy == copies;
            let output = if last {
                tokens.output
            } else {
                1 + self.w.below(tokens.output)
            };
            let text = self.w.text(self.plan.text);
            let body = format!(
                r#""message":{{"model":"{model}","id":"{message}","type":"message","role":"assistant","content":[{{"type":"tool_use","id":"t","name":"Bash","input":{{"command":"{text}","id":null,"usage":{{"output_tokens":5}}}}}}],"stop_reason":{},"usage":{{"input_tokens":{},"cache_creation_input_tokens":{written},"cache_read_input_tokens":{},"cache_creation":{{"ephemeral_5m_input_tokens":{},"ephemeral_1h_input_tokens":{hour}}},"output_tokens":{output},"service_tier":"standard","speed":null}}}}{}"#,
                if last { "\"tool_use\"" } else { "null" },
                tokens.input,
                tokens.cache_read,
                tokens.cache_write_5m,
                request
                    .as_ref()
                    .map(|r| format!(r#","requestId":"{r}""#))
                    .unwrap_or_default(),
            );
            self.w.truth.usage_rows += 1;
            // Some versions tell a sub-agent's call only within the parent's report.
            let row = match agent.filter(|_| self.w.rng.random_bool(0.1)) {
                Some(agent) => {
                    let own = self.agent.take();
                    let row = self.envelope("progress");
                    self.agent = own;
                    format!(
                        r#"{row},"data":{{"type":"agent_progress","agentId":"{agent}","message":{{"type":"assistant",{body}}}}}}}"#
                    )
                }
                None => self.envelope("assistant") + "," + &body + "}",
            };
            rows.push(row + "\n");
            self.at += 700;
        }
    }
}

fn is_usage(row: &str) -> bool {
    row.contains("\"id\":\"msg_01") || row.contains("\"id\":\"chatcmpl-")
}
