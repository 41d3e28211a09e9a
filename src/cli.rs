//! The command line: what was asked for, and the commands that need no window.
//!
//! This is the one place that prints. Exit codes: 0 fine, 1 a lookup given as an argument was invalid or an observation
//! of the lab differed, 2 usage, 3 the file could not be opened or mapped, or no scratch or report file be written.

mod lab;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::bytes::Span;
use crate::bytes::answer::{SHOWN_BYTES, answer_error, answer_found, prompt};
use crate::bytes::lookup::{Context, Lookup, parse};
use crate::bytes::rows::offset_digits;
use crate::map::{self, Access, CallLog, MapRequest, Mapping, Mode, OpenFile};
use crate::model::lookup::cells_of;

/// A lookup given as an argument was invalid, or an observation differed.
const INVALID: u8 = 1;
/// Usage.
const USAGE: u8 = 2;
/// The file could not be opened or mapped.
const NOT_OPENED: u8 = 3;

/// See the bytes of a file as a memory map presents them, and who can see a write.
#[derive(Debug, Parser)]
#[command(name = "mapscope", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    window: WindowArguments,
}

#[derive(Debug, Args)]
struct WindowArguments {
    /// The file to open; without one, a scratch copy of the built-in sample
    file: Option<PathBuf>,
    /// How to map it: what you write in a private mapping stays in it, in a shared one it is in the file at once
    #[arg(long, value_enum, default_value_t = ModeArgument::Private)]
    mode: ModeArgument,
    /// Map it read-only
    #[arg(long)]
    read_only: bool,
    /// Go to this index or range first, such as 65, 0x41, p12 or 3..7
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    at: Option<String>,
    /// Map from this offset on
    #[arg(long, value_name = "N")]
    offset: Option<String>,
    /// Map this many bytes
    #[arg(long, value_name = "N")]
    length: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeArgument {
    Private,
    Shared,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers lookups; without an expression it asks for them until -1 or the end of input
    Lookup {
        /// The file
        file: PathBuf,
        /// Indexes or ranges, such as 65, 0x41, p12 or 3..7
        #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
        expressions: Vec<String>,
    },
    /// Runs experiments about mmap with real processes; without a name it lists them
    Lab(lab::LabArguments),
    /// A helper process that removes a scratch folder when this program ends
    #[command(hide = true)]
    Keep {
        /// The folder
        folder: PathBuf,
    },
    /// A helper process with a mapping of its own
    #[command(hide = true)]
    Peer,
    /// A helper process that shows the file dialog
    #[command(hide = true)]
    Pick {
        /// Ask for a name to save under
        #[arg(long)]
        save: bool,
        /// The folder to begin in
        folder: Option<PathBuf>,
    },
}

/// Does what the arguments say.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match arguments.command {
        Some(Command::Lookup { file, expressions }) => lookup(&file, &expressions),
        Some(Command::Lab(arguments)) => lab::lab(arguments),
        Some(Command::Keep { folder }) => crate::os::temp_folder::run_keeper(&folder),
        Some(Command::Peer) => crate::peer::run_peer(),
        Some(Command::Pick { save, folder }) => pick(save, folder.as_deref()),
        None => window(arguments.window),
    }
}

#[cfg(feature = "gui")]
fn pick(save: bool, folder: Option<&Path>) -> ExitCode {
    use crate::work::picker::{PickKind, run_pick};
    run_pick(if save { PickKind::Save } else { PickKind::Open }, folder)
}

#[cfg(not(feature = "gui"))]
fn pick(_save: bool, _folder: Option<&Path>) -> ExitCode {
    complain("this mapscope was built without a window, so there is no file dialog");
    ExitCode::from(USAGE)
}

#[cfg(feature = "gui")]
fn window(arguments: WindowArguments) -> ExitCode {
    use crate::model::OpenRequest;
    let span = match span_from(
        arguments.offset.as_deref(),
        arguments.length.as_deref(),
        arguments.file.as_deref(),
    ) {
        Ok(span) => span,
        Err(message) => {
            complain(&message);
            return ExitCode::from(USAGE);
        }
    };
    let request = OpenRequest {
        mode: mode_from(arguments.mode),
        access: if arguments.read_only {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        },
        span,
        ..OpenRequest::private(arguments.file)
    };
    map::keep_freed_memory();
    match crate::app::run(
        program(),
        crate::app::Start {
            requests: vec![request],
            at: arguments.at,
        },
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::from(USAGE)
        }
    }
}

