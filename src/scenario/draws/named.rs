//! Named laws, empirical values and mixtures.

use super::super::csv_column::{self, VALUES_MAX};
use super::super::format::MIXTURE;
use super::super::laws::Named;
use super::*;

impl<'d> Reader<'_, 'd> {
    /// `{ gamma = { shape = 2, scale = 3 } }`.
    pub(super) fn nested(&self, f: &Fields<'d>, named: &'static Named) -> Option<Law> {
        let item = f.item(named.name)?;
        let Some(table) = item.table() else {
            let expected = format!("expected a table with {}", named.params.join(", "));
            self.bad(
                item.at,
                format!("{} is {}", named.name, item.kind()),
                &expected,
                "",
            );
            return None;
        };
        for entry in &table.entries {
            if !named.params.contains(&entry.key.as_str()) {
                let what = format!("unknown key \"{}\"", entry.key);
                let hint = keys::hint(&entry.key, named.params.iter().copied());
                self.bad(
                    entry.key_at,
                    what,
                    &format!("{} has no such parameter", named.name),
                    &hint,
                );
            }
        }
        let mut values = Vec::with_capacity(named.params.len());
        for param in named.params {
            match table.get(param).map(|e| &e.item) {
                Some(one) => match &one.node {
                    Node::Number(text) => {
                        let number = text.parse::<f64>().ok().filter(|x| x.is_finite());
                        match number {
                            Some(x) => values.push(x),
                            None => {
                                let what = format!("{param} is {text}");
                                self.bad(one.at, what, "expected a finite number", "");
                            }
                        }
                    }
                    _ => {
                        let what = format!("{param} is {}", one.kind());
                        self.bad(one.at, what, "expected a number", "");
                    }
                },
                None => self.no_param(item.at, named, param),
            }
        }
        self.make(named, &values, item.at)
    }

    pub(super) fn no_param(&self, at: Place, named: &Named, param: &str) {
        let what = format!("the law {} has no {param}", named.name);
        let help = format!("it needs {}", named.params.join(", "));
        let mut problem = Problem::new(at, what).help(help);
        problem.missing = true;
        self.f.cx.report(problem);
    }

    pub(super) fn make(&self, named: &Named, values: &[f64], at: Place) -> Option<Law> {
        if values.len() != named.params.len() {
            return None;
        }
        let law = (named.make)(values);
        law.check()
            .map_err(|what| self.bad(at, format!("{}: {what}", self.name), "", ""))
            .ok()
            .map(|()| law)
    }

    pub(super) fn values(&self, f: &Fields<'d>) -> Option<Law> {
        let item = f.item("values")?;
        let Node::List(all) = &item.node else {
            f.wrong("values", item);
            return None;
        };
        let mut values = Vec::with_capacity(all.len());
        for one in all {
            match &one.node {
                Node::Number(text) => values.push(self.number(one.at, text)?),
                _ => {
                    f.wrong("values", one);
                    return None;
                }
            }
        }
        self.empirical(values, item.at)
    }

    fn empirical(&self, values: Vec<f64>, at: Place) -> Option<Law> {
        if values.is_empty() || values.len() > VALUES_MAX {
            let what = format!("{} observed values", values.len());
            self.bad(at, what, &format!("expected 1 to {VALUES_MAX}"), "");
            return None;
        }
        Law::empirical(values)
            .map_err(|what| self.bad(at, what, "", ""))
            .ok()
    }

    pub(super) fn mixture(&self, f: &Fields<'d>, depth: u32) -> Option<Law> {
        let item = f.item("mixture")?;
        let Node::List(all) = &item.node else {
            f.wrong("mixture", item);
            return None;
        };
        let mut parts = Vec::with_capacity(all.len());
        for one in all {
            let Some(table) = one.table() else {
                f.wrong("mixture", one);
                return None;
            };
            let part = Fields::open(f.cx, table, &MIXTURE, one.at);
            let weight = part.number("weight");
            let draw = match part.item("of") {
                Some(of) => self.draw(of, depth + 1),
                None => {
                    part.missing("of", "");
                    None
                }
            };
            if weight.is_none() && !part.has("weight") {
                part.missing("weight", "");
            }
            let (weight, draw) = (weight?, draw?);
            if draw.min.is_some() || draw.max.is_some() {
                let help = "put min and max on the whole distribution";
                self.bad(
                    one.at,
                    "a part of a mixture has bounds of its own",
                    "",
                    help,
                );
                return None;
            }
            parts.push((weight.value, draw.law));
        }
        let law = Law::Mixture(parts);
        law.check()
            .map_err(|what| self.bad(item.at, what, "", "weights must be above 0"))
            .ok()
            .map(|()| law)
    }

    pub(super) fn csv(&self, f: &Fields<'d>) -> Option<Law> {
        let name = f.text("csv")?;
        let column = f.text("column");
        match csv_column::read(f, name.value, column.map(|c| c.value)) {
            Ok(values) => self.empirical(values, name.at),
            Err(what) => {
                let help = "the file is looked for beside the scenario";
                self.bad(name.at, what, "", help);
                None
            }
        }
    }
}
