//! Arguments, one file per command, exit codes. Commands call the library and hold no logic.

mod check;
mod common;
mod compare;
mod completions;
mod exit;
mod fit;
mod init;
mod limits;
mod logs;
mod plans;
mod presets;
mod prices;
mod progress;
mod readings;
mod replay;
mod results;
mod run;
mod schema;
mod sensitivity;
mod state;
mod tune;
mod usage;
mod windows;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{Exit, Failure};

const AFTER: &str = "\
Start here:
  burncast init > mine.toml          a commented scenario of your own
  burncast check mine.toml           is it right?
  burncast run mine.toml             when each pool drains, what it costs; files in output/mine/
  burncast replay mine.toml --typical    one month, event by event
  burncast compare mine.toml --models opus-5.5,sonnet-5.5    the same work on other models
  burncast plans mine.toml           which plan is cheapest for this work
  burncast tune mine.toml            which auto-reload setting

Exit codes: 0 answered, 1 a requirement does not hold, 2 the command line or the scenario is wrong,
3 the machine failed (disk, permissions), 130 interrupted.";

/// Plays thousands of months of your work against a plan's windows and a prepaid wallet, and says
/// when each pool drains, when you are stopped, and what it costs.
#[derive(Parser)]
#[command(name = "burncast", version, after_help = AFTER, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// One line per command; each is a file of its own.
#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    Compare(compare::Args),
    Plans(plans::Args),
    Usage(usage::Args),
    Windows(windows::Args),
    Sensitivity(sensitivity::Args),
    Tune(tune::Args),
    Replay(replay::Args),
    Check(check::Args),
    Init(init::Args),
    Fit(fit::Args),
    Limits(limits::Args),
    Presets(presets::Args),
    Prices(prices::Args),
    Schema(schema::Args),
    Completions(completions::Args),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Run(args) => run::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Plans(args) => plans::run(args),
        Command::Usage(args) => usage::run(args),
        Command::Windows(args) => windows::run(args),
        Command::Sensitivity(args) => sensitivity::run(args),
        Command::Tune(args) => tune::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Check(args) => check::run(args),
        Command::Init(args) => init::run(args),
        Command::Fit(args) => fit::run(args),
        Command::Limits(args) => limits::run(args),
        Command::Presets(args) => presets::run(args),
        Command::Prices(args) => prices::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.tell();
            failure.exit().into()
        }
    }
}

/// What a command hands back.
type Done = Result<Exit, Failure>;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// One file per command and one line in the list.
    #[test]
    fn every_command_has_a_file() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli");
        for command in Cli::command().get_subcommands() {
            let file = folder.join(format!("{}.rs", command.get_name()));
            assert!(file.is_file(), "{}", file.display());
            assert!(
                command.get_about().is_some(),
                "{} says nothing",
                command.get_name()
            );
        }
    }
}
