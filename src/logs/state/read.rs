//! From a text to states: which documents it holds, which forms they are, when they were read.

use serde_json::Value;

use super::columns;
use super::fields::{Notes, Object, Shares, short};
use super::{AccountState, Context, Draft, FORMS, Problem, Reading};
use crate::base::time::Instant;

/// How deep a form may be wrapped: `{"cachedUsageUtilization": {"utilization": { the form }}}`.
const DEPTH: usize = 4;
/// Keys under which a document says when it was made.
const TIMES: &[&str] = &[
    "at",
    "timestamp",
    "time",
    "ts",
    "fetched_at",
    "fetchedAt",
    "fetchedAtMs",
    "captured_at",
];
/// Words of an answer that is an error.
const ERROR_HELP: &str = "it is an error that was saved instead of an answer: ask again";

/// One document's part in a reading.
struct Document {
    draft: Draft,
    known: bool,
    notes: Notes,
}

pub(super) fn state(text: &str, context: &Context) -> Result<AccountState, Vec<Problem>> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let (mut documents, mut problems) = if text.starts_with(['{', '[']) {
        documents(text)
    } else {
        (vec![plain(text, context)], Vec::new())
    };
    if documents.iter().all(|d| d.draft.state.at.is_some()) {
        documents.sort_by_key(|d| d.draft.state.at);
    }
    let mut state = AccountState::default();
    let mut shares = Shares::default();
    let mut known = false;
    for Document {
        draft,
        known: is_known,
        notes,
    } in documents
    {
        known |= is_known;
        problems.extend(notes.problems);
        shares.append(notes.shares);
        let mut part = draft.state;
        part.warnings.extend(notes.warnings);
        state.complete(part);
    }
    problems.extend(shares.problem());
    if !problems.is_empty() {
        return Err(problems);
    }
    if !known {
        return Err(vec![unknown(text)]);
    }
    if state.windows.is_empty() && state.wallet.is_none() {
        let expected = "expected the percentages of windows, or the wallet";
        let help = "status lines and answers hold them only for plans, and only after the first \
                    request of a session";
        let problem = Problem::new("nothing is said about the account", expected).help(help);
        return Err(vec![problem]);
    }
    Ok(state)
}

pub(super) fn readings(text: &str) -> Result<Vec<Reading>, Vec<Problem>> {
    let text = text.trim_start_matches('\u{feff}');
    if columns::applies(text) {
        return columns::read(text);
    }
    let (documents, mut problems) = documents(text);
    let mut all = Vec::new();
    let mut shares = Shares::default();
    for document in documents {
        let Document {
            draft,
            known,
            mut notes,
        } = document;
        let line = notes.line;
        if !known && notes.problems.is_empty() {
            notes.problems.push(Problem {
                line,
                ..unknown("{}")
            });
        }
        problems.append(&mut notes.problems);
        shares.append(notes.shares);
        if !draft.samples.is_empty() {
            all.extend(draft.samples);
            continue;
        }
        let windows = draft.state.windows;
        match draft.state.at {
            Some(at) => all.extend(
                windows
                    .into_iter()
                    .map(|w| Reading::new(at, w.kind, w.percent, w.resets)),
            ),
            None if windows.is_empty() => {}
            None => problems.push(Problem {
                line,
                what: "the reading has no time".into(),
                expected: "expected \"at\": \"2026-11-20T14:00:00Z\" beside the form".into(),
                help: "a script that writes it can add the time: jq -c '. + {at: (now | todate)}'"
                    .into(),
            }),
        }
    }
    problems.extend(shares.problem());
    if !problems.is_empty() {
        problems.sort_by_key(|p| p.line);
        return Err(problems);
    }
    all.sort_by(|a, b| (a.at, &a.kind).cmp(&(b.at, &b.kind)));
    Ok(all)
}

/// The documents of a text, one after the other, and what is wrong with its syntax. After a broken
/// document reading goes on at the next line that begins one.
fn documents(text: &str) -> (Vec<Document>, Vec<Problem>) {
    let mut documents = Vec::new();
    let mut problems = Vec::new();
    let mut lines = Lines::default();
    let mut begin = 0;
    while let Some(rest) = text.get(begin..).filter(|r| !r.trim().is_empty()) {
        let first = lines.at(text, begin);
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let mut done = 0;
        let broken = loop {
            let line = lines.at(text, begin + done + leading(rest, done));
            match stream.next() {
                Some(Ok(value)) => documents.extend(of_value(&value, Some(line))),
                Some(Err(e)) => break Some(e),
                None => break None,
            }
            done = stream.byte_offset();
        };
        let Some(error) = broken else { break };
        let next = next_document(text, begin + done + leading(rest, done));
        let is_cut = error.is_eof() && next.is_none() && !text.ends_with('\n');
        if !is_cut || documents.is_empty() {
            problems.push(syntax(&error, first));
        }
        match next {
            Some(at) => begin = at,
            None => break,
        }
    }
    // In a single document the line of its beginning says nothing.
    if let [only] = documents.as_mut_slice() {
        only.notes.line = None;
        only.notes.problems.iter_mut().for_each(|p| p.line = None);
        only.notes.shares.no_line();
    }
    (documents, problems)
}

