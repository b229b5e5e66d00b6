//! Times of the week: opening hours, the instant of a weekly reset, the times of a schedule.

/// Minutes of a day.
pub(super) const DAY: u16 = 24 * 60;

/// Open hours of each weekday, Monday first: ranges of minutes since midnight, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Week(pub [Vec<(u16, u16)>; 7]);

/// What is wrong with a text, and in which part of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub range: std::ops::Range<usize>,
    pub what: String,
    pub help: String,
}

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A weekday by its English name or the first three letters of it.
pub(super) fn weekday(text: &str) -> Option<usize> {
    let lower = text.trim().to_lowercase();
    let full = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    NAMES
        .iter()
        .position(|n| *n == lower)
        .or_else(|| full.iter().position(|n| *n == lower))
}

/// `9`, `09:00`, `24:00` as minutes since midnight.
pub(super) fn clock(text: &str) -> Option<u16> {
    let (hour, minute) = match text.trim().split_once(':') {
        Some((h, m)) if m.len() == 2 => (h, m),
        Some(_) => return None,
        None => (text.trim(), "00"),
    };
    if hour.is_empty()
        || hour.len() > 2
        || !(hour.bytes().chain(minute.bytes())).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY).then_some(total)
}

/// Days out of `mon`, `mon-fri`, `weekday`, `weekend`, `day`.
fn days(text: &str) -> Option<Vec<usize>> {
    match text.to_lowercase().as_str() {
        "day" | "daily" | "every day" => return Some((0..7).collect()),
        "weekday" | "weekdays" => return Some((0..5).collect()),
        "weekend" | "weekends" => return Some(vec![5, 6]),
        _ => {}
    }
    match text.split_once('-') {
        None => weekday(text).map(|d| vec![d]),
        Some((from, to)) => {
            let (from, to) = (weekday(from)?, weekday(to)?);
            let n = (to + 7 - from) % 7;
            Some((0..=n).map(|i| (from + i) % 7).collect())
        }
    }
}

/// Opening hours: `mon-fri 09:00-18:30, sat 10:00-14:00`, `mon, wed 9-12 13-17`, `always`.
///
/// # Errors
/// Everything that is wrong with the text, with its part of it.
pub(super) fn week(text: &str) -> Result<Week, Vec<Wrong>> {
    let mut open: [Vec<(u16, u16)>; 7] = Default::default();
    if text.trim() == "always" {
        return Ok(Week(std::array::from_fn(|_| vec![(0, DAY)])));
    }
    let mut wrong = Vec::new();
    let mut pending: Vec<usize> = Vec::new();
    for (range, word, ends_part) in words(text) {
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            if pending.is_empty() {
                pending = (0..7).collect();
            }
            match span(word) {
                Ok(hours) => {
                    for day in &pending {
                        let clash = open[*day].iter().any(|(a, b)| hours.0 < *b && *a < hours.1);
                        if clash && !wrong.iter().any(|w: &Wrong| w.range == range) {
                            wrong.push(Wrong {
                                range: range.clone(),
                                what: format!("hours overlap on {}", NAMES[*day]),
                                help: "join them, or end one before the other begins".into(),
                            });
                        }
                        open[*day].push(hours);
                    }
                }
                Err((what, help)) => wrong.push(Wrong { range, what, help }),
            }
            if ends_part {
                pending.clear();
            }
            continue;
        }
        match days(word) {
            Some(more) => pending.extend(more),
            None => wrong.push(Wrong {
                range,
                what: format!("unknown day \"{word}\""),
                help: "days are mon to sun, mon-fri, weekday, weekend, day".into(),
            }),
        }
    }
    if !pending.is_empty()
        && wrong.is_empty()
        && !text.trim().ends_with(|c: char| c.is_ascii_digit())
    {
        wrong.push(Wrong {
            range: 0..text.len(),
            what: format!("hours end with a day: \"{text}\""),
            help: "write the times behind the days: mon-fri 09:00-18:30".into(),
        });
    }
    if open.iter().all(Vec::is_empty) && wrong.is_empty() {
        wrong.push(Wrong {
            range: 0..text.len(),
            what: "no hours at all".into(),
            help: "for instance mon-fri 09:00-18:30, or always".into(),
        });
    }
    open.iter_mut().for_each(|day| day.sort_unstable());
    if wrong.is_empty() {
        Ok(Week(open))
    } else {
        Err(wrong)
    }
}

/// The words of a text with their ranges, and whether a comma follows.
fn words(text: &str) -> Vec<(std::ops::Range<usize>, &str, bool)> {
    let mut all = Vec::new();
    let mut begin = None;
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let gap = c.is_whitespace() || c == ',';
        match (begin, gap) {
            (None, false) => begin = Some(i),
            (Some(b), true) => {
                let comma = text[i..].trim_start().starts_with(',');
                all.push((b..i, &text[b..i], comma));
                begin = None;
            }
            _ => {}
        }
    }
    all
}

fn span(word: &str) -> Result<(u16, u16), (String, String)> {
    let ends = word
        .split_once('-')
        .and_then(|(a, b)| Some((clock(a)?, clock(b)?)));
    match ends {
        Some((a, b)) if a < b => Ok((a, b)),
        Some((a, b)) if a == b => Err((
            format!("hours of no length: {word}"),
            "a whole day is 00:00-24:00".into(),
        )),
        Some(_) => Err((
            format!("hours end before they begin: {word}"),
            "over midnight, write both parts: 22:00-24:00 and, for the next day, 00:00-06:00"
                .into(),
        )),
        None => Err((
            format!("\"{word}\" is not a span of hours"),
            "write 09:00-18:30".into(),
        )),
    }
}

/// A time of the week: `sat 09:00`.
pub(super) fn reset(text: &str) -> Option<(usize, u16)> {
    let (day, time) = text.trim().split_once(char::is_whitespace)?;
    Some((weekday(day)?, clock(time).filter(|t| *t < DAY)?))
}

/// When sessions of a schedule start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Every {
    /// Days of the week (0 = Monday) and a minute of the day.
    Days(Vec<usize>, u16),
    /// Minutes from one to the next, from local midnight of the first day.
    Minutes(i64),
}

/// `day 02:00`, `weekday 07:30`, `mon 02:00`, `mon-wed 6:00`, `hour`, `30m`, `6h`.
pub(super) fn every(text: &str) -> Option<Every> {
    let text = text.trim();
    if let Some((days_text, time)) = text.rsplit_once(char::is_whitespace)
        && let Some(minute) = clock(time).filter(|t| *t < DAY && time.contains(':'))
    {
        let mut all = Vec::new();
        for word in days_text.split(',') {
            all.extend(days(word.trim())?);
        }
        return Some(Every::Days(all, minute));
    }
    let Ok(super::units::Length::Exact(length)) = super::units::length(text) else {
        return None;
    };
    (length.0 >= 60_000 && length.0 % 60_000 == 0).then_some(Every::Minutes(length.0 / 60_000))
}
