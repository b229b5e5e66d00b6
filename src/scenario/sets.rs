//! Dotted paths: `--set key=value` and the changes of a variant, applied to the document before it
//! is checked, so that whatever they bring in is checked like the rest.

use super::doc::{self, Entry, Item, Node, Table};
use super::fields::Cx;
use super::format::TOP;
use super::keys::{self, Kind, Spec};
use super::problems::{Place, Problem};

/// A part of a dotted path and its place.
struct Segment {
    text: String,
    at: Place,
}

/// Applies `key=value` as typed; `source` is the index of its text. Without a value (`key=`) the key
/// is removed, as if it had never been written.
pub(super) fn apply(cx: &Cx, doc: &mut Table, text: &str, source: usize) {
    let whole = Place::new(source, 0..text.len());
    let Some(split) = equals_sign(text) else {
        cx.report(
            Problem::new(whole, "no value")
                .expected("expected key=value")
                .help("for instance --set wallet.balance=50"),
        );
        return;
    };
    let (path, value) = (&text[..split], &text[split + 1..]);
    let Some(segments) = segments(cx, path, Place::new(source, 0..split)) else {
        return;
    };
    if value.trim().is_empty() {
        return remove(cx, doc, &segments);
    }
    let shift = split + 1;
    let item = doc::parse_value(value.trim(), source, shift + leading(value));
    let item = item.unwrap_or_else(|| Item {
        node: Node::Text(unquoted(value.trim()).to_owned()),
        at: Place::new(source, shift..text.len()),
    });
    put(cx, doc, &segments, item);
}

/// Applies one change of a variant: a path from the file and its value.
pub(super) fn apply_entry(cx: &Cx, doc: &mut Table, entry: &Entry) {
    let whole = entry.key_at;
    let quoted = whole.range().len() == entry.key.len() + 2;
    let start = whole.range().start + usize::from(quoted);
    let at = Place::new(whole.source as usize, start..start + entry.key.len());
    if let Some(segments) = segments(cx, &entry.key, at) {
        put(cx, doc, &segments, entry.item.clone());
    }
}

fn leading(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(text)
}

/// The first `=` outside quotes.
fn equals_sign(text: &str) -> Option<usize> {
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(i),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if c == q => quote = None,
            _ => {}
        }
    }
    None
}

fn segments(cx: &Cx, path: &str, at: Place) -> Option<Vec<Segment>> {
    let source = at.source as usize;
    let begin = at.range().start;
    let mut all: Vec<Segment> = Vec::new();
    let mut rest = 0;
    loop {
        let tail = &path[rest..];
        let skipped = rest + leading(tail);
        let tail = &path[skipped..];
        let (text, used) = match tail.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            Some(quote) => {
                let inner = &tail[1..];
                let end = inner.find(quote)?;
                (&inner[..end], end + 2)
            }
            None => {
                let end = tail.find('.').unwrap_or(tail.len());
                (tail[..end].trim_end(), end)
            }
        };
        let place = Place::new(source, begin + skipped..begin + skipped + used);
        if text.is_empty() {
            cx.report(
                Problem::new(place, "a part of the key is empty")
                    .expected("expected a dotted key")
                    .help("for instance wallet.balance or actor.me.models"),
            );
            return None;
        }
        all.push(Segment {
            text: text.to_owned(),
            at: place,
        });
        let after = path[skipped + used..].trim_start();
        if after.is_empty() {
            return Some(all);
        }
        let Some(next) = after.strip_prefix('.') else {
            cx.report(Problem::new(place, "text behind a quoted part of the key"));
            return None;
        };
        rest = path.len() - next.len();
    }
}

