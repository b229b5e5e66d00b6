//! `burncast prices`.

use jiff::Zoned;
use jiff::civil::Date;

use super::Done;
use super::common;
use super::exit::{Exit, Failure};
use crate::catalog::Catalog;
use crate::report::prices::{all, one};

/// Show the price list as it stands on a day, with what applies on top of it.
#[derive(clap::Args)]
pub struct Args {
    /// Only this model, with its history.
    model: Option<String>,
    /// Day whose prices are shown [default: today].
    #[arg(long, value_name = "DATE")]
    date: Option<Date>,
}

pub fn run(args: Args) -> Done {
    let catalog = Catalog::embedded();
    let date = args.date.unwrap_or_else(|| Zoned::now().date());
    let text = match args.model {
        None => all(catalog, date),
        Some(name) => {
            let model = catalog
                .model(&name)
                .map_err(|e| Failure::Wrong(e.to_string()))?;
            one(model, date)
        }
    };
    common::print(&text)?;
    Ok(Exit::Answered)
}