#[cfg(not(feature = "gui"))]
fn window(arguments: WindowArguments) -> ExitCode {
    let _ = (mode_from(arguments.mode), arguments.read_only, arguments.at);
    if let Err(message) = span_from(
        arguments.offset.as_deref(),
        arguments.length.as_deref(),
        arguments.file.as_deref(),
    ) {
        complain(&message);
    }
    complain("this mapscope was built without a window; `mapscope lookup FILE` works");
    ExitCode::from(USAGE)
}

/// This very program, to be run as a helper.
fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("mapscope"))
}

fn mode_from(mode: ModeArgument) -> Mode {
    match mode {
        ModeArgument::Private => Mode::Private,
        ModeArgument::Shared => Mode::Shared,
    }
}

/// The part of the file that `--offset` and `--length` name; without a length, up to its end.
fn span_from(
    offset: Option<&str>,
    length: Option<&str>,
    file: Option<&Path>,
) -> Result<Option<Span>, String> {
    if offset.is_none() && length.is_none() {
        return Ok(None);
    }
    let start = offset.map_or(Ok(0), |text| number("--offset", text))?;
    let len = if let Some(text) = length {
        number("--length", text)?
    } else {
        let len = file
            .and_then(|file| std::fs::metadata(file).ok())
            .map_or(0, |metadata| metadata.len());
        len.saturating_sub(start)
    };
    Span::at(start, len)
        .map(Some)
        .ok_or_else(|| "--offset and --length together exceed 64 bits".to_owned())
}

/// A number as the lookup grammar writes them: `4096`, `0x1000`, `4Ki`.
fn number(option: &str, text: &str) -> Result<u64, String> {
    let anywhere = Span::new(0, u64::MAX).unwrap_or(Span::empty(0));
    let context = Context {
        extent: anywhere,
        file_len: u64::MAX,
        cursor: 0,
        page_bytes: map::page_bytes(),
        column_digits: 0,
    };
    match parse(text, &context) {
        Ok(Lookup::Index(value)) => Ok(value),
        Ok(Lookup::Range(_)) => Err(format!("{option} {text}: a number is needed, not a range")),
        Err(error) => Err(format!("{option} {text}: {error}")),
    }
}

/// `mapscope lookup`.
fn lookup(path: &Path, expressions: &[String]) -> ExitCode {
    let log = CallLog::new();
    let opened = OpenFile::open(path, &log)
        .map_err(|error| error.to_string())
        .and_then(|file| {
            let request = MapRequest {
                mode: Mode::Private,
                access: Access::ReadOnly,
                span: None,
            };
            let mapping =
                Mapping::create(&file, request, &log).map_err(|error| error.to_string())?;
            Ok((file, mapping))
        });
    let (file, mapping) = match opened {
        Ok(opened) => opened,
        Err(message) => {
            complain(&message);
            return ExitCode::from(NOT_OPENED);
        }
    };
    if expressions.is_empty() {
        ask(&file, &mapping);
        return ExitCode::SUCCESS;
    }
    let mut code = 0;
    for expression in expressions {
        match answer(expression, &file, &mapping) {
            Ok(text) => say(&text),
            Err(text) => {
                say(&text);
                code = INVALID;
            }
        }
    }
    ExitCode::from(code)
}

/// Asks until -1 or the end of input.
fn ask(file: &OpenFile, mapping: &Mapping) {
    let question = prompt(mapping.span());
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        if write_out(&question).is_err() {
            return; // nobody reads any more
        }
        line.clear();
        match input.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => {
                let _ = write_out("\n");
                return;
            }
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim() == "-1" {
            return;
        }
        let (Ok(text) | Err(text)) = answer(&text, file, mapping);
        say(&text);
    }
}

/// The same sentences as in the window.
fn answer(expression: &str, file: &OpenFile, mapping: &Mapping) -> Result<String, String> {
    let context = Context {
        extent: mapping.span(),
        file_len: file.file_len().unwrap_or_else(|_| mapping.span().end()),
        cursor: mapping.span().start(),
        page_bytes: mapping.page_bytes(),
        column_digits: offset_digits(mapping.span()),
    };
    match parse(expression, &context) {
        Ok(found) => {
            let span = found.span();
            let shown = Span::at(span.start(), span.len().min(SHOWN_BYTES as u64)).unwrap_or(span);
            let cells = cells_of(&mapping.read(shown, file));
            Ok(answer_found(expression, found, &cells, &context))
        }
        Err(error) => Err(answer_error(expression, &error, &context)),
    }
}

fn write_out(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// A line on standard output; a reader who left is no error.
fn say(text: &str) {
    let _ = write_out(&format!("{text}\n"));
}

/// A line on standard error.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "mapscope: {text}");
}
