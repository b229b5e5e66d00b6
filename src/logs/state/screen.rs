//! What a person sees and copies: the `/usage` screen of the terminal, what `claude -p "/usage"`
//! prints, and the usage page of the web. A text is read from the top: headings open a window or the
//! wallet, and what follows belongs to the last heading. Resets are local times without a year.

use super::fields::{Notes, other_currency};
use super::screen_money::{self, Item};
use super::screen_time;
use super::{Context, Draft, Form, TextReader, WindowKind};
use crate::base::time::Instant;

pub const FORM: Form = Form {
    name: "usage screen",
    about: "text of the /usage screen or of the usage page: Current session, 37% used, Resets 2pm",
    object: None,
    text: Some(TextReader {
        applies: |text| {
            let text = text.to_lowercase();
            let words = ["session", "week", "extra usage", "usage credits"];
            text.contains('%') && words.iter().any(|w| text.contains(w))
        },
        read,
    }),
};

/// What a heading opens.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Section {
    Window(WindowKind),
    /// `Weekly limits` of the web: what follows are names of models.
    Weekly,
    Wallet,
}

/// A window while its lines are read.
#[derive(Default)]
struct Open {
    percent: Option<f64>,
    resets: Option<Instant>,
}

fn read(text: &str, context: &Context, draft: &mut Draft, notes: &mut Notes) {
    let mut section: Option<Section> = None;
    let mut weekly = false;
    let mut open = Open::default();
    let mut wallet: Vec<Item> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        notes.line = Some(number + 1);
        for part in parts(&plain(line)) {
            if let Some((next, rest)) = heading(&part, weekly) {
                close(&mut section, &mut open, draft);
                weekly = next == Section::Weekly || (weekly && next != Section::Wallet);
                section = Some(next);
                line_of(
                    &rest,
                    section.as_ref(),
                    &mut open,
                    &mut wallet,
                    context,
                    notes,
                );
                continue;
            }
            line_of(
                &part,
                section.as_ref(),
                &mut open,
                &mut wallet,
                context,
                notes,
            );
            if let Some(plan) = plan(&part) {
                draft.state.plan = Some(plan.to_owned());
            }
        }
    }
    close(&mut section, &mut open, draft);
    notes.line = None;
    if let Some(currency) = screen_money::foreign(&wallet) {
        notes.warn(other_currency(currency));
    }
    draft.pay(screen_money::wallet(&wallet));
}

/// Ends a section; a window without a percentage was only mentioned.
fn close(section: &mut Option<Section>, open: &mut Open, draft: &mut Draft) {
    let open = std::mem::take(open);
    if let (Some(Section::Window(kind)), Some(percent)) = (section.take(), open.percent) {
        draft.window(kind, percent, open.resets);
    }
}

fn line_of(
    line: &str,
    section: Option<&Section>,
    open: &mut Open,
    wallet: &mut Vec<Item>,
    context: &Context,
    notes: &mut Notes,
) {
    match section {
        Some(Section::Wallet) => screen_money::line(line, wallet),
        Some(Section::Window(_)) => {
            let lower = line.to_lowercase();
            if open.percent.is_none() {
                open.percent = percent(&lower, notes);
            }
            if let Some(at) = lower.find("reset").filter(|_| open.resets.is_none()) {
                let text = line.get(at..).unwrap_or("");
                open.resets = screen_time::reset(text, context);
                if open.resets.is_none() && screen_time::says_when(text) {
                    notes.warn(format!(
                        "\"{}\" is a time of reset that is not understood; it is left out.",
                        super::fields::short(text.trim())
                    ));
                }
            }
        }
        _ => {}
    }
}

