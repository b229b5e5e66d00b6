use super::*;

fn point(factor: f64, d: [f64; 3]) -> Point {
    Point {
        factor,
        differences: vec![Some(d)],
    }
}

#[test]
fn lines_cross_zero_once() {
    assert_eq!(
        crossing(&[(1.0, -4.0), (2.0, -2.0), (3.0, 2.0), (4.0, 9.0)]),
        Some(2.5)
    );
    assert_eq!(crossing(&[(1.0, 0.0), (2.0, 3.0)]), Some(1.0));
    assert_eq!(crossing(&[(1.0, -1.0), (20.0, -0.5)]), None);
    assert_eq!(crossing(&[]), None);
}

#[test]
fn the_band_gives_the_interval() {
    let curve = [
        point(1.0, [-10.0, -11.0, -9.0]),
        point(2.0, [0.0, -2.0, 2.0]),
        point(3.0, [10.0, 7.0, 13.0]),
    ];
    let Meeting::At { value, low, high } = meeting(&curve, 0) else {
        panic!("they meet");
    };
    assert_eq!(value, 2.0);
    assert!(
        low > 1.8 && low < 1.9 && high > 2.2 && high < 2.3,
        "{low} {high}"
    );
    assert_eq!(meeting(&curve[..1], 0), Meeting::Beyond);
}
