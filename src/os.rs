//! What any program needs of the system: named threads that end, the exit of a child process, the scratch folder.
//!
//! It must not know mappings, files that are looked at, or what a process was started for.

pub(crate) mod exit;
pub mod temp_folder;
pub(crate) mod thread;
