//! Simulated against observed, as text.

use crate::analysis::realism::{Pair, Row};

/// Columns: simulated, observed and their ratio, of median and p90; simulated and observed p10.
const HEAD: &str = "        p10               median                      p90";

/// The comparison of a preset.
pub fn text(preset: &str, source: Option<&str>, trials: u64, rows: &[Row]) -> String {
    let width = rows
        .iter()
        .map(|r| r.label.chars().count())
        .max()
        .unwrap_or(0);
    let mut out = match source {
        Some(source) => format!("{preset}, {trials} trials, against {source}\n\n"),
        None => format!("{preset}, {trials} trials; nobody's logs stand behind this preset\n\n"),
    };
    if source.is_some() {
        out.push_str(&format!("{:width$}{HEAD}\n", ""));
        let heads = "     sim      obs      sim      obs  ratio      sim      obs  ratio";
        out.push_str(&format!("{:width$}{heads}\n", ""));
    } else {
        out.push_str(&format!("{:width$}      p10   median      p90\n", ""));
    }
    let mut reasons = Vec::new();
    for row in rows {
        let line = if source.is_some() {
            let mark = match (row.ok, &row.why) {
                (true, _) => "ok".to_owned(),
                (false, Some(why)) => {
                    reasons.push(format!("{}: {why}", row.label));
                    format!("[{}]", reasons.len())
                }
                (false, None) => "miss".to_owned(),
            };
            format!(
                "{}{}{}  {mark}",
                both(row.p10, false),
                both(Some(row.median), true),
                both(row.p90, true)
            )
        } else {
            let one = |p: Option<Pair>| p.map_or_else(String::new, |p| number(p.simulated));
            format!(
                "{:>9}{:>9}{:>9}",
                one(row.p10),
                number(row.median.simulated),
                one(row.p90)
            )
        };
        out.push_str(format!("{:width$}{line}", row.label).trim_end());
        out.push('\n');
    }
    if source.is_some() {
        let ok = rows.iter().filter(|r| r.ok).count();
        let all = rows.len();
        out.push_str(&format!(
            "\n{ok} of {all} within 15 % at the median (or share) and 25 % at the 90th percentile.\n"
        ));
    }
    for (i, reason) in reasons.iter().enumerate() {
        out.push_str(&format!("[{}] {reason}\n", i + 1));
    }
    out
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

fn both(pair: Option<Pair>, ratio: bool) -> String {
    let Some(pair) = pair else {
        return " ".repeat(if ratio { 25 } else { 18 });
    };
    let observed = pair.observed.map_or_else(String::new, number);
    let mut out = format!("{:>9}{observed:>9}", number(pair.simulated));
    if ratio {
        let ratio = pair.ratio().map_or_else(String::new, |r| format!("{r:.2}"));
        out.push_str(&format!("{ratio:>7}"));
    }
    out
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
