//! `burncast completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Done;
use super::common;
use super::exit::Exit;

/// Print completions for a shell, as in `burncast completions bash > ~/.local/share/bash-completion/completions/burncast`.
#[derive(clap::Args)]
pub struct Args {
    shell: Shell,
}

pub fn run(args: Args) -> Done {
    let mut text = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut super::Cli::command(),
        "burncast",
        &mut text,
    );
    common::print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Answered)
}
