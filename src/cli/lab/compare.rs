//! `mapscope lab --compare`: what differs between two results.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::path::Path;

use crate::bytes::escape::{escape_path, path_in_sentence};
use crate::lab::report::{LabResults, compare as differences};

use super::super::output::{FINE, INVALID, NOT_OPENED, Unwritten, cause, complain, print};

/// No results are longer, in bytes: those of all experiments are a tenth of it. What is read takes many times as much memory.
const MOST_BYTES: u64 = 16 << 20;

/// Prints what differs.
pub(super) fn compare(left: &Path, right: &Path) -> Result<u8, Unwritten> {
    let read = read(left).and_then(|one| Ok((one, read(right)?)));
    let (one, other) = match read {
        Ok(both) => both,
        Err(message) => {
            complain(&message);
            return Ok(NOT_OPENED);
        }
    };
    let found = differences(&one, &other);
    print(&found.lines(&escape_path(left), &escape_path(right)))?;
    Ok(if found.is_same() { FINE } else { INVALID })
}

fn read(path: &Path) -> Result<LabResults, String> {
    let named = path_in_sentence(path);
    let text = bytes_of(path).map_err(|error| {
        let cause = cause(&error);
        let how = match error.kind() {
            io::ErrorKind::FileTooLarge => "no results are so long",
            io::ErrorKind::IsADirectory => "name a file in it",
            io::ErrorKind::PermissionDenied => "see that you may read it",
            _ => "see that the file is there",
        };
        format!("the results cannot be read: {cause}; {how}: {named}")
    })?;
    let results = match String::from_utf8(text) {
        Ok(text) => LabResults::read(&text),
        Err(_) => Err("is no text".to_owned()),
    };
    results.map_err(|why| format!("{named} {why}; make one with mapscope lab NAME... --json"))
}

/// What a file holds, or what a pipe gives. A pipe that nobody writes to is empty, and nobody waits for it.
fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    #[cfg(unix)]
    rustix::fs::fcntl_setfl(&file, rustix::fs::OFlags::empty())?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
