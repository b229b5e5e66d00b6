//! Words and numbers as people type them.

use rust_decimal::Decimal;

/// A likeness below this is a coincidence.
const LEAST_LIKENESS: f64 = 0.55;
/// Numbers of more digits are refused: nothing here needs them.
const DIGITS_MAX: usize = 40;

/// The known word that was probably meant.
pub fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |s: &str| s.to_lowercase().replace(['-', ' ', '_'], "");
    let wanted = plain(word);
    known
        .into_iter()
        .map(|k| {
            let likeness = strsim::normalized_damerau_levenshtein(&plain(k), &wanted);
            let starts = wanted.len() >= 3 && plain(k).starts_with(&wanted);
            (if starts { likeness.max(0.8) } else { likeness }, k)
        })
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

/// A decimal number out of text as typed; exponents are understood.
pub fn decimal(text: &str) -> Option<Decimal> {
    if text.len() > DIGITS_MAX {
        return None;
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    Decimal::from_str_exact(plain)
        .or_else(|_| Decimal::from_scientific(plain))
        .ok()
}
