//! Screens of made-up findings, at both widths.

use super::*;
use crate::analysis::plans::fixture;

fn look(width: usize) -> Look {
    Look {
        width,
        color: false,
        elapsed: None,
        written: Some("output/x-plans/   4 tables, run.json".to_owned()),
    }
}

#[test]
fn a_wide_and_a_narrow_screen() {
    let f = fixture::heavy();
    insta::assert_snapshot!(format!(
        "{}\n{}",
        screen(&f, &look(100)),
        screen(&f, &look(80))
    ));
}

#[test]
fn no_line_is_longer_than_the_screen() {
    for f in fixture::all() {
        for width in [80, 100] {
            for line in screen(&f, &look(width)).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }
}