fn put(cx: &Cx, doc: &mut Table, path: &[Segment], item: Item) {
    let Some((last, before)) = path.split_last() else {
        return;
    };
    let mut spec: Option<&'static Spec> = Some(&TOP);
    let mut table = doc;
    let mut rest = before.iter();
    while let Some(segment) = rest.next() {
        let kind = match known(cx, spec, segment) {
            Ok(kind) => kind,
            Err(()) => return,
        };
        if let Some(Kind::Tables(below, id)) = kind {
            let Some(choice) = rest.next() else {
                cx.report(whole_element(last, segment));
                return;
            };
            let Some(found) = element(cx, table, segment, choice, id) else {
                return;
            };
            (table, spec) = (found, Some(below));
            continue;
        }
        spec = kind.and_then(Kind::spec).or(match kind {
            Some(Kind::MapOf(_)) => None,
            _ => None,
        });
        let Some(found) = below(cx, table, segment, last) else {
            return;
        };
        table = found;
    }
    let kind = match known(cx, spec, last) {
        Ok(kind) => kind,
        Err(()) => return,
    };
    let entry = Entry {
        key: last.text.clone(),
        key_at: last.at,
        item,
    };
    overlay(table, entry, kind.and_then(Kind::spec));
}

/// Removes a key, if it is there.
fn remove(cx: &Cx, doc: &mut Table, path: &[Segment]) {
    let Some((last, before)) = path.split_last() else {
        return;
    };
    let mut spec: Option<&'static Spec> = Some(&TOP);
    let mut found: Option<&mut Table> = Some(doc);
    let mut rest = before.iter();
    while let Some(segment) = rest.next() {
        let Ok(kind) = known(cx, spec, segment) else {
            return;
        };
        let item = found.and_then(|t| t.get_mut(&segment.text));
        found = match (kind, item.map(|e| &mut e.item.node)) {
            (Some(Kind::Tables(below, id)), list) => {
                spec = Some(below);
                let Some(choice) = rest.next() else {
                    cx.report(whole_element(last, segment));
                    return;
                };
                match list {
                    Some(Node::List(all)) => {
                        chosen(all, choice, id).and_then(|i| table_of(all.get_mut(i)))
                    }
                    _ => None,
                }
            }
            (kind, node) => {
                spec = kind.and_then(Kind::spec);
                match node {
                    Some(Node::Table(t)) => Some(t),
                    _ => None,
                }
            }
        };
    }
    if known(cx, spec, last).is_ok()
        && let Some(table) = found
    {
        table.entries.retain(|e| e.key != last.text);
    }
}

fn table_of(item: Option<&mut Item>) -> Option<&mut Table> {
    match &mut item?.node {
        Node::Table(t) => Some(t),
        _ => None,
    }
}

/// The element of a list of tables that a part of a path chooses, by its name or its number.
fn chosen(all: &[Item], choice: &Segment, id: &str) -> Option<usize> {
    let named = |item: &Item| {
        matches!(
            item.table().and_then(|t| t.get(id)).map(|e| &e.item.node),
            Some(Node::Text(name)) if *name == choice.text
        )
    };
    let by_number = || choice.text.parse().ok().filter(|n| *n < all.len());
    all.iter().position(named).or_else(by_number)
}

fn whole_element(last: &Segment, list: &Segment) -> Problem {
    Problem::new(
        last.at,
        format!("\"{}\" is a whole element of {}", last.text, list.text),
    )
    .expected("expected one of its keys behind it")
    .help(format!("for instance {}.{}.KEY", list.text, last.text))
}

/// The kind of a key, or a problem if the table has no such key. Free tables know every key.
fn known(cx: &Cx, spec: Option<&'static Spec>, segment: &Segment) -> Result<Option<Kind>, ()> {
    let Some(spec) = spec else {
        return Ok(None);
    };
    match spec.key(&segment.text) {
        Some(key) => Ok(Some(key.kind)),
        None => {
            let names: Vec<&str> = spec.keys.iter().map(|k| k.name).collect();
            cx.report(
                Problem::new(segment.at, format!("unknown key \"{}\"", segment.text))
                    .expected(format!("{} has no such key", spec.title))
                    .help(keys::hint(&segment.text, names)),
            );
            Err(())
        }
    }
}

