//! `burncast init`.

use super::Done;
use super::common;
use super::exit::Exit;
use crate::catalog::Catalog;
use crate::scenario;

/// Print a commented scenario to start from: `burncast init > mine.toml`.
#[derive(clap::Args)]
pub struct Args {
    /// How you work; `burncast presets` lists them.
    #[arg(long, value_name = "NAME", default_value = "claude-code-moderate")]
    preset: String,
    /// Your plan.
    #[arg(long, value_name = "NAME", default_value = "max-5x")]
    plan: String,
}

pub fn run(args: Args) -> Done {
    let presets: Vec<&str> = scenario::presets().iter().map(|p| p.name).collect();
    common::known("preset", &args.preset, &presets)?;
    let plans: Vec<&str> = Catalog::embedded().plan_ids().collect();
    common::known("plan", &args.plan, &plans)?;
    common::print(&scenario::init(&args.preset, &args.plan))?;
    Ok(Exit::Answered)
}
