//! The command line: what was asked for, and the commands that need no window.
//!
//! This is the one place that prints, but for the last words of a program that is ended from outside. Exit codes: 0 fine, 1
//! a lookup given as an argument was invalid, an observation of the lab differed or nothing was found, 2 usage or no display,
//! 3 the file could not be opened, mapped or read, no scratch or report file be written, or the output not be written.

mod dump;
mod find;
mod lab;
mod lab_export;
mod lookup;
mod mapped;
mod output;
mod part;
mod report_file;
mod standard_input;
mod who;
mod window;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bytes::typed_path::typed_path;
use crate::os::signals::turn_file_size_limit_into_an_error;

use output::{FINE, USAGE, complain_in_lines, ended, print};

/// See the bytes of a file as a memory map presents them, and who can see a write.
#[derive(Debug, Parser)]
#[command(name = "mapscope", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    window: window::WindowArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers lookups; without an expression it asks for them until -1 or the end of input
    Lookup(lookup::LookupArguments),
    /// Prints the bytes as xxd does, read through a mapping
    Dump(dump::DumpArguments),
    /// Prints the offsets at which bytes, text, a number or a regular expression stand in a file
    Find(find::FindArguments),
    /// Tells who sees a byte or a range of a file, and through which memory: this program, others that map it, system calls
    Who(who::WhoArguments),
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
    // In every process of this program: each writes files, or stores that make a file grow.
    turn_file_size_limit_into_an_error();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let text = error.render().to_string();
            if error.use_stderr() {
                complain_in_lines(&text);
                return ExitCode::from(USAGE);
            }
            return ended(print(&text).map(|()| FINE));
        }
    };
    match arguments.command {
        Some(Command::Lookup(arguments)) => ended(lookup::lookup(&program(), &arguments)),
        Some(Command::Dump(arguments)) => ended(dump::dump(&arguments)),
        Some(Command::Find(arguments)) => ended(find::find(&program(), &arguments)),
        Some(Command::Who(arguments)) => ended(who::who(&arguments)),
        Some(Command::Lab(arguments)) => ended(lab::lab(arguments)),
        Some(Command::Keep { folder }) => crate::os::temp_folder::run_keeper(&folder),
        Some(Command::Peer) => crate::peer::run_peer(),
        Some(Command::Pick { save, folder }) => pick(save, folder.as_deref()),
        None => ExitCode::from(window::window(&program(), &arguments.window)),
    }
}

#[cfg(feature = "gui")]
fn pick(save: bool, folder: Option<&Path>) -> ExitCode {
    use crate::work::picker::{PickKind, run_pick};
    run_pick(if save { PickKind::Save } else { PickKind::Open }, folder)
}

#[cfg(not(feature = "gui"))]
fn pick(_save: bool, _folder: Option<&Path>) -> ExitCode {
    output::complain("this mapscope was built without a window, so there is no file dialog");
    ExitCode::from(USAGE)
}

/// This very program, to be run as a helper.
fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("mapscope"))
}

/// The file that an argument names, as an absolute path, so that it is the same from any folder when it is opened again
/// later: the argument itself where there is such a file, else what a pasted text means.
fn given_path(argument: &Path) -> Result<PathBuf, String> {
    let typed = argument.as_os_str().as_encoded_bytes();
    let meant = typed_path(typed).map_err(|error| error.to_string());
    let path = match meant {
        // Nothing is asked of the file system where both say the same.
        Ok(path) if path == argument => path,
        _ if std::fs::symlink_metadata(argument).is_ok() => argument.to_owned(),
        meant => meant?,
    };
    Ok(std::path::absolute(&path).unwrap_or(path))
}
