//! How the program ends.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::report::output::OutputError;

/// A command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Answered,
    /// A requirement does not hold.
    Unmet,
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Answered => 0,
            Exit::Unmet => 1,
            Exit::Interrupted => 130,
        })
    }
}

/// A command that could not.
#[derive(Debug)]
pub enum Failure {
    /// The command line, the scenario or another input is wrong. The text is complete.
    Wrong(String),
    /// The machine failed.
    Machine(String),
    /// The reader of stdout has gone: it has what it wanted.
    Pipe,
}

impl Failure {
    /// Says on stderr what went wrong.
    pub fn tell(&self) {
        let text = match self {
            Failure::Wrong(text) | Failure::Machine(text) => text,
            Failure::Pipe => return,
        };
        let mut err = io::stderr().lock();
        let begins = text.starts_with("error");
        // Nothing can be done when stderr is gone too.
        let _ = match begins {
            true => write!(err, "{text}"),
            false => write!(err, "error: {text}"),
        };
        if !text.ends_with('\n') {
            let _ = writeln!(err);
        }
    }

    /// The exit code of this failure.
    pub fn exit(&self) -> Code {
        match self {
            Failure::Wrong(_) => Code(2),
            Failure::Machine(_) => Code(3),
            Failure::Pipe => Code(0),
        }
    }
}

/// An exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u8);

impl From<Code> for ExitCode {
    fn from(code: Code) -> ExitCode {
        ExitCode::from(code.0)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::Pipe
        } else {
            Failure::Machine(error.to_string())
        }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Failure {
        match error {
            // The user named a place that is not ours: the command line is wrong, not the disk.
            OutputError::Foreign(_) | OutputError::NotAFolder(_) => {
                Failure::Wrong(error.to_string())
            }
            OutputError::Disk(_) => Failure::Machine(error.to_string()),
        }
    }
}
