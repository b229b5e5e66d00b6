//! The charts of a comparison of plans.

mod costs;
mod growth;

#[cfg(test)]
mod tests;

use super::{ChartError, Drawing, Rendered, picture};
use crate::analysis::plans::PlansFinding;

/// A chart of plans: its name and file, and how it is drawn; none when it has nothing to say.
struct Chart {
    name: &'static str,
    draw: fn(&PlansFinding) -> Option<Drawing>,
}

const CHARTS: &[Chart] = &[
    Chart {
        name: "plans",
        draw: costs::draw,
    },
    Chart {
        name: "use",
        draw: growth::draw,
    },
];

/// All charts that have something to say, in order.
///
/// # Errors
/// When the drawing backend or the rasteriser fails, which no findings should bring about.
pub fn render(f: &PlansFinding) -> Result<Vec<Rendered>, ChartError> {
    let drawn = CHARTS
        .iter()
        .filter_map(|chart| Some((chart.name, (chart.draw)(f)?)));
    drawn.map(|(name, d)| picture(name, name, d)).collect()
}