/// The heading at the beginning of a line, and what stands behind it.
fn heading(line: &str, weekly: bool) -> Option<(Section, String)> {
    let lower = line.to_lowercase();
    let rest = |n: usize| {
        line.get(n..)
            .unwrap_or("")
            .trim_start_matches(':')
            .to_owned()
    };
    for (words, section) in [
        ("current session", Section::Window(WindowKind::Session)),
        ("current 5-hour", Section::Window(WindowKind::Session)),
        ("5-hour limit", Section::Window(WindowKind::Session)),
        ("weekly limits", Section::Weekly),
        ("extra usage", Section::Wallet),
        ("usage credits", Section::Wallet),
    ] {
        if lower.starts_with(words) {
            return Some((section, rest(words.len())));
        }
    }
    if let Some(inside) = lower.strip_prefix("current week") {
        let name = inside.trim_start().strip_prefix('(')?.split(')').next()?;
        let end = line.find(')').map_or(line.len(), |i| i + 1);
        return Some((Section::Window(week(name)), rest(end)));
    }
    let name = lower.strip_suffix(" only").unwrap_or(&lower);
    let known = ["all models", "opus", "sonnet", "haiku", "fable"];
    (weekly && known.contains(&name.trim()))
        .then(|| (Section::Window(week(name.trim())), String::new()))
}

/// `all models`, `sonnet only`, `fable`.
fn week(name: &str) -> WindowKind {
    let name = name.strip_suffix(" only").unwrap_or(name).trim();
    if name == "all models" {
        return WindowKind::Week;
    }
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    WindowKind::WeekModel(first.unwrap_or_default() + letters.as_str())
}

/// `37% used`, `63% left`, `63 % remaining`.
fn percent(lower: &str, notes: &mut Notes) -> Option<f64> {
    let sign = lower.find('%')?;
    let before = lower.get(..sign)?.trim_end();
    let begin = before
        .rfind(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(0, |i| {
            i + before[i..].chars().next().map_or(1, char::len_utf8)
        });
    let number: f64 = before.get(begin..)?.parse().ok()?;
    if before.get(..begin)?.ends_with(['<', '>', '-', '–', '~']) {
        let about = before
            .get(..begin)?
            .chars()
            .last()
            .map_or(0, char::len_utf8);
        let found = format!("\"{}%\"", before.get(begin - about..)?);
        notes.wrong("the percentage", &found, "expected one number", "");
        return None;
    }
    let after = lower.get(sign + 1..).unwrap_or("").trim_start();
    let used = notes.percent("the percentage", number)?;
    let left = after.starts_with("left") || after.starts_with("remaining");
    Some(if left { 100.0 - used } else { used })
}

/// The plan, as the web page names it beside its heading.
fn plan(line: &str) -> Option<&'static str> {
    let lower = line.to_lowercase();
    let line = lower.strip_prefix("plan usage limits").unwrap_or(&lower);
    match line.trim() {
        "max (5x)" | "max 5x" | "claude max 5x" | "claude max (5x)" => Some("max-5x"),
        "max (20x)" | "max 20x" | "claude max 20x" | "claude max (20x)" => Some("max-20x"),
        "pro" | "claude pro" => Some("pro"),
        _ => None,
    }
}

/// A line without colours, bars and frames.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' => {
                // A control sequence ends with a letter.
                while chars.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
            }
            '\u{2500}'..='\u{25ff}' | '\u{a0}' | '\t' | '\r' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Headings may stand behind each other in one line: `Current week (all models) 13% used Current …`.
fn parts(line: &str) -> Vec<String> {
    let lower = line.to_ascii_lowercase();
    let mut cuts: Vec<usize> = vec![0];
    for word in [
        "current session",
        "current week",
        "extra usage",
        "usage credits",
    ] {
        cuts.extend(lower.match_indices(word).map(|(i, _)| i));
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts.push(line.len());
    let piece = |pair: &[usize]| Some(line.get(*pair.first()?..*pair.last()?)?.trim().to_owned());
    cuts.windows(2)
        .filter_map(piece)
        .filter(|p| !p.is_empty())
        .collect()
}
