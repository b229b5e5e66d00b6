//! The local hours in which sessions start.

use super::super::view::View;
use super::Key;

/// Fewest starts of which hours are made, and hours of their own for the weekend.
const STARTS_FEW: usize = 20;
const WEEKEND_FEW: usize = 15;
/// Share of the starts that the hours may leave out, as seen by the likelihood.
const OUTSIDE: f64 = 0.03;
const HOURS: usize = 24;
const WEEK: [usize; 5] = [0, 1, 2, 3, 4];
const WEEKEND: [usize; 2] = [5, 6];

/// Hours that are open, one flag each.
pub type Open = [bool; HOURS];

/// Starts by weekday (0 = Monday) and hour.
#[derive(Clone, Debug, Default)]
pub struct Starts([[f64; HOURS]; 7]);

impl Starts {
    pub fn of(view: &View) -> Starts {
        let mut all = Starts::default();
        for s in &view.sessions {
            let day = super::super::view::weekday(view.period.first + i64::from(s.day));
            let hour = (view.days.hour(s.at) as usize).min(HOURS - 1);
            all.0[day][hour] += 1.0;
        }
        all
    }

    fn sum(&self, days: &[usize]) -> [f64; HOURS] {
        let mut sum = [0.0; HOURS];
        for day in days {
            sum.iter_mut().zip(self.0[*day]).for_each(|(s, n)| *s += n);
        }
        sum
    }

    /// Hours of the working week and of the weekend, and whether each has its own.
    fn open(&self) -> ([Open; 2], bool) {
        let (week, weekend) = (self.sum(&WEEK), self.sum(&WEEKEND));
        let count = |starts: &[f64; HOURS]| starts.iter().sum::<f64>();
        if count(&weekend) >= WEEKEND_FEW as f64 && count(&week) >= STARTS_FEW as f64 {
            return ([open(&week), open(&weekend)], true);
        }
        let all = open(&self.sum(&[0, 1, 2, 3, 4, 5, 6]));
        ([all, all], false)
    }

    /// The open hours of each weekday.
    pub fn open_hours(&self) -> [Open; 7] {
        let ([week, weekend], _) = self.open();
        let mut all = [week; 7];
        WEEKEND.iter().for_each(|d| all[*d] = weekend);
        all
    }

    pub fn key(&self) -> Key {
        const ABOUT: &str = "Local hours in which sessions start";
        let (week, weekend) = (self.sum(&WEEK), self.sum(&WEEKEND));
        let n = week.iter().chain(&weekend).sum::<f64>() as u64;
        if n < STARTS_FEW as u64 {
            return Key::preset("hours", ABOUT, n, "starts", STARTS_FEW);
        }
        let ([a, b], apart) = self.open();
        let inside = within(&week, &a) + within(&weekend, &b);
        let text = if apart {
            format!("{}, {}", spans("mon-fri", &a), spans("sat-sun", &b))
        } else {
            spans("mon-sun", &a)
        };
        Key {
            name: "hours",
            about: ABOUT,
            value: Some(super::super::toml::text(&text)),
            shown: Vec::new(),
            n,
            of: "starts",
            words: format!("{:.0} % of them inside", 100.0 * inside / n as f64),
        }
    }
}

fn within(starts: &[f64; HOURS], open: &Open) -> f64 {
    starts.iter().zip(open).filter(|x| *x.1).map(|x| x.0).sum()
}

/// The most likely open hours when starts are uniform inside and a small share lies outside, with a
/// price on every further span.
///
/// The best set of k hours is the k busiest; a single closed hour between open ones is opened.
fn open(starts: &[f64; HOURS]) -> Open {
    let n: f64 = starts.iter().sum();
    let mut order: Vec<usize> = (0..HOURS).collect();
    order.sort_by(|a, b| starts[*b].total_cmp(&starts[*a]).then(a.cmp(b)));
    let mut best = ([true; HOURS], f64::NEG_INFINITY);
    for k in 1..=HOURS {
        let mut set = [false; HOURS];
        order.iter().take(k).for_each(|h| set[*h] = true);
        let filled: Vec<usize> = (1..HOURS - 1)
            .filter(|h| !set[*h] && set[h - 1] && set[h + 1])
            .collect();
        filled.into_iter().for_each(|h| set[h] = true);
        let size = set.iter().filter(|o| **o).count();
        let inside = within(starts, &set);
        let outside = n - inside;
        let closed = HOURS - size;
        let like = if closed == 0 {
            -n * libm::log(HOURS as f64)
        } else {
            inside * libm::log((1.0 - OUTSIDE) / size as f64)
                + outside * libm::log(OUTSIDE / closed as f64)
        };
        let ends = (0..HOURS)
            .filter(|h| set[*h] && (*h == 0 || !set[h - 1]))
            .count();
        let worth = like - ends as f64 * libm::log(n.max(2.0));
        if worth > best.1 {
            best = (set, worth);
        }
    }
    best.0
}

/// `mon-fri 09:00-18:00, mon-fri 20:00-23:00`.
fn spans(days: &str, open: &Open) -> String {
    let mut all = Vec::new();
    let mut from = None;
    for h in 0..=HOURS {
        let on = h < HOURS && open[h];
        match (from, on) {
            (None, true) => from = Some(h),
            (Some(a), false) => {
                all.push(format!("{days} {a:02}:00-{h:02}:00"));
                from = None;
            }
            _ => {}
        }
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(list: &[(usize, usize, f64)]) -> Starts {
        let mut all = Starts::default();
        for (day, hour, n) in list {
            all.0[*day][*hour] += n;
        }
        all
    }

    #[test]
    fn office_hours_are_found() {
        let mut list: Vec<(usize, usize, f64)> = (0..5)
            .flat_map(|d| (9..18).map(move |h| (d, h, 10.0)))
            .collect();
        list.push((2, 3, 1.0));
        let key = starts(&list).key();
        assert_eq!(key.value.unwrap(), "\"mon-sun 09:00-18:00\"");
        list.extend((11..15).map(|h| (5, h, 10.0)));
        let key = starts(&list).key();
        assert_eq!(
            key.value.unwrap(),
            "\"mon-fri 09:00-18:00, sat-sun 11:00-15:00\""
        );
        assert_eq!(key.words, "100 % of them inside");
    }

    #[test]
    fn a_break_and_the_night_are_seen() {
        let list: Vec<(usize, usize, f64)> =
            [9, 10, 11, 20, 21, 22, 23].map(|h| (1, h, 40.0)).to_vec();
        let key = starts(&list).key();
        assert_eq!(
            key.value.unwrap(),
            "\"mon-sun 09:00-12:00, mon-sun 20:00-24:00\""
        );
    }

    #[test]
    fn too_few_starts_are_the_presets() {
        let key = starts(&[(0, 9, 19.0)]).key();
        assert_eq!(key.value, None);
        assert!(key.words.contains("20 are needed"));
    }
}
