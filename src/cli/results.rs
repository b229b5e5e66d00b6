//! What commands share that put their results into a folder: options, progress, the last word.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Instant;

use crate::report::output::Draft;
use crate::report::page::Look;

use super::common;
use super::exit::Failure;
use super::progress::Bar;

/// How many threads may work.
#[derive(clap::Args)]
pub struct ThreadArgs {
    /// Threads [default: all cores]; results do not depend on it.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl ThreadArgs {
    /// As many as asked for, else as many as the machine has.
    pub fn count(&self) -> usize {
        common::threads(self.threads)
    }
}

/// Where results go, and what is told of them.
#[derive(clap::Args)]
pub struct ResultArgs {
    /// Folder for results: each command puts them into a folder of their own in it.
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    output: PathBuf,
    /// Writes no charts: tables and run.json only.
    #[arg(long)]
    no_charts: bool,
    /// Prints the results as a JSON document instead of a screen.
    #[arg(long)]
    json: bool,
    /// Prints nothing but errors and conditions that do not hold.
    #[arg(short, long)]
    quiet: bool,
}

impl ResultArgs {
    /// Begins a folder of results; what stood in it stays until they are whole.
    ///
    /// # Errors
    /// When the disk does not let it, or the folder holds something else.
    pub fn begin(&self, name: &str) -> Result<Folder<'_>, Failure> {
        let target = self.output.join(name);
        Ok(Folder {
            started: Instant::now(),
            draft: Draft::begin(&target)?,
            target,
            args: self,
        })
    }

    /// A progress bar, if anyone looks.
    pub fn bar(&self, what: &str, total: u64) -> Bar {
        Bar::new(what, total, !self.quiet && io::stderr().is_terminal())
    }

    pub fn with_charts(&self) -> bool {
        !self.no_charts
    }

    pub fn is_quiet(&self) -> bool {
        self.quiet
    }
}

/// A folder of results that is being written.
pub struct Folder<'a> {
    pub draft: Draft,
    target: PathBuf,
    started: Instant,
    args: &'a ResultArgs,
}

impl<'a> Folder<'a> {
    /// Puts the folder in its place; `summary` is what it holds.
    ///
    /// # Errors
    /// When the disk does not let it.
    pub fn finish(self, summary: impl Display) -> Result<Results<'a>, Failure> {
        self.draft.finish()?;
        Ok(Results {
            place: format!("{}/   {summary}", self.target.display()),
            started: self.started,
            args: self.args,
        })
    }
}

/// Results that stand in their folder.
pub struct Results<'a> {
    place: String,
    started: Instant,
    args: &'a ResultArgs,
}

impl Results<'_> {
    /// Tells them on stdout, as a screen or a document or not at all.
    ///
    /// # Errors
    /// When stdout is gone or full.
    pub fn tell<E>(
        self,
        document: impl FnOnce() -> Result<String, E>,
        screen: impl FnOnce(&Look) -> String,
    ) -> Result<(), Failure>
    where
        Failure: From<E>,
    {
        if self.args.json {
            return common::print(&document()?);
        }
        if self.args.quiet {
            return Ok(());
        }
        common::print(&screen(&Look {
            elapsed: Some(format!("{:.1} s", self.started.elapsed().as_secs_f64())),
            written: Some(self.place),
            ..common::look()
        }))
    }
}
