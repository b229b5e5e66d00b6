//! SVG to PNG, twice the size. Text is outlines already, so no font of the machine plays a part.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::ChartError;
use super::theme::PNG_SCALE;

pub fn rasterise(svg: &str) -> Result<Vec<u8>, ChartError> {
    let raster = |e: String| ChartError::Raster(e);
    let tree = Tree::from_str(svg, &Options::default()).map_err(|e| raster(e.to_string()))?;
    let size = tree.size();
    let mut map = Pixmap::new(
        (size.width() * PNG_SCALE).ceil() as u32,
        (size.height() * PNG_SCALE).ceil() as u32,
    )
    .ok_or_else(|| raster("the picture has no size".to_string()))?;
    resvg::render(
        &tree,
        Transform::from_scale(PNG_SCALE, PNG_SCALE),
        &mut map.as_mut(),
    );
    map.encode_png().map_err(|e| raster(e.to_string()))
}
