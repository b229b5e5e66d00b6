//! Small numerical tools: a linear system, a minimum in one and in a few dimensions, digamma.

/// The inverse of a square matrix; `None` when it has none that can be trusted.
pub fn inverse(a: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = a.len();
    let unit = |i: usize| (0..n).map(move |j| if i == j { 1.0 } else { 0.0 });
    let mut rows: Vec<Vec<f64>> = a
        .iter()
        .enumerate()
        .map(|(i, row)| row.iter().copied().chain(unit(i)).collect())
        .collect();
    for i in 0..n {
        let best = (i..n).max_by(|p, q| rows[*p][i].abs().total_cmp(&rows[*q][i].abs()))?;
        rows.swap(i, best);
        let pivot = rows[i][i];
        if !pivot.is_finite() || pivot.abs() < 1e-12 {
            return None;
        }
        rows[i].iter_mut().for_each(|x| *x /= pivot);
        let row = rows[i].clone();
        for (j, other) in rows.iter_mut().enumerate() {
            if j != i {
                let factor = other[i];
                other
                    .iter_mut()
                    .zip(&row)
                    .for_each(|(x, r)| *x -= factor * r);
            }
        }
    }
    Some(rows.into_iter().map(|r| r[n..].to_vec()).collect())
}

/// Where a function of one variable is least between two ends (golden section).
pub fn least(mut low: f64, mut high: f64, steps: u32, f: impl Fn(f64) -> f64) -> f64 {
    const SECTION: f64 = 0.618_033_988_749_894_8;
    let (mut a, mut b) = (high - SECTION * (high - low), low + SECTION * (high - low));
    let (mut fa, mut fb) = (f(a), f(b));
    for _ in 0..steps {
        if fa <= fb {
            (high, b, fb) = (b, a, fa);
            a = high - SECTION * (high - low);
            fa = f(a);
        } else {
            (low, a, fa) = (a, b, fb);
            b = low + SECTION * (high - low);
            fb = f(b);
        }
    }
    0.5 * (low + high)
}

/// Where a function of a few variables is least, from a start and first steps (Nelder, Mead 1965).
pub fn lowest(start: &[f64], step: f64, rounds: u32, f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let n = start.len();
    let worth = |x: Vec<f64>| {
        let y = f(&x);
        (if y.is_finite() { y } else { f64::MAX }, x)
    };
    let mut corners = vec![worth(start.to_vec())];
    for i in 0..n {
        let mut x = start.to_vec();
        x[i] += step;
        corners.push(worth(x));
    }
    for _ in 0..rounds {
        corners.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (best, worst) = (corners[0].0, corners[n].clone());
        if (worst.0 - best).abs() <= 1e-9 * (1.0 + best.abs()) {
            break;
        }
        let centre: Vec<f64> = (0..n)
            .map(|j| corners[..n].iter().map(|c| c.1[j]).sum::<f64>() / n as f64)
            .collect();
        let along = |t: f64| {
            let x = centre.iter().zip(&worst.1).map(|(c, w)| c + t * (c - w));
            worth(x.collect())
        };
        let mirrored = along(1.0);
        let new = if mirrored.0 < best {
            let far = along(2.0);
            if far.0 < mirrored.0 { far } else { mirrored }
        } else if mirrored.0 < corners[n - 1].0 {
            mirrored
        } else {
            let near = along(if mirrored.0 < worst.0 { 0.5 } else { -0.5 });
            if near.0 >= worst.0.min(mirrored.0) {
                // Nothing on this line helps: draw all corners toward the best one.
                let middle = corners[0].1.clone();
                for corner in &mut corners[1..] {
                    let x = corner.1.iter().zip(&middle).map(|(a, b)| 0.5 * (a + b));
                    *corner = worth(x.collect());
                }
                continue;
            }
            near
        };
        corners[n] = new;
    }
    corners.sort_by(|a, b| a.0.total_cmp(&b.0));
    corners.swap_remove(0).1
}

/// The derivative of ln Γ for x > 0: recurrence up to 10, then Stirling's series (error below 1e-12).
pub fn digamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 10.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    sum + libm::log(x)
        - 0.5 / x
        - z * (1.0 / 12.0 - z * (1.0 / 120.0 - z * (1.0 / 252.0 - z / 240.0)))
}

/// The derivative of digamma for x > 0, to about 1e-11.
pub fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 10.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    sum + 1.0 / x + 0.5 * z + z / x * (1.0 / 6.0 - z * (1.0 / 30.0 - z / 42.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let a = vec![
            vec![0.0, 2.0, 1.0],
            vec![4.0, 1.0, 0.0],
            vec![1.0, 0.0, 3.0],
        ];
        let b = inverse(&a).unwrap();
        for (i, row) in a.iter().enumerate() {
            for j in 0..3 {
                let x: f64 = (0..3).map(|k| row[k] * b[k][j]).sum();
                assert!((x - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
        assert_eq!(inverse(&[vec![1.0, 2.0], vec![2.0, 4.0]]), None);
    }

    #[test]
    fn minima_are_found() {
        assert!((least(-3.0, 9.0, 60, |x| (x - 2.5) * (x - 2.5)) - 2.5).abs() < 1e-6);
        let valley = |x: &[f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            a * a + 100.0 * b * b
        };
        let found = lowest(&[-1.2, 1.0], 0.5, 1000, valley);
        assert!((found[0] - 1.0).abs() < 1e-3 && (found[1] - 1.0).abs() < 1e-3);
    }

    #[test]
    fn derivatives_of_the_gamma_function() {
        // ψ(1) = −γ, ψ'(1) = π²/6.
        assert!((digamma(1.0) + 0.577_215_664_901_532_9).abs() < 2e-12);
        let sixth = std::f64::consts::PI * std::f64::consts::PI / 6.0;
        assert!((trigamma(1.0) - sixth).abs() < 1e-9);
        assert!((digamma(25.5) - 3.218_942_5).abs() < 1e-6);
    }
}
