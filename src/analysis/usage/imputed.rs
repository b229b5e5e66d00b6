//! An estimate of the output that placeholders hide.

use crate::analysis::pricing::Pricer;
use crate::base::money::PICO_PER_USD;
use crate::catalog::observed::Observed;
use crate::logs::{Names, OutputCount, Request};

/// What placeholders leave out, as an estimate; it is in no sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Imputed {
    /// Output tokens beyond those logged.
    pub tokens: f64,
    /// Their list price, dollars, of the requests that have one.
    pub usd: f64,
    /// Whether it rests on the same person's complete requests, or on published use.
    pub own: bool,
}

/// Fewest complete requests whose mean is used.
const ENOUGH: usize = 30;

/// What: each placeholder is replaced by the mean output of complete requests on its side, main
/// thread or sub-agents. Symbols: m = mean output (tokens), o = logged output (tokens), r = output
/// price (USD a token). Formula: tokens = Σ max(0, m − o), usd = Σ r · max(0, m − o). Limits: with
/// fewer than 30 complete requests on a side, m is the mean of the lognormal through the published
/// median and 90th percentile. Source: `observed.toml`. Example: 100 placeholders of 3 tokens, m =
/// 700, r = 25 per million: 69,700 tokens, $1.74.
pub(super) fn imputed(
    names: &Names,
    requests: &[Request],
    pricer: &mut Pricer<'_>,
) -> Option<Imputed> {
    let hidden = |r: &&Request| r.output == OutputCount::Placeholder;
    requests.iter().find(hidden)?;
    let means = [false, true].map(|side| own_mean(requests, side));
    let mut found = Imputed {
        tokens: 0.0,
        usd: 0.0,
        own: true,
    };
    for r in requests.iter().filter(hidden) {
        let own = means[usize::from(r.sidechain)];
        found.own &= own.is_some();
        let mean = own.or_else(|| published_mean(r.sidechain)).unwrap_or(0.0);
        let more = (mean - r.tokens.output as f64).max(0.0);
        found.tokens += more;
        let rate = pricer.output_rate(names, r).unwrap_or(0);
        found.usd += more * rate as f64 / PICO_PER_USD as f64;
    }
    Some(found)
}

fn own_mean(requests: &[Request], sidechain: bool) -> Option<f64> {
    let complete = requests
        .iter()
        .filter(|r| r.output == OutputCount::Final && r.sidechain == sidechain);
    let (n, sum) = complete.fold((0usize, 0.0), |(n, sum), r| {
        (n + 1, sum + r.tokens.output as f64)
    });
    (n >= ENOUGH).then(|| sum / n as f64)
}

/// The mean of the lognormal through a published median and 90th percentile.
fn published_mean(sidechain: bool) -> Option<f64> {
    /// The standard normal's 90th percentile.
    const Z90: f64 = 1.281_551_565_544_600_4;
    let id = if sidechain {
        "sub-agent-output"
    } else {
        "output"
    };
    let all = &Observed::embedded().quantities;
    let q = all.iter().find(|q| q.id == id)?;
    let (median, p90) = (q.median?, q.p90?);
    let sigma = libm::log(p90 / median) / Z90;
    Some(median * libm::exp(sigma * sigma / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::pricing::CostFrom;
    use crate::base::time::Instant;
    use crate::catalog::Catalog;
    use crate::logs::Tokens;

    fn request(names: &mut Names, output: u64, what: OutputCount) -> Request {
        Request {
            at: Instant(1_791_194_400_000),
            model: names.add("claude-opus-4-8"),
            tokens: Tokens {
                output,
                ..Tokens::default()
            },
            output: what,
            count: 1,
            ..Request::default()
        }
    }

    #[test]
    fn placeholders_get_the_mean_of_complete_requests() {
        let mut names = Names::default();
        let mut all = vec![request(&mut names, 3, OutputCount::Placeholder); 100];
        let mut pricer = Pricer::new(Catalog::embedded(), CostFrom::Auto);
        let published = imputed(&names, &all, &mut pricer);
        assert!(published.is_some_and(|i| !i.own && i.tokens > 100.0 * 300.0));
        all.extend(vec![request(&mut names, 700, OutputCount::Final); 40]);
        let own = imputed(&names, &all, &mut pricer);
        let own = own.map(|i| (i.own, i.tokens, (i.usd * 1e4).round()));
        assert_eq!(own, Some((true, 69_700.0, 17_425.0)));
    }

    #[test]
    fn nothing_is_imputed_without_placeholders() {
        let mut names = Names::default();
        let all = [request(&mut names, 3, OutputCount::Final)];
        let mut pricer = Pricer::new(Catalog::embedded(), CostFrom::Auto);
        let found = imputed(&names, &all, &mut pricer);
        assert_eq!(found, None);
    }
}
