//! What a request's tokens cost and how much of a window they use.

/// Token kinds, in the order of every array indexed by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Uncached input.
    Input = 0,
    /// Written to the cache with a time to live of five minutes.
    Write5m = 1,
    /// Written to the cache with a time to live of one hour.
    Write1h = 2,
    /// Read from the cache.
    Read = 3,
    /// Output.
    Output = 4,
}

/// Number of token kinds.
pub const KINDS: usize = 5;

/// All kinds, in array order.
pub const ALL_KINDS: [Kind; KINDS] = [
    Kind::Input,
    Kind::Write5m,
    Kind::Write1h,
    Kind::Read,
    Kind::Output,
];

impl Kind {
    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Input => "input",
            Kind::Write5m => "cache_write_5m",
            Kind::Write1h => "cache_write_1h",
            Kind::Read => "cache_read",
            Kind::Output => "output",
        }
    }
}

/// Price and meter weight of each token kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Pico-dollars per token.
    pub price: [i64; KINDS],
    /// Window units (pico-dollars of metered value) per token.
    pub units: [i64; KINDS],
    /// Whether units equal the price, so that they need not be worked out twice.
    pub metered_at_price: bool,
}

impl Rate {
    /// A rate from prices and meter weights per token.
    pub fn new(price: [i64; KINDS], units: [i64; KINDS]) -> Rate {
        Rate {
            price,
            units,
            metered_at_price: price == units,
        }
    }
}

/// A model's rate, with the dearer one that holds above a prompt size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateCard {
    pub base: Rate,
    /// Rate of requests whose prompt has more than `tier_above` tokens.
    pub tier: Rate,
    /// Prompt size in tokens above which `tier` holds; `i64::MAX` when there is no tier.
    pub tier_above: i64,
}

impl RateCard {
    /// A card without a prompt-size tier.
    pub fn flat(rate: Rate) -> RateCard {
        RateCard {
            base: rate,
            tier: rate,
            tier_above: i64::MAX,
        }
    }
}
