//! Lines of plain text: breaking, filling, cutting.

/// Breaks text at spaces; a word longer than the line stands alone. A number is not parted from
/// its unit or month (`9 Dec`, `34 %`, `3.2 h`), nor a sign from its number.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match pieces.last_mut() {
            Some(last) if belongs(last, word) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + piece.chars().count() <= width => {
                line.push(' ');
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// Whether a line must not end between two words.
fn belongs(before: &str, word: &str) -> bool {
    let number = before.ends_with(|c: char| c.is_ascii_digit());
    let unit = word.starts_with(|c: char| c == '%' || c == '×' || c.is_alphabetic());
    let weekday = before.chars().count() == 3
        && ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&before)
        && word.starts_with(|c: char| c.is_ascii_digit());
    weekday
        || before.ends_with('×')
        || word == "±"
        || before.ends_with('±')
        || (number && unit && word.chars().count() <= 5)
}

/// Text filled up with spaces to a width.
pub fn pad(text: &str, width: usize, right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(text.chars().count()));
    if right {
        format!("{space}{text}")
    } else {
        format!("{text}{space}")
    }
}

/// A name broken into lines of a width, the later ones indented: after a comma where that is possible,
/// else between words; a word that is too long is cut.
pub fn fold(text: &str, width: usize) -> Vec<String> {
    const INDENT: &str = "  ";
    if text.chars().count() <= width {
        return vec![text.to_owned()];
    }
    let room = width.saturating_sub(INDENT.len());
    let parts = text.split_inclusive(", ").flat_map(|part| {
        let part = part.trim_end();
        match part.chars().count() <= room {
            true => vec![part.to_owned()],
            false => wrap(part, room),
        }
    });
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + part.chars().count() <= width => {
                line.push(' ');
                line.push_str(&part);
            }
            Some(_) => lines.push(shorten(&format!("{INDENT}{part}"), width)),
            None => lines.push(shorten(&part, width)),
        }
    }
    lines
}

/// Text cut to a width, with an ellipsis.
pub fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_break_after_commas() {
        let fold = |text| fold(text, 22);
        assert_eq!(fold("25 below 12, cap 300"), ["25 below 12, cap 300"]);
        assert_eq!(
            fold("today: 100 below 20, cap 300, limit 300"),
            ["today: 100 below 20,", "  cap 300, limit 300"]
        );
        assert_eq!(
            fold("Enterprise (seat-based, usage at list price)"),
            ["Enterprise", "  (seat-based,", "  usage at list price)"]
        );
        assert_eq!(
            fold("abcdefghijklmnopqrstuvwxyz"),
            ["abcdefghijklmnopqrstu…"]
        );
    }
}