fn leading(text: &str, from: usize) -> usize {
    text.get(from..)
        .map_or(0, |rest| rest.len() - rest.trim_start().len())
}

/// Numbers of lines, counted on from the last place asked for.
#[derive(Default)]
struct Lines {
    place: usize,
    line: usize,
}

impl Lines {
    fn at(&mut self, text: &str, place: usize) -> usize {
        let between = text.get(self.place..place).unwrap_or("");
        self.line += memchr::memchr_iter(b'\n', between.as_bytes()).count();
        self.place = place.max(self.place);
        self.line + 1
    }
}

/// Where the next line after `from` begins a document.
fn next_document(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.match_indices('\n')
        .map(|(i, _)| from + i + 1)
        .find(|at| matches!(text.as_bytes().get(*at), Some(b'{' | b'[')))
}

/// `first` is the line with which reading began: the error counts from there.
fn syntax(error: &serde_json::Error, first: usize) -> Problem {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let expected = if error.is_eof() {
        "the text ends in the middle of a value"
    } else {
        "this is not JSON"
    };
    Problem::new(format!("{what} (column {})", error.column()), expected)
        .line(first + error.line().saturating_sub(1))
}

/// What one JSON value holds; a list of objects is one document each.
fn of_value(value: &Value, line: Option<usize>) -> Vec<Document> {
    match value {
        Value::Object(map) => vec![of_object(&Object::top(map), line)],
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_object)
            .map(|map| of_object(&Object::top(map), line))
            .collect(),
        _ => vec![Document {
            draft: Draft::default(),
            known: false,
            notes: Notes::default(),
        }],
    }
}

fn of_object(top: &Object<'_>, line: Option<usize>) -> Document {
    let mut document = Document {
        draft: Draft::default(),
        known: false,
        notes: Notes {
            line,
            ..Notes::default()
        },
    };
    visit(top, None, DEPTH, &mut document);
    if !document.known
        && let Some(error) = top.object("error").or_else(|| top.object("message"))
        && let Some(message) = error.text("message")
    {
        let what = format!("the file says: {}", short(message));
        let problem = Problem::new(what, "expected the state of an account").help(ERROR_HELP);
        document.notes.problems.push(Problem { line, ..problem });
    }
    document
}

/// Reads every form that an object is, and those inside it; its time holds for all of them.
fn visit(o: &Object<'_>, at: Option<Instant>, depth: usize, document: &mut Document) {
    let forms = FORMS.iter().filter_map(|f| f.object.as_ref());
    let forms: Vec<_> = forms.filter(|f| (f.applies)(o)).collect();
    let own = TIMES.iter().find(|key| o.get(key).is_some());
    // A time is only looked at where it matters: wrong ones elsewhere are none of our business.
    let at = match own {
        Some(key) if !forms.is_empty() => o.instant(key, &mut document.notes),
        Some(key) => o.get(key).and_then(super::fields::instant),
        None => None,
    }
    .or(at);
    for form in forms {
        document.known = true;
        (form.read)(o, &mut document.draft, &mut document.notes);
        document.draft.state.at = document.draft.state.at.max(at);
    }
    if depth > 0 {
        for below in o.below() {
            visit(&below, at, depth - 1, document);
        }
    }
}

/// What a plain text holds.
fn plain(text: &str, context: &Context) -> Document {
    let mut document = Document {
        draft: Draft::default(),
        known: false,
        notes: Notes::default(),
    };
    let forms = FORMS.iter().filter_map(|f| f.text.as_ref());
    if let Some(form) = forms.into_iter().find(|f| (f.applies)(text)) {
        document.known = true;
        (form.read)(text, context, &mut document.draft, &mut document.notes);
    }
    document
}

fn unknown(text: &str) -> Problem {
    let what = if text.is_empty() {
        "the file is empty"
    } else {
        "this is not a state of an account that is known"
    };
    let all: Vec<&str> = FORMS.iter().map(|f| f.about).collect();
    let list: String = all.iter().map(|about| format!("\n      {about}")).collect();
    Problem::new(what, format!("expected one of these:{list}"))
}
