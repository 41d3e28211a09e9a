//! What any program needs of the system: named threads that end, the exit of a child process, the scratch folder, a new
//! file that is never seen half written, stretches of data and holes, signals, the last words of the program, what its
//! surroundings say, the folder for what is kept between runs.
//!
//! It must not know mappings, files that are looked at, or what a process was started for.

pub mod environment;
pub(crate) mod exit;
pub(crate) mod file_range;
pub mod last_words;
pub mod save;
pub mod signals;
pub mod stamp;
pub mod state_folder;
pub mod temp_folder;
pub(crate) mod thread;
