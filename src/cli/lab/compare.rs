//! `mapscope lab --compare`: what differs between two results.

use std::path::Path;

use crate::bytes::escape::{escape_path, path_in_sentence};
use crate::lab::report::{LabResults, compare as differences};

use super::super::output::{FINE, INVALID, NOT_OPENED, Unwritten, cause, complain, print};

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
    let text = std::fs::read(path).map_err(|error| {
        let cause = cause(&error);
        format!("the results cannot be read: {cause}; see that the file is there: {named}")
    })?;
    let text = String::from_utf8(text).map_err(|_| format!("{named} is no text"))?;
    LabResults::read(&text)
        .map_err(|why| format!("{named} {why}; make one with mapscope lab NAME... --json"))
}
