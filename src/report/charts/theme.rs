//! Colours and sizes: one place, so that all charts look like one set.

/// A colour, red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

/// Width of every chart, pixels.
pub const WIDTH: f64 = 1210.0;
/// Height of a chart with one panel and a title of one line.
pub const HEIGHT: f64 = 680.0;
/// Distance of titles from the left and right edge.
pub const MARGIN: f64 = 56.0;
/// The PNG has this many dots per pixel of the SVG.
pub const PNG_SCALE: f32 = 2.0;

pub const TITLE: f64 = 24.0;
pub const TITLE_MIDDLE: f64 = 22.0;
pub const TITLE_SMALL: f64 = 20.0;
pub const SUBTITLE: f64 = 15.5;
pub const PANEL_TITLE: f64 = 16.0;
pub const LABEL: f64 = 15.0;
pub const TICK: f64 = 14.0;
pub const SMALL: f64 = 13.0;

pub const WHITE: Color = Color(255, 255, 255);
/// Titles.
pub const INK: Color = Color(0x1B, 0x26, 0x33);
/// Text beside the data.
pub const TEXT: Color = Color(0x45, 0x50, 0x5C);
/// Subtitles and notes.
pub const MUTED: Color = Color(0x6B, 0x76, 0x82);
pub const AXIS: Color = Color(0x9A, 0xA2, 0xAC);
pub const GRID: Color = Color(0xE6, 0xE8, 0xEB);
/// Areas that are there but not the point (the subscription).
pub const GREY: Color = Color(0xF0, 0xF1, 0xF3);

// Okabe and Ito's palette, which people with any of the usual colour-vision deficiencies can tell
// apart.
pub const ORANGE: Color = Color(0xE6, 0x9F, 0x00);
pub const SKY: Color = Color(0x56, 0xB4, 0xE9);
pub const GREEN: Color = Color(0x00, 0x9E, 0x73);
pub const BLUE: Color = Color(0x00, 0x72, 0xB2);
pub const VERMILLION: Color = Color(0xD5, 0x5E, 0x00);
pub const PURPLE: Color = Color(0xCC, 0x79, 0xA7);
// Okabe and Ito's yellow and black are no good for thin lines on white next to titles; two of
// Tol's muted colours stand in for them.
const WINE: Color = Color(0x88, 0x22, 0x55);
const OLIVE: Color = Color(0x8A, 0x8A, 0x2E);
const SLATE: Color = Color(0x5B, 0x67, 0x70);

/// The windows take these in order; the wallet is always orange.
const WINDOWS: [Color; 8] = [VERMILLION, BLUE, PURPLE, GREEN, SKY, SLATE, WINE, OLIVE];

/// The colour of a pool, the same in every chart.
pub fn pool(index: usize, is_wallet: bool) -> Color {
    if is_wallet {
        ORANGE
    } else {
        WINDOWS[index % WINDOWS.len()]
    }
}

/// The colour of promotional money.
pub const GRANT: Color = GREEN;

/// Sequential ramp for shares, light to dark: ColorBrewer's OrRd, safe for colour-blind people and
/// in grey print.
const RAMP: [Color; 9] = [
    Color(0xFF, 0xF7, 0xEC),
    Color(0xFE, 0xE8, 0xC8),
    Color(0xFD, 0xD4, 0x9E),
    Color(0xFD, 0xBB, 0x84),
    Color(0xFC, 0x8D, 0x59),
    Color(0xEF, 0x65, 0x48),
    Color(0xD7, 0x30, 0x1F),
    Color(0xB3, 0x00, 0x00),
    Color(0x7F, 0x00, 0x00),
];

/// The ramp at `t` from 0 to 1.
pub fn ramp(t: f64) -> Color {
    let last = RAMP.len() - 1;
    let at = (t.clamp(0.0, 1.0)) * last as f64;
    let i = (at.floor() as usize).min(last - 1);
    mix(RAMP[i], RAMP[i + 1], at - i as f64)
}

/// `a` at 0, `b` at 1.
pub fn mix(a: Color, b: Color, t: f64) -> Color {
    let part =
        |x: u8, y: u8| (f64::from(x) + (f64::from(y) - f64::from(x)) * t.clamp(0.0, 1.0)).round();
    Color(
        part(a.0, b.0) as u8,
        part(a.1, b.1) as u8,
        part(a.2, b.2) as u8,
    )
}

/// Perceived lightness, 0 to 1; good enough to choose between dark and light text.
pub fn lightness(c: Color) -> f64 {
    (0.299 * f64::from(c.0) + 0.587 * f64::from(c.1) + 0.114 * f64::from(c.2)) / 255.0
}

/// A darker shade for text in a colour that is too light to read on white.
pub fn ink(c: Color) -> Color {
    let mut shade = c;
    while lightness(shade) > 0.47 {
        shade = mix(shade, Color(0, 0, 0), 0.06);
    }
    shade
}

/// Text that can be read on this colour.
pub fn on(c: Color) -> Color {
    if lightness(c) > 0.6 { INK } else { WHITE }
}
