use std::sync::atomic::AtomicBool;

use super::*;
use crate::scenario;

fn find(text: &str, trials: u64) -> Result<WindowsFinding, WindowsError> {
    let scenario =
        scenario::parse("test", text, &[]).unwrap_or_else(|p| panic!("{}", p.render(false, 100)));
    windows(
        &scenario.experiment,
        &Play {
            trials,
            threads: 2,
            progress: &|_, _| {},
            stop: &AtomicBool::new(false),
        },
    )
}

/// One dollar of work every 20 minutes, for eight hours from some time of the day on, against 11
/// dollars in five hours: 3 h 40 min after it opened the window is empty. Opened before the work
/// begins it is back earlier.
const OFFICE: &str = r#"
start = 2026-12-07
horizon = "5 days"
[plan]
fee = 20
[[plan.window]]
id = "session"
label = "5-hour window"
opens = "first-request"
length = "5h"
round = "10m"
limit = 11
[[plan.window]]
id = "week"
label = "Week"
opens = "fixed"
length = "7 days"
limit = 110
used = 0.4
[[model]]
name = "m"
input = 1
output = 1
[[actor]]
name = "me"
models = "m"
hours = "mon-fri 09:00-17:00"
sessions_per_day = 1
prompts = 1
requests_per_prompt = 24
gap = 1200
prompt_gap = 1200
first_context = 1_000_000
context_max = 2_000_000
growth = 0
output = 0
cache = "none"
when_blocked = ["wait 3h", "drop"]
"#;

#[test]
fn an_earlier_opening_moves_the_reset_into_the_day() {
    let found = find(OFFICE, 32).unwrap();
    assert_eq!(found.starts.len(), 10);
    assert_eq!(found.day.map(|d| d.begins), Some(9 * 60));
    let base = &found.starts[0];
    assert!(base.stopped_h > 1.0, "{}", base.stopped_h);
    let best = found
        .starts
        .iter()
        .map(|s| s.stopped_h)
        .fold(f64::MAX, f64::min);
    assert!(best < 0.85 * base.stopped_h, "{best} of {}", base.stopped_h);
    let text = sentences(&found).join(" ");
    assert!(text.starts_with("Open the 5-hour window at 0"), "{text}");
    // A session of 11 is a tenth of the week of 110; six tenths of it are left.
    assert!(text.contains("takes 10 % (10-10 %) of the week"), "{text}");
    assert!(
        text.contains("60 % is left, enough for 6.0 full ones"),
        "{text}"
    );
}

/// The opener changes no other actor's work.
#[test]
fn demand_stays_the_same() {
    let scenario = scenario::parse("test", OFFICE, &[]).unwrap();
    let with = opener::with_opener(&scenario.experiment, 0, Span::hours(2));
    assert_eq!(with.actors.len(), 2);
    let plain = Prepared::new(&scenario.experiment).replay(0).unwrap();
    let opened = Prepared::new(&with).replay(0).unwrap();
    let starts = |events: &[crate::engine::replay::Event]| {
        let mine = events.iter().filter_map(|e| match &e.what {
            crate::engine::replay::What::SessionStart { actor: 0, .. } => Some(e.at),
            _ => None,
        });
        mine.collect::<Vec<_>>()
    };
    assert_eq!(starts(&plain), starts(&opened));
}

#[test]
fn a_plan_without_such_a_window_is_an_error() {
    let text = OFFICE
        .replace("first-request", "fixed")
        .replace("round = \"10m\"\n", "")
        .replace("length = \"5h\"", "length = \"1 days\"");
    assert_eq!(find(&text, 1).err(), Some(WindowsError::NoSuchWindow));
}
