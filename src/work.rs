//! Work that must not stand in the window's way: named, bounded threads and helper processes, each joined or reaped when
//! its owner goes. They report through a closure and know no widget.

pub mod answers;
pub mod completion;
pub mod copy;
pub mod differences;
pub mod file;
pub mod find;
pub mod lab;
pub mod logbook;
pub mod motion;
pub mod others;
pub mod peers;
pub mod picker;
pub mod programs;
pub mod reading;
pub mod remembering;
pub mod scratch;
pub mod session;
pub mod shown_bytes;
pub mod store_log;
pub mod sums;
pub mod threads;
