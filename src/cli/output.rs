//! What the commands print, and how a command ends.
//!
//! Everything that is printed goes through here, so that no control character of a file's name or of an argument reaches a
//! terminal, and no failure to write is overlooked. It must not know what is said.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::bytes::escape::{escape, escape_json, escape_lines, path_in_sentence};
use crate::map::describe_errno;
use crate::os::environment::{NamedBy, TEMP_VARIABLE, temp_dir};

/// All went well.
pub(super) const FINE: u8 = 0;
/// A lookup given as an argument was invalid, or an observation differed.
pub(super) const INVALID: u8 = 1;
/// Usage, or no display.
pub(super) const USAGE: u8 = 2;
/// The file could not be opened or mapped, or the output not be written.
pub(super) const NOT_OPENED: u8 = 3;

/// The output could not be written, so what was asked for did not come about, whatever else is true.
#[derive(Debug)]
pub(super) struct Unwritten(io::Error);

/// The exit code of a command that ended so. A reader who went away is not told about, as they know; anything else is.
pub(super) fn ended(outcome: Result<u8, Unwritten>) -> ExitCode {
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(Unwritten(error)) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                complain(&format!(
                    "the answers cannot be written to standard output: {}",
                    cause(&error)
                ));
            }
            ExitCode::from(NOT_OPENED)
        }
    }
}

/// Prints lines, or a question.
pub(super) fn print(text: &str) -> Result<(), Unwritten> {
    write_out(&escape_lines(text))
}

/// Prints lines in which there is nothing to escape: a lot of them.
pub(super) fn print_printable(text: &str) -> Result<(), Unwritten> {
    write_out(text)
}

/// Prints one line.
pub(super) fn say(line: &str) -> Result<(), Unwritten> {
    write_out(&(escape(line) + "\n"))
}

/// Prints JSON.
pub(super) fn print_json(json: &str) -> Result<(), Unwritten> {
    write_out(&escape_json(json))
}

fn write_out(text: &str) -> Result<(), Unwritten> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Unwritten)
}

/// One line on standard error. There is nobody to tell where that fails.
pub(super) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "mapscope: {}", escape(text));
}

/// Says where scratch files go, where the variable for that is there and names nothing.
pub(super) fn tell_of_empty_variable() {
    if let (dir, NamedBy::EmptyVariable) = temp_dir() {
        complain(&format!(
            "{TEMP_VARIABLE} is empty, which counts as none: scratch files go to {}",
            path_in_sentence(&dir)
        ));
    }
}

/// Lines on standard error that say themselves who speaks.
pub(super) fn complain_in_lines(text: &str) {
    let _ = io::stderr().lock().write_all(escape_lines(text).as_bytes());
}

/// An error of the system in its words, with its number by name.
pub(super) fn cause(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(errno) => describe_errno(errno),
        None => error.to_string(),
    }
}
