//! Error numbers in words.
//!
//! It owns how an error number is written. The numbers and names themselves differ by system and stand in the folder beside
//! it. It must not know a call.

use std::io;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;

/// The symbolic name of an error number, such as `EACCES` for 13 on Linux (errno(3)).
///
/// On Windows the name of the most frequent system error codes, such as `ERROR_ACCESS_DENIED`. `"errno ?"` if the
/// number has no name here.
#[must_use]
pub fn errno_name(errno: i32) -> &'static str {
    ERRNO_NAMES
        .iter()
        .find(|(number, _)| *number == errno)
        .map_or("errno ?", |(_, name)| name)
}

/// An error number in the system's words, with its name: `Permission denied (EACCES)` (strerror(3)).
#[must_use]
pub fn describe_errno(errno: i32) -> String {
    let text = errno_text(errno);
    match errno_name(errno) {
        "errno ?" => format!("{text} (error {errno})"),
        name => format!("{text} ({name})"),
    }
}

/// The system's words alone, as strerror(3) gives them.
pub(crate) fn errno_text(errno: i32) -> String {
    let mut text = io::Error::from_raw_os_error(errno).to_string();
    if let Some(at) = text.rfind(" (os error ") {
        text.truncate(at);
    }
    text
}

/// The error number of `error`; `EIO` or its counterpart for the few that std makes up itself.
pub(crate) fn errno_of(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => EINVAL,
        _ => EIO,
    })
}
