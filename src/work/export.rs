//! Writing something beside the open file: the list of edits, or a copy of the bytes as the view shows them. Never over
//! a file that is there already.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;

use crate::bytes::Span;
use crate::bytes::size::group_digits;
use crate::map::{Mapping, OpenFile};
use crate::model::event::Event;
use crate::model::shown_name;

use super::file::Report;

/// Bytes copied at a time: large enough for the full speed, small enough to stop at once.
const CHUNK_BYTES: u64 = 256 << 10;

/// Writes `text` to a new file beside `path`, named after it with `suffix`. The outcome is a sentence.
///
/// # Errors
/// A sentence that names the file and the cause.
pub fn write_text(path: &Path, suffix: &str, text: &str) -> Result<String, String> {
    let (mut file, target) =
        create_beside(path, suffix).map_err(|error| not_written(path, &error))?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|error| not_written(&target, &error))?;
    Ok(format!("The edits are listed in {}", target.display()))
}

fn not_written(path: &Path, error: &io::Error) -> String {
    format!(
        "{}: nothing was written ({error}): choose a folder you may write in, or free some space",
        path.display()
    )
}

/// Creates a file that did not exist: `name.suffix`, else `name.suffix.2` and so on.
fn create_beside(path: &Path, suffix: &str) -> io::Result<(File, PathBuf)> {
    let mut number = 1_u32;
    loop {
        let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
        name.push(suffix);
        if number > 1 {
            name.push(format!(".{number}"));
        }
        let target = path.with_file_name(name);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&target)
        {
            Ok(file) => return Ok((file, target)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
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
                    if let Some(outcome) = copy(&file, &mapping, &stop) {
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
fn copy(
    file: &OpenFile,
    mapping: &RwLock<Mapping>,
    stop: &AtomicBool,
) -> Option<Result<String, String>> {
    let (mut out, target) = match create_beside(file.path(), ".copy") {
        Ok(created) => created,
        Err(error) => return Some(Err(not_written(file.path(), &error))),
    };
    match copy_into(&mut out, file, mapping, stop) {
        Ok(Some(unreadable)) => {
            let missing = if unreadable == 0 {
                String::new()
            } else {
                format!(
                    "; {} bytes could not be read and are zero in it",
                    group_digits(unreadable)
                )
            };
            Some(Ok(format!(
                "The bytes of {} as shown are in {}{missing}",
                shown_name(file.path()),
                target.display()
            )))
        }
        Ok(None) => {
            let _ = std::fs::remove_file(&target); // half a copy is of no use
            None
        }
        Err(error) => {
            let _ = std::fs::remove_file(&target);
            Some(Err(not_written(&target, &error)))
        }
    }
}

/// Returns how many bytes could not be read; `None` where it was stopped. Blocks of zeros become holes.
fn copy_into(
    out: &mut File,
    file: &OpenFile,
    mapping: &RwLock<Mapping>,
    stop: &AtomicBool,
) -> io::Result<Option<u64>> {
    let Ok(extent) = mapping.read().map(|mapping| mapping.span()) else {
        return Ok(None);
    };
    let mut unreadable = 0;
    let mut offset = extent.start();
    while offset < extent.end() {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let end = offset.saturating_add(CHUNK_BYTES).min(extent.end());
        let span = Span::new(offset, end).unwrap_or(Span::empty(offset));
        let Ok(readout) = mapping.read().map(|mapping| mapping.read(span, file)) else {
            return Ok(None);
        };
        unreadable += readout.gaps.iter().map(|gap| gap.span.len()).sum::<u64>();
        if readout.bytes.iter().any(|byte| *byte != 0) {
            out.seek(SeekFrom::Start(offset - extent.start()))?;
            out.write_all(&readout.bytes)?;
        }
        offset = end;
    }
    out.set_len(extent.len())?;
    out.sync_all()?;
    Ok(Some(unreadable))
}
