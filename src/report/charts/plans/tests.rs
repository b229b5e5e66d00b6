//! Nothing collides and nothing is cut off, whatever the plans cost.

use super::super::tests::collisions;
use super::*;
use crate::analysis::plans::fixture;

#[test]
fn no_text_touches_another() {
    let mut wrong = Vec::new();
    let mut drawn = 0;
    for f in fixture::all() {
        for chart in CHARTS {
            if let Some(d) = (chart.draw)(&f) {
                drawn += 1;
                wrong.extend(collisions(chart.name, &d));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(drawn, 2 * fixture::all().len());
}

#[test]
fn titles_state_the_finding() {
    let titles: Vec<String> = render(&fixture::heavy())
        .unwrap()
        .into_iter()
        .map(|r| r.title)
        .collect();
    insta::assert_snapshot!(titles.join("\n"));
}
