//! SVG to PNG, twice the size. Text is outlines already, so no font of the machine plays a part.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::ChartError;
use super::theme::PNG_SCALE;

pub fn rasterise(svg: &str) -> Result<Vec<u8>, ChartError> {
    let tree = Tree::from_str(svg, &Options::default()).map_err(failed)?;
    let size = tree.size();
    let mut map = Pixmap::new(
        (size.width() * PNG_SCALE).ceil() as u32,
        (size.height() * PNG_SCALE).ceil() as u32,
    )
    .ok_or_else(|| failed("the picture has no size"))?;
    map.fill(Color::WHITE);
    let scale = Transform::from_scale(PNG_SCALE, PNG_SCALE);
    resvg::render(&tree, scale, &mut map.as_mut());
    encode(&map).map_err(failed)
}

/// Writes the opaque picture without its alpha channel. Large areas of one colour compress best
/// unfiltered, and a low level finds them: smaller files than the defaults of the encoder that
/// comes with the rasteriser, in a quarter of the time.
fn encode(map: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut rgb = Vec::with_capacity(map.data().len() / 4 * 3);
    for pixel in map.data().chunks_exact(4) {
        rgb.extend_from_slice(&pixel[..3]);
    }
    let mut out = Vec::with_capacity(256 * 1024);
    let mut encoder = Encoder::new(&mut out, map.width(), map.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_filter(Filter::NoFilter);
    encoder.set_deflate_compression(DeflateCompression::Level(2));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(out)
}

fn failed(why: impl ToString) -> ChartError {
    ChartError::Raster(why.to_string())
}
