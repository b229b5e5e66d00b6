//! Nothing collides and nothing is cut off, whatever is compared.

use super::super::tests::collisions;
use super::*;
use crate::analysis::compare::fixture;

#[test]
fn no_text_touches_another() {
    let mut wrong = Vec::new();
    let mut drawn = 0;
    for c in [fixture::models(), fixture::variants(), fixture::calm()] {
        for chart in CHARTS {
            if let Some(d) = (chart.draw)(&c) {
                drawn += 1;
                wrong.extend(collisions(chart.name, &d));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(drawn, 4, "three of differences, one of a break-even");
}

#[test]
fn titles_state_the_finding() {
    let c = fixture::models();
    let titles: Vec<String> = render(&c).unwrap().into_iter().map(|r| r.title).collect();
    assert_eq!(
        titles,
        [
            "Sonnet 5.5 costs least on average, $125 a month",
            "Opus 5.5 pays off only if Sonnet 5.5 needs more than 1.87 times the requests"
        ]
    );
}
