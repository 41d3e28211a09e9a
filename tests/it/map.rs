//! The mapping layer on real files, with real second processes, each outcome checked against another source.
#![cfg(target_os = "linux")]

mod chaos;
mod facts;
mod failing;
mod fuse;
mod imports;
mod kernel_memory;
mod limits;
mod log;
mod open;
mod origins;
mod process;
mod read;
mod storage;
mod store;
pub(crate) mod support;
mod writing;
