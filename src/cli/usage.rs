//! `burncast usage`.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use jiff::civil::Date;

use crate::analysis::pricing::CostFrom;
use crate::analysis::usage::{By, GROUPINGS_MAX, Question, usage};
use crate::base::time::Instant;
use crate::catalog::Catalog;
use crate::report::usage::{csv, json, screen};

use super::Done;
use super::common;
use super::exit::{Exit, Failure};
use super::logs::LogArgs;

/// Say what logs of real use hold: tokens and dollars by day, session, 5-hour window, model, …
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    logs: LogArgs,
    /// What to group by; several are nested, as in `--by month,model`.
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        default_value = "day"
    )]
    by: Vec<By>,
    /// First day that counts.
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Last day that counts.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Which cost counts where a log states one itself.
    #[arg(long, value_name = "WHICH", value_enum, default_value_t)]
    cost: CostFrom,
    /// Prints the results as a JSON document.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Prints the table as CSV.
    #[arg(long)]
    csv: bool,
}

pub fn run(args: Args) -> Done {
    if args.by.len() > GROUPINGS_MAX {
        return Err(Failure::Wrong(format!(
            "--by: at most {GROUPINGS_MAX} groupings"
        )));
    }
    let (zone, zone_name) = args.logs.zone()?;
    let day = |date: Date| -> Result<Instant, Failure> {
        let start = date.to_zoned(zone.clone());
        let start = start.map_err(|e| Failure::Wrong(format!("{date}: {e}")))?;
        Ok(Instant(start.timestamp().as_millisecond()))
    };
    let after = |date: Date| date.tomorrow().map_err(|e| Failure::Wrong(e.to_string()));
    let question = Question {
        by: args.by.clone(),
        since: args.since.map(day).transpose()?,
        until: args.until.map(after).transpose()?.map(day).transpose()?,
        cost: args.cost,
        zone: zone.clone(),
        zone_name,
    };
    // Parsing the catalogue takes as long as finding the files.
    std::thread::spawn(Catalog::embedded);
    let logs = args.logs.read()?;
    let found = usage(&logs, Catalog::embedded(), &question);
    if args.json {
        common::print(&json(&found)?)?;
    } else if args.csv {
        let mut text = Vec::new();
        csv(&found, &mut text)?;
        common::print(&String::from_utf8_lossy(&text))?;
    } else {
        common::print(&screen(&found, &common::look()))?;
    }
    Ok(Exit::Answered)
}

impl ValueEnum for By {
    fn value_variants<'a>() -> &'a [By] {
        &By::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for CostFrom {
    fn value_variants<'a>() -> &'a [CostFrom] {
        &[CostFrom::Auto, CostFrom::Recompute, CostFrom::Logged]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            CostFrom::Auto => {
                PossibleValue::new("auto").help("the log's, else the list price of the day")
            }
            CostFrom::Recompute => {
                PossibleValue::new("recompute").help("the list price of the day, always")
            }
            CostFrom::Logged => PossibleValue::new("logged").help("the log's only"),
        })
    }
}
