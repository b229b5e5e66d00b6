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

/// Texts that touch each other or leave the canvas.
pub fn collisions(name: &str, d: &Drawing) -> Vec<String> {
    let mut wrong = Vec::new();
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
    wrong
}

#[test]
fn no_text_touches_another_or_leaves_the_canvas() {
    let all = drawings();
    let wrong: Vec<String> = all.iter().flat_map(|(n, d)| collisions(n, d)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lines that mark a cost must not strike out words.
#[test]
fn no_line_of_the_cost_chart_runs_through_a_text() {
    let mut wrong = Vec::new();
    for (name, d) in drawings().iter().filter(|(n, _)| n.starts_with("cost-")) {
        for shape in &d.shapes {
            let canvas::Shape::Line { points, color, .. } = shape else {
                continue;
            };
            let upright = points.len() == 2 && (points[0].0 - points[1].0).abs() < 0.01;
            if !upright || ![theme::INK, theme::VERMILLION].contains(color) {
                continue;
            }
            let line = canvas::Room {
                left: points[0].0 - 0.5,
                right: points[0].0 + 0.5,
                top: points[0].1.min(points[1].1),
                bottom: points[0].1.max(points[1].1),
            };
            for t in d.texts.iter().filter(|t| t.room.touches(&line)) {
                wrong.push(format!("{name}: a line runs through “{}”", t.text));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The titles of the shapes in which something other than a pool is the answer.
#[test]
fn titles_name_the_reason_and_the_group() {
    let shapes = fixtures::all();
    let of = |shape: &str| titles(&shapes.iter().find(|(n, _)| *n == shape).unwrap().1);
    assert_eq!(
        of("spend-limit")[1],
        "The monthly spend limit stops you most, 36 min a month on average; extra usage never runs dry"
    );
    assert_eq!(
        of("spike")[2],
        "December costs $100, the subscription alone, in 97 % of months, and at most $412"
    );
    assert_eq!(
        of("copies")[4],
        "Opus 5.5 for the 10 copies of “developer” takes 25 % of the money; cache misses cost 21 % of all"
    );
    assert_eq!(
        of("six-never")[0],
        "The window number 2 runs dry in 40 of 10,000 months"
    );
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
fn all_charts_are_xml_and_pictures() {
    let dir = std::env::var_os("CHARTS_OUT").map(std::path::PathBuf::from);
    for (shape, findings) in fixtures::all() {
        for chart in CHARTS {
            let Some(d) = (chart.draw)(&findings) else {
                continue;
            };
            let svg = svg::document(chart.name, &d).unwrap();
            assert!(resvg::usvg::roxmltree::Document::parse(&svg).is_ok());
            // Pictures of all shapes take long in a debug build: only when somebody will look.
            let Some(dir) = &dir else {
                continue;
            };
            fs_err::create_dir_all(dir).unwrap();
            let png = png::rasterise(&svg).unwrap();
            let path = |ending: &str| dir.join(format!("{}-{shape}.{ending}", chart.file));
            fs_err::write(path("svg"), &svg).unwrap();
            fs_err::write(path("png"), &png).unwrap();
        }
    }
}

#[test]
fn wild_numbers_draw_something_and_do_not_panic() {
    for wild in [f64::NAN, f64::INFINITY, -1e300, 1e300] {
        let f = fixtures::hostile(wild);
        for chart in CHARTS {
            if let Some(d) = (chart.draw)(&f) {
                assert!(svg::document(chart.name, &d).is_ok());
            }
        }
    }
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    let f = fixture_parts::base(31.0);
    let (a, b) = (render_all(&f).unwrap(), render_all(&f).unwrap());
    assert_eq!(a.len(), CHARTS.len());
    for (a, b) in a.iter().zip(&b) {
        assert!(a.svg == b.svg && a.png == b.png, "{}", a.name);
        assert!(a.png.starts_with(b"\x89PNG"));
    }
}

#[test]
fn every_file_that_draws_is_listed_once() {
    let mut names: Vec<_> = CHARTS.iter().map(|c| c.name).collect();
    assert!(
        CHARTS
            .iter()
            .all(|c| c.file == c.name && c.describe.ends_with('.'))
    );
    names.sort_unstable();
    let room = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/charts");
    let mut files: Vec<String> = fs_err::read_dir(room)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "rs"))
        .filter(|p| {
            let text = fs_err::read_to_string(p).unwrap();
            text.contains("\npub fn draw(f: &Findings)")
        })
        .filter_map(|p| Some(p.file_stem()?.to_str()?.to_string()))
        .collect();
    files.sort_unstable();
    assert_eq!(names, files);
}

fn titles(findings: &Findings) -> Vec<String> {
    let draw = |c: &Chart| (c.draw)(findings).map_or("-".to_string(), |d| d.title);
    CHARTS.iter().map(draw).collect()
}

#[test]
fn titles_state_the_finding() {
    assert_eq!(
        titles(&fixture_parts::base(31.0)),
        [
            "In half of all months, the 5-hour window runs dry by Friday 4 December",
            "The 5-hour window stops you most, 2.4 h a month on average",
            "December costs $190 in the median, and more than $300 in 10 % of months",
            "You are stopped 3.2 h in the median month, mostly Tuesdays 15:00-18:00 by the 5-hour window",
            "Opus 5.5 for “me” takes 66 % of the money; cache misses cost 21 % of all",
            "A typical month: 7 reloads, 88 refusals on 24 days, stopped for 59 h",
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
    let mut f = fixture_parts::base(31.0);
    f.header.title = "A & B <x> \"quoted\" \u{1}'".to_string();
    f.pools[0].label = "<script>".to_string();
    for r in render_all(&f).unwrap() {
        let xml = resvg::usvg::roxmltree::Document::parse(&r.svg).unwrap();
        let names = xml.descendants().filter(|n| n.has_tag_name("script"));
        assert_eq!(names.count(), 0);
        assert!(r.svg.contains("A &amp; B &lt;x&gt;"));
    }
}
