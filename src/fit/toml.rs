//! Values as they are written into a scenario.

use crate::base::law::Law;

/// A distribution with an upper bound.
pub fn draw(law: &Law, max: Option<f64>) -> String {
    let bound = max.map_or_else(String::new, |x| format!(", max = {}", number(x)));
    match law {
        Law::Constant(x) => number(*x),
        _ => format!("{{ {}{bound} }}", inner(law)),
    }
}

/// What stands between the braces.
fn inner(law: &Law) -> String {
    let two = |name: &str, a: (&str, f64), b: (&str, f64)| {
        let (x, y) = (number(a.1), number(b.1));
        format!("{name} = {{ {} = {x}, {} = {y} }}", a.0, b.0)
    };
    match law {
        Law::LogNormal { mu, sigma } => two("lognormal", ("mu", *mu), ("sigma", *sigma)),
        Law::Gamma { shape, scale } => two("gamma", ("shape", *shape), ("scale", *scale)),
        Law::Weibull { shape, scale } => two("weibull", ("shape", *shape), ("scale", *scale)),
        Law::Lomax { shape, scale } => two("lomax", ("shape", *shape), ("scale", *scale)),
        Law::Exponential { mean } => format!("exponential = {{ mean = {} }}", number(*mean)),
        Law::Empirical(values) => {
            let all: Vec<String> = values.iter().map(|x| number(*x)).collect();
            format!("values = [{}]", all.join(", "))
        }
        Law::Mixture(parts) => {
            let part = |(w, law): &(f64, Law)| {
                let of = match law {
                    Law::Constant(x) => number(*x),
                    other => format!("{{ {} }}", inner(other)),
                };
                format!("{{ weight = {}, of = {of} }}", number(*w))
            };
            let all: Vec<String> = parts.iter().map(part).collect();
            format!("mixture = [{}]", all.join(", "))
        }
        // No fit ends in another law.
        other => format!(
            "constant = {{ value = {} }}",
            number(other.mean().unwrap_or(0.0))
        ),
    }
}

/// Four digits that count; whole numbers from 10,000 in groups.
pub fn number(x: f64) -> String {
    if !x.is_finite() || x == 0.0 {
        return "0".into();
    }
    let size = libm::floor(libm::log10(x.abs())) as i32;
    if size >= 4 {
        let unit = libm::pow(10.0, f64::from(size - 3));
        let whole = libm::round(x / unit) * unit;
        return grouped(whole as i64);
    }
    let places = (3 - size).clamp(0, 12) as usize;
    let text = format!("{x:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Three digits that count, for people.
pub fn short(x: f64) -> String {
    if !x.is_finite() {
        return "?".into();
    }
    if x == 0.0 {
        return "0".into();
    }
    let size = libm::floor(libm::log10(x.abs())) as i32;
    let unit = libm::pow(10.0, f64::from(size - 2));
    number(libm::round(x / unit) * unit)
}

fn grouped(n: i64) -> String {
    let text = crate::base::money::group_thousands(n.unsigned_abs()).replace(',', "_");
    if n < 0 { format!("-{text}") } else { text }
}

/// The next number with two digits that count.
pub fn round_up(x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(x)) - 1.0);
    let up = libm::ceil(x / unit - 1e-9) * unit;
    // A power of ten below one has no exact form: rounded once more.
    if unit < 1.0 {
        libm::round(up / unit) * unit
    } else {
        up
    }
}

/// A text in quotes.
pub fn text(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Names with weights.
pub fn weights(all: &[(String, f64)]) -> String {
    let parts: Vec<String> = all
        .iter()
        .map(|(name, w)| format!("{} = {}", text(name), number(*w)))
        .collect();
    format!("{{ {} }}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        let cases = [
            (0.0, "0"),
            (0.123_456, "0.1235"),
            (12.0, "12"),
            (1_234.56, "1235"),
            (26_149.0, "26_150"),
            (1_000_000.0, "1_000_000"),
            (-0.5, "-0.5"),
            (0.000_012_345, "0.00001234"),
        ];
        for (x, text) in cases {
            assert_eq!(number(x), text);
        }
    }

    #[test]
    fn bounds_are_round() {
        let up = [1.0, 121.0, 0.013, 86_400.0].map(round_up);
        assert_eq!(up[..2], [1.0, 130.0]);
        assert!((up[2] - 0.013).abs() < 1e-12);
        assert_eq!(up[3], 87_000.0);
    }

    #[test]
    fn laws_are_written_as_the_format_reads_them() {
        let law = Law::Mixture(vec![
            (0.25, Law::Constant(1.0)),
            (
                0.75,
                Law::LogNormal {
                    mu: 1.65,
                    sigma: 1.15,
                },
            ),
        ]);
        assert_eq!(
            draw(&law, Some(300.0)),
            "{ mixture = [{ weight = 0.25, of = 1 }, { weight = 0.75, of = { lognormal = { mu = 1.65, sigma = 1.15 } } }], max = 300 }"
        );
        assert_eq!(draw(&Law::Constant(7.0), Some(9.0)), "7");
        assert_eq!(text("a \"b\" \\"), "\"a \\\"b\\\" \\\\\"");
    }
}
