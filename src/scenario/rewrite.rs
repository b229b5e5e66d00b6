//! Puts a wallet setting into a scenario file: only the values change, comments and order stay, and
//! the file is replaced as a whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use fs_err as fs;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::load;
use super::wallet::plain;
use crate::account::spec::ReloadAmount;
use crate::base::money::Money;

/// A setting to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletSetting {
    pub threshold: Money,
    pub amount: ReloadAmount,
    /// `None` = no cap.
    pub cap: Option<Money>,
    /// `None` = unlimited.
    pub monthly_limit: Option<Money>,
}

/// Why it was not written. The file is as it was.
#[derive(Debug)]
pub enum RewriteError {
    /// The file is not what was read, or cannot hold the setting; the text says what to do.
    Wrong(String),
    Disk(io::Error),
}

impl std::fmt::Display for RewriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RewriteError::Wrong(why) => f.write_str(why),
            RewriteError::Disk(e) => write!(f, "the scenario cannot be written: {e}"),
        }
    }
}

impl std::error::Error for RewriteError {}

impl From<io::Error> for RewriteError {
    fn from(e: io::Error) -> RewriteError {
        RewriteError::Disk(e)
    }
}

/// Writes a setting into the file at `path`, whose text was `read` when it was loaded.
///
/// # Errors
/// When the file has changed since, cannot hold the setting, or cannot be written.
pub fn write_setting(path: &Path, read: &str, setting: &WalletSetting) -> Result<(), RewriteError> {
    replace(path, read, |now| with_setting(now, setting))
}

/// Replaces the file at `path`, whose text was `read` when it was loaded, by a changed text, if that
/// is a right scenario.
pub(super) fn replace(
    path: &Path,
    read: &str,
    change: impl FnOnce(&str) -> Result<String, String>,
) -> Result<(), RewriteError> {
    // A link stays a link; what it points to is replaced.
    let path = fs::canonicalize(path)?;
    let now = fs::read_to_string(&path)?;
    if now.strip_prefix('\u{feff}').unwrap_or(&now) != read {
        let why = format!(
            "{} has changed since it was read; nothing was written",
            path.display()
        );
        return Err(RewriteError::Wrong(why));
    }
    let text = change(&now).map_err(RewriteError::Wrong)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let name = path.display().to_string();
    let checked = load::text(&name, &text, &super::typed(&[]), Some(folder.to_path_buf()));
    if let Err(problems) = checked {
        let why = format!("the scenario would not be right with it:\n{problems}");
        return Err(RewriteError::Wrong(why));
    }
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file()
        .set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|e| e.error)?;
    Ok(())
}

/// The text of a scenario with another setting in it.
///
/// # Errors
/// When the text is no TOML, or `wallet` in it is no table.
pub fn with_setting(text: &str, setting: &WalletSetting) -> Result<String, String> {
    edit(text, |doc| put_setting(doc, setting))
}

/// A text with its TOML changed; mark, ends of lines, comments and order stay.
pub(super) fn edit(
    text: &str,
    change: impl FnOnce(&mut DocumentMut) -> Result<(), String>,
) -> Result<String, String> {
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let windows = body.contains("\r\n");
    let plain = body.replace("\r\n", "\n");
    let mut doc: DocumentMut = plain
        .parse()
        .map_err(|e| format!("the scenario is no longer TOML: {e}"))?;
    change(&mut doc)?;
    let new = doc.to_string();
    let new = if windows {
        new.replace('\n', "\r\n")
    } else {
        new
    };
    Ok(format!("{mark}{new}"))
}

fn put_setting(doc: &mut DocumentMut, setting: &WalletSetting) -> Result<(), String> {
    let wallet = table(doc.as_table_mut(), "wallet")?;
    option(wallet, "monthly_limit", setting.monthly_limit, "unlimited");
    let auto = table(wallet, "auto_reload")?;
    amount(auto, "threshold", setting.threshold);
    let (used, other, money) = match setting.amount {
        ReloadAmount::To(to) => ("reload_to", "add", to),
        ReloadAmount::Add(add) => ("add", "reload_to", add),
    };
    amount(auto, used, money);
    auto.remove(other);
    option(auto, "cap", setting.cap, "none");
    Ok(())
}

/// The table of a key, made if there is none; `auto_reload = false` makes room for one.
pub(super) fn table<'t>(
    parent: &'t mut dyn TableLike,
    key: &str,
) -> Result<&'t mut dyn TableLike, String> {
    let switched_off = parent.get(key).and_then(Item::as_bool) == Some(false);
    if switched_off || !parent.contains_key(key) {
        parent.insert(key, Item::Table(Table::new()));
    }
    parent
        .get_mut(key)
        .and_then(Item::as_table_like_mut)
        .ok_or_else(|| format!("{key} is no table in this scenario"))
}

