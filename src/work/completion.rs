//! Completions of a path that is being typed.
//!
//! It owns the reading of directories on a thread of its own, which a silent file system may stop without stopping
//! anybody else. It must not know the field that is typed into.

use std::cmp::Reverse;
use std::env;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{MAIN_SEPARATOR, Path, PathBuf, is_separator};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::os::thread::join_within;

/// The most completions in a list.
pub const MAX_COMPLETIONS: usize = 12;

/// The most entries of a directory that are looked at.
const MAX_ENTRIES: usize = 20_000;
/// After how many entries it is looked whether something else was typed since.
const ENTRIES_BETWEEN_LOOKS: usize = 256;
/// How long the thread may take to end.
const STOP: Duration = Duration::from_millis(200);

/// How a typed path may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionList {
    /// What was typed.
    pub typed: String,
    /// At most [`MAX_COMPLETIONS`], directories first, then by name.
    pub entries: Vec<CompletionEntry>,
    /// Whether there are more than these, or the directory is too large to be read to its end.
    pub more: bool,
    /// Why the directory cannot be read, a full sentence; a directory that does not exist has no entries and no problem.
    pub problem: Option<String>,
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionEntry {
    /// What the field is to hold: what was typed, completed, a separator after a directory. Where a name is not Unicode
    /// this only resembles it, and `path` has to be used.
    pub text: String,
    /// The path itself, with `~` replaced.
    pub path: PathBuf,
    /// Whether it is a directory, or a link to one.
    pub is_dir: bool,
}

/// The thread that completes. Dropping it ends the thread, unless a file system holds it.
#[derive(Debug)]
pub struct Completion {
    asked: Arc<Asked>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Asked {
    slot: Mutex<Slot>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Slot {
    typed: Option<String>,
    stop: bool,
}

impl Completion {
    /// Starts the thread, named "completion". `report` gets one list for each request that no later one overtook.
    ///
    /// # Errors
    ///
    /// What starting a thread reports.
    pub fn spawn(report: impl Fn(CompletionList) + Send + 'static) -> io::Result<Self> {
        let asked = Arc::new(Asked::default());
        let requests = Arc::clone(&asked);
        let thread = thread::Builder::new()
            .name("completion".to_owned())
            .spawn(move || {
                while let Some(typed) = requests.next() {
                    if let Some(list) = complete(&typed, &|| requests.is_outdated()) {
                        report(list);
                    }
                }
            })?;
        Ok(Self {
            asked,
            thread: Some(thread),
        })
    }

    /// Asks how `typed` may go on. Never waits; the latest request counts.
    pub fn request(&self, typed: &str) {
        self.asked.slot().typed = Some(typed.to_owned());
        self.asked.news.notify_one();
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        self.asked.slot().stop = true;
        self.asked.news.notify_one();
        if let Some(thread) = self.thread.take() {
            join_within(thread, STOP);
        }
    }
}

impl Asked {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was asked last, as soon as there is something; `None` if the thread is to end.
    fn next(&self) -> Option<String> {
        let mut slot = self.slot();
        loop {
            if slot.stop {
                return None;
            }
            if let Some(typed) = slot.typed.take() {
                return Some(typed);
            }
            slot = self.news.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn is_outdated(&self) -> bool {
        let slot = self.slot();
        slot.stop || slot.typed.is_some()
    }
}

/// The completions of `typed`, or `None` if `outdated` turned true in between.
fn complete(typed: &str, outdated: &impl Fn() -> bool) -> Option<CompletionList> {
    let mut list = CompletionList {
        typed: typed.to_owned(),
        entries: Vec::new(),
        more: false,
        problem: None,
    };
    let (parent, name) = typed.split_at(typed.rfind(is_separator).map_or(0, |at| at + 1));
    if name == "~" && parent.is_empty() {
        list.entries.extend(home_entry());
        return Some(list);
    }
    let dir = expand(parent);
    let listed = if dir.as_os_str().is_empty() {
        fs::read_dir(".")
    } else {
        fs::read_dir(&dir)
    };
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            let expected = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
            if !expected.contains(&error.kind()) {
                list.problem = Some(format!("{} cannot be listed: {error}", dir.display()));
            }
            return Some(list);
        }
    };
    let mut found = Vec::new();
    for (count, entry) in listed.enumerate() {
        if count % ENTRIES_BETWEEN_LOOKS == 0 && outdated() {
            return None;
        }
        if count == MAX_ENTRIES {
            list.more = true;
            break;
        }
        // An entry that cannot be read is none that could be opened.
        if let Ok(entry) = entry {
            found.extend(match_entry(&entry, parent, name, &dir));
        }
    }
    found.sort_by_cached_key(|entry| {
        (
            Reverse(entry.is_dir),
            entry.text.to_lowercase(),
            entry.path.clone(),
        )
    });
    list.more |= found.len() > MAX_COMPLETIONS;
    found.truncate(MAX_COMPLETIONS);
    list.entries = found;
    Some(list)
}

/// `entry` as a completion of `parent` and `name`, if it is one.
fn match_entry(entry: &DirEntry, parent: &str, name: &str, dir: &Path) -> Option<CompletionEntry> {
    let file_name = entry.file_name();
    let bytes = file_name.as_encoded_bytes();
    let hidden = bytes.starts_with(b".") && !name.starts_with('.');
    if hidden || !bytes.starts_with(name.as_bytes()) {
        return None;
    }
    let is_dir = match entry.file_type() {
        // Only of a link it has to be asked what stands behind it.
        Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
        kind => kind.is_ok_and(|kind| kind.is_dir()),
    };
    let mut text = format!("{parent}{}", file_name.to_string_lossy());
    if is_dir {
        text.push(separator_of(parent));
    }
    Some(CompletionEntry {
        text,
        path: dir.join(file_name),
        is_dir,
    })
}

/// The separator that the person uses.
fn separator_of(typed: &str) -> char {
    typed
        .chars()
        .rfind(|c| is_separator(*c))
        .unwrap_or(MAIN_SEPARATOR)
}

/// `parent` with the home directory in place of a `~` before its first separator.
fn expand(parent: &str) -> PathBuf {
    let rest = parent
        .strip_prefix('~')
        .filter(|rest| rest.starts_with(is_separator));
    match rest.zip(env::home_dir()) {
        Some((rest, home)) => home.join(rest.trim_start_matches(is_separator)),
        None => PathBuf::from(parent),
    }
}

fn home_entry() -> Option<CompletionEntry> {
    Some(CompletionEntry {
        text: format!("~{MAIN_SEPARATOR}"),
        path: env::home_dir()?,
        is_dir: true,
    })
}
