//! `burncast presets`.

use super::Done;
use super::common;
use super::exit::{Exit, Failure};
use crate::scenario;

/// List the presets for actors, or print one with its sources.
#[derive(clap::Args)]
pub struct Args {
    /// Preset to print.
    name: Option<String>,
}

pub fn run(args: Args) -> Done {
    let presets = scenario::presets();
    let Some(name) = args.name else {
        let width = presets.iter().map(|p| p.name.len()).max().unwrap_or(0);
        let lines = presets
            .iter()
            .map(|p| format!("{:width$}  {}\n", p.name, p.description));
        common::print(&lines.collect::<String>())?;
        return Ok(Exit::Answered);
    };
    let Some(preset) = presets.iter().find(|p| p.name == name) else {
        let known: Vec<&str> = presets.iter().map(|p| p.name).collect();
        let known = known.join(", ");
        return Err(Failure::Wrong(format!(
            "unknown preset \"{name}\"; known: {known}"
        )));
    };
    common::print(preset.text)?;
    Ok(Exit::Answered)
}
