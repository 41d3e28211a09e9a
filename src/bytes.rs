//! The pure layer: offsets, rows, byte classes, hexadecimal text, sizes, the lookup grammar and its answers.
//!
//! It owns what can be said about bytes from numbers and slices alone. It must not know files, mappings, threads
//! or the window: no I/O, nothing that panics, and beside the standard library only the crates that find patterns.

pub mod answer;
pub mod class;
pub mod clip;
pub mod dump;
pub mod escape;
pub mod find;
pub mod hex;
pub mod lookup;
pub mod rows;
pub mod said;
pub mod size;
pub mod span;
pub mod time_of_day;
pub mod typed_path;

pub use rows::RowLayout;
pub use span::Span;
