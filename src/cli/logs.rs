//! What commands that read logs share.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::base::zones;
use crate::logs::Logs;
use crate::logs::source::{self, Keep, Options, SourceError};

use super::exit::Failure;

/// Logs to read.
#[derive(clap::Args)]
pub struct LogArgs {
    /// Files or folders of logs, `-` for standard input [default: Claude Code's own folders].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Time zone of days and weeks [default: the machine's].
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Format of the logs [default: what each file looks like].
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Keep no requests for the time when transcripts are deleted, and use none kept earlier.
    #[arg(long)]
    no_store: bool,
}

impl LogArgs {
    /// Reads and merges the logs.
    pub fn read(&self) -> Result<Logs, Failure> {
        read(&Options {
            paths: self.paths.clone(),
            format: self.format.clone(),
            threads: 0,
            store: keep(self.no_store),
        })
    }

    /// The time zone and its name.
    pub fn zone(&self) -> Result<(TimeZone, String), Failure> {
        zone(self.timezone.as_deref())
    }
}

/// Where to keep requests.
pub fn keep(no_store: bool) -> Keep {
    if no_store {
        Keep::Nothing
    } else {
        Keep::Default
    }
}

/// Reads and merges logs.
pub fn read(options: &Options) -> Result<Logs, Failure> {
    source::read(options).map_err(|e| match e {
        SourceError::Wrong(text) => Failure::Wrong(text),
        SourceError::Io(e) => Failure::Machine(e.to_string()),
    })
}

/// A time zone by name, else the machine's, and its name.
pub fn zone(asked: Option<&str>) -> Result<(TimeZone, String), Failure> {
    let Some(name) = asked else {
        let zone = TimeZone::system();
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        return Ok((zone, name));
    };
    let zone = zones::zone(name).ok_or_else(|| {
        let names = zones::zone_names();
        let near = crate::base::text::suggest(name, names.iter().map(String::as_str));
        let hint = near.map_or_else(
            || "zones are called like Europe/Berlin or America/New_York".to_owned(),
            |n| format!("did you mean {n}?"),
        );
        Failure::Wrong(format!("--timezone: unknown zone \"{name}\"; {hint}"))
    })?;
    Ok((zone, name.to_owned()))
}
