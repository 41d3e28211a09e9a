//! The mapping layer: files as memory maps present them, and what the kernel says about their pages.
//!
//! It owns the descriptor of an open file, its mappings, every read and store through them, the page facts and the log
//! of the calls that were made. It must not know the model, the window or a thread: all it does happens in the calling
//! thread, and every outcome is a value.
//!
//! Two rules keep it sound and alive:
//!
//! - **No Rust code loads from or stores into a mapping.** The kernel copies for us (`process_vm_readv(2)`,
//!   `process_vm_writev(2)` on our own process, or the counterpart of the system), so a page that went away is an error
//!   number and never a signal, and no reference to memory that others can change ever exists.
//! - **Nothing is made up.** A byte that could not be read is a [`Gap`] with its [`GapReason`]; a fact that the system
//!   does not tell is [`Unavailable`], with the reason.
//!
//! Unsafe code stands in `raw.rs` and in the folder `raw/`, which also holds all that differs by system but the numbers
//! and names of errors.
//!
//! Nothing is kept for all mappings together but what is true of the whole process: the primitive that passed the
//! self-test, and the descriptor of our own page table. A file may have several mappings; what they have in common stands
//! in its [`OpenFile`]. The files name each other in one direction, words before calls: `mode`, `errno`, `page`, then
//! `raw`, then `open`, then `mapping`, then what is done with a mapping. `use` lines name the file where a thing stands.

mod buffer;
mod call_log;
mod differing;
mod errno;
mod facts;
mod file_kind;
mod file_page;
mod flush;
mod map_error;
mod mapping;
mod mode;
mod open;
mod open_error;
mod others;
mod page;
mod primitive;
mod raw;
mod readout;
mod refusal;
mod self_test;
mod storage;
mod store;
mod store_error;
mod wording;
mod writer;

pub use buffer::AlignedBuffer;
pub use call_log::{CallLog, CallRecord, CallResult};
pub(crate) use errno::errno_of;
pub use errno::{describe_errno, errno_name};
pub use facts::{cache_facts, cache_facts_in};
#[cfg(unix)]
pub(crate) use facts::{cache_facts_of, page_states_at};
pub use file_kind::Identity;
pub use file_page::{FilePageFact, Storage};
pub use flush::{FlushError, FlushReport};
pub use map_error::MapError;
pub use mapping::{MapRequest, Mapping};
pub use mode::{Access, Mode, Way};
pub use open::{OpenFile, PathState};
pub use open_error::{OpenError, OpenErrorKind};
pub use others::{
    FileKey, Hiding, LOOK_PATIENCE, MOST_BYTES, MOST_LEFT_BEHIND, MOST_ROWS, MOST_TOLD_DESCRIPTORS,
    MapsLine, OtherMapping, OtherOpen, OtherPage, OtherProcess, Others, OthersFinder, OwnProcesses,
    Sameness, SeenBytes, look_at_others, parse_line,
};
pub use page::{CacheFacts, PageFact, PageOrigin, PageState, Unavailable};
pub use primitive::Primitive;
#[cfg(unix)]
pub(crate) use raw::{STRING_BYTES, hex, quoted};
pub use readout::{Gap, GapReason, Readout};
pub use refusal::{Bar, MapRefusal};
pub use self_test::primitive;
pub use store_error::StoreError;
pub(crate) use wording::Shown;

/// The number of this process.
#[must_use]
pub fn own_pid() -> u32 {
    std::process::id()
}

/// Size of a page in bytes, as the system says (sysconf(3), `_SC_PAGESIZE`): 4096 on most machines, up to 65536.
#[must_use]
pub fn page_bytes() -> u64 {
    raw::page_bytes()
}

/// How much room the file system of `dir` has for this user, where it says (fstatvfs(3)).
#[must_use]
pub fn free_bytes(dir: &std::path::Path) -> Option<u64> {
    let dir = std::fs::File::open(dir).ok()?;
    raw::free_bytes(&dir)
}

/// Makes the allocator keep freed memory instead of giving it back to the system and faulting it in again each frame.
///
/// mallopt(3), `M_TRIM_THRESHOLD` and `M_MMAP_THRESHOLD` at 256 MiB, where the C library is glibc; elsewhere it does
/// nothing. A window that allocates a few megabytes a frame pays up to five times as much without it. Call it once,
/// before other threads start.
pub fn keep_freed_memory() {
    raw::keep_freed_memory();
}

/// Asks the kernel to kill this process when the thread that started it ends, so that no helper is left behind.
///
/// prctl(2), `PR_SET_PDEATHSIG` with `SIGKILL`, on Linux; elsewhere it does nothing. If the parent ended while the call
/// was made, the process exits here. Note that it is the *thread* of the parent that counts: a thread that starts
/// helpers has to live as long as they do.
pub fn die_with_parent() {
    raw::die_with_parent();
}
