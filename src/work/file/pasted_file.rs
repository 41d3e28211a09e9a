//! A file whose bytes are to be pasted: read as a whole, or not at all.

use std::io::Read as _;
use std::path::Path;

use crate::bytes::escape::path_in_sentence;
use crate::bytes::size::counted;
use crate::map;
use crate::model::EDIT_LIMIT_BYTES;
use crate::os::stamp::open_to_compare;

/// Reads the file at `path`. Neither a pipe nor a folder is waited for.
///
/// # Errors
/// Why it cannot be pasted, in one sentence.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let named = || path_in_sentence(path);
    let failed = |error: std::io::Error| {
        let why = map::describe_errno(map::errno_of(&error));
        format!("Nothing was pasted: {} cannot be read ({why})", named())
    };
    let file = open_to_compare(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if !meta.is_file() {
        return Err(format!(
            "Nothing was pasted: {} is no regular file, choose one with bytes in it",
            named()
        ));
    }
    let mut bytes = Vec::new();
    // One byte more tells that there is too much, whatever length the file says it has.
    let read = file.take(EDIT_LIMIT_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(failed)?;
    if bytes.len() as u64 > EDIT_LIMIT_BYTES {
        let len = meta.len().max(bytes.len() as u64);
        return Err(format!(
            "Nothing was pasted: {} has {}, and one edit may change {EDIT_LIMIT_BYTES} (1 MiB), so that it can be undone",
            named(),
            counted(len, "byte")
        ));
    }
    if bytes.is_empty() {
        return Err(format!("Nothing was pasted: {} is empty", named()));
    }
    Ok(bytes)
}
