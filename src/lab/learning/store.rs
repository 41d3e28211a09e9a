//! Where a person's answers are kept between runs: a small file of JSON in the platform's folder for state, readable by its
//! owner alone, and replaced as a whole.
//!
//! It must not know what the answers are about.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

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
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(OwnAnswers::default());
            }
            Err(error) => {
                return Err(self.refusal("read", &cause(&error), "see that you may read it"));
            }
        };
        let other = "move it away, or remove it to begin anew";
        let kept: Kept = serde_json::from_str(&text)
            .map_err(|error| self.refusal("understood", &error.to_string(), other))?;
        if kept.format != FORMAT || kept.version != VERSION {
            let cause = "it is of another program, or of another version of this one";
            return Err(self.refusal("understood", cause, other));
        }
        Ok(kept.answers)
    }

    /// Changes what is kept, and gives what it has become. What another run of the program wrote meanwhile stays.
    ///
    /// # Errors
    /// A sentence with the path, the cause and what can be done; what was kept before stays.
    pub fn change(&self, change: impl FnOnce(&mut OwnAnswers)) -> Result<OwnAnswers, String> {
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
        let how = "make room, or see that you may write there";
        if let Some(folder) = self.path.parent() {
            make_own_folder(folder)
                .map_err(|error| self.refusal("written", &cause(&error), how))?;
        }
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
            self.refusal("written", &cause, how)
        })
    }

    fn refusal(&self, done: &str, cause: &str, how: &str) -> String {
        format!(
            "your answers cannot be {done}: {cause}; {how}: {}",
            path_in_sentence(&self.path)
        )
    }
}

/// An error of the system in its words, with its number by name.
fn cause(error: &io::Error) -> String {
    error
        .raw_os_error()
        .map_or_else(|| error.to_string(), describe_errno)
}
