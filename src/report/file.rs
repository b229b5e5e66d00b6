//! One file, written whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use fs_err as fs;

/// Why a file could not be written.
#[derive(Debug)]
pub enum FileError {
    /// It is there already and may not be replaced.
    Exists,
    /// The disk or its permissions said no.
    Disk(io::Error),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> FileError {
        FileError::Disk(error)
    }
}

/// Writes a text beside its target and puts it in its place; folders on the way are made. Without
/// `replace`, a file that is there stays.
///
/// # Errors
/// When the file exists and may not be replaced, or the disk says no.
pub fn write(path: &Path, text: &str, replace: bool) -> Result<(), FileError> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".burncast-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: what the user's mask leaves.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut draft = builder.tempfile_in(parent)?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    let placed = if replace {
        draft.persist(path)
    } else {
        draft.persist_noclobber(path)
    };
    match placed {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Err(FileError::Exists),
        Err(e) => {
            let what = format!("{}: {}", path.display(), e.error);
            Err(FileError::Disk(io::Error::new(e.error.kind(), what)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_when_asked() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("deep/me.toml");
        write(&path, "one", false).unwrap();
        assert!(matches!(write(&path, "two", false), Err(FileError::Exists)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        write(&path, "two", true).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        let left = std::fs::read_dir(home.path().join("deep")).unwrap().count();
        assert_eq!(left, 1, "nothing is left beside it");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("file"), "x").unwrap();
        let inside = home.path().join("file/me.toml");
        assert!(matches!(write(&inside, "x", true), Err(FileError::Disk(_))));
    }
}
