//! The charts of a comparison.

mod break_even;
mod differences;

#[cfg(test)]
mod tests;

use super::{ChartError, Drawing, Rendered, picture};
use crate::analysis::compare::Comparison;

/// A chart of a comparison: its name and file, and how it is drawn; none when it has nothing to say.
struct Chart {
    name: &'static str,
    draw: fn(&Comparison) -> Option<Drawing>,
}

const CHARTS: &[Chart] = &[
    Chart {
        name: "differences",
        draw: differences::draw,
    },
    Chart {
        name: "break_even",
        draw: break_even::draw,
    },
];

/// All charts that have something to say, in order.
///
/// # Errors
/// When the drawing backend or the rasteriser fails, which no findings should bring about.
pub fn render(c: &Comparison) -> Result<Vec<Rendered>, ChartError> {
    let drawn = CHARTS
        .iter()
        .filter_map(|chart| Some((chart.name, (chart.draw)(c)?)));
    drawn.map(|(name, d)| picture(name, name, d)).collect()
}
