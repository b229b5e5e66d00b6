//! From a file or a text to a scenario: syntax, settings, check, variants.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::build::{self, Built, Scenario, VariantSpec};
use super::doc::{self, Entry, Node, Table};
use super::fields::{Cx, Fields};
use super::format::VARIANT;
use super::presets;
use super::problems::{Problem, Problems, Source};
use super::sets;

/// Bytes of a scenario file.
const FILE_MAX: u64 = 4 << 20;

/// Settings in the order in which they are applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// `key=value` each.
    pub all: Vec<String>,
    /// So many of them come from the state of an account, the others from a person.
    pub from_state: usize,
}

impl Settings {
    /// What messages call a setting: people count those that they typed.
    fn name(&self, index: usize) -> String {
        match index.checked_sub(self.from_state) {
            Some(typed) => format!("--set {}", typed + 1),
            None => "--state".to_owned(),
        }
    }
}

pub(super) fn file(path: &Path, sets: &Settings) -> Result<Scenario, Problems> {
    let (name, text, folder) = read(path)?;
    self::text(&name, &text, sets, folder)
}

/// Reads a scenario file: its name, its text, its folder.
pub(super) fn read(path: &Path) -> Result<(String, String, Option<PathBuf>), Problems> {
    let name = path.display().to_string();
    let unreadable = |what: String, help: &str| {
        let mut problem = Problem::nowhere(what);
        problem.help = (!help.is_empty()).then(|| help.to_owned());
        Problems::new(&name, Vec::new(), vec![problem])
    };
    let cannot = |e: std::io::Error| {
        let help = match e.kind() {
            std::io::ErrorKind::NotFound => "burncast init writes a first scenario",
            _ => "",
        };
        unreadable(format!("the file cannot be read: {}", reason(&e)), help)
    };
    let about = std::fs::metadata(path).map_err(cannot)?;
    if about.is_dir() {
        return Err(unreadable(
            "this is a folder, not a scenario file".into(),
            "",
        ));
    }
    if about.len() > FILE_MAX {
        let what = format!("the file is too large: {} MB", about.len() >> 20);
        return Err(unreadable(
            what,
            "a scenario has at most 4 MB; is this the right file?",
        ));
    }
    let bytes = std::fs::read(path).map_err(cannot)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(unreadable("the file is larger than 4 MB".into(), ""));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            let at = e.utf8_error().valid_up_to();
            let what = format!("the file is not text: byte {at} is not UTF-8");
            return Err(unreadable(
                what,
                "save it as UTF-8, or is this the right file?",
            ));
        }
    };
    Ok((name, text, path.parent().map(Path::to_path_buf)))
}

/// The reason without the number of the system's error, which differs between systems.
fn reason(e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => e.to_string(),
    }
}

