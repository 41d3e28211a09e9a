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
//! Layers, each naming only those before it: [`bytes`] and [`os`], [`map`], [`peer`], [`lab`], [`model`], [`work`], then
//! `ui`, `app`, [`cli`]. A test reads the sources and fails where one points back. Of [`lab`] the model and the window
//! name its claims alone: plain words.
//!
//! - [`bytes`]: pure: spans, rows, byte classes, the lookup grammar and its answers, dumps that are pasted, names as they
//!   can be shown. [`bytes::inspect`] says what bytes are as numbers, moments and characters, and back; [`bytes::forms`]
//!   spells them for other programs, and reads that; [`bytes::find`] has patterns and the loops that find them in a slice.
//! - [`os`]: what any program needs of the system: threads that end, the exit of a child, the scratch folder and its lock,
//!   a new file that is never seen half written, signals, last words.
//! - [`map`]: one mapping: open, read, store, flush, discard, page facts, identity of the file, the log of calls; and other
//!   processes that map the same file or have it open, which are only looked at. All unsafe code of it is in `map/raw.rs` and its folder,
//!   which also holds everything that differs by system.
//! - [`peer`]: child processes of this program with mappings of their own: wire form, calls, handle (ours), serving loop
//!   (theirs). Real loads, stores and forks stand in `peer/raw.rs`: they may kill the peer that makes them and nobody
//!   else.
//! - [`lab`]: claims, experiments, the stage that judges what peers tell, and the report; lessons and exercises, what a person
//!   expected of them, the words, and what POSIX asserts.
//! - [`model`]: all state, one writer. `App` owns `Doc`s; a `Doc` owns what belongs to one file (lookups, witnesses,
//!   processes, jobs, messages), a `View` what belongs to one mapping of it (mode, window, cursor, journal, what is under
//!   way). `Action` (person) is nested by area, `Event` is what workers and the kernel report, `Effect` what the shell
//!   must do. No I/O, no clock: when something was said is told with it (`App::tick`), so that what happened can say who saw
//!   a store within how long. `picture` says who sees a byte through which memory, and what is proven of that; `happened`
//!   what happened; both as data that panel, picture and text are made of.
//! - [`work`]: threads: a worker an open file, the watcher of other programs that have it, the pool of processes of all
//!   files, jobs, the search for a pattern ([`work::find`]), the journal on disk ([`work::logbook`]), a run of the lab, the
//!   dialog's helper process, path completion.
//! - `ui`: functions of a read-only frame that return actions; `ui/theme.rs` has the only colors, `ui/command.rs` the one
//!   table of commands, `ui/input.rs` the one walk over what was pressed, `ui/tabs.rs` the tabs,
//!   `ui/views_ui.rs` the one or two views in each.
//! - `app`: the shell: the model, a worker for each file, the pool, the event loop.
//! - [`cli`]: the command line. It prints, and so does [`os::last_words`], when the program ends otherwise than asked.
//!
//! `cargo check --lib --no-default-features` builds everything but `ui` and `app` with no GUI crate in the graph.
//!
//! # Identity
//!
//! A file is device and inode: a second open of it brings the first tab forward. Every mapping, of a view, a witness or a
//! process, has a number that is never given again, and a *generation*: a new one for each new mmap in its place (open,
//! mapping anew, another mode or window, a process started again), none for growth by mremap, mprotect, discard or fork.
//! Every order, answer and job names file, mapping and generation, and they are compared where it is carried out. What is
//! for a mapping that is gone comes back with its bytes and stands in the tray of refused orders; nothing is redirected by
//! itself, and nothing dropped in silence. Queues are bounded, and a full one is an answer.
//!
//! An intent names the view that it was done in, so what was pressed in one view never acts on another that came forward
//! meanwhile. Each view keeps one record of what is under way (`model/pending.rs`); undo, mapping anew, closing and
//! quitting ask it.
//!
//! # Decisions
//!
//! - The worker of an open file owns its descriptor and mappings; the window's thread makes no call on either, as a file
//!   system that hangs would hang it. A frame waits at most 2 ms for the visible bytes and else draws the last ones.
//! - Mapped memory is read and written by the kernel for us (`process_vm_readv` and its kin, chosen a mapping): past the
//!   end of a truncated file that is an error number where a load would be a signal. No reference into mapped memory
//!   exists.
//! - The journal, not the mapping, is the truth about edits, and their only shadow: a truncation destroys even private
//!   copies. On disk it is a file a run, locked by it and gone with an end in good order; what another run left is offered and
//!   never applied unasked. An edit that cannot be written down is not made. The base of an edit is what was drawn when the key came, and is never rebased.
//! - Where a private view and its file differ is found by pread beside private copies, and nowhere else: what is not copied
//!   is the file. All copies are compared by a thread of their own, at most one a view, which the storage may hold up.
//! - An edit that is taken back alone is a step of its own that shares its bytes with that edit: as one goes, the other
//!   comes back.
//! - A process maps the file that it was started for, and no other: mode switches and mapping anew do not touch it, and
//!   growth extends its mapping and keeps its private copies.
//! - A folder is ours by a mark that we made and a lock that nobody holds, never by its name. Whoever uses it holds a lock of
//!   its own: its maker, the keeper, each process that has a file of it open.
//! - A change of a mapping names only what is to be otherwise (`model/change.rs`). What else it is, it takes from the mapping
//!   when it begins; where an earlier change fails, those behind it are refused.
//! - A file is opened for reading only; the descriptor that may write is opened when somebody asks for it. An open for
//!   writing alone makes a program that is looked at impossible to start, and wakes programs that watch the file.
//! - A new file (a copy, a list of edits, a report) gets its name once it is whole, and never wider rights than its source.
//! - An experiment's script is Rust that asks peers and checks what they tell; its claim is plain data that the window can
//!   show without knowing peers. A claim is borne out where every check held. Peers that a script moves are asked one at
//!   a time, so a run takes the same steps each time.
//! - A forked child is handed its pipes through `/proc/PID/fd`: no file is made for them that could be left behind.
//! - Looking changes nothing that is shown. No byte is asked for of a page that another process has not brought in, and what
//!   a parent and its child share since a fork is read by a load, not by `process_vm_readv`, which would part them.
//! - A scratch folder has a keeper, a process that outlives a killed mapscope just long enough to remove it.
//! - A search reads the file and lays private copies over it, as a copy does; it never goes through a mapping. Every start of a
//!   pattern of a fixed length counts, and what a search finds depends on no chunk and no thread. Holes are counted, not read.
//! - A typed byte is one store: the first hex digit waits for the second.
//! - A frame ends at whatever moves the keyboard: what follows waits for the next one, so that keys land where the keys
//!   before them led.
//! - Offsets are plain `u64` and ranges are [`bytes::Span`]; rows are turned into offsets and back in one place,
//!   [`bytes::RowLayout`].
//!
//! # Deliberately absent
//!
//! Inserting and deleting (a mapping cannot change a file's length), a reference into mapped memory, writes through
//! `/proc/self/mem` (they ignore protection), a signal handler that survives SIGBUS (only a peer of an experiment loads
//! from a mapping; it tells of the fault and dies), modal dialogs, settings files of our own (what the program keeps by itself is the window's state, by its toolkit, and the
//! journal of edits).

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
