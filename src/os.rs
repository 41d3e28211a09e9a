//! What any program needs of the system: named threads that end, the exit of a child process, the scratch folder, a new
//! file that is never seen half written, stretches of data and holes.
//!
//! It must not know mappings, files that are looked at, or what a process was started for.

pub(crate) mod exit;
pub(crate) mod file_range;
pub mod save;
pub mod temp_folder;
pub(crate) mod thread;
