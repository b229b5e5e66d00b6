//! The folder of a run, written whole or not at all.
//!
//! Files go into a hidden sibling `.name.partial-…`, are flushed to the disk, and the sibling takes
//! the place of the folder by rename. An earlier run is moved aside first and removed only after
//! the new one stands; if anything fails it is put back. Only a folder that holds a run (it has
//! `run.json`) or nothing is ever replaced.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;

/// The file that marks a folder as a run of this program.
pub const MARK: &str = "run.json";
/// Such files of all commands that write a folder: one of them makes a folder ours.
pub const MARKS: &[&str] = &[MARK, "history.json"];

/// Why a folder could not be written.
#[derive(Debug)]
pub enum OutputError {
    /// It exists and is not a run of this program.
    Foreign(PathBuf),
    /// It exists and is a file.
    NotAFolder(PathBuf),
    /// The disk or its permissions said no; the message names the path.
    Disk(io::Error),
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutputError::Foreign(path) => write!(
                f,
                "{} holds other files and no {MARK}, so it is not replaced; \
                 choose another folder with --output",
                path.display()
            ),
            OutputError::NotAFolder(path) => write!(
                f,
                "{} is a file, not a folder; choose another one with --output",
                path.display()
            ),
            OutputError::Disk(error) => write!(f, "cannot write the results: {error}"),
        }
    }
}

impl std::error::Error for OutputError {}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> OutputError {
        OutputError::Disk(error)
    }
}

/// A folder being written. Dropped before [`Draft::finish`], it leaves nothing behind.
pub struct Draft {
    target: PathBuf,
    temporary: PathBuf,
    finished: bool,
}

impl Draft {
    /// Begins a folder, before the long work: a path that cannot be written fails at once.
    ///
    /// # Errors
    /// When the target is foreign or the sibling cannot be created.
    pub fn begin(target: &Path) -> Result<Draft, OutputError> {
        check(target)?;
        let parent = parent_of(target);
        fs::create_dir_all(&parent)?;
        let temporary = create_sibling(&parent, target, "partial")?;
        Ok(Draft {
            target: target.to_owned(),
            temporary,
            finished: false,
        })
    }

    /// Writes one file; `name` may hold folders (`charts/cost.svg`).
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn file(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let path = self.temporary.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = fs::File::create(&path)?;
        let mut buffer = BufWriter::with_capacity(1 << 16, file);
        let named = |error: io::Error| {
            // Errors of the buffer do not say which file it was.
            io::Error::new(
                error.kind(),
                format!("{}: {error}", self.target.join(name).display()),
            )
        };
        write(&mut buffer).map_err(named)?;
        buffer.flush().map_err(named)?;
        buffer.get_ref().sync_all()?;
        Ok(())
    }

    /// Puts the folder in its place.
    ///
    /// # Errors
    /// When a rename fails; an earlier run is then back in its place.
    pub fn finish(self) -> Result<(), OutputError> {
        self.finish_with(&|from, to| fs::rename(from, to))
    }

    fn finish_with(
        mut self,
        rename: &dyn Fn(&Path, &Path) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        // Somebody may have put files there while the simulation ran.
        check(&self.target)?;
        let parent = parent_of(&self.target);
        if !self.target.exists() {
            rename(&self.temporary, &self.target)?;
            self.finished = true;
            sync_folder(&parent);
            return Ok(());
        }
        let aside = create_sibling(&parent, &self.target, "old")?;
        let moved = rename(&self.target, &aside);
        if let Err(error) = moved {
            let _ = fs::remove_dir(&aside);
            return Err(error.into());
        }
        if let Err(error) = rename(&self.temporary, &self.target) {
            rename(&aside, &self.target)?;
            return Err(error.into());
        }
        self.finished = true;
        sync_folder(&parent);
        // The new run stands; what is left of the old one is only litter.
        let _ = fs::remove_dir_all(&aside);
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.temporary);
        }
    }
}

/// Refuses what must not be replaced.
fn check(target: &Path) -> Result<(), OutputError> {
    let Ok(kind) = std::fs::symlink_metadata(target) else {
        return Ok(());
    };
    if !kind.is_dir() {
        return Err(OutputError::NotAFolder(target.to_owned()));
    }
    let empty = fs::read_dir(target)?.next().is_none();
    if empty || MARKS.iter().any(|mark| target.join(mark).is_file()) {
        Ok(())
    } else {
        Err(OutputError::Foreign(target.to_owned()))
    }
}

