//! The guards of the charts: nothing collides, nothing is cut off, bytes do not change, and XML is
//! XML. With `CHARTS_OUT` set the pictures of all shapes are written there, to be looked at.

use super::canvas::Drawing;
use super::*;

fn drawings() -> Vec<(String, Drawing)> {
    let mut out = Vec::new();
    for (shape, findings) in fixtures::all() {
        for chart in CHARTS {
            if let Some(d) = (chart.draw)(&findings) {
                out.push((format!("{}-{shape}", chart.file), d));
            }
        }
    }
    out
}

#[test]
fn no_text_touches_another_or_leaves_the_canvas() {
    let mut wrong = Vec::new();
    for (name, d) in drawings() {
        for (i, a) in d.texts.iter().enumerate() {
            let r = a.room;
            if r.left < 2.0 || r.top < 2.0 || r.right > d.width - 2.0 || r.bottom > d.height - 2.0 {
                wrong.push(format!("{name}: “{}” leaves the canvas: {r:?}", a.text));
            }
            for b in &d.texts[..i] {
                if r.touches(&b.room) {
                    wrong.push(format!("{name}: “{}” touches “{}”", a.text, b.text));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_mark_is_finite_and_near_the_canvas() {
    for (name, d) in drawings() {
        for shape in &d.shapes {
            let points: &[canvas::Point] = match shape {
                canvas::Shape::Line { points, .. } | canvas::Shape::Area { points, .. } => points,
                canvas::Shape::Dot { at, .. } => std::slice::from_ref(at),
            };
            for (x, y) in points {
                let inside =
                    (-1.0..=d.width + 1.0).contains(x) && (-1.0..=d.height + 1.0).contains(y);
                assert!(inside, "{name}: {x}, {y} in {shape:?}");
            }
        }
    }
}

#[test]
fn all_charts_render_to_xml_and_png() {
    let dir = std::env::var_os("CHARTS_OUT").map(std::path::PathBuf::from);
    let scratch = tempfile::tempdir().unwrap();
    let dir = dir.unwrap_or_else(|| scratch.path().to_path_buf());
    fs_err::create_dir_all(&dir).unwrap();
    for (shape, findings) in fixtures::all() {
        for r in render_all(&findings).unwrap() {
            assert!(resvg::usvg::roxmltree::Document::parse(&r.svg).is_ok());
            assert!(r.png.starts_with(b"\x89PNG"));
            fs_err::write(dir.join(format!("{}-{shape}.svg", r.file)), &r.svg).unwrap();
            fs_err::write(dir.join(format!("{}-{shape}.png", r.file)), &r.png).unwrap();
        }
    }
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    let f = fixtures::base(31.0);
    let (a, b) = (render_all(&f).unwrap(), render_all(&f).unwrap());
    assert_eq!(a.len(), CHARTS.len());
    for (a, b) in a.iter().zip(&b) {
        assert!(a.svg == b.svg && a.png == b.png, "{}", a.name);
    }
}

#[test]
fn names_and_files_are_unique_and_each_file_of_a_chart_is_listed() {
    let mut names: Vec<_> = CHARTS.iter().map(|c| c.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CHARTS.len());
    assert!(
        CHARTS
            .iter()
            .all(|c| c.file == c.name && c.describe.ends_with('.'))
    );
}

fn titles(findings: &Findings) -> Vec<String> {
    let draw = |c: &Chart| (c.draw)(findings).map_or("-".to_string(), |d| d.title);
    CHARTS.iter().map(draw).collect()
}

#[test]
fn titles_state_the_finding() {
    assert_eq!(
        titles(&fixtures::base(31.0)),
        [
            "Half of all months, the 5-hour window is empty by Friday 4 December",
            "The 5-hour window is the pool that stops you most, 3.2 h a month on average",
            "December costs $190 in the median, and more than $300 in 10 % of months",
            "You are stopped 3.2 h in the median month, mostly Tuesdays 15:00-18:00 by the 5-hour window",
            "66 % of the money goes to me on opus-5.5; cache misses cost 21 % of all",
            "A typical month: 7 reloads, 88 refusals on 22 days, 29 h of waiting",
        ]
    );
}

#[test]
fn titles_of_quiet_runs_do_not_alarm() {
    let shapes = fixtures::all();
    let never = &shapes.iter().find(|(n, _)| *n == "never").unwrap().1;
    let titles = titles(never);
    assert_eq!(titles[0], "No pool runs dry in any of 10,000 months");
    assert_eq!(
        titles[1],
        "Something is left in every pool in all 10,000 months"
    );
    assert_eq!(
        titles[2],
        "December costs $100 in every one of 10,000 months"
    );
    assert_eq!(titles[3], "Nothing stops you in any of 10,000 months");
    assert!(titles[5].contains("nothing is refused"), "{}", titles[5]);
}

#[test]
fn a_scenario_cannot_break_the_document() {
    let mut f = fixtures::base(31.0);
    f.header.title = "A & B <x> \"quoted\" \u{1}'".to_string();
    f.pools[0].label = "<script>".to_string();
    for r in render_all(&f).unwrap() {
        let xml = resvg::usvg::roxmltree::Document::parse(&r.svg).unwrap();
        let names = xml.descendants().filter(|n| n.has_tag_name("script"));
        assert_eq!(names.count(), 0);
        assert!(r.svg.contains("A &amp; B &lt;x&gt;"));
    }
}
