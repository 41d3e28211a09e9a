//! *Find* in the window, as its tests use it: what is done in it, what it says, and a file with something to find.

use std::path::PathBuf;

use mapscope::model::{Action, FindAction};
use tempfile::TempDir;

use super::frames::act;
use super::read::status;
use super::shown::{Window, file, until};

/// Has *Find* do this.
pub(crate) fn find(window: &mut Window, action: FindAction) {
    act(window, Action::Find(action));
}

/// Waits until the line below the bytes says just this.
#[track_caller]
pub(crate) fn until_said(window: &mut Window, words: &str) {
    until(window, &format!("it says {words:?}"), |window| {
        status(window).iter().any(|said| said == words)
    });
}

/// 6000 dots, with `ELF` at each of these places.
pub(crate) fn file_with_elf(places: &[usize]) -> (TempDir, PathBuf) {
    let mut bytes = vec![b'.'; 6000];
    for &start in places {
        bytes[start..start + 3].copy_from_slice(b"ELF");
    }
    file(&bytes)
}
