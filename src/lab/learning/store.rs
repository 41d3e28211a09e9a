//! Where a person's answers are kept between runs: a small file of JSON in the platform's folder for state, readable by its
//! owner alone, and replaced as a whole.
//!
//! It must not know what the answers are about.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bytes::escape::path_in_sentence;
use crate::map::describe_errno;
use crate::os::save::{Existing, NewFile, Rights, SaveCause, SaveError};
use crate::os::state_folder::{make_own_folder, state_folder};

use super::OwnAnswers;

/// What the file says it is, and the version of its form.
const FORMAT: &str = "mapscope-lab-answers";
const VERSION: u32 = 1;
/// What it is called, in a folder of its own: what lies beside the journals is taken for one.
const FOLDER: &str = "lab";
const NAME: &str = "answers.json";
/// What is locked while they are changed: the file itself is another one after each change.
const LOCK: &str = "answers.lock";
/// How long another program may have them locked.
const LOCKED: Duration = Duration::from_millis(1500);
/// How often is looked whether they still are.
const LOOK: Duration = Duration::from_millis(5);
/// No answers are longer, in bytes.
const MOST_BYTES: u64 = 16 << 20;

/// What can be done where it cannot be written.
const ROOM: &str = "make room, or see that you may write there";

/// The file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerStore {
    path: PathBuf,
}

/// What stands in it.
#[derive(Serialize, Deserialize)]
struct Kept {
    format: String,
    version: u32,
    answers: OwnAnswers,
}

impl AnswerStore {
    /// That of this user; `None` where there is no folder for state.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        state_folder().map(|folder| Self::at(folder.join(FOLDER).join(NAME)))
    }

    /// One at this path.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is kept; nothing where there is no file yet.
    ///
    /// # Errors
    /// A sentence with the path, the cause and what can be done.
    pub fn load(&self) -> Result<OwnAnswers, String> {
        let text = match read_small(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(OwnAnswers::default());
            }
            Err(error) => {
                return Err(self.refusal("read", &cause(&error), "see that you may read it"));
            }
        };
        let other = "move it away, or remove it to begin anew";
        let not_understood = |error: serde_json::Error| {
            let cause = error.to_string();
            self.refusal("understood", &cause, other)
        };
        let value: Value = serde_json::from_str(&text).map_err(not_understood)?;
        // First whose it is: the rest of another version may have any form.
        let version = value.get("version").and_then(Value::as_u64);
        if value.get("format").and_then(Value::as_str) != Some(FORMAT)
            || version != Some(u64::from(VERSION))
        {
            let cause = "it is of another program, or of another version of this one";
            return Err(self.refusal("understood", cause, other));
        }
        let kept: Kept = serde_json::from_value(value).map_err(not_understood)?;
        Ok(kept.answers)
    }

    /// Changes what is kept, and gives what it has become. What another program writes at the same time stays too: whoever
    /// changes it locks it first.
    ///
    /// # Errors
    /// A sentence with the path, the cause and what can be done; what was kept before stays.
    pub fn change(&self, change: impl FnOnce(&mut OwnAnswers)) -> Result<OwnAnswers, String> {
        let _locked = self.lock()?;
        let mut answers = self.load()?;
        let before = answers.clone();
        change(&mut answers);
        if answers != before {
            self.save(&answers)?;
        }
        Ok(answers)
    }

    fn save(&self, answers: &OwnAnswers) -> Result<(), String> {
        let kept = Kept {
            format: FORMAT.to_owned(),
            version: VERSION,
            answers: answers.clone(),
        };
        let kept = serde_json::to_string_pretty(&kept).map_err(|error| error.to_string())? + "\n";
        let written = || -> Result<(), SaveError> {
            let mut file = NewFile::create(&self.path, Existing::Replace, Rights::OWNER_ONLY)?;
            file.write_at(kept.as_bytes(), 0)?;
            file.publish()
        };
        written().map_err(|error| {
            let cause = match &error.cause {
                SaveCause::System { error, .. } => cause(error),
                SaveCause::NotRegular => "what has this name is no regular file".to_owned(),
                SaveCause::NoName | SaveCause::Exists | SaveCause::IsSource => error.to_string(),
            };
            self.refusal("written", &cause, ROOM)
        })
    }

    /// Keeps other programs from changing what is kept, as long as the file lives. Where the file system knows no locks,
    /// nobody is kept from it.
    fn lock(&self) -> Result<File, String> {
        let refused = |error: io::Error| self.refusal("written", &cause(&error), ROOM);
        if let Some(folder) = self.path.parent() {
            make_own_folder(folder).map_err(refused)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.path.with_file_name(LOCK));
        let file = file.map_err(refused)?;
        let until = Instant::now() + LOCKED;
        while let Err(TryLockError::WouldBlock) = file.try_lock() {
            if Instant::now() >= until {
                let cause = "another program has them locked and does not go on";
                return Err(self.refusal("written", cause, "end it"));
            }
            thread::sleep(LOOK);
        }
        Ok(file)
    }

    fn refusal(&self, done: &str, cause: &str, how: &str) -> String {
        format!(
            "your answers cannot be {done}: {cause}; {how}: {}",
            path_in_sentence(&self.path)
        )
    }
}

/// The text of a regular file that is not too large. It waits for nobody: of a pipe with this name nothing is read.
fn read_small(path: &Path) -> io::Result<String> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !meta.is_file() {
        return Err(io::Error::other("what has this name is no regular file"));
    }
    let mut text = String::new();
    if meta.len() > MOST_BYTES
        || file.take(MOST_BYTES + 1).read_to_string(&mut text)? as u64 > MOST_BYTES
    {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(text)
}

/// An error of the system in its words, with its number by name.
fn cause(error: &io::Error) -> String {
    error
        .raw_os_error()
        .map_or_else(|| error.to_string(), describe_errno)
}
