//! Simulated against observed, as text.

use crate::analysis::realism::{Pair, Row};
use crate::report::lines::wrap;

/// Characters of a line with every column, and with those of the median and the 90th percentile.
const WIDE: usize = 120;
const MIDDLE: usize = 98;

/// Which quantiles a line has room for, and how wide a number is.
struct Columns {
    p10: bool,
    p90: bool,
    number: usize,
}

impl Columns {
    fn of(width: usize) -> Columns {
        Columns {
            p10: width >= WIDE,
            p90: width >= MIDDLE,
            number: if width >= WIDE { 9 } else { 8 },
        }
    }

    /// The two lines above the numbers.
    fn head(&self, label: usize) -> String {
        let n = self.number;
        let pair = format!("{:>n$}{:>n$}", "sim", "obs");
        let (two, three) = (2 * n, 2 * n + 7);
        let mut lines = [" ".repeat(label), " ".repeat(label)];
        let mut add = |name: &str, wide: usize, ratio: bool| {
            lines[0].push_str(&format!("{name:>wide$}"));
            lines[1].push_str(&pair);
            lines[1].push_str(if ratio { "  ratio" } else { "" });
        };
        if self.p10 {
            add("p10", two, false);
        }
        add("median", three, true);
        if self.p90 {
            add("p90", three, true);
        }
        format!("{}\n{}\n", lines[0], lines[1])
    }

    fn row(&self, row: &Row) -> String {
        let p10 = if self.p10 {
            self.both(row.p10, false)
        } else {
            String::new()
        };
        let p90 = if self.p90 {
            self.both(row.p90, true)
        } else {
            String::new()
        };
        format!("{p10}{}{p90}", self.both(Some(row.median), true))
    }

    fn both(&self, pair: Option<Pair>, ratio: bool) -> String {
        let n = self.number;
        let Some(pair) = pair else {
            return " ".repeat(2 * n + if ratio { 7 } else { 0 });
        };
        let observed = pair.observed.map_or_else(String::new, number);
        let mut out = format!("{:>n$}{observed:>n$}", number(pair.simulated));
        if ratio {
            let ratio = pair.ratio().map_or_else(String::new, |r| format!("{r:.2}"));
            out.push_str(&format!("{ratio:>7}"));
        }
        out
    }
}

/// The comparison with what was observed, in lines of at most `width` characters where they can be.
pub fn text(preset: &str, source: Option<&str>, trials: u64, rows: &[Row], width: usize) -> String {
    let label = rows
        .iter()
        .map(|r| r.label.chars().count())
        .max()
        .unwrap_or(0);
    let Some(source) = source else {
        return alone(preset, trials, rows, label);
    };
    let columns = Columns::of(width);
    let mut out = format!("{preset}, {trials} trials, against {source}\n\n");
    out.push_str(&columns.head(label));
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in rows {
        let mark = match (row.ok, &row.why) {
            (true, _) => "ok".to_owned(),
            (false, _) if row.unsure => "few".to_owned(),
            (false, Some(why)) => {
                let known = reasons.iter().position(|r| r.0 == why.as_str());
                let at = known.unwrap_or_else(|| {
                    reasons.push((why, Vec::new()));
                    reasons.len() - 1
                });
                reasons[at].1.push(&row.label);
                format!("[{}]", at + 1)
            }
            (false, None) => "miss".to_owned(),
        };
        let line = format!("{:label$}{}  {mark}", row.label, columns.row(row));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let ok = rows.iter().filter(|r| r.ok).count();
    let all = rows.len();
    let about = if columns.p90 {
        String::new()
    } else {
        " (which a wider screen shows)".to_owned()
    };
    let count = format!(
        "{ok} of {all} within 15 % at the median (or share) and 25 % at the 90th percentile{about}."
    );
    out.push('\n');
    filled(&mut out, &count, width);
    let unsure = rows.iter().filter(|r| r.unsure).count();
    if unsure > 0 {
        let text = format!(
            "few: {unsure} more lie within the 90 % interval of what was observed, of which the logs hold too little to call {} a miss.",
            if unsure == 1 { "it" } else { "them" }
        );
        filled(&mut out, &text, width);
    }
    for (i, (reason, labels)) in reasons.iter().enumerate() {
        let text = format!("[{}] {}: {reason}", i + 1, labels.join("; "));
        filled(&mut out, &text, width);
    }
    out
}

/// What is simulated, where nobody was observed.
fn alone(preset: &str, trials: u64, rows: &[Row], label: usize) -> String {
    let mut out = format!("{preset}, {trials} trials; nobody's logs stand behind this preset\n\n");
    out.push_str(&format!("{:label$}      p10   median      p90\n", ""));
    for row in rows {
        let one = |p: Option<Pair>| p.map_or_else(String::new, |p| number(p.simulated));
        let line = format!(
            "{:label$}{:>9}{:>9}{:>9}",
            row.label,
            one(row.p10),
            number(row.median.simulated),
            one(row.p90)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn filled(out: &mut String, text: &str, width: usize) {
    for line in wrap(text, width) {
        out.push_str(&line);
        out.push('\n');
    }
}

/// What an hour with an open session costs on average.
pub fn open_hour(hours: f64, usd: f64) -> String {
    if hours <= 0.0 {
        return String::new();
    }
    format!(
        "\nA session is open for {} h and costs ${} (means): ${} an open hour.\n",
        number(hours),
        number(usd),
        number(usd / hours)
    )
}

/// Three digits that count, in groups of three from ten thousand.
fn number(x: f64) -> String {
    let size = x.abs();
    if size >= 9_999.5 {
        let thousands = (size / 1000.0).floor();
        let rest = (size - thousands * 1000.0).floor();
        format!("{thousands:.0},{rest:03.0}")
    } else if size >= 99.95 {
        format!("{x:.0}")
    } else if size >= 9.995 {
        format!("{x:.1}")
    } else if size >= 0.9995 {
        format!("{x:.2}")
    } else {
        format!("{x:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        let all = [0.0514, 2.5, 24.5, 206.0, 132_800.0].map(number);
        assert_eq!(all, ["0.051", "2.50", "24.5", "206", "132,800"]);
    }
}