pub(super) fn text(
    name: &str,
    text: &str,
    settings: &Settings,
    folder: Option<PathBuf>,
) -> Result<Scenario, Problems> {
    let sources = sources(name, text, settings);
    let fail = |list: Vec<Problem>| Problems::new(name, sources.clone(), list);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut document, syntax) = doc::parse(text, 0);
    if !syntax.is_empty() {
        return Err(fail(with_what_is_certain(document, syntax, folder)));
    }
    let cx = Cx::new(folder.clone());
    for (i, setting) in settings.all.iter().enumerate() {
        sets::apply(&cx, &mut document, setting, first_setting() + i);
    }
    let built = build::check(&cx, &document);
    let files = cx.files.borrow().clone();
    let (mut problems, warnings) = cx.into_parts();
    let variants = variants(&document, &sources, &mut problems, folder.as_ref());
    match built {
        Some(built) if problems.is_empty() => Ok(finish(
            name, text, settings, folder, built, variants, warnings, &files,
        )),
        _ => {
            if problems.is_empty() {
                problems.push(Problem::nowhere("the scenario could not be understood"));
            }
            Err(fail(problems))
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn finish(
    name: &str,
    text: &str,
    settings: &Settings,
    folder: Option<PathBuf>,
    built: Built,
    variants: Vec<VariantSpec>,
    warnings: Vec<String>,
    files: &[u8],
) -> Scenario {
    let stem = Path::new(name)
        .file_stem()
        .map_or_else(|| name.to_owned(), |s| s.to_string_lossy().into_owned());
    let hash = fnv(
        fnv(FNV_START, built.effective.to_string().as_bytes()),
        files,
    );
    Scenario {
        title: built.title.unwrap_or_else(|| stem.clone()),
        name: stem,
        question: built.question,
        sources: built.sources,
        text: text.to_owned(),
        settings: settings.clone(),
        begins: None,
        folder,
        hash,
        plan: built.plan,
        plan_id: built.plan_id,
        timezone: built.timezone,
        run: built.run,
        experiment: built.experiment,
        variants,
        tune: built.tune,
        price_date: built.price_date,
        plan_date: built.plan_date,
        limits: built.limits,
        horizon: built.horizon,
        trial_word: built.trial_word,
        warnings,
        effective: built.effective,
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, 64 bits: stable for ever, and not meant to withstand an attack.
fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Number of the first setting's text: the file and the presets come before.
pub(super) fn first_setting() -> usize {
    1 + presets::presets().len()
}

pub(super) fn sources(name: &str, text: &str, settings: &Settings) -> Vec<Source> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut all = vec![Source {
        name: name.to_owned(),
        text: Arc::from(text),
    }];
    all.extend(presets::presets().iter().map(|p| Source {
        name: format!("preset {}", p.name),
        text: Arc::from(p.text),
    }));
    all.extend(settings.all.iter().enumerate().map(|(i, s)| Source {
        name: settings.name(i),
        text: Arc::from(s.as_str()),
    }));
    all
}

/// After a mistake of syntax what stands before it can still be checked, except for what is missing.
fn with_what_is_certain(
    document: Table,
    mut syntax: Vec<Problem>,
    folder: Option<PathBuf>,
) -> Vec<Problem> {
    let first = syntax.iter().filter_map(|p| p.at).map(|at| at.start).min();
    let cx = Cx::new(folder);
    build::check(&cx, &document);
    let (found, _) = cx.into_parts();
    syntax.extend(found.into_iter().filter(|p| {
        let before =
            p.at.is_some_and(|at| at.source == 0 && Some(at.end) < first);
        before && !p.missing
    }));
    syntax
}

/// Checks each variant by applying it; its problems are added unless the scenario has them too.
fn variants(
    document: &Table,
    sources: &[Source],
    problems: &mut Vec<Problem>,
    folder: Option<&PathBuf>,
) -> Vec<VariantSpec> {
    let Some(Node::List(list)) = document.get("variant").map(|e| &e.item.node) else {
        return Vec::new();
    };
    let mut all: Vec<VariantSpec> = Vec::new();
    for item in list {
        let Some(table) = item.table() else { continue };
        let cx = Cx::new(folder.cloned());
        let f = Fields::open(&cx, table, &VARIANT, item.at);
        let name = f.text("name").map(|t| t.value.to_owned());
        if !f.has("name") {
            f.missing("name", "");
        }
        if let Some(twin) = name.as_ref().filter(|n| all.iter().any(|v| v.name == **n)) {
            let what = format!("two variants are called \"{twin}\"");
            f.bad(f.place("name"), what, "names must differ", "");
        }
        let mut changed = document.clone();
        let mut texts = Vec::new();
        match f.item("set").map(|i| &i.node) {
            Some(Node::Table(set)) => {
                for entry in &set.entries {
                    sets::apply_entry(&cx, &mut changed, entry);
                    texts.push(as_typed(entry, sources));
                }
            }
            Some(_) => {
                if let Some(item) = f.item("set") {
                    f.wrong("set", item);
                }
            }
            None => f.missing("set", ""),
        }
        build::check(&cx, &changed);
        let (found, _) = cx.into_parts();
        for mut problem in found {
            if problems.contains(&problem) {
                continue;
            }
            if let Some(name) = &name
                && !problem.what.contains("variant")
            {
                problem.what = format!("{} (in the variant \"{name}\")", problem.what);
            }
            problems.push(problem);
        }
        all.push(VariantSpec {
            name: name.unwrap_or_default(),
            sets: texts,
        });
    }
    all
}

/// `key=value` as it would be typed behind `--set`.
fn as_typed(entry: &Entry, sources: &[Source]) -> String {
    let at = entry.item.at;
    let text = sources
        .get(at.source as usize)
        .and_then(|s| s.text.get(at.range()))
        .unwrap_or("");
    format!("{}={text}", entry.key)
}
