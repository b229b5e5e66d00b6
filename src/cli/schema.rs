//! `burncast schema`.

use super::Done;
use super::common;
use super::exit::{Exit, Failure};
use crate::scenario;

/// Print the JSON Schema of scenario files, for editors.
#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: Args) -> Done {
    let text = serde_json::to_string_pretty(&scenario::schema())
        .map_err(|e| Failure::Machine(e.to_string()))?;
    common::print(&format!("{text}\n"))?;
    Ok(Exit::Answered)
}
