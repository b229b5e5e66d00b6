//! A progress bar, and a clean end at Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A flag that the first Ctrl-C sets; the second one ends the program at once.
pub fn stop_at_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // Without a handler Ctrl-C ends the program the hard way; the output folder stays whole anyway.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    stop
}

/// A progress bar that short runs never show.
pub struct Bar {
    bar: ProgressBar,
    wanted: bool,
    since: Instant,
    shown: AtomicBool,
}

const PATIENCE: Duration = Duration::from_millis(400);

impl Bar {
    /// `what` is counted; `wanted` is whether it is shown at all.
    pub fn new(what: &str, total: u64, wanted: bool) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let style = format!("  {{bar:40}} {{human_pos}} of {{human_len}} {what}, {{eta}} left");
        bar.set_style(
            ProgressStyle::with_template(&style).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        Bar {
            bar,
            wanted,
            since: Instant::now(),
            shown: AtomicBool::new(false),
        }
    }

    pub fn show(&self, done: u64, total: u64) {
        if !self.wanted {
            return;
        }
        if self.since.elapsed() >= PATIENCE && !self.shown.swap(true, Ordering::Relaxed) {
            self.bar
                .set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
