//! Writing something beside the open file: the list of edits, or a copy of the bytes as the view shows them. Never over
//! a file that is there already.
//!
//! It owns the names that are chosen and the sentences that tell of it. How a file is written is `work/copy`'s.

use std::ffi::OsString;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;

use crate::bytes::size::group_digits;
use crate::map::{Mapping, OpenFile};
use crate::model::event::Event;
use crate::model::shown_name;
use crate::os::save::{Existing, Rights, SaveCause, SaveError};
use crate::os::thread::be_nice;

use super::copy::{CopyError, CopyOptions, Source, Unread, copy, save_text};
use super::file::Report;

/// Writes `text` to a new file beside `path`, named after it with `suffix`. The outcome is a sentence.
///
/// # Errors
/// A sentence that names the file and the cause.
pub fn write_text(path: &Path, suffix: &str, text: &str) -> Result<String, String> {
    // A file that is gone tells no rights any more.
    let like = Rights::of_path(path).unwrap_or(Rights::OWNER_ONLY);
    let save = |target: &Path| save_text(text, target, Existing::Keep, like);
    match beside(path, suffix, save) {
        Ok((target, ())) => Ok(format!("The edits are listed in {}", target.display())),
        Err(error) => Err(error.to_string()),
    }
}

/// Saves to the first name beside `path` that nothing has: `name.suffix`, else `name.suffix.2` and so on.
fn beside<T>(
    path: &Path,
    suffix: &str,
    mut save: impl FnMut(&Path) -> Result<T, CopyError>,
) -> Result<(PathBuf, T), CopyError> {
    let mut number = 1_u32;
    loop {
        let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
        name.push(suffix);
        if number > 1 {
            name.push(format!(".{number}"));
        }
        let target = path.with_file_name(name);
        match save(&target) {
            Ok(saved) => return Ok((target, saved)),
            Err(CopyError::Save(SaveError {
                cause: SaveCause::Exists | SaveCause::IsSource,
                ..
            })) if number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// A copy in the making; dropping it stops and removes it.
#[derive(Debug)]
pub struct Job {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Job {
    /// Starts copying what `mapping` shows to a new file beside the open one. The outcome is reported as
    /// [`Event::Exported`].
    ///
    /// # Errors
    /// Where the system gives no further thread.
    pub fn start(
        file: Arc<OpenFile>,
        mapping: Arc<RwLock<Mapping>>,
        report: Report,
    ) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new()
            .name("export".to_owned())
            .spawn({
                let stop = Arc::clone(&stop);
                move || {
                    be_nice();
                    if let Some(outcome) = copy_beside(&file, &mapping, &stop) {
                        report(Event::Exported(outcome));
                    }
                }
            })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// It is done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// `None` where it was stopped.
fn copy_beside(
    file: &OpenFile,
    mapping: &RwLock<Mapping>,
    stop: &AtomicBool,
) -> Option<Result<String, String>> {
    let options = CopyOptions {
        existing: Existing::Keep,
        unread: Unread::LeaveOut,
    };
    let source = Source::of_view(file, mapping);
    let copied = beside(file.path(), ".copy", |target| {
        copy(&source, target, options, &mut |_| {
            if stop.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    });
    match copied {
        Ok((target, report)) => {
            let missing = report.gaps.first().map_or_else(String::new, |gap| {
                format!(
                    "; {} bytes could not be read and are zero in it, the first at {} ({})",
                    group_digits(report.unread),
                    gap.span.start(),
                    gap.reason
                )
            });
            Some(Ok(format!(
                "The bytes of {} as shown are in {}{missing}",
                shown_name(file.path()),
                target.display()
            )))
        }
        Err(CopyError::Stopped) => None,
        Err(error) => Some(Err(error.to_string())),
    }
}
