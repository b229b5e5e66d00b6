//! A drawing as SVG: shapes by plotters' SVG backend, texts as outlines of the embedded font.
//!
//! The backend knows whole numbers only. It draws in tenths of a pixel inside a group that scales
//! down, which keeps curves smooth, and makes the bytes depend on nothing but the drawing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::{RGBAColor, ShapeStyle};

use super::ChartError;
use super::canvas::{Drawing, Point, Shape, Text};
use super::text::{self, Weight};
use super::theme::{self, Color};

/// Units of the backend per pixel.
const FINE: f64 = 10.0;

fn pen(color: Color, alpha: f64, width: f64) -> ShapeStyle {
    ShapeStyle {
        color: RGBAColor(color.0, color.1, color.2, alpha),
        filled: true,
        stroke_width: (width * FINE).round().max(1.0) as u32,
    }
}

/// The whole document. `name` goes into the ids, so that several charts can share a page.
pub fn document(name: &str, drawing: &Drawing) -> Result<String, ChartError> {
    let (w, h) = (drawing.width.round(), drawing.height.round());
    let mut out = String::with_capacity(64 * 1024);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{w:.0}\" height=\"{h:.0}\" \
         viewBox=\"0 0 {w:.0} {h:.0}\" role=\"img\" aria-labelledby=\"{name}-title {name}-desc\">\n\
         <title id=\"{name}-title\">{}</title>\n<desc id=\"{name}-desc\">{}</desc>\n",
        escape(&drawing.title),
        escape(&drawing.desc)
    );
    out.push_str("<defs>\n");
    for (weight, glyph) in glyphs(drawing) {
        let data = text::outline(ttf_parser::GlyphId(glyph), weight);
        if !data.is_empty() {
            let _ = writeln!(
                out,
                "<path id=\"{}\" d=\"{data}\"/>",
                id(name, weight, glyph)
            );
        }
    }
    out.push_str("</defs>\n");
    let _ = writeln!(
        out,
        "<rect width=\"{w:.0}\" height=\"{h:.0}\" fill=\"#FFFFFF\"/>"
    );
    out.push_str(
        "<g transform=\"scale(0.1)\" stroke-linejoin=\"round\" stroke-linecap=\"butt\">\n",
    );
    out.push_str(&shapes(drawing)?);
    out.push_str("</g>\n");
    for text in &drawing.texts {
        letters(&mut out, name, text);
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// Shapes as the backend writes them, without its document around them.
fn shapes(drawing: &Drawing) -> Result<String, ChartError> {
    let mut buffer = String::new();
    let size = (
        (drawing.width * FINE) as u32,
        (drawing.height * FINE) as u32,
    );
    let mut backend = SVGBackend::with_string(&mut buffer, size);
    for shape in &drawing.shapes {
        draw(&mut backend, shape).map_err(ChartError::Draw)?;
    }
    backend
        .present()
        .map_err(|e| ChartError::Draw(e.to_string()))?;
    drop(backend);
    let inner = buffer
        .split_once(">\n")
        .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
        // Opacity of a whole element makes a renderer blend it as a layer of its own; that of its
        // fill looks the same and costs nothing.
        .map(|(inner, _)| inner.replace("<polygon opacity=", "<polygon fill-opacity="));
    inner.ok_or_else(|| ChartError::Draw("the backend wrote no document".to_string()))
}

fn draw(backend: &mut SVGBackend<'_>, shape: &Shape) -> Result<(), String> {
    match shape {
        Shape::Line {
            points,
            width,
            color,
        } => backend.draw_path(fine(points), &pen(*color, 1.0, *width)),
        Shape::Area {
            points,
            color,
            alpha,
        } => backend.fill_polygon(fine(points), &pen(*color, *alpha, 0.1)),
        Shape::Dot { at, radius, color } => {
            let radius = (radius * FINE).round() as u32;
            backend.draw_circle(tenth(*at), radius, &pen(*color, 1.0, 0.1), true)
        }
    }
    .map_err(|e| e.to_string())
}

fn fine(points: &[Point]) -> Vec<(i32, i32)> {
    let mut out: Vec<(i32, i32)> = points.iter().map(|p| tenth(*p)).collect();
    out.dedup();
    out
}

fn tenth(p: Point) -> (i32, i32) {
    // `as` saturates, so that a wild number leaves the canvas and nothing else.
    ((p.0 * FINE).round() as i32, (p.1 * FINE).round() as i32)
}

fn glyphs(drawing: &Drawing) -> BTreeSet<(Weight, u16)> {
    let mut set = BTreeSet::new();
    for t in &drawing.texts {
        if let Some((glyphs, _)) = text::shape(&t.text, t.style.weight) {
            set.extend(glyphs.iter().map(|(g, _)| (t.style.weight, g.0)));
        }
    }
    set
}

fn id(name: &str, weight: Weight, glyph: u16) -> String {
    let w = match weight {
        Weight::Regular => 'r',
        Weight::Bold => 'b',
    };
    format!("{name}-{w}{glyph}")
}

fn letters(out: &mut String, name: &str, text: &Text) {
    let Some((glyphs, _)) = text::shape(&text.text, text.style.weight) else {
        return;
    };
    let scale = text.style.size / text::units(text.style.weight);
    let mut uses = String::new();
    for (glyph, x) in glyphs {
        if !text::outline(glyph, text.style.weight).is_empty() {
            let id = id(name, text.style.weight, glyph.0);
            // The old spelling of the attribute: office programs know no other.
            let _ = write!(uses, "<use xlink:href=\"#{id}\" x=\"{x}\"/>");
        }
    }
    let place = format!(
        "transform=\"translate({:.2} {:.2}) scale({scale:.6} -{scale:.6})\"",
        text.at.0, text.at.1
    );
    if text.style.halo {
        // All rims first: the rim of a letter must not cut its neighbour.
        let rim = 4.0 / scale;
        let _ = writeln!(
            out,
            "<g {place} fill=\"{0}\" stroke=\"{0}\" stroke-width=\"{rim:.0}\" \
             stroke-linejoin=\"round\" aria-hidden=\"true\">{uses}</g>",
            hex(theme::WHITE)
        );
    }
    let _ = writeln!(
        out,
        "<g {place} fill=\"{}\" role=\"img\" aria-label=\"{}\">{uses}</g>",
        hex(text.style.color),
        escape(&text.text.replace(super::say::NBSP, " "))
    );
}

fn hex(c: Color) -> String {
    format!("#{:02X}{:02X}{:02X}", c.0, c.1, c.2)
}

/// XML text and attribute values; characters that XML forbids become U+FFFD.
pub fn escape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
