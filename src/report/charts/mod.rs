//! The charts of a run: SVG for pages, PNG for decks.
//!
//! Read `CHARTS` first: one line per chart, one file each. A chart turns findings into a
//! [`Drawing`] and computes nothing but words and pixels; `svg` and `png` turn the
//! drawing into files.

mod axes;
pub mod canvas;
mod frame;
mod marks;
mod near;
mod place;
mod png;
mod say;
mod svg;
mod text;
mod theme;
mod when;

pub mod compare;
pub mod plans;
mod plot;

mod blocked;
mod cost;
mod cost_bars;
mod drains;
pub mod history;
mod left;
pub mod limits;
mod month;
mod spend;
pub mod tornado;
pub mod tune_front;
pub mod tune_map;

#[cfg(test)]
mod fixture_parts;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

use std::fmt;

pub use canvas::Drawing;

use crate::analysis::findings::Findings;

/// A chart: its name, its file (without ending), what it shows and how it is drawn.
pub struct Chart {
    pub name: &'static str,
    pub file: &'static str,
    pub describe: &'static str,
    /// `None` when the findings hold nothing that this chart could show.
    pub draw: fn(&Findings) -> Option<Drawing>,
}

/// All charts, in the order of a report.
pub const CHARTS: &[Chart] = &[
    Chart {
        name: "drains",
        file: "drains",
        describe: "When each pool drains: the share of trials in which it has not run dry yet, over time.",
        draw: drains::draw,
    },
    Chart {
        name: "left",
        file: "left",
        describe: "What is left in each pool over time: median, middle half and 5-95 % of trials.",
        draw: left::draw,
    },
    Chart {
        name: "cost",
        file: "cost",
        describe: "What it costs: the distribution of the total over trials.",
        draw: cost::draw,
    },
    Chart {
        name: "blocked",
        file: "blocked",
        describe: "When work is stopped: share of hours by weekday and local hour, and why.",
        draw: blocked::draw,
    },
    Chart {
        name: "spend",
        file: "spend",
        describe: "Where the money goes: list price by actor, model and kind of token.",
        draw: spend::draw,
    },
    Chart {
        name: "month",
        file: "month",
        describe: "One trial near the medians, replayed: what is left, reloads and refusals.",
        draw: month::draw,
    },
];

/// A chart that is ready to be written.
#[derive(Clone, Debug)]
pub struct Rendered {
    pub name: &'static str,
    pub file: &'static str,
    /// The finding, as the chart's title says it.
    pub title: String,
    pub svg: String,
    pub png: Vec<u8>,
}

/// Why a chart could not be made. Both mean a defect of the program, not of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartError {
    Draw(String),
    Raster(String),
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChartError::Draw(why) => write!(f, "a chart could not be drawn: {why}"),
            ChartError::Raster(why) => write!(f, "a chart could not be made a picture: {why}"),
        }
    }
}

impl std::error::Error for ChartError {}

/// All charts that have something to say, in order. Two threads: pictures take most of the time.
///
/// # Errors
/// When the drawing backend or the rasteriser fails, which no findings should bring about.
pub fn render_all(findings: &Findings) -> Result<Vec<Rendered>, ChartError> {
    // Dealt out alternately, which balances the two tall stacks (left, month).
    let lane = |first: usize| -> Result<Vec<(usize, Rendered)>, ChartError> {
        let mine = CHARTS.iter().enumerate().skip(first).step_by(2);
        mine.filter_map(|(i, chart)| {
            let rendered = render(chart, findings).transpose()?;
            Some(rendered.map(|r| (i, r)))
        })
        .collect()
    };
    let (even, odd) = std::thread::scope(|scope| {
        let odd = scope.spawn(|| lane(1));
        let even = lane(0);
        (even, odd.join())
    });
    let odd = odd.unwrap_or_else(|_| Err(ChartError::Draw("a thread stopped".to_string())))?;
    let mut all = even?;
    all.extend(odd);
    all.sort_by_key(|(i, _)| *i);
    Ok(all.into_iter().map(|(_, r)| r).collect())
}

/// One chart; `None` when it has nothing to say.
///
/// # Errors
/// As [`render_all`].
pub fn render(chart: &Chart, findings: &Findings) -> Result<Option<Rendered>, ChartError> {
    let Some(drawing) = (chart.draw)(findings) else {
        return Ok(None);
    };
    picture(chart.name, chart.file, drawing).map(Some)
}

/// A drawing as files.
///
/// # Errors
/// As [`render_all`].
pub fn picture(
    name: &'static str,
    file: &'static str,
    drawing: Drawing,
) -> Result<Rendered, ChartError> {
    let svg = svg::document(name, &drawing)?;
    let png = png::rasterise(&svg)?;
    Ok(Rendered {
        name,
        file,
        title: drawing.title,
        svg,
        png,
    })
}
