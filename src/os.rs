//! What any program needs of the system: named threads that end, the exit of a child process, the scratch folder, signals,
//! the last words of the program, what its surroundings say.
//!
//! It must not know mappings, files that are looked at, or what a process was started for.

pub mod environment;
pub(crate) mod exit;
pub mod last_words;
pub mod signals;
pub mod temp_folder;
pub(crate) mod thread;
