//! `--state`: where a forecast begins.

use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::common;
use super::exit::Failure;
use crate::base::time::Instant;
use crate::base::zones;
use crate::fit::begin::{Beginning, begin};
use crate::logs::state::{AccountState, Context, state};
use crate::scenario::Scenario;

/// The state of a real account.
#[derive(clap::Args, Clone)]
pub struct StateArgs {
    /// Starts from a real account: a saved usage answer, prepaid-credits answer, status-line JSON,
    /// ~/.claude.json or the text of the /usage screen; `-` for standard input. May be repeated:
    /// later files complete earlier ones.
    #[arg(long = "state", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// With --state: starts at this local time instead of that of the reading.
    #[arg(long, value_name = "WHEN", requires = "files")]
    start: Option<String>,
}

impl StateArgs {
    /// The scenario as it starts from the account's state; without one, as it is.
    pub fn apply(&self, scenario: Scenario) -> Result<Scenario, Failure> {
        let start = self.start.as_ref();
        let start = start.map(|text| common::instant(text, &scenario.timezone, false));
        let start = start.transpose()?;
        let mut all: Option<(AccountState, Instant, &'static str)> = None;
        for file in &self.files {
            let (text, time, source) = read("--state", file)?;
            let context = Context {
                at: time,
                zone: zones::zone(&scenario.timezone).unwrap_or(jiff::tz::TimeZone::UTC),
            };
            let name = file.display().to_string();
            let found = state(&name, &text, &context).map_err(|e| Failure::Wrong(e.to_string()))?;
            let (time, source) = found.at.map_or((time, source), |at| (at, ""));
            all = Some(match all {
                None => (found, time, source),
                Some((mut first, before, said)) => {
                    first.complete(found);
                    let (time, source) = if time >= before {
                        (time, source)
                    } else {
                        (before, said)
                    };
                    (first, time, source)
                }
            });
        }
        let Some((state, read, source)) = all else {
            return Ok(scenario);
        };
        let beginning = Beginning {
            read,
            source,
            start,
        };
        begin(&scenario, &state, beginning).map_err(common::problems)
    }
}

/// A file's text, the time it stands for where it does not say one, and how that time is known.
pub fn read(option: &str, file: &Path) -> Result<(String, Instant, &'static str), Failure> {
    let now = Instant(Timestamp::now().as_millisecond());
    let wrong = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound
        | std::io::ErrorKind::InvalidData
        | std::io::ErrorKind::IsADirectory
        | std::io::ErrorKind::PermissionDenied => {
            Failure::Wrong(format!("{option} {}: {}", file.display(), reason(&e)))
        }
        _ => Failure::Machine(format!("{}: {e}", file.display())),
    };
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(wrong)?;
        return Ok((text, now, "now"));
    }
    let text = std::fs::read_to_string(file).map_err(wrong)?;
    let time = std::fs::metadata(file).and_then(|m| m.modified());
    let time = time.ok().and_then(|t| Timestamp::try_from(t).ok());
    Ok(match time {
        Some(time) => (text, Instant(time.as_millisecond()), "time of the file"),
        None => (text, now, "now"),
    })
}

/// The reason without the number of the system's error, which differs between systems.
fn reason(e: &std::io::Error) -> &'static str {
    match e.kind() {
        std::io::ErrorKind::NotFound => "there is no such file",
        std::io::ErrorKind::PermissionDenied => "permission denied",
        std::io::ErrorKind::IsADirectory => "this is a folder, not a file",
        _ => "the file is not text",
    }
}
