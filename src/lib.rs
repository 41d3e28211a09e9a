//! mapscope shows the bytes of a file *as a memory map presents them*, at any size, and shows *who can see a write*.
//!
//! # Promises, in order
//!
//! 1. Nothing reaches the file unless the person asked for it. Private is the default; shared writing is always marked.
//! 2. No file can kill the program. Truncated, deleted, replaced, on a full disk: a clear message, and no edit lost.
//! 3. What is shown was observed. What the kernel hides is shown as hidden, never guessed.
//! 4. Size does not matter. 1 TiB opens, scrolls and jumps like 1 KiB, in constant memory.
//!
//! # Code map
//!
//! Layers, each naming only those before it: [`bytes`], [`map`], [`model`], then [`lab`] and [`work`], then `ui`, `app`,
//! [`cli`]. A test reads the sources and fails where one points back.
//!
//! - [`bytes`]: pure: spans, rows, byte classes, the lookup grammar and its answers.
//! - [`map`]: one mapping: open, read, store, flush, discard, page facts, identity of the file, the log of calls. All
//!   unsafe code is in `map/raw.rs` and its folder, which also holds everything that differs by system.
//! - [`model`]: all state; `Action` (person), `Event` (workers, kernel), `Effect` (what the shell must do). No I/O. It
//!   takes the words of [`map`] (mode, access, page state) and hands them on to the window.
//! - [`lab`]: peers: child processes of this program with mappings of their own, and their protocol; the experiments
//!   that they carry out, the stage that judges what they tell, and the report. Real loads, stores and forks stand in
//!   `lab/raw.rs`: they may kill the peer that makes them and nobody else.
//! - [`work`]: threads: one per open file, the witnesses, processes added by hand, a run of the lab, the dialog's helper
//!   process, path completion.
//! - `ui`: functions of a read-only frame that return actions; `ui/theme.rs` has the only colors, `ui/command.rs` the one
//!   table of commands.
//! - `app`: the shell that owns model and workers.
//! - [`cli`]: the command line; the only place that prints.
//!
//! `cargo check --lib --no-default-features` builds everything but `ui` and `app` with no GUI crate in the graph.
//!
//! # Decisions
//!
//! - The worker of an open file owns its descriptor and mappings; the window's thread makes no call on either, as a file
//!   system that hangs would hang it. A frame waits at most 2 ms for the visible bytes and else draws the last ones.
//! - Mapped memory is read and written by the kernel for us (`process_vm_readv` and its kin): past the end of a truncated
//!   file that is an error number where a load would be a signal. No reference into mapped memory exists.
//! - The journal, not the mapping, is the truth about edits: a truncation destroys even private copies.
//! - A file is opened for reading only; the descriptor that may write is opened when somebody asks for it. An open for
//!   writing alone makes a program that is looked at impossible to start, and wakes programs that watch the file.
//! - An experiment's script is Rust that asks peers and checks what they tell; its claim is plain data that the window can
//!   show without knowing peers. A claim is borne out where every check held. Peers that a script moves are asked one at
//!   a time, so a run takes the same steps each time.
//! - A forked child is handed its pipes through `/proc/PID/fd`: no file is made for them that could be left behind.
//! - A scratch folder has a keeper, a process that outlives a killed mapscope just long enough to remove it.
//! - A typed byte is one store: the first hex digit waits for the second.
//! - Offsets are plain `u64` and ranges are [`bytes::Span`]; rows are turned into offsets and back in one place,
//!   [`bytes::RowLayout`].
//!
//! # Deliberately absent
//!
//! Inserting and deleting (a mapping cannot change a file's length), a reference into mapped memory, writes through
//! `/proc/self/mem` (they ignore protection), a signal handler that survives SIGBUS (only a peer of an experiment loads
//! from a mapping; it tells of the fault and dies), modal dialogs, settings files of our own.

#[cfg(feature = "gui")]
pub mod app;
pub mod bytes;
pub mod cli;
pub mod lab;
pub mod map;
pub mod model;
pub mod os;
pub mod peer;
#[cfg(feature = "gui")]
pub mod ui;
pub mod work;
