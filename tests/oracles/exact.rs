//! Exact sums behind the oracles.

/// P(X = k) of a Poisson law.
pub fn poisson(k: i64, mean: f64) -> f64 {
    let k = k as f64;
    (k * mean.ln() - mean - libm::lgamma(k + 1.0)).exp()
}

/// Where a Poisson law has its mass, to far below 1e-16.
fn range(mean: f64) -> std::ops::RangeInclusive<i64> {
    let wide = 14.0 * mean.sqrt() + 40.0;
    ((mean - wide).max(0.0) as i64)..=((mean + wide) as i64)
}

/// P(X >= k) of a Poisson law.
pub fn poisson_tail(k: i64, mean: f64) -> f64 {
    let all = range(mean);
    (k.max(*all.start())..=*all.end())
        .map(|i| poisson(i, mean))
        .sum()
}

/// E f(M − K) over M >= K, for independent Poisson M and K with means `m` and `k`.
pub fn lead(m: f64, k: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (ms, ks) = (range(m), range(k));
    let pm: Vec<f64> = ms.clone().map(|i| poisson(i, m)).collect();
    let mut sum = 0.0;
    for b in ks {
        let pb = poisson(b, k);
        for (a, pa) in ms.clone().zip(&pm) {
            if a >= b {
                sum += pb * pa * f((a - b) as f64);
            }
        }
    }
    sum
}

/// Mean and variance of the number of windows of length `window` opened before `t`, when each is
/// opened by the first of Poisson arrivals (`rate`) after the one before.
pub fn windows_opened(rate: f64, window: f64, t: f64) -> (f64, f64) {
    let (mut mean, mut square) = (0.0, 0.0);
    let mut n = 1;
    loop {
        let free = t - (n - 1) as f64 * window;
        if free <= 0.0 {
            return (mean, square - mean * mean);
        }
        // The n-th opens when n waits for a request have fitted into the time without a window.
        let p = poisson_tail(n, rate * free);
        mean += p;
        square += (2 * n - 1) as f64 * p;
        n += 1;
    }
}
