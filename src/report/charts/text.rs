//! The embedded font: how wide a text is, how it is fitted, and the outlines of its letters.
//!
//! Text is drawn as outlines. So a chart looks the same in every viewer (also in those that ignore
//! embedded fonts), and a box that was measured here is the box that is drawn.

use std::fmt::Write as _;
use std::sync::OnceLock;

use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::say::NBSP;

/// Weight of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Regular,
    Bold,
}

const REGULAR: &[u8] = include_bytes!("../font/Inter-Regular.otf");
const BOLD: &[u8] = include_bytes!("../font/Inter-Bold.otf");

/// Height of a capital above the baseline, em.
pub const CAP: f64 = 0.727;
/// How far letters reach above and below the baseline, em.
pub const ABOVE: f64 = 0.76;
pub const BELOW: f64 = 0.21;

/// The font of a weight; `None` only if the embedded file were broken, which a test rules out.
pub fn face(weight: Weight) -> Option<&'static Face<'static>> {
    static FACES: OnceLock<[Option<Face<'static>>; 2]> = OnceLock::new();
    let faces = FACES.get_or_init(|| [Face::parse(REGULAR, 0).ok(), Face::parse(BOLD, 0).ok()]);
    match weight {
        Weight::Regular => faces[0].as_ref(),
        Weight::Bold => faces[1].as_ref(),
    }
}

/// Glyphs of a text and where each starts, in font units, and the width of all.
pub fn shape(text: &str, weight: Weight) -> Option<(Vec<(GlyphId, i32)>, i32)> {
    let face = face(weight)?;
    let missing = face.glyph_index('\u{fffd}').unwrap_or(GlyphId(0));
    let mut x = 0;
    let mut out: Vec<(GlyphId, i32)> = Vec::with_capacity(text.len());
    for c in text.chars() {
        let glyph = face.glyph_index(c).unwrap_or(missing);
        if let Some((before, _)) = out.last() {
            x += kerning(face, *before, glyph);
        }
        out.push((glyph, x));
        x += i32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
    }
    Some((out, x))
}

/// Pair kerning: the first subtable that knows the pair decides, as the format demands.
fn kerning(face: &Face<'_>, left: GlyphId, right: GlyphId) -> i32 {
    let Some(gpos) = face.tables().gpos else {
        return 0;
    };
    for lookup in gpos.lookups {
        for subtable in lookup.subtables.into_iter::<PositioningSubtable<'_>>() {
            let PositioningSubtable::Pair(pair) = subtable else {
                continue;
            };
            let Some(index) = pair.coverage().get(left) else {
                continue;
            };
            let found = match pair {
                PairAdjustment::Format1 { sets, .. } => {
                    sets.get(index).and_then(|set| set.get(right))
                }
                PairAdjustment::Format2 {
                    classes, matrix, ..
                } => matrix.get((classes.0.get(left), classes.1.get(right))),
            };
            if let Some((value, _)) = found {
                return i32::from(value.x_advance);
            }
        }
    }
    0
}

/// Units per em of a weight.
pub fn units(weight: Weight) -> f64 {
    face(weight).map_or(1000.0, |f| f64::from(f.units_per_em()))
}

/// Width of a text at a size, pixels.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    match shape(text, weight) {
        Some((_, units_wide)) => f64::from(units_wide) * size / units(weight),
        None => text.chars().count() as f64 * size * 0.6,
    }
}

/// The text, or as much of it as fits with an ellipsis.
pub fn elide(text: &str, size: f64, weight: Weight, max: f64) -> String {
    if width(text, size, weight) <= max {
        return text.to_string();
    }
    let chars: Vec<char> = text.chars().collect();
    // Binary search over how many characters can stay.
    let (mut low, mut high) = (0, chars.len());
    while low < high {
        let keep = (low + high).div_ceil(2);
        let candidate: String = chars[..keep]
            .iter()
            .collect::<String>()
            .trim_end()
            .to_string();
        if width(&format!("{candidate}…"), size, weight) <= max {
            low = keep;
        } else {
            high = keep - 1;
        }
    }
    let kept: String = chars[..low].iter().collect();
    format!("{}…", kept.trim_end_matches([' ', ',', NBSP]))
}

/// The text in at most `lines` lines, the last elided when it must be; true when nothing was lost.
pub fn wrap(text: &str, size: f64, weight: Weight, max: f64, lines: usize) -> (Vec<String>, bool) {
    if width(text, size, weight) <= max {
        return (vec![text.to_string()], true);
    }
    let words: Vec<&str> = text.split(' ').collect();
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while at < words.len() && out.len() + 1 < lines {
        let mut end = at + 1;
        while end < words.len() && width(&words[at..=end].join(" "), size, weight) <= max {
            end += 1;
        }
        out.push(words[at..end].join(" "));
        at = end;
    }
    if at < words.len() {
        out.push(words[at..].join(" "));
    }
    let fits = out.iter().all(|l| width(l, size, weight) <= max);
    let out = out.iter().map(|l| elide(l, size, weight, max)).collect();
    (out, fits)
}

/// The outline of a glyph as the data of an SVG path, in font units, y upward.
pub fn outline(glyph: GlyphId, weight: Weight) -> String {
    let mut pen = Pen(String::new());
    if let Some(face) = face(weight) {
        face.outline_glyph(glyph, &mut pen);
    }
    pen.0
}

struct Pen(String);

impl Pen {
    // Whole font units: a hundredth of a pixel at any size that is used here.
    fn put(&mut self, op: char, numbers: &[f32]) {
        self.0.push(op);
        for (i, n) in numbers.iter().enumerate() {
            let _ = write!(
                self.0,
                "{}{}",
                if i > 0 { " " } else { "" },
                n.round() as i32
            );
        }
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.put('M', &[x, y]);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.put('L', &[x, y]);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.put('Q', &[x1, y1, x, y]);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.put('C', &[x1, y1, x2, y2, x, y]);
    }
    fn close(&mut self) {
        self.0.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_faces_parse_and_hold_what_charts_say() {
        for weight in [Weight::Regular, Weight::Bold] {
            let face = face(weight).unwrap();
            for c in "–—·×±≤≥€£$%…−“”‘’→↑↓•\u{a0}ÄéŁжΩ".chars()
            {
                assert!(face.glyph_index(c).is_some(), "{c} is missing");
            }
            assert_eq!(
                face.capital_height()
                    .map(|h| f64::from(h) / units(weight))
                    .map(|h| (h - CAP).abs() < 0.01),
                Some(true)
            );
        }
    }

    #[test]
    fn kerning_pulls_letters_together() {
        let apart = width("A", 100.0, Weight::Regular) + width("V", 100.0, Weight::Regular);
        assert!(width("AV", 100.0, Weight::Regular) < apart - 1.0);
    }

    #[test]
    fn eliding_and_wrapping_keep_to_the_width() {
        let text = "a rather long name of a pool that nobody would write by hand";
        for max in [20.0, 60.0, 133.0, 250.0] {
            let short = elide(text, 14.0, Weight::Regular, max);
            assert!(width(&short, 14.0, Weight::Regular) <= max, "{short}");
            assert!(short.ends_with('…'));
            let (lines, _) = wrap(text, 14.0, Weight::Bold, max, 2);
            assert!(lines.len() <= 2);
            assert!(lines.iter().all(|l| width(l, 14.0, Weight::Bold) <= max));
        }
        assert!(wrap(text, 14.0, Weight::Regular, 250.0, 2).1);
    }
}