/// The table behind a key; made where there is none.
fn below<'t>(
    cx: &Cx,
    table: &'t mut Table,
    segment: &Segment,
    last: &Segment,
) -> Option<&'t mut Table> {
    if table.get(&segment.text).is_none() {
        table.put(Entry {
            key: segment.text.clone(),
            key_at: segment.at,
            item: Item {
                node: Node::Table(Table::default()),
                at: segment.at,
            },
        });
    }
    let item = &mut table.get_mut(&segment.text)?.item;
    match &item.node {
        Node::Table(_) => {}
        // A switch or a word gives way to a table.
        Node::Flag(_) => item.node = Node::Table(Table::default()),
        _ => {
            cx.report(
                Problem::new(
                    segment.at,
                    format!("{} is {}, not a table", segment.text, item.kind()),
                )
                .expected(format!("it has no key \"{}\"", last.text))
                .help(format!("set {} as a whole", segment.text)),
            );
            return None;
        }
    }
    match &mut item.node {
        Node::Table(t) => Some(t),
        _ => None,
    }
}

/// An element of a list of tables, chosen by number or by its name. A window that only the
/// catalogue has comes into being here.
fn element<'t>(
    cx: &Cx,
    table: &'t mut Table,
    list: &Segment,
    choice: &Segment,
    id: &str,
) -> Option<&'t mut Table> {
    if table.get(&list.text).is_none() {
        table.put(Entry {
            key: list.text.clone(),
            key_at: list.at,
            item: Item {
                node: Node::List(Vec::new()),
                at: list.at,
            },
        });
    }
    let Node::List(all) = &mut table.get_mut(&list.text)?.item.node else {
        cx.report(Problem::new(
            list.at,
            format!("{} is not a list of tables", list.text),
        ));
        return None;
    };
    let index = match chosen(all, choice, id) {
        Some(index) => index,
        None if list.text == "window" => {
            all.push(new_element(id, choice));
            all.len() - 1
        }
        None => {
            let name = |item: &'t Item| match &item.table()?.get(id)?.item.node {
                Node::Text(name) => Some(name.as_str()),
                _ => None,
            };
            let known: Vec<&str> = all.iter().filter_map(name).collect();
            let help = if known.is_empty() {
                format!("there are {} of them, counted from 0", all.len())
            } else {
                keys::hint(&choice.text, known)
            };
            let what = format!("no {} is called \"{}\"", list.text, choice.text);
            cx.report(Problem::new(choice.at, what).help(help));
            return None;
        }
    };
    match &mut all.get_mut(index)?.node {
        Node::Table(t) => Some(t),
        _ => None,
    }
}

fn new_element(id: &str, choice: &Segment) -> Item {
    let name = Entry {
        key: id.to_owned(),
        key_at: choice.at,
        item: Item {
            node: Node::Text(choice.text.clone()),
            at: choice.at,
        },
    };
    Item {
        node: Node::Table(Table {
            entries: vec![name],
        }),
        at: choice.at,
    }
}

/// Puts a value over what is there. A table whose keys are known one by one is merged, so that one
/// key can be changed; anything else, a distribution or a model mix, is replaced as a whole.
pub(super) fn overlay(table: &mut Table, entry: Entry, spec: Option<&'static Spec>) {
    let (Some(spec), Some(old)) = (spec, table.get_mut(&entry.key)) else {
        table.put(entry);
        return;
    };
    match (&mut old.item, entry.item) {
        (
            Item {
                node: Node::Table(base),
                at,
            },
            Item {
                node: Node::Table(over),
                at: new_at,
            },
        ) => {
            *at = new_at;
            merge(base, over, spec);
        }
        (slot, item) => *slot = item,
    }
}

/// Merges a table over another, key by key.
pub(super) fn merge(base: &mut Table, over: Table, spec: &'static Spec) {
    for entry in over.entries {
        let below = spec.key(&entry.key).and_then(|k| k.kind.spec());
        overlay(base, entry, below);
    }
}
