//! Observed values out of a CSV file.

use super::fields::Fields;
use super::keys;

/// Values of a CSV file or a list; more than this says nothing more.
pub(super) const VALUES_MAX: usize = 1_000_000;

/// Bytes of a CSV file.
const CSV_MAX: u64 = 64 << 20;

/// The numbers of a CSV column. Text that is no number is an error, an empty cell is left out.
pub(super) fn read(f: &Fields<'_>, name: &str, column: Option<&str>) -> Result<Vec<f64>, String> {
    let path = match &f.cx.folder {
        Some(folder) => folder.join(name),
        None => std::path::PathBuf::from(name),
    };
    let failed = |e: &dyn std::fmt::Display| format!("\"{name}\" cannot be read: {e}");
    let size = std::fs::metadata(&path).map_err(|e| failed(&e))?;
    if !size.is_file() {
        return Err(failed(&"it is not a file"));
    }
    if size.len() > CSV_MAX {
        return Err(failed(&"it is larger than 64 MB"));
    }
    let bytes = std::fs::read(&path).map_err(|e| failed(&e))?;
    f.cx.files.borrow_mut().extend_from_slice(&bytes);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().map_err(|e| failed(&e))?.clone();
    let index = match column {
        None => 0,
        Some(wanted) => header
            .iter()
            .position(|h| h.trim() == wanted)
            .ok_or_else(|| {
                let all: Vec<&str> = header.iter().collect();
                format!(
                    "\"{name}\" has no column \"{wanted}\": {}",
                    keys::hint(wanted, all)
                )
            })?,
    };
    let mut values = Vec::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|e| failed(&e))?;
        let cell = record.get(index).unwrap_or("").trim();
        if cell.is_empty() {
            continue;
        }
        match cell.parse::<f64>() {
            Ok(x) if x.is_finite() && x >= 0.0 => values.push(x),
            _ => {
                return Err(format!(
                    "\"{name}\", row {}: \"{cell}\" is not a number",
                    row + 2
                ));
            }
        }
        if values.len() > VALUES_MAX {
            return Err(format!("\"{name}\" has more than {VALUES_MAX} values"));
        }
    }
    Ok(values)
}
