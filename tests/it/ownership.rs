//! What is ours and what is not: scratch folders that processes use, folders and processes that only have the name or the
//! number of one of ours, and the folder that the environment names for them.

mod peers;
#[cfg(feature = "gui")]
mod stand_in;
mod temp_dir;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::processes::{program, until};

/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(30);

/// The folders in `parent`.
fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).unwrap().flatten();
    entries.map(|entry| entry.path()).collect()
}
