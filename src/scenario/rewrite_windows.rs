//! Puts sizes of windows into a scenario file, as [`super::rewrite`] does with the wallet.

use std::path::Path;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::rewrite::{RewriteError, edit, put, replace, table};

/// A window's size to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowSetting {
    pub id: String,
    /// As TOML: `{ usd = "37 to 46" }`.
    pub limit: String,
    pub provenance: &'static str,
}

/// Writes the plan's meter and the sizes of windows into the file at `path`, whose text was `read`
/// when it was loaded.
///
/// # Errors
/// When the file has changed since, cannot hold the sizes, or cannot be written.
pub fn write_windows(
    path: &Path,
    read: &str,
    meter: &str,
    windows: &[WindowSetting],
) -> Result<(), RewriteError> {
    replace(path, read, |now| edit(now, |doc| set(doc, meter, windows)))
}

fn set(doc: &mut DocumentMut, meter: &str, windows: &[WindowSetting]) -> Result<(), String> {
    let plan = table(doc.as_table_mut(), "plan")?;
    // The price is what a scenario without a meter counts by.
    if plan.contains_key("meter") || meter != "price" {
        put(plan, "meter", Value::from(meter));
    }
    if !plan.contains_key("window") {
        plan.insert("window", Item::ArrayOfTables(ArrayOfTables::new()));
    }
    let list = plan.get_mut("window");
    let list = list.and_then(Item::as_array_of_tables_mut);
    let list = list.ok_or(
        "plan.window is no list of [[plan.window]] tables in this scenario: write it that way",
    )?;
    for window in windows {
        let known = list
            .iter_mut()
            .find(|t| t.get("id").and_then(Item::as_str) == Some(window.id.as_str()));
        match known {
            Some(table) => size(table, window)?,
            None => {
                let mut table = Table::new();
                table.insert("id", Item::Value(Value::from(window.id.as_str())));
                size(&mut table, window)?;
                list.push(table);
            }
        }
    }
    Ok(())
}

fn size(table: &mut dyn TableLike, window: &WindowSetting) -> Result<(), String> {
    let limit = window.limit.parse::<Value>();
    let limit = limit.map_err(|e| format!("the size of {}: {e}", window.id))?;
    for key in ["share_of", "share"] {
        table.remove(key);
    }
    put(table, "limit", limit);
    put(table, "provenance", Value::from(window.provenance));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, meter: &str) -> String {
        let sizes =
            [("session", "fitted"), ("week", "assumed")].map(|(id, provenance)| WindowSetting {
                id: id.to_owned(),
                limit: "{ usd = \"37 to 46\" }".to_owned(),
                provenance,
            });
        edit(text, |doc| set(doc, meter, &sizes)).unwrap()
    }

    #[test]
    fn sizes_go_into_their_windows_and_all_else_stays() {
        let text = "start = 2026-12-01 # first\n\n[plan] # mine\nname = \"max-5x\"\n\n\
                    [[plan.window]]\nid = \"week\" # all\nlimit = 500 # a guess\n\n[wallet]\nbalance = 5\n";
        let new = written(text, "price");
        let expected = text
            .replace("limit = 500 # a guess", "limit = { usd = \"37 to 46\" } # a guess\nprovenance = \"assumed\"")
            .replace("\n\n[wallet]", "\n\n[[plan.window]]\nid = \"session\"\nlimit = { usd = \"37 to 46\" }\nprovenance = \"fitted\"\n\n[wallet]");
        assert_eq!(new, expected);
        assert!(written(text, "reads-free").contains("meter = \"reads-free\""));
        // Written again, nothing changes.
        assert_eq!(written(&new, "price"), new);
    }

    #[test]
    fn a_scenario_with_them_is_right() {
        let text = crate::scenario::init("claude-code-heavy", "max-5x");
        let new = written(&text, "reads-full");
        assert!(crate::scenario::parse("mine", &new, &[]).is_ok(), "{new}");
    }
}
