//! `mapscope [FILE…]`: the window.
//!
//! It turns the arguments into what the window is asked to open. It must not know how that is done.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::map::Mode;

use super::output::{USAGE, complain};
use super::part::{Part, PartArguments};

/// What the window takes.
#[derive(Debug, Args)]
pub(super) struct WindowArguments {
    /// The files to open; without one, a scratch copy of the built-in sample
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to map them: what you write in a private mapping stays in it, in a shared one it is in the file at once
    #[arg(long, value_enum, default_value_t = ModeArgument::Private)]
    mode: ModeArgument,
    /// Map them read-only
    #[arg(long)]
    read_only: bool,
    /// Go to this index or range of the first file, such as 65, 0x41, p12 or 3..7
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    at: Option<String>,
    #[command(flatten)]
    part: PartArguments,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeArgument {
    Private,
    Shared,
}

impl From<ModeArgument> for Mode {
    fn from(mode: ModeArgument) -> Self {
        match mode {
            ModeArgument::Private => Self::Private,
            ModeArgument::Shared => Self::Shared,
        }
    }
}

/// The files and the part of the one whose part is wanted.
fn checked(arguments: &WindowArguments) -> Result<(Vec<PathBuf>, Option<Part>), String> {
    let part = arguments.part.part()?;
    if part.is_some() && arguments.files.len() > 1 {
        return Err(
            "--offset and --length are about one file; give one FILE with them, or leave them out"
                .to_owned(),
        );
    }
    if arguments.files.iter().any(|file| file == OsStr::new("-")) {
        return Err(
            "the window does not take standard input; save it to a file, or ask `mapscope lookup - EXPR`; a file of that name is ./-"
                .to_owned(),
        );
    }
    let files = arguments.files.iter().map(|file| super::given_path(file));
    Ok((files.collect::<Result<_, _>>()?, part))
}

/// Opens the window and returns its exit code.
#[cfg(feature = "gui")]
pub(super) fn window(program: &Path, arguments: &WindowArguments) -> u8 {
    use super::output::{FINE, tell_of_empty_variable};
    use crate::app::start::{Start, run};
    use crate::map::{self, Access};
    use crate::model::OpenRequest;

    let (files, part) = match checked(arguments) {
        Ok(checked) => checked,
        Err(message) => {
            complain(&message);
            return USAGE;
        }
    };
    let request = |path: Option<PathBuf>| OpenRequest {
        mode: arguments.mode.into(),
        access: if arguments.read_only {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        },
        span: part.map(|part| part.span(end_for(part, path.as_deref()))),
        ..OpenRequest::private(path)
    };
    let mut requests: Vec<OpenRequest> =
        files.into_iter().map(|path| request(Some(path))).collect();
    if requests.is_empty() {
        requests.push(request(None));
    }
    map::keep_freed_memory();
    tell_of_empty_variable();
    let start = Start {
        requests,
        at: arguments.at.clone(),
    };
    match run(program.to_owned(), start) {
        Ok(said) => {
            for sentence in said {
                complain(&sentence);
            }
            FINE
        }
        Err(message) => {
            complain(&message);
            USAGE
        }
    }
}

/// The length of the file where `part` goes to its end. Of a file that cannot be opened it does not matter: the window says
/// why it cannot.
#[cfg(feature = "gui")]
fn end_for(part: Part, path: Option<&Path>) -> u64 {
    use crate::map::{CallLog, OpenFile};

    let sample = crate::work::scratch::SAMPLE.len() as u64;
    match path {
        _ if !part.is_open_ended() => 0,
        Some(path) => OpenFile::open(path, &CallLog::new())
            .ok()
            .and_then(|file| file.file_len().ok())
            .unwrap_or(0),
        None => sample,
    }
}

/// Says that there is none.
#[cfg(not(feature = "gui"))]
pub(super) fn window(_program: &Path, arguments: &WindowArguments) -> u8 {
    let _ = (
        Mode::from(arguments.mode),
        arguments.read_only,
        &arguments.at,
    );
    match checked(arguments) {
        Ok((_, part)) => {
            let _ = part.map(Part::is_open_ended);
            complain("this mapscope was built without a window; `mapscope lookup FILE` works");
        }
        Err(message) => complain(&message),
    }
    USAGE
}
