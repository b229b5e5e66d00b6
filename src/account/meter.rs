//! How tokens use up a window.

use super::rates::KINDS;

/// The rule that turns a request's tokens into window units (pico-dollars of metered value). The
/// vendor publishes none; the three presets are those that users' measurements speak for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Meter {
    /// List price of every kind of token.
    #[default]
    Price,
    /// Cache reads are free, cache writes count as input.
    ReadsFree,
    /// Cache reads count as input.
    ReadsFull,
    /// List price times a weight per kind, in the order of [`super::rates::ALL_KINDS`].
    Weights([f64; KINDS]),
}

/// The presets.
pub const METERS: [Meter; 3] = [Meter::Price, Meter::ReadsFree, Meter::ReadsFull];

impl Meter {
    /// Window units per token of each kind.
    pub fn units(self, price: [i64; KINDS]) -> [i64; KINDS] {
        let [input, _, _, _, output] = price;
        match self {
            Meter::Price => price,
            Meter::ReadsFree => [input, input, input, 0, output],
            Meter::ReadsFull => [input, price[1], price[2], input, output],
            Meter::Weights(w) => {
                std::array::from_fn(|i| libm::round(price[i] as f64 * w[i]) as i64)
            }
        }
    }

    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Meter::Price => "price",
            Meter::ReadsFree => "reads-free",
            Meter::ReadsFull => "reads-full",
            Meter::Weights(_) => "own",
        }
    }

    /// The preset of that name.
    pub fn of(name: &str) -> Option<Meter> {
        METERS.into_iter().find(|m| m.name() == name)
    }

    /// What it says, after "cache reads": `cache reads count at list price`.
    pub fn about(self) -> &'static str {
        match self {
            Meter::Price => "every kind of token counts at list price",
            Meter::ReadsFree => "cache reads are free, cache writes count as input",
            Meter::ReadsFull => "cache reads count as input",
            Meter::Weights(_) => "own weights",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_weigh_cache_reads() {
        let price = [100, 125, 200, 10, 500];
        assert_eq!(Meter::Price.units(price), price);
        assert_eq!(Meter::ReadsFree.units(price), [100, 100, 100, 0, 500]);
        assert_eq!(Meter::ReadsFull.units(price), [100, 125, 200, 100, 500]);
        let half = Meter::Weights([1.0, 1.0, 1.0, 0.25, 0.5]);
        assert_eq!(half.units(price), [100, 125, 200, 3, 250]);
    }

    #[test]
    fn names_lead_back() {
        for meter in METERS {
            assert_eq!(Meter::of(meter.name()), Some(meter));
        }
        assert_eq!(Meter::of("own"), None);
    }
}