fn parent_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes an empty hidden folder beside the target that no other process uses.
fn create_sibling(parent: &Path, target: &Path, what: &str) -> io::Result<PathBuf> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    for attempt in 0..10_000u32 {
        let path = parent.join(format!(".{name}.{what}-{}-{attempt}", std::process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!(
        "{}: too many unfinished runs lie here",
        parent.display()
    )))
}

/// Makes the rename last through a power cut, where the system can.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = std::fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(target: &Path, content: &str) -> Result<(), OutputError> {
        let draft = Draft::begin(target)?;
        draft.file(MARK, |w| w.write_all(content.as_bytes()))?;
        draft.file("charts/a.svg", |w| w.write_all(b"<svg/>"))?;
        draft.finish()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn content(target: &Path) -> String {
        std::fs::read_to_string(target.join(MARK)).unwrap()
    }

    #[test]
    fn a_run_replaces_a_run_as_a_whole() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("deep/x");
        run(&target, "one").unwrap();
        std::fs::write(target.join("stale.csv"), "old").unwrap();
        run(&target, "two").unwrap();
        assert_eq!(content(&target), "two");
        assert_eq!(names(&target), ["charts", MARK]);
        assert_eq!(names(&home.path().join("deep")), ["x"]);
    }

    /// The disk fills up in the middle of a file: the writer fails as a full disk does.
    #[test]
    fn a_full_disk_leaves_the_old_run() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("x");
        run(&target, "one").unwrap();
        let draft = Draft::begin(&target).unwrap();
        let failed = draft.file(MARK, |w| {
            w.write_all(&[0; 100_000])?;
            Err(io::ErrorKind::StorageFull.into())
        });
        let message = failed.unwrap_err().to_string();
        assert!(message.contains("run.json"), "{message}");
        drop(draft);
        assert_eq!(content(&target), "one");
        assert_eq!(names(home.path()), ["x"]);
    }

    #[test]
    fn a_failed_rename_puts_the_old_run_back() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("x");
        run(&target, "one").unwrap();
        for failing in [1, 2] {
            let draft = Draft::begin(&target).unwrap();
            draft.file(MARK, |w| w.write_all(b"two")).unwrap();
            let calls = std::cell::Cell::new(0);
            let result = draft.finish_with(&|from, to| {
                calls.set(calls.get() + 1);
                if calls.get() == failing {
                    return Err(io::Error::other("no"));
                }
                std::fs::rename(from, to)
            });
            assert!(result.is_err());
            assert_eq!(content(&target), "one");
            assert_eq!(names(home.path()), ["x"], "failing at rename {failing}");
        }
    }

    #[test]
    fn foreign_folders_and_files_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let foreign = home.path().join("photos");
        std::fs::create_dir(&foreign).unwrap();
        assert!(
            Draft::begin(&foreign).is_ok(),
            "an empty folder may be used"
        );
        std::fs::write(foreign.join("a.jpg"), "x").unwrap();
        assert!(matches!(
            Draft::begin(&foreign),
            Err(OutputError::Foreign(_))
        ));
        let file = home.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert!(matches!(
            Draft::begin(&file),
            Err(OutputError::NotAFolder(_))
        ));
        assert_eq!(names(home.path()), ["file", "photos"]);
    }

    /// A folder that arrives while the simulation runs is not replaced either.
    #[test]
    fn the_target_is_checked_again_at_the_end() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("x");
        let draft = Draft::begin(&target).unwrap();
        draft.file(MARK, |w| w.write_all(b"two")).unwrap();
        std::fs::create_dir(&target).unwrap();
        std::fs::write(target.join("a.jpg"), "x").unwrap();
        assert!(matches!(draft.finish(), Err(OutputError::Foreign(_))));
        assert_eq!(names(home.path()), ["x"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_folder_fails_before_the_work() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let set = |mode| {
            std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(0o555);
        // The superuser may write anywhere; then there is nothing to test.
        let superuser = std::fs::create_dir(home.path().join("probe")).is_ok();
        let result = Draft::begin(&home.path().join("x"));
        set(0o755);
        if !superuser {
            assert!(matches!(result, Err(OutputError::Disk(_))));
        }
    }
}
