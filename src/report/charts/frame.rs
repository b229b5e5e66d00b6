//! What all charts share: a title that states the finding, the subtitle, the empty canvas.

use super::canvas::{Anchor, Drawing, Style};
use super::say;
use super::text::{Weight, width, wrap};
use super::theme;
use crate::analysis::findings::{Findings, Header};

/// A chart of a run: its subtitle says scenario, trials and seed.
pub fn open(f: &Findings, title: &str, about: &str, height: f64) -> (Drawing, f64) {
    open_for(&f.header, title, about, height)
}

/// As [`open`], for findings of another kind.
pub fn open_for(header: &Header, title: &str, about: &str, height: f64) -> (Drawing, f64) {
    let room = theme::WIDTH - 2.0 * theme::MARGIN;
    sheet(title, &subtitle(header, room), about, height)
}

/// A canvas with title and subtitle, and the height at which the chart may begin. A title of two
/// lines makes the canvas higher, not the chart lower.
pub fn sheet(title: &str, subtitle: &str, about: &str, height: f64) -> (Drawing, f64) {
    let room = theme::WIDTH - 2.0 * theme::MARGIN;
    let (lines, size) = title_lines(title, room);
    let leading = size * 1.3;
    let extra = leading * (lines.len() - 1) as f64;
    let mut d = Drawing {
        width: theme::WIDTH,
        height: height + extra,
        title: title.replace(say::NBSP, " "),
        desc: format!("{about} {}.", subtitle.replace(say::NBSP, " ")),
        shapes: Vec::new(),
        texts: Vec::new(),
    };
    let mut y = 50.0;
    for line in &lines {
        let style = Style::bold(size, theme::INK);
        d.text((theme::MARGIN, y), Anchor::Start, style, line);
        y += leading;
    }
    let style = Style::plain(theme::SUBTITLE, theme::MUTED);
    let under = 50.0 + extra + 30.0;
    let shown = style.fit(subtitle, room);
    d.text((theme::MARGIN, under), Anchor::Start, style, &shown);
    (d, under + 14.0)
}

fn title_lines(title: &str, room: f64) -> (Vec<String>, f64) {
    // A bit smaller on one line beats a word alone on a second one.
    for size in [theme::TITLE, theme::TITLE_MIDDLE] {
        if width(title, size, Weight::Bold) <= room {
            return (vec![title.to_string()], size);
        }
    }
    let (lines, all) = balanced(title, theme::TITLE, room, 2);
    if all {
        return (lines, theme::TITLE);
    }
    let (lines, _) = balanced(title, theme::TITLE_SMALL, room, 3);
    (lines, theme::TITLE_SMALL)
}

/// Lines of about the same width: the narrowest room in which the text needs no more lines.
fn balanced(title: &str, size: f64, room: f64, lines: usize) -> (Vec<String>, bool) {
    let (mut best, all) = wrap(title, size, Weight::Bold, room, lines);
    let (mut low, mut high) = (room / 3.0, room);
    for _ in 0..10 {
        let middle = (low + high) / 2.0;
        let (lines, fits) = wrap(title, size, Weight::Bold, middle, best.len());
        if fits && all {
            (best, high) = (lines, middle);
        } else {
            low = middle;
        }
    }
    (best, all)
}

/// Scenario · trials · seed · cautions. Only the scenario's own title gives way when room is short.
fn subtitle(h: &Header, room: f64) -> String {
    let style = Style::plain(theme::SUBTITLE, theme::MUTED);
    let trials = say::plural(h.trials, "trial");
    let mut facts = format!("{trials} · seed{}{}", say::NBSP, h.seed);
    if h.assumed {
        facts.push_str(" · limits of the plan are assumed");
    }
    if h.partial {
        facts.push_str(" · partial run");
    }
    let title = if h.title.is_empty() {
        &h.name
    } else {
        &h.title
    };
    if title.is_empty() {
        return facts;
    }
    let rest = format!(" · {facts}");
    let left = (room - style.width(&rest)).max(80.0);
    format!("{}{rest}", style.fit(title, left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_wrap_then_shrink() {
        let room = 600.0;
        assert_eq!(title_lines("Short", room).0.len(), 1);
        let (lines, size) = title_lines(&"two lines of title ".repeat(4), room);
        assert_eq!((lines.len(), size), (2, theme::TITLE));
        let (lines, size) = title_lines(&"very many words ".repeat(30), room);
        assert_eq!((lines.len(), size), (3, theme::TITLE_SMALL));
    }
}
