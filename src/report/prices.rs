//! The price list as text.

use jiff::civil::Date;

use crate::analysis::words::money;
use crate::catalog::{Catalog, Model, PriceEntry, Rates};

/// Column heads of the five kinds, in the order of [`Rates::usd_per_million`].
const KINDS: [&str; 5] = ["input", "write 5m", "write 1h", "read", "output"];

/// All prices that hold on a day.
pub fn all(catalog: &Catalog, date: Date) -> String {
    let entries = catalog.prices_on(date);
    let mut rows = Vec::new();
    for (model, entry) in &entries {
        rows.extend(rows_of(&model.id, entry));
    }
    let mut out = format!("USD per million tokens on {date}\n\n");
    out.push_str(&table(&rows));
    let m = catalog.modifiers();
    out.push_str(&format!(
        "\nOn top of it: batch × {}, United States only × {} where offered, web search {} each.\n",
        m.batch.normalize(),
        m.us_only.normalize(),
        money(m.web_search)
    ));
    if let Some((_, entry)) = entries.first() {
        out.push_str(&format!("Compared with its sources on {}.\n", entry.as_of));
    }
    out
}

/// One model's prices over time, with their sources.
pub fn one(model: &Model, date: Date) -> String {
    let mut out = format!("{} ({}), USD per million tokens\n\n", model.name, model.id);
    let mut rows = Vec::new();
    for entry in &model.prices {
        let until = entry
            .until
            .map_or_else(String::new, |d| format!(" until {d}"));
        let holds = entry.from <= date && entry.until.is_none_or(|until| date < until);
        let mark = if holds { " *" } else { "" };
        rows.extend(rows_of(&format!("from {}{until}{mark}", entry.from), entry));
    }
    out.push_str(&table(&rows));
    out.push_str(&format!("\n* holds on {date}\n"));
    for entry in &model.prices {
        out.push_str(&format!(
            "source: {} (as of {})\n",
            entry.source, entry.as_of
        ));
    }
    if let Some(entry) = model.prices.last() {
        let t = &entry.tokenizer;
        out.push_str(&format!(
            "tokenizer {}: × {} tokens ({} to {}), {}\n",
            t.id,
            t.factor.normalize(),
            t.low.normalize(),
            t.high.normalize(),
            t.provenance
        ));
    }
    out
}

type Row = (String, [String; 5]);

fn rows_of(name: &str, entry: &PriceEntry) -> Vec<Row> {
    let row = |name: String, rates: &Rates| {
        (
            name,
            rates.usd_per_million().map(|d| d.normalize().to_string()),
        )
    };
    let mut rows = vec![row(name.to_owned(), &entry.rates)];
    if let Some(above) = &entry.above {
        rows.push(row(
            format!("  prompt above {}", above.tokens),
            &above.rates,
        ));
    }
    if let Some(fast) = &entry.fast {
        rows.push(row("  fast".to_owned(), fast));
    }
    rows
}

fn table(rows: &[Row]) -> String {
    let names = rows.iter().map(|r| r.0.chars().count());
    let width = names.max().unwrap_or(0).max(5);
    let mut out = format!("{:width$}", "model");
    for kind in KINDS {
        out.push_str(&format!("  {kind:>9}"));
    }
    out.push('\n');
    for (name, prices) in rows {
        out.push_str(&format!("{name:width$}"));
        for price in prices {
            out.push_str(&format!("  {price:>9}"));
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_model_on_sale_has_a_line() {
        let catalog = Catalog::embedded();
        let day = date(2026, 12, 1);
        let text = all(catalog, day);
        for (model, _) in catalog.prices_on(day) {
            assert!(text.contains(&model.id), "{}", model.id);
            assert!(one(model, day).contains("source: http"));
        }
    }
}
