//! What was learned, as lines of a scenario.

use super::{Limits, Window};
use crate::account::Meter;
use crate::catalog::Provenance;
use crate::fit::limits::check::Verdict;
use crate::fit::limits::prior::Band;

/// A window's entry in a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: String,
    /// Ends of the 90 % interval, in dollars of the plan's meter.
    pub band: Band,
    /// `fitted`, or what the catalogue calls a band that was only turned into the meter's dollars.
    pub provenance: &'static str,
}

impl Entry {
    /// `{ usd = "37 to 46" }`.
    pub fn limit(&self) -> String {
        let (low, high) = (digits(self.band.low), digits(self.band.high));
        if low == high {
            return format!("{{ usd = {low} }}");
        }
        format!("{{ usd = \"{low} to {high}\" }}")
    }
}

/// Three digits that count, as the scenario format reads them.
fn digits(x: f64) -> String {
    let size = libm::floor(libm::log10(x.max(1e-6))) as i32;
    let places = (2 - size).clamp(0, 8) as usize;
    let unit = libm::pow(10.0, f64::from(size - 2));
    let text = format!("{:.places$}", libm::round(x / unit) * unit);
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    }
}

impl Limits {
    /// The windows that go into a scenario. Under another meter than `price` the bands of the
    /// catalogue, which are in dollars of price, are turned into that meter's too.
    pub fn entries(&self) -> Vec<Entry> {
        let place = self.place();
        let learned = |w: &&Window| w.verdict.holds();
        let mut all: Vec<Entry> = self
            .windows
            .iter()
            .filter(learned)
            .map(|w| Entry {
                id: w.id.clone(),
                band: w.fits[place].band,
                provenance: "fitted",
            })
            .collect();
        if all.is_empty() || self.meter == Meter::Price {
            return all;
        }
        for other in &self.others {
            if !all.iter().any(|e| e.id == other.id) {
                all.push(other.clone());
            }
        }
        all
    }

    /// The lines to paste into a scenario; `None` when nothing was learned.
    pub fn toml(&self) -> Option<String> {
        let entries = self.entries();
        if entries.is_empty() {
            return None;
        }
        let mut out = String::from("[plan]\n");
        if let Some(plan) = &self.plan {
            out.push_str(&format!("name  = \"{plan}\"\n"));
        }
        out.push_str(&format!("meter = \"{}\"\n", self.meter.name()));
        out.push_str(&windows(&entries));
        Some(out)
    }

    /// Lines of `[plan]` below its name: the meter, the windows, and on what they rest.
    pub fn plan_lines(&self) -> String {
        let entries = self.entries();
        let mut out = String::new();
        if !entries.is_empty() {
            out.push_str(&format!("meter = \"{}\"\n", self.meter.name()));
        }
        for window in self.windows.iter().filter(|w| !w.verdict.holds()) {
            let why = match window.verdict {
                _ if window.chains.is_empty() => "no reading can be used",
                Verdict::Few => "too few readings",
                _ => "the logged use does not explain the readings",
            };
            out.push_str(&format!(
                "# {}: {why}, so its size stays that of the catalogue.\n",
                window.label
            ));
        }
        for entry in &entries {
            out.push('\n');
            if let Some(w) = self
                .windows
                .iter()
                .find(|w| w.id == entry.id && w.verdict.holds())
            {
                let fit = w.fit(self.meter);
                let known = w.known.map_or_else(String::new, |_| {
                    format!(
                        "; the catalogue's band: {} to {}",
                        digits(fit.prior.low),
                        digits(fit.prior.high)
                    )
                });
                out.push_str(&format!(
                    "# {}: 90 % interval from {} readings in {} periods{known}.\n",
                    w.label,
                    w.used(),
                    w.chains.len()
                ));
            } else {
                out.push_str("# No reading: the catalogue's band in dollars of this meter.\n");
            }
            out.push_str(windows(std::slice::from_ref(entry)).trim_start_matches('\n'));
        }
        out
    }
}

/// The `[[plan.window]]` tables.
pub fn windows(entries: &[Entry]) -> String {
    let one = |e: &Entry| {
        format!(
            "\n[[plan.window]]\nid         = \"{}\"\nlimit      = {}\nprovenance = \"{}\"\n",
            e.id,
            e.limit(),
            e.provenance
        )
    };
    entries.iter().map(one).collect()
}

/// What files call a provenance.
pub fn provenance(of: Provenance) -> &'static str {
    match of {
        Provenance::Official => "official",
        Provenance::Fitted => "fitted",
        Provenance::Assumed => "assumed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_written_with_three_digits() {
        let entry = |low, high| Entry {
            id: "session".into(),
            band: Band {
                low,
                median: low,
                high,
            },
            provenance: "fitted",
        };
        let cases = [
            (37.123, 45.96, "{ usd = \"37.1 to 46\" }"),
            (1_234.0, 2_346.0, "{ usd = \"1230 to 2350\" }"),
            (0.512_3, 0.9, "{ usd = \"0.512 to 0.9\" }"),
            (41.0, 41.01, "{ usd = 41 }"),
        ];
        for (low, high, text) in cases {
            assert_eq!(entry(low, high).limit(), text);
        }
    }
}