/// Sets an amount, in the way the old one was written.
fn amount(table: &mut dyn TableLike, key: &str, money: Money) {
    let cents = match table.get(key).and_then(Item::as_value) {
        Some(old) => old.to_string().contains('.'),
        None => false,
    };
    let text = plain(money);
    let text = match text.strip_suffix(".00") {
        Some(whole) if !cents => whole.to_owned(),
        _ => text,
    };
    let Ok(value) = text.parse::<Value>() else {
        return;
    };
    put(table, key, value);
}

/// Sets an amount that need not be there: none is the word if something was written, else nothing.
fn option(table: &mut dyn TableLike, key: &str, money: Option<Money>, word: &str) {
    match money {
        Some(money) => amount(table, key, money),
        None if table.contains_key(key) => put(table, key, Value::from(word)),
        None => {}
    }
}

/// Replaces a value; the spaces and comments around the old one stay.
pub(super) fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        *value.decor_mut() = old.decor().clone();
        *old = value;
        return;
    }
    table.insert(key, Item::Value(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTING: WalletSetting = WalletSetting {
        threshold: Money::usd(12),
        amount: ReloadAmount::To(Money::usd(25)),
        cap: Some(Money::usd(300)),
        monthly_limit: Some(Money::usd(450)),
    };

    #[test]
    fn only_the_values_change() {
        let text = "# mine\nstart = 2026-12-01\n\n[wallet]   # money\nbalance = 20.00\nmonthly_limit = 150 # a month\n\n\
                    [wallet.auto_reload]\nthreshold   = 5.00  # low\nreload_to   = 15\ncap = \"none\"\ndecline = 0.01\n\n\
                    [[actor]] # me\nname = \"me\"\n";
        let new = with_setting(text, &SETTING).unwrap();
        let expected = text
            .replace("monthly_limit = 150 #", "monthly_limit = 450 #")
            .replace("threshold   = 5.00  # low", "threshold   = 12.00  # low")
            .replace("reload_to   = 15", "reload_to   = 25")
            .replace("cap = \"none\"", "cap = 300");
        assert_eq!(new, expected);
        // And back again, with what has no number.
        let back = WalletSetting {
            threshold: Money::usd(5),
            amount: ReloadAmount::To(Money::usd(15)),
            cap: None,
            monthly_limit: Some(Money::usd(150)),
        };
        assert_eq!(with_setting(&new, &back).unwrap(), text);
    }

    #[test]
    fn every_way_of_writing_a_wallet() {
        let add = WalletSetting {
            amount: ReloadAmount::Add(Money::cents(2250)),
            cap: None,
            monthly_limit: None,
            ..SETTING
        };
        for (text, expected) in [
            (
                "wallet = { balance = 5, auto_reload = { threshold = 2, reload_to = 9 } }\n",
                "wallet = { balance = 5, auto_reload = { threshold = 12 , add = 22.50 } }\n",
            ),
            (
                "wallet.balance = 5\nwallet.auto_reload.threshold = 2\nwallet.auto_reload.add = 9\n",
                "wallet.balance = 5\nwallet.auto_reload.threshold = 12\nwallet.auto_reload.add = 22.50\n",
            ),
            (
                "[wallet]\nbalance = 5\nauto_reload = false\nmonthly_limit = 20\n",
                "[wallet]\nbalance = 5\nmonthly_limit = \"unlimited\"\n\n[wallet.auto_reload]\nthreshold = 12\nadd = 22.50\n",
            ),
            (
                "\u{feff}[wallet]\r\nbalance = 5\r\n",
                "\u{feff}[wallet]\r\nbalance = 5\r\n\r\n[wallet.auto_reload]\r\nthreshold = 12\r\nadd = 22.50\r\n",
            ),
        ] {
            let new = with_setting(text, &add).unwrap();
            assert_eq!(new.replace("12 ,", "12,"), expected.replace("12 ,", "12,"));
        }
        assert!(with_setting("wallet = 3\n", &add).is_err());
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mine.toml");
        let text = super::super::presets::init("claude-code-heavy", "max-5x");
        fs::write(&path, &text).unwrap();
        let stale = write_setting(&path, "other", &SETTING).unwrap_err();
        assert!(stale.to_string().contains("has changed"));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        write_setting(&path, &text, &SETTING).unwrap();
        let scenario = super::super::load(&path, &[]).unwrap();
        let auto = scenario.experiment.account.wallet.auto_reload.unwrap();
        assert_eq!(
            (auto.threshold, auto.amount, auto.cap),
            (SETTING.threshold, SETTING.amount, SETTING.cap)
        );
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
