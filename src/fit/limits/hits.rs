//! Refusals of the log as readings: whoever is told that a window is used up has read 100 %.

use crate::base::time::Span;
use crate::logs::Logs;
use crate::logs::state::{Reading, WindowKind};

/// A refusal names the window by its reset at most this long before.
const SESSION: Span = Span::minutes(5 * 60 + 15);

/// The first refusal of each period of a window, as a reading of 100 %.
pub fn hits(logs: &Logs) -> Vec<Reading> {
    let mut all: Vec<Reading> = Vec::new();
    for hit in &logs.limit_hits {
        let ahead = hit.resets.map(|at| Span(at.0.saturating_sub(hit.at.0)));
        let Some(kind) = kind(logs.names.text(hit.words), ahead) else {
            continue;
        };
        let known = all.iter().rev().find(|r| r.kind == kind);
        let again = known.is_some_and(|r| match (r.resets, hit.resets) {
            (Some(a), Some(b)) => a.0.abs_diff(b.0) < Span::minutes(15).0.unsigned_abs(),
            (Some(at), None) => hit.at < at,
            (None, _) => hit.at.0.saturating_sub(r.at.0) < SESSION.0,
        });
        if !again {
            all.push(Reading {
                at: hit.at,
                kind,
                percent: 100.0,
                whole: true,
                resets: hit.resets,
            });
        }
    }
    all
}

/// The window that a refusal names, if it names one; `ahead` is the time until its reset.
fn kind(words: &str, ahead: Option<Span>) -> Option<WindowKind> {
    let small = words.to_lowercase();
    let has = |word: &str| small.contains(word);
    if has("spend") || has("credit") || has("extra usage") || has("organization") {
        return None;
    }
    for family in ["Opus", "Sonnet", "Haiku", "Fable"] {
        if has(&format!("{} limit", family.to_lowercase())) {
            return Some(WindowKind::WeekModel(family.to_owned()));
        }
    }
    if has("weekly limit") {
        return Some(WindowKind::Week);
    }
    if has("session limit") || has("hour limit") {
        return Some(WindowKind::Session);
    }
    // Old versions say only that the usage limit is reached, and until when.
    let near = ahead.is_some_and(|a| a > Span::ZERO && a <= SESSION);
    (has("usage limit reached") && near).then_some(WindowKind::Session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Instant;
    use crate::logs::LimitHit;

    #[test]
    fn refusals_name_their_window() {
        let hour = Some(Span::hours(1));
        let cases = [
            (
                "You've hit your session limit · resets 3pm",
                None,
                Some(WindowKind::Session),
            ),
            (
                "5-hour limit reached ∙ resets 2pm",
                None,
                Some(WindowKind::Session),
            ),
            ("You've hit your weekly limit", None, Some(WindowKind::Week)),
            (
                "Opus limit reached",
                None,
                Some(WindowKind::WeekModel("Opus".into())),
            ),
            (
                "Claude AI usage limit reached|1768500000",
                hour,
                Some(WindowKind::Session),
            ),
            ("Claude AI usage limit reached", None, None),
            ("You've hit your monthly spend limit", None, None),
            ("You're out of extra usage", None, None),
        ];
        for (words, ahead, expected) in cases {
            assert_eq!(kind(words, ahead), expected, "{words}");
        }
    }

    #[test]
    fn a_period_is_used_up_once() {
        let mut logs = Logs::default();
        let words = logs.names.add("You've hit your session limit");
        for (n, minute) in [0, 5, 20, 400].into_iter().enumerate() {
            logs.limit_hits.push(LimitHit {
                at: Instant(minute * 60_000),
                session: crate::logs::Name::NONE,
                key: n as u128,
                words,
                resets: (minute < 100).then_some(Instant(9_000_000)),
            });
        }
        let times: Vec<i64> = hits(&logs).iter().map(|r| r.at.0 / 60_000).collect();
        assert_eq!(times, [0, 400]);
    }
}
